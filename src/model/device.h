/*
 * A device of a user: what they sign in with, told apart by the id that a
 * client gives itself, else by system, browser and type. All of that is only
 * what a request claims: a device is there to be shown to its owner, it
 * proves nothing.
 */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/id.h"
#include "db/db.h"

struct client;
struct ctx;

enum device_stmt {
	DEVICE_BY_FINGERPRINT,
	DEVICE_OTHER,
	DEVICE_INSERT,
	DEVICE_SEEN,
	DEVICE_DROP_OLD,
	DEVICE_LIST,
	DEVICE_GET,
	DEVICE_TRUST,
	DEVICE_UNTRUST,
	DEVICE_UNTRUST_ALL,
	DEVICE_STMT__MAX
};

extern const struct stmt device_stmts[DEVICE_STMT__MAX];

#define DEVICE_KNOWN_FOR (90 * CLOCK_DAY) /* then it counts as new again */
#define DEVICE_CAP       100 /* of a user; the ones unseen longest go */
#define DEVICE_NAME_MAX  100

struct device {
	struct uuid id;
	const char *fingerprint; /* in hex */
	const char *name, *type; /* type as base/agent.h has it */
	const char *os, *browser; /* NULL: not known */
	const char *ip_address; /* of the last sign-in; NULL: unknown */
	int64_t created_at;
	int64_t last_used_at; /* signed in, or by a session */
	int64_t trusted_until; /* 0: not trusted; may be over */
};

/*
 * Notes that this client signs in; *ret_new tells whether it is a device
 * that the user has not used for DEVICE_KNOWN_FOR, while they have another.
 * In a transaction that holds the user's row.
 */
int device_seen(struct ctx *, const struct uuid *user_id, const struct client *,
    struct uuid *ret_id, bool *ret_new);

/* Last used first. */
int device_list(struct ctx *, const struct uuid *user_id, struct list *ret);
/* ERR_NOT_FOUND when that user has none such. */
int device_get(struct ctx *, const struct uuid *user_id, const struct uuid *id,
    struct device *ret);

/* name NULL: it keeps the one it has. */
int device_trust(struct ctx *, const struct uuid *user_id,
    const struct uuid *id, const char *name, int64_t until);
/* ERR_NOT_FOUND when it is not that user's, or not trusted. */
int device_untrust(struct ctx *, const struct uuid *user_id,
    const struct uuid *id);
/* *ret_n: how many were. */
int device_untrust_all(struct ctx *, const struct uuid *user_id, size_t *ret_n);

#endif
