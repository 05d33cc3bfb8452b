/* Auth API: snake_case on its own paths under /v1/auth, lower-case codes. */
#include "base/buf.h"
#include "dialect/all.h"

static const char *const mounts[] = {
	"/v1/auth/register",
	"/v1/auth/login",
	"/v1/auth/refresh",
	"/v1/auth/logout",
	"/v1/auth/profile",
	"/v1/auth/sessions",
	"/v1/auth/password",
	"/v1/auth/email",
	NULL,
};

static void
put_error(struct buf *out, const struct error_view *v)
{
	bool first = true;

	buf_putc(out, '{');
	dialect_put_error(out, v, &first);
	buf_putc(out, '}');
}

static const struct field envelope[] = {
	ENVELOPE_ROW("error", F_OBJECT, .sub = dialect_error),
	FIELD_END,
};

const struct dialect dialect_authapi = {
	.name = "authapi",
	.mounts = mounts,
	.kase = CASE_SNAKE,
	.errors = ERR_AUTHAPI,
	.realm = "main",
	.plan_quota = true,
	.message = dialect_message,
	.error = put_error,
	.title = "Auth API",
	.about = "Its own paths under `/v1/auth`; snake_case, codes of errors"
		 " in lower case.",
	.envelope = envelope,
};
