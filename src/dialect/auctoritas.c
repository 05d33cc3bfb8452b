/*
 * Auctoritas: camelCase; a realm of its own; cookies beside bearers. Errors
 * carry a flat status and message beside the object.
 */
#include "base/buf.h"
#include "dialect/all.h"

static const char *const mounts[] = {
	"/api/platform",
	"/api/v1/customers",
	"/api/v1/end-users",
	"/api/auth",
	"/api/user",
	"/api/sessions",
	NULL,
};

static void
put_error(struct buf *out, const struct error_view *v)
{
	bool first = true;

	buf_putc(out, '{');
	dialect_put_error(out, v, &first);
	dialect_put_int(out, "status", v->status, &first);
	dialect_put_text(out, "message", v->text, &first);
	dialect_put_time(out, "timestamp", v->now_us, &first);
	buf_putc(out, '}');
}

static const struct field envelope[] = {
	ENVELOPE_ROW("error", F_OBJECT, .sub = dialect_error),
	ENVELOPE_ROW("status", F_INT),
	ENVELOPE_ROW("message", F_STRING, .about = "The same as error.message"),
	ENVELOPE_ROW("timestamp", F_TIME),
	FIELD_END,
};

const struct dialect dialect_auctoritas = {
	.name = "auctoritas",
	.mounts = mounts,
	.kase = CASE_CAMEL,
	.errors = ERR_AUCTORITAS,
	.realm = "auctoritas",
	.cookies = true,
	.message = dialect_message,
	.error = put_error,
	.title = "Auctoritas",
	.about = "camelCase; a realm of its own; cookies beside bearer tokens.",
	.envelope = envelope,
};
