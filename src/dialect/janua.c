/*
 * Plinto and Janua: snake_case under /api/v1. The error body is a superset
 * that serves clients of either, and those that only read a flat message.
 */
#include "base/buf.h"
#include "base/ctx.h"
#include "dialect/all.h"

static const char *const mounts[] = {
	"/api/v1",
	"/api/invitations",
	"/api/policies",
	"/api/audit-logs",
	"/auth",
	NULL,
};

void
dialect_superset_error(struct buf *out, const struct error_view *v)
{
	bool first = true;

	buf_putc(out, '{');
	dialect_put_text(out, "detail", v->text, &first);
	dialect_put_text(out, "message", v->text, &first);
	dialect_put_text(out, "error_code", v->code, &first);
	dialect_put_int(out, "status_code", v->status, &first);
	dialect_put_time(out, "timestamp", v->now_us, &first);
	dialect_put_text(out, "path", v->path, &first);
	if (v->status == 429)
		dialect_put_int(out, "retry_after", v->fail->retry_after_s,
		    &first);
	dialect_put_error(out, v, &first);
	buf_putc(out, '}');
}

const struct field dialect_superset_envelope[] = {
	ENVELOPE_ROW("detail", F_STRING, .about = "What went wrong"),
	ENVELOPE_ROW("message", F_STRING, .about = "The same as detail"),
	ENVELOPE_ROW("error_code", F_STRING, .about = "For programs"),
	ENVELOPE_ROW("status_code", F_INT, .about = "The status"),
	ENVELOPE_ROW("timestamp", F_TIME),
	ENVELOPE_ROW("path", F_STRING, .about = "Of the request"),
	ENVELOPE_ROW("retry_after", F_INT, .flags = F_OMIT_NULL,
	    .about = "Seconds to wait, of a 429"),
	ENVELOPE_ROW("error", F_OBJECT, .sub = dialect_error),
	FIELD_END,
};

const struct dialect dialect_janua = {
	.name = "janua",
	.mounts = mounts,
	.kase = CASE_SNAKE,
	.errors = ERR_API_V1,
	.realm = "main",
	.message = dialect_message,
	.error = dialect_superset_error,
	.title = "Plinto and Janua",
	.about = "Under `/api/v1`; snake_case.",
	.envelope = dialect_superset_envelope,
};
