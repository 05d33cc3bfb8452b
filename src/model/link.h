/*
 * Single-use links that go out by mail. The token is 256 random bits; only
 * its SHA-256 is stored, so the table opens nothing.
 */
#ifndef MODEL_LINK_H
#define MODEL_LINK_H

#include <stdint.h>

#include "base/id.h"
#include "db/db.h"

struct ctx;
struct user;

enum link_stmt {
	LINK_VOID,
	LINK_VOID_POWERS,
	LINK_INSERT,
	LINK_USE,
	LINK_GET,
	LINK_CHECK,
	LINK_STMT__MAX
};

extern const struct stmt link_stmts[LINK_STMT__MAX];

/* What a link is for; also what the column says. */
#define LINK_VERIFY "verify"
#define LINK_RESET  "reset"

struct link {
	struct uuid realm_id, user_id;
	const char *email; /* the mailbox that it proves */
};

/*
 * A new link voids the user's older ones of that purpose. ret_token gets its
 * text, in the call's secret arena; it cannot be had again.
 */
int link_create(struct ctx *, const struct user *, const char *purpose,
    const char *email, int64_t ttl_s, const char **ret_token);

/*
 * Uses it up. ERR_INVALID_LINK for whatever reason: unknown, malformed,
 * used, expired, of another purpose. In a transaction, so that it counts
 * as unused again when what it was for fails.
 */
int link_use(struct ctx *, const char *token, const char *purpose,
    struct link *ret);

/* As link_use() would answer, without using it: before costly work. */
int link_check(struct ctx *, const char *token, const char *purpose,
    struct link *ret);

/* Voids all links of a user for a purpose; NULL: for every one. */
int link_void(struct ctx *, const struct uuid *user_id, const char *purpose);
/* Those that could take the account over: resets, and moves to an address. */
int link_void_powers(struct ctx *, const struct user *);

#endif
