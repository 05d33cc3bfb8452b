/* Signing up, in and out, and refreshing, in every dialect. */
#include "api/tables.h"

#include "api/input.h"
#include "api/view.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/refresh.h"
#include "flow/signin.h"
#include "model/email.h"
#include "model/realm.h"

static const char *const plans[] = { "free", "pro", "enterprise", NULL };

/* --- sign-up --- */

struct signup_in {
	uint64_t given;
	const char *email, *password;
	const char *first_name, *last_name, *username, *locale;
	const char *name, *organization, *subscription_plan;
};

#define NAME_ROW(member, n, ...)                                               \
	FIELD(struct signup_in, member, F_STRING,                              \
	    .flags = F_TRIM | F_ONE_LINE,                                      \
	    .max = (n)__VA_OPT__(, .example =) __VA_ARGS__)

static const struct field signup_in[] = {
	EMAIL_ROW(struct signup_in, F_REQUIRED),
	PASSWORD_ROW(struct signup_in, password),
	NAME_ROW(first_name, 100, "Ann"),
	NAME_ROW(last_name, 100, "Lee"),
	FIELD(struct signup_in, username, F_STRING, .flags = F_TRIM,
	    .check = username_check, .example = "ann"),
	FIELD(struct signup_in, locale, F_STRING, .max = 35,
	    .check = locale_check, .example = "en-US"),
	FIELD_END,
};

static const struct field register_in[] = {
	EMAIL_ROW(struct signup_in, F_REQUIRED),
	PASSWORD_ROW(struct signup_in, password),
	NAME_ROW(name, 200, "Ann Lee"),
	NAME_ROW(organization, 200, "Example Corp"),
	FIELD(struct signup_in, subscription_plan, F_STRING, .values = plans,
	    .about = "A wish; the plan is free until an administrator sets it",
	    .example = "pro"),
	FIELD_END,
};

static const struct field legacy_register_in[] = {
	EMAIL_ROW(struct signup_in, F_REQUIRED),
	PASSWORD_ROW(struct signup_in, password),
	NAME_ROW(name, 200, "Ann Lee"),
	FIELD_END,
};

static const struct field signed_in_view[] = {
	FIELD(struct signed_in, user, F_OBJECT, .sub = user_view),
	FIELD_AS(struct signed_in, "tokens", issued, F_REF, .flags = F_NULLABLE,
	    .sub = tokens_view),
	FIELD(struct signed_in, mfa_required, F_BOOL),
	FIELD_AS(struct signed_in, "requires_mfa", mfa_required, F_BOOL,
	    .flags = F_OMIT_NULL),
	FIELD(struct signed_in, mfa_token, F_STRING, .flags = F_NULLABLE),
	FIELD_END,
};

static const struct field signed_up_view_v1[] = {
	FIELD(struct signed_in, user, F_OBJECT, .sub = user_view),
	FIELD_AS(struct signed_in, "tokens", issued, F_REF, .flags = F_NULLABLE,
	    .sub = tokens_view_v1),
	FIELD(struct signed_in, requires_email_verification, F_BOOL),
	FIELD_END,
};

static const struct field legacy_signed_in_view[] = {
	LEGACY_USER_ROWS(struct signed_in, user),
	FIELD_END,
};

static const struct field registered_view[] = {
	FIELD_AS(struct signed_in, "user_id", user.id, F_ID, .prefix = "usr"),
	FIELD_AS(struct signed_in, "email", user.email, F_STRING,
	    .example = "ann@example.com", .format = "email"),
	FIELD_AS(struct signed_in, "name", user.name, F_STRING,
	    .example = "Ann Lee"),
	FIELD_AS(struct signed_in, "organization", user.organization, F_STRING,
	    .flags = F_NULLABLE, .example = "Example Corp"),
	FIELD_AS(struct signed_in, "subscription_plan", user.plan, F_STRING,
	    .values = plans),
	FIELD_AS(struct signed_in, "created_at", user.created_at, F_TIME),
	FIELD_END,
};

static int
run_signup(struct call *c, bool without_session)
{
	const struct signup_in *in = c->in;
	struct signed_up *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct client client;
	struct signup up = {
		.user = {
			.email = in->email,
			.username = in->username,
			.first_name = in->first_name,
			.last_name = in->last_name,
			.display_name = in->name,
			.locale = in->locale,
			.organization = in->organization,
			.plan_wish = in->subscription_plan,
		},
		.password = in->password,
		.client = &client,
		.without_session = without_session,
	};
	int r = call_client(c, NULL, &client);

	if (r == 0)
		r = signup(c->cx, c->realm, &up, out);
	if (r != 0)
		return r;
	if (out->undisclosed) {
		c->status = 202;
		return reply_message(c,
		    "If the address can be registered, a mail is on its way");
	}
	if (out->in.issued != NULL)
		reply_cookies(c, out->in.issued);
	return reply(c, &out->in);
}

