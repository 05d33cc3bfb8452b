/*
 * Access tokens: JWTs of type at+jwt (RFC 9068) that name the session they
 * belong to. They are never believed alone; see flow/authenticate.h.
 */
#ifndef FLOW_TOKEN_H
#define FLOW_TOKEN_H

#include <stdint.h>

#include "base/id.h"

struct ctx;
struct realm;
struct session;

/* What a client is handed. Strings live in the call's arena. */
struct tokens {
	const char *access_token;
	const char *refresh_token;
	int64_t expires_in, refresh_expires_in; /* seconds */
	const char *token_type; /* "bearer" */
	const char *token_type_title; /* "Bearer" */
};

/* rtc: the counter of the refresh token that came with it. */
int token_mint(struct ctx *, const struct session *, int64_t rtc,
    const char **ret_token, int64_t *ret_expires_in);

struct token_claims {
	struct uuid user_id, session_id;
	int64_t rtc;
	int64_t exp_us;
};

/*
 * Signature, type, issuer, audience and times. What a good token says is kept
 * for its next use (model/key.h); audience and times are checked each time. ERR_UNAUTHORIZED for anything
 * that does not hold.
 */
int token_verify(struct ctx *, const struct realm *, const char *token,
    struct token_claims *ret);

#endif
