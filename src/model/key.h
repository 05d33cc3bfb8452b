/*
 * The signing keys: sealed in the database, published at
 * /.well-known/jwks.json ten minutes before they sign, rotated with overlap.
 * A keyring is one process's copy, loaded at need: for a kid it does not
 * know and when the set's version changed, at most once in 10 s.
 */
#ifndef MODEL_KEY_H
#define MODEL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/id.h"
#include "db/db.h"

/* A successor is published this long before it signs. */
#define KEY_PUBLISH_AHEAD (10 * CLOCK_MINUTE)

struct buf;
struct ctx;
struct jws_key;
struct keyring;
struct token_cache;

enum key_stmt {
	KEY_LIST,
	KEY_INSERT,
	KEY_DELETE_OLD,
	KEY_BUMP,
	KEY_LOCK_SET,
	KEY_STMT__MAX
};

extern const struct stmt key_stmts[KEY_STMT__MAX];

struct keyring *keyring_new(void);
void keyring_free(struct keyring *);

/* The key that signs now; ERR_UNAVAILABLE when the set cannot be read. */
int keyring_signer(struct ctx *, const struct jws_key **ret);
/* By kid, one that may still verify, until then. ERR_NOT_FOUND, or as above. */
int keyring_find(struct ctx *, const char *kid, const struct jws_key **ret,
    int64_t *ret_until);
/*
 * What tokens said that keys of this set have verified (crypto/token_cache.h),
 * with values of value_n bytes, always the same number. It is emptied
 * whenever the set is read anew, so nothing stays of a key that was removed.
 */
int keyring_cache(struct ctx *, size_t value_n, struct token_cache **ret);
/* Reads the set anew, however recently that was done. */
int keyring_load(struct ctx *);
/* The JWK Set (RFC 7517 §5) of all keys that verify or soon will. */
int keyring_jwks(struct ctx *, struct buf *out);

/* One key as `cardeactl keys list` shows it. */
struct key_info {
	struct uuid id;
	const char *kid, *alg;
	int64_t created_at, signs_from, signs_until, verifies_until;
};
int key_list(struct ctx *, struct list *ret);

/*
 * Makes a first key when there is none, and a successor when the newest one
 * is due to end within the publication time; removes what verifies no more.
 * now: the successor signs at once instead of after ten minutes. Bumps the
 * set's version. ret_made may be NULL.
 */
int key_rotate(struct ctx *, bool force, bool now, bool *ret_made);

#endif