static int
signup_run(struct call *c)
{
	return run_signup(c, false);
}

static int
register_run(struct call *c)
{
	return run_signup(c, true);
}

static const struct op signup_op = {
	.id = "auth.signup",
	.summary = "Create an account and sign in",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNUP,
	.quota_field = "email",
	.hashes = true,
	.in = signup_in,
	.in_size = sizeof(struct signup_in),
	.out = signed_in_view,
	.status = 201,
	.errors = ERRORS(ERR_WEAK_PASSWORD, ERR_SIGNUP_DISABLED,
	    ERR_EMAIL_ALREADY_REGISTERED, ERR_USERNAME_TAKEN),
	.also = 202,
	.run = signup_run,
};

static const struct op register_op = {
	.id = "auth.register",
	.summary = "Create an account",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNUP,
	.quota_field = "email",
	.hashes = true,
	.in = register_in,
	.in_size = sizeof(struct signup_in),
	.out = registered_view,
	.status = 201,
	.errors = ERRORS(ERR_WEAK_PASSWORD, ERR_SIGNUP_DISABLED,
	    ERR_EMAIL_ALREADY_REGISTERED),
	.also = 202,
	.run = register_run,
};

static const struct op legacy_register_op = {
	.id = "auth.legacy_register",
	.summary = "Create an account and sign in by cookies",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNUP,
	.quota_field = "email",
	.hashes = true,
	.in = legacy_register_in,
	.in_size = sizeof(struct signup_in),
	.out = legacy_signed_in_view,
	.status = 201,
	.errors = ERRORS(ERR_WEAK_PASSWORD, ERR_SIGNUP_DISABLED,
	    ERR_EMAIL_ALREADY_REGISTERED),
	.also = 202,
	.run = signup_run,
};

/* --- sign-in --- */

struct signin_in {
	uint64_t given;
	const char *email, *username, *password, *device_info;
};

static const struct field signin_in[] = {
	EMAIL_ROW(struct signin_in),
	FIELD(struct signin_in, username, F_STRING, .flags = F_TRIM,
	    .check = username_check, .about = "Instead of the e-mail address"),
	PASSWORD_ROW(struct signin_in, password),
	FIELD_END,
};

static const struct field login_in[] = {
	EMAIL_ROW(struct signin_in, F_REQUIRED),
	PASSWORD_ROW(struct signin_in, password),
	FIELD(struct signin_in, device_info, F_RAW, .flags = F_RAW_OBJECT,
	    .max = 2048, .about = "Kept with the session and shown as sent",
	    .example = "{\"device_id\":\"device123\","
		       "\"platform\":\"web\",\"browser\":\"chrome\"}"),
	FIELD_END,
};

static const struct field legacy_login_in[] = {
	EMAIL_ROW(struct signin_in, F_REQUIRED),
	PASSWORD_ROW(struct signin_in, password),
	FIELD_END,
};

static const struct field signed_in_view_v1[] = {
	FIELD(struct signed_in, user, F_OBJECT, .sub = user_view),
	FIELD_AS(struct signed_in, "tokens", issued, F_REF, .flags = F_NULLABLE,
	    .sub = tokens_view_v1),
	FIELD_AS(struct signed_in, "requires_mfa", mfa_required, F_BOOL),
	FIELD(struct signed_in, mfa_token, F_STRING, .flags = F_OMIT_NULL),
	FIELD_END,
};

static const struct field login_user_view[] = {
	FIELD(struct user, id, F_ID, .prefix = "usr"),
	FIELD(struct user, email, F_STRING, .example = "ann@example.com",
	    .format = "email"),
	FIELD(struct user, name, F_STRING, .example = "Ann Lee"),
	FIELD(struct user, organization, F_STRING, .flags = F_NULLABLE,
	    .example = "Example Corp"),
	FIELD_AS(struct user, "subscription_plan", plan, F_STRING,
	    .values = plans),
	FIELD_END,
};

#define FLAT_TOKEN_ROWS(type)                                                  \
	FIELD_AS(type, "access_token", tokens.access_token, F_STRING,          \
	    .example = TOKEN_EXAMPLE),                                         \
	    FIELD_AS(type, "refresh_token", tokens.refresh_token, F_STRING,    \
		.example = REFRESH_EXAMPLE),                                   \
	    FIELD_AS(type, "expires_in", tokens.expires_in, F_INT,             \
		.about = "Seconds the access token is good for",               \
		.example = "3600")

static const struct field login_view[] = {
	FLAT_TOKEN_ROWS(struct signed_in),
	FIELD_AS(struct signed_in, "token_type", tokens.token_type, F_STRING,
	    .example = "bearer"),
	FIELD(struct signed_in, user, F_OBJECT, .sub = login_user_view),
	FIELD_END,
};

