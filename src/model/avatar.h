/*
 * The picture of a user: one at most, found by its content's hash, so that
 * what an address shows never changes.
 */
#ifndef MODEL_AVATAR_H
#define MODEL_AVATAR_H

#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "db/db.h"

struct ctx;

enum avatar_stmt {
	AVATAR_INSERT,
	AVATAR_PART_INSERT,
	AVATAR_DROP,
	AVATAR_PARTS,
	AVATAR_STMT__MAX
};

extern const struct stmt avatar_stmts[AVATAR_STMT__MAX];

#define AVATAR_HASH 32

struct avatar {
	uint8_t sha256[AVATAR_HASH];
	const char *type; /* media type */
	const void *p;
	size_t n;
};

/* Replaces the user's. In a transaction that holds the user's row. */
int avatar_put(struct ctx *, const struct uuid *user_id, const struct avatar *);
/* Fine when there is none. */
int avatar_drop(struct ctx *, const struct uuid *user_id);

/* Appends its bytes. ERR_NOT_FOUND, unless the user's has that hash and type. */
int avatar_read(struct ctx *, const struct uuid *user_id,
    const uint8_t sha256[AVATAR_HASH], const char *type, struct buf *);

#endif
