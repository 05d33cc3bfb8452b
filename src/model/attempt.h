/*
 * Sign-in attempts in a row, per keyed hash of who was asked for. The key is
 * made by the caller, so that unknown accounts count and lock like real
 * ones. An attempt is reserved before the password is hashed, so that a
 * burst in parallel gets no more tries than the same one after another.
 */
#ifndef MODEL_ATTEMPT_H
#define MODEL_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

struct ctx;

enum attempt_stmt {
	ATTEMPT_RESERVE,
	ATTEMPT_FAILED,
	ATTEMPT_GIVE_BACK,
	ATTEMPT_CLEAR,
	ATTEMPT_STMT__MAX
};

extern const struct stmt attempt_stmts[ATTEMPT_STMT__MAX];

#define ATTEMPT_KEY 32

struct attempt {
	uint8_t key[ATTEMPT_KEY];
	int64_t remaining; /* if this one fails; not negative */
	bool locked; /* refuse without hashing */
	/* only because others are on their way, which may well succeed */
	bool crowded;
	int64_t locked_for_s;
};

/* Sets the key: a keyed hash of what is tried, so that rows tell nothing. */
int attempt_name(struct ctx *, struct attempt *, const char *what);
/* Counts one attempt under ret->key. */
int attempt_reserve(struct ctx *, struct attempt *ret);
/* It failed: it counts, and is not on its way any more. */
int attempt_failed(struct ctx *, const struct attempt *);
/* It was not decided: the service was too busy, say. */
int attempt_give_back(struct ctx *, const struct attempt *);
/* It succeeded: the row of failures is over. */
int attempt_clear(struct ctx *, const struct attempt *);

#endif
