/* Signing up, in and out. These open their own transactions. */
#ifndef FLOW_SIGNIN_H
#define FLOW_SIGNIN_H

#include <stdbool.h>

#include "flow/token.h"
#include "model/user.h"

struct actor;
struct client;
struct ctx;
struct realm;

/* What a sign-in gives. */
struct signed_in {
	struct user user;
	struct tokens tokens;
	const struct tokens *issued; /* these tokens; NULL: none yet */
	bool requires_email_verification;
	bool mfa_required; /* then there are no tokens yet */
	const char *mfa_token;
};

/* Credentials. One of email and username is NULL. */
struct signin {
	const char *email, *username, *password;
	const struct client *client;
	bool keeps_refresh; /* see flow/refresh.h */
};

/*
 * ERR_INVALID_CREDENTIALS with attempts_remaining in its details,
 * ERR_ACCOUNT_LOCKED with the time, ERR_ACCOUNT_SUSPENDED after the right
 * password only. An unknown account takes the same time.
 */
int signin(struct ctx *, const struct realm *, const struct signin *,
    struct signed_in *ret);

struct signup {
	struct user_new user; /* without the password */
	const char *password;
	const struct client *client;
	bool without_session; /* authapi's registration opens none */
	bool keeps_refresh;
};

/* In a day, with signup_disclosure = off; then the owner knows. */
#define SIGNUP_AGAIN_MAILS 3

/*
 * The setting signup_disclosure = off: whoever asks is told the same, and the
 * account takes no sign-in before its address is verified.
 */
struct signed_up {
	struct signed_in in;
	bool undisclosed; /* nothing else of this is set then */
};

int signup(struct ctx *, const struct realm *, const struct signup *,
    struct signed_up *ret);

/* Ends the actor's session, else the session of the refresh token. */
int signout(struct ctx *, const struct realm *, const struct actor *,
    const char *refresh_token);

#endif