static int
run_signin(struct call *c, bool keeps_refresh)
{
	const struct signin_in *in = c->in;
	struct signed_in *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct client client;
	struct signin entry = {
		.email = in->email,
		.username = in->username,
		.password = in->password,
		.client = &client,
		.keeps_refresh = keeps_refresh,
	};
	int r;

	if (in->email == NULL && in->username == NULL)
		return err_field(c->cx, "email", "required",
		    "give an email or a username");
	if (in->email != NULL && in->username != NULL)
		return err_field(c->cx, "username", "conflict",
		    "give an email or a username, not both");
	r = call_client(c, in->device_info, &client);
	if (r == 0)
		r = signin(c->cx, c->realm, &entry, out);
	if (r != 0)
		return r;
	reply_cookies(c, &out->tokens);
	return reply(c, out);
}

static int
signin_run(struct call *c)
{
	return run_signin(c, false);
}

/* Auth API's clients are never shown a second refresh token. */
static int
login_run(struct call *c)
{
	return run_signin(c, true);
}

static const struct op signin_op = {
	.id = "auth.signin",
	.summary = "Sign in with a password",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNIN,
	.hashes = true,
	.in = signin_in,
	.in_size = sizeof(struct signin_in),
	.out = signed_in_view,
	.about =
	    "Five failures in a row lock the account for 15 minutes, whether it exists or not; the answer to a failure says how many are left.",
	.errors = ERRORS(ERR_INVALID_CREDENTIALS, ERR_ACCOUNT_LOCKED,
	    ERR_ACCOUNT_SUSPENDED, ERR_EMAIL_NOT_VERIFIED),
	.run = signin_run,
};

static const struct op login_op = {
	.id = "auth.login",
	.summary = "Sign in with a password",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNIN,
	.hashes = true,
	.in = login_in,
	.in_size = sizeof(struct signin_in),
	.out = login_view,
	.about =
	    "Five failures in a row lock the account for 15 minutes, whether it exists or not; the answer to a failure says how many are left.",
	.errors = ERRORS(ERR_INVALID_CREDENTIALS, ERR_ACCOUNT_LOCKED,
	    ERR_ACCOUNT_SUSPENDED, ERR_EMAIL_NOT_VERIFIED),
	.run = login_run,
};

static const struct op legacy_login_op = {
	.id = "auth.legacy_login",
	.summary = "Sign in by cookies",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_SIGNIN,
	.hashes = true,
	.in = legacy_login_in,
	.in_size = sizeof(struct signin_in),
	.out = legacy_signed_in_view,
	.about =
	    "Five failures in a row lock the account for 15 minutes, whether it exists or not; the answer to a failure says how many are left.",
	.errors = ERRORS(ERR_INVALID_CREDENTIALS, ERR_ACCOUNT_LOCKED,
	    ERR_ACCOUNT_SUSPENDED, ERR_EMAIL_NOT_VERIFIED),
	.run = signin_run,
};

/* --- refresh --- */

struct refresh_in {
	uint64_t given;
	const char *refresh_token;
};

struct refreshed {
	struct session_user owner;
	struct tokens tokens;
};

static const struct field refresh_in[] = {
	FIELD(struct refresh_in, refresh_token, F_STRING,
	    .flags = F_REQUIRED | F_SECRET, .max = 2048,
	    .example = REFRESH_EXAMPLE),
	FIELD_END,
};

/* The cookie may bring it instead. */
static const struct field refresh_optional_in[] = {
	FIELD(struct refresh_in, refresh_token, F_STRING, .flags = F_SECRET,
	    .max = 2048,
	    .about = "When no access token or cookie says which session"),
	FIELD_END,
};

static const struct field refreshed_view[] = {
	FLAT_TOKEN_ROWS(struct refreshed),
	FIELD_AS(struct refreshed, "token_type", tokens.token_type, F_STRING,
	    .example = "bearer"),
	FIELD_END,
};

static const struct field refreshed_view_v1[] = {
	FLAT_TOKEN_ROWS(struct refreshed),
	FIELD_AS(struct refreshed, "token_type", tokens.token_type_title,
	    F_STRING, .example = "Bearer"),
	FIELD_END,
};

static const struct field legacy_refreshed_view[] = {
	LEGACY_USER_ROWS(struct refreshed, owner.user),
	FIELD_END,
};

static int
run_refresh(struct call *c, const char *token)
{
	struct refreshed *out = arena_alloc(c->cx->mem, sizeof(*out));
	int r;

	if (token == NULL)
		return err_set(c->cx, ERR_INVALID_REFRESH_TOKEN, NULL);
	r = refresh_use(c->cx, c->realm, token, &out->owner, &out->tokens);
	if (r != 0)
		return r;
	reply_cookies(c, &out->tokens);
	return reply(c, out);
}

