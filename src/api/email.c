/* Proving an e-mail address. */
#include "api/tables.h"

#include "api/input.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/recovery.h"
#include "model/email.h"

struct verify_in {
	uint64_t given;
	const char *token;
};

static const struct field verify_in[] = {
	FIELD(struct verify_in, token, F_STRING,
	    .flags = F_REQUIRED | F_SECRET | F_NOT_EMPTY, .max = 512,
	    .about = "Of the mailed link", .example = "q5Jx0Wd8..."),
	FIELD_END,
};

static int
verify_run(struct call *c)
{
	const struct verify_in *in = c->in;
	int r = email_verify(c->cx, in->token);

	return r != 0 ? r : reply_message(c, "Email successfully verified");
}

static const struct op verify_op = {
	.id = "email.verify",
	.summary = "Prove an e-mail address by a mailed link",
	.auth = AUTH_NONE,
	.tx = TX_FLOW,
	.quota = QUOTA_USE_LINK,
	.in = verify_in,
	.in_size = sizeof(struct verify_in),
	.errors = ERRORS(ERR_INVALID_LINK, ERR_EMAIL_ALREADY_REGISTERED),
	.run = verify_run,
};

struct resend_in {
	uint64_t given;
	const char *email;
};

static const struct field resend_in[] = {
	EMAIL_ROW(struct resend_in),
	FIELD_END,
};

/* Signed in, one need not say one's own address. */
static int
resend_run(struct call *c)
{
	const struct resend_in *in = c->in;
	const char *email = in->email;
	int r;

	if (email == NULL && c->actor != NULL)
		email = c->actor->user.email;
	if (email == NULL)
		return err_field(c->cx, "email", "required", "is required");
	r = recovery_ask(c->cx, c->realm, RECOVERY_VERIFY, email);
	return r != 0 ? r
		      : reply_message(c,
			    "If the email needs it, a verification link has"
			    " been sent");
}

static const struct op resend_op = {
	.id = "email.resend",
	.summary = "Ask for another mail with a verification link",
	.auth = AUTH_OPTIONAL,
	.tx = TX_WRITE,
	.quota = QUOTA_VERIFY,
	.quota_field = "email",
	.in = resend_in,
	.in_size = sizeof(struct resend_in),
	.run = resend_run,
};

const struct route email_routes[] = {
	{ D_JANUA, POST, "/api/v1/auth/email/verify", &verify_op },
	{ D_JANUA, POST, "/api/v1/auth/verify-email", &verify_op },
	{ D_JANUA, POST, "/api/v1/auth/email/resend-verification", &resend_op },
	{ D_JANUA, POST, "/api/v1/auth/resend-verification", &resend_op },
	{ D_AUTHAPI, POST, "/v1/auth/email/verify", &verify_op },
	{ D_AUTHAPI, POST, "/v1/auth/email/resend-verification", &resend_op },
	{ .op = NULL },
};
