/*
 * Opening sessions: the row, its first tokens, and a word to the owner when
 * the device is a new one.
 */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include <stdint.h>

#include "flow/token.h"
#include "model/session.h"

struct actor;
struct ctx;
struct realm;
struct user;

/* No more mails than these in a day, however many devices claim to be new. */
#define NEW_DEVICE_MAILS 10

/* session_create() with all that belongs to it. In a transaction. */
int session_open(struct ctx *, const struct realm *, const struct user *,
    const struct session_new *, struct session *ret, struct tokens *ret_tokens);

/* A session with its tokens, for the user to hand to another client. */
struct session_extra {
	struct session session;
	struct tokens tokens;
};

/*
 * Opens one beside the actor's own. It is no new sign-in: it has the actor's
 * auth_time, so that one cannot pass for recent for ever by opening others.
 * expires_at, in the future, beyond the realm's maximum becomes that.
 * ERR_REAUTHENTICATION_REQUIRED, ERR_UNAUTHORIZED when the actor's has been
 * revoked meanwhile. In a transaction.
 */
int session_open_extra(struct ctx *, const struct actor *,
    const struct client *, int64_t expires_at, struct session_extra *ret);

/*
 * Moves the end of a session of the actor, by the same rules. ERR_NOT_FOUND
 * for one that is not theirs or not live.
 */
int session_move_end(struct ctx *, const struct actor *, const struct uuid *id,
    int64_t expires_at, struct session *ret);

#endif
