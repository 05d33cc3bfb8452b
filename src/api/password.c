/* Changing a password, and getting in again without one. */
#include "api/tables.h"

#include "api/input.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/recovery.h"
#include "model/email.h"

/* --- change --- */

struct change_in {
	uint64_t given;
	struct uuid user_id;
	const char *current_password, *new_password;
};

static const struct field change_in[] = {
	PASSWORD_ROW(struct change_in, current_password),
	NEW_PASSWORD_ROW(struct change_in, new_password),
	FIELD_END,
};

static int
change_run(struct call *c)
{
	const struct change_in *in = c->in;
	int r = password_change(c->cx, c->actor, in->current_password,
	    in->new_password);

	return r != 0 ? r : reply_message(c, "Password successfully changed");
}

static const struct op change_op = {
	.id = "password.change",
	.summary = "Change your password; ends all your other sessions",
	.auth = AUTH_USER,
	.tx = TX_FLOW,
	.hashes = true,
	.in = change_in,
	.in_size = sizeof(struct change_in),
	.errors =
	    ERRORS(ERR_WRONG_PASSWORD, ERR_SAME_PASSWORD, ERR_WEAK_PASSWORD),
	.run = change_run,
};

/* The path says whose; for nobody but oneself. */
static const struct field change_of_in[] = {
	FIELD(struct change_in, user_id, F_ID, .flags = F_PATH,
	    .prefix = "usr"),
	PASSWORD_ROW(struct change_in, current_password),
	NEW_PASSWORD_ROW(struct change_in, new_password),
	FIELD_END,
};

static int
change_of_run(struct call *c)
{
	const struct change_in *in = c->in;

	if (!uuid_equal(&in->user_id, &c->actor->user.id))
		return err_set(c->cx, ERR_USER_NOT_FOUND, NULL);
	return change_run(c);
}

static const struct op change_of_op = {
	.id = "password.change_of",
	.summary = "Change your password; ends all your other sessions",
	.auth = AUTH_USER,
	.tx = TX_FLOW,
	.hashes = true,
	.in = change_of_in,
	.in_size = sizeof(struct change_in),
	.no_such = ERR_USER_NOT_FOUND,
	.errors =
	    ERRORS(ERR_WRONG_PASSWORD, ERR_SAME_PASSWORD, ERR_WEAK_PASSWORD),
	.run = change_of_run,
};

/* --- forgot --- */

struct forgot_in {
	uint64_t given;
	const char *email;
};

static const struct field forgot_in[] = {
	EMAIL_ROW(struct forgot_in, F_REQUIRED),
	FIELD_END,
};

static int
forgot_run(struct call *c)
{
	const struct forgot_in *in = c->in;
	int r = recovery_ask(c->cx, c->realm, RECOVERY_RESET, in->email);

	return r != 0 ? r
		      : reply_message(c,
			    "If the email exists, a password reset link has"
			    " been sent");
}

static const struct op forgot_op = {
	.id = "password.forgot",
	.summary = "Ask for a mail with a link to set a new password",
	.auth = AUTH_NONE,
	.tx = TX_WRITE,
	.quota = QUOTA_RESET,
	.quota_field = "email",
	.in = forgot_in,
	.in_size = sizeof(struct forgot_in),
	.run = forgot_run,
};

/* --- reset --- */

struct reset_in {
	uint64_t given;
	const char *token, *new_password;
};

#define TOKEN_ROW                                                              \
	FIELD(struct reset_in, token, F_STRING,                                \
	    .flags = F_REQUIRED | F_SECRET | F_NOT_EMPTY, .max = 512,          \
	    .about = "Of the mailed link", .example = "q5Jx0Wd8...")

static const struct field reset_in[] = {
	TOKEN_ROW,
	NEW_PASSWORD_ROW(struct reset_in, new_password),
	FIELD_END,
};

/* Older clients call it `password`. */
static const struct field confirm_in[] = {
	TOKEN_ROW,
	FIELD_AS(struct reset_in, "password", new_password, F_STRING,
	    .flags = F_REQUIRED | F_SECRET, .min = 1, .max = 1024,
	    .alias = "new_password", .check = password_bytes_check,
	    .example = "NewPass456!"),
	FIELD_END,
};

static int
reset_run(struct call *c)
{
	const struct reset_in *in = c->in;
	int r = password_reset(c->cx, in->token, in->new_password);

	return r != 0 ? r : reply_message(c, "Password successfully reset");
}

static const struct op reset_op = {
	.id = "password.reset",
	.summary = "Set a new password by a mailed link; ends all sessions",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_USE_LINK,
	.hashes = true,
	.in = reset_in,
	.in_size = sizeof(struct reset_in),
	.errors = ERRORS(ERR_INVALID_LINK, ERR_WEAK_PASSWORD),
	.run = reset_run,
};

static const struct op confirm_op = {
	.id = "password.confirm",
	.summary = "Set a new password by a mailed link; ends all sessions",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_USE_LINK,
	.hashes = true,
	.in = confirm_in,
	.in_size = sizeof(struct reset_in),
	.errors = ERRORS(ERR_INVALID_LINK, ERR_WEAK_PASSWORD),
	.run = reset_run,
};

const struct route password_routes[] = {
	{ D_JANUA, POST, "/api/v1/auth/password/change", &change_op },
	{ D_JANUA, PUT, "/api/v1/auth/password/change", &change_op },
	{ D_JANUA, POST, "/api/v1/users/{user_id}/change-password",
	    &change_of_op },
	{ D_JANUA, POST, "/api/v1/users/me/change-password", &change_op },
	{ D_JANUA, POST, "/api/v1/auth/password/forgot", &forgot_op },
	{ D_JANUA, POST, "/api/v1/auth/forgot-password", &forgot_op },
	{ D_JANUA, POST, "/api/v1/auth/password/reset-request", &forgot_op },
	{ D_JANUA, POST, "/api/v1/auth/password/reset", &reset_op },
	{ D_JANUA, POST, "/api/v1/auth/reset-password", &reset_op },
	{ D_JANUA, POST, "/api/v1/auth/password/confirm", &confirm_op },
	{ D_JANUA_V1, POST, "/v1/users/me/password", &change_op },
	{ D_AUTHAPI, POST, "/v1/auth/password/change", &change_op },
	{ D_AUTHAPI, POST, "/v1/auth/password/reset-request", &forgot_op },
	{ D_AUTHAPI, POST, "/v1/auth/password/reset", &reset_op },
	{ .op = NULL },
};
