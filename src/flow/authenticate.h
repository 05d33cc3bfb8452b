/*
 * Who is asking: an access token, and behind it the rows of its session and
 * user, read in one SELECT at every request, so that a revocation holds at
 * once. Notes activity (at most once a minute) and adopts the refresh token
 * that came with the access token (flow/refresh.h).
 */
#ifndef FLOW_AUTHENTICATE_H
#define FLOW_AUTHENTICATE_H

#include "model/session.h"

struct ctx;
struct realm;

struct actor {
	const struct realm *realm;
	struct session session;
	struct user user;
};

/* ERR_UNAUTHORIZED for whatever does not hold. */
int authenticate(struct ctx *, const struct realm *, const char *access_token,
    struct actor *ret);

/* Did the actor prove who they are within the setting reauthentication? */
bool actor_recent(const struct ctx *, const struct actor *);

/*
 * user_hold() of the actor: ERR_UNAUTHORIZED when their session has ended
 * since, ERR_UNAVAILABLE when something else has changed.
 */
int actor_hold(struct ctx *, const struct actor *);

#endif
