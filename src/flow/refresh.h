/*
 * Refresh tokens, rotated on adoption: a token dies when its successor is
 * first used, not when it is issued. So a lost reply signs nobody out, and a
 * thief and an owner who both go on are told apart within one rotation.
 *
 * A token is rt_ + base64url(key version ‖ session id ‖ counter ‖ MAC); the
 * MAC covers these and the session's salt. The row of the session holds the
 * counter c and nothing else. What is presented decides:
 *
 *	c	answer the tokens of c+1; nothing is written
 *	c+1	adopt: c becomes c+1 by one conditional UPDATE; then as above
 *	c-1	within 30 s of the adoption: the token of c, a late tab
 *	older	reuse: the session is revoked and its owner told
 *
 * An access token that came with c+1 adopts as well (flow/authenticate.h).
 * Sessions of clients that are never shown a new refresh token
 * (keeps_refresh) get access tokens of c, which adopt nothing.
 */
#ifndef FLOW_REFRESH_H
#define FLOW_REFRESH_H

#include <stdint.h>

struct ctx;
struct realm;
struct session;
struct session_user;
struct tokens;

/* The first tokens of a session that was just opened. */
int refresh_issue(struct ctx *, const struct session *, struct tokens *ret);

/*
 * New tokens for a presented one. ERR_INVALID_REFRESH_TOKEN for anything
 * that is not good any more, without saying why. Not in a transaction.
 */
int refresh_use(struct ctx *, const struct realm *, const char *token,
    struct session_user *ret_session, struct tokens *ret);

/*
 * The session of a token whose signature holds, whatever its age: to end it.
 * ERR_NOT_FOUND for anything else.
 */
int refresh_find(struct ctx *, const struct realm *, const char *token,
    struct session_user *ret);

#endif