static int
refresh_run(struct call *c)
{
	const struct refresh_in *in = c->in;

	return run_refresh(c, in->refresh_token);
}

static int
legacy_refresh_run(struct call *c)
{
	const struct refresh_in *in = c->in;

	return run_refresh(c,
	    in->refresh_token != NULL ? in->refresh_token
				      : call_cookie(c, "refresh_token"));
}

static const struct op refresh_op = {
	.id = "auth.refresh",
	.summary = "Exchange a refresh token for new tokens",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.in = refresh_in,
	.in_size = sizeof(struct refresh_in),
	.out = refreshed_view,
	.about =
	    "A refresh token dies when its successor is first used, so that a lost answer loses nothing: repeating the request gives the same tokens. One that is older ends the session.",
	.errors = ERRORS(ERR_INVALID_REFRESH_TOKEN),
	.run = refresh_run,
};

static const struct op legacy_refresh_op = {
	.id = "auth.legacy_refresh",
	.summary = "Exchange the refresh cookie for new cookies",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.in = refresh_optional_in,
	.in_size = sizeof(struct refresh_in),
	.out = legacy_refreshed_view,
	.about = "The token may also stand in the body.",
	.errors = ERRORS(ERR_INVALID_REFRESH_TOKEN),
	.run = legacy_refresh_run,
};

/* --- sign-out --- */

static int
signout_run(struct call *c)
{
	const struct refresh_in *in = c->in;
	int r;

	if (c->actor == NULL && in->refresh_token == NULL)
		return err_set(c->cx, ERR_UNAUTHORIZED, NULL);
	r = signout(c->cx, c->realm, c->actor, in->refresh_token);
	return r != 0 ? r : reply_message(c, "Successfully signed out");
}

/* Whatever the cookies hold, they are gone afterwards. */
static int
legacy_signout_run(struct call *c)
{
	int r =
	    signout(c->cx, c->realm, c->actor, call_cookie(c, "refresh_token"));

	return r != 0 ? r : reply_empty(c);
}

static const struct op signout_op = {
	.id = "auth.signout",
	.summary = "End this session",
	.auth = AUTH_OPTIONAL,
	.tx = TX_FLOW,
	.in = refresh_optional_in,
	.in_size = sizeof(struct refresh_in),
	.about =
	    "The session of the access token, or else that of the refresh token.",
	.errors = ERRORS(ERR_UNAUTHORIZED),
	.run = signout_run,
};

static const struct op legacy_signout_op = {
	.id = "auth.legacy_signout",
	.summary = "End this session and clear its cookies",
	.auth = AUTH_OPTIONAL,
	.tx = TX_FLOW,
	.status = 204,
	.run = legacy_signout_run,
};

const struct route auth_routes[] = {
	{ D_JANUA, POST, "/api/v1/auth/signup", &signup_op },
	{ D_JANUA, POST, "/api/v1/auth/signin", &signin_op },
	{ D_JANUA, POST, "/api/v1/auth/register", &signup_op },
	{ D_JANUA, POST, "/api/v1/auth/login", &signin_op },
	{ D_JANUA, POST, "/api/v1/auth/logout", &signout_op },
	{ D_JANUA, POST, "/api/v1/auth/refresh", &refresh_op },
	{ D_JANUA, POST, "/auth/refresh", &refresh_op },
	{ D_JANUA, POST, "/api/v1/auth/signout", &signout_op },
	{ D_JANUA_V1, POST, "/v1/auth/signup", &signup_op,
	    .out = signed_up_view_v1 },
	{ D_JANUA_V1, POST, "/v1/auth/signin", &signin_op,
	    .out = signed_in_view_v1 },
	{ D_JANUA_V1, POST, "/v1/auth/signout", &signout_op },
	{ D_AUTHAPI, POST, "/v1/auth/register", &register_op },
	{ D_AUTHAPI, POST, "/v1/auth/login", &login_op },
	{ D_AUTHAPI, POST, "/v1/auth/refresh", &refresh_op, .alt = D_JANUA_V1,
	    .main_key = "refresh_token", .alt_key = "refreshToken",
	    .alt_out = refreshed_view_v1 },
	{ D_AUTHAPI, POST, "/v1/auth/logout", &signout_op },
	{ D_AUCTORITAS, POST, "/api/auth/register", &legacy_register_op,
	    .cookies = COOKIES_SET },
	{ D_AUCTORITAS, POST, "/api/auth/login", &legacy_login_op,
	    .cookies = COOKIES_SET },
	{ D_AUCTORITAS, POST, "/api/auth/refresh", &legacy_refresh_op,
	    .cookies = COOKIES_SET },
	{ D_AUCTORITAS, POST, "/api/auth/logout", &legacy_signout_op,
	    .cookies = COOKIES_CLEAR },
	{ .op = NULL },
};
