/* Janua v1: camelCase under /v1; a 429 has a flat body of its own. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "dialect/all.h"
#include "http/quota.h"
#include "json/json.h"

static const char *const mounts[] = { "/v1", NULL };

static void
put_flat_429(struct buf *out, const struct error_view *v)
{
	bool first = true;

	buf_putc(out, '{');
	dialect_put_text(out, "error", "rate_limit_exceeded", &first);
	dialect_put_text(out, "message",
	    "Too many requests. Please try again later.", &first);
	dialect_put_int(out, "retryAfter", v->fail->retry_after_s, &first);
	dialect_put_int(out, "limit", v->quota == NULL ? 0 : v->quota->limit,
	    &first);
	dialect_put_int(out, "remaining", 0, &first);
	dialect_put_time(out, "resetTime",
	    v->now_us + v->fail->retry_after_s * CLOCK_SECOND, &first);
	buf_putc(out, '}');
}

static void
put_error(struct buf *out, const struct error_view *v)
{
	bool first = true, inner = true;

	if (v->status == 429) {
		put_flat_429(out, v);
		return;
	}
	buf_putc(out, '{');
	json_put_key(out, "error", &first);
	buf_putc(out, '{');
	dialect_put_text(out, "code", v->code, &inner);
	dialect_put_text(out, "message", v->text, &inner);
	json_put_key(out, "details", &inner);
	dialect_put_details(out, v);
	dialect_put_text(out, "requestId", v->request_id, &inner);
	dialect_put_time(out, "timestamp", v->now_us, &inner);
	buf_puts(out, "}}");
}

static const struct field error_rows[] = {
	ENVELOPE_ROW("code", F_STRING, .about = "For programs"),
	ENVELOPE_ROW("message", F_STRING, .about = "For people"),
	ENVELOPE_ROW("details", F_OBJECT, .flags = F_RAW_OBJECT,
	    .sub = dialect_details, .about = "{} when there is no more to say"),
	ENVELOPE_ROW("request_id", F_STRING),
	ENVELOPE_ROW("timestamp", F_TIME),
	FIELD_END,
};

static const struct field envelope[] = {
	ENVELOPE_ROW("error", F_OBJECT, .sub = error_rows),
	FIELD_END,
};

static const struct field envelope_429[] = {
	ENVELOPE_ROW("error", F_STRING),
	ENVELOPE_ROW("message", F_STRING),
	ENVELOPE_ROW("retry_after", F_INT, .about = "Seconds to wait"),
	ENVELOPE_ROW("limit", F_INT),
	ENVELOPE_ROW("remaining", F_INT),
	ENVELOPE_ROW("reset_time", F_TIME),
	FIELD_END,
};

const struct dialect dialect_janua_v1 = {
	.name = "janua-v1",
	.mounts = mounts,
	.kase = CASE_CAMEL,
	.errors = ERR_JANUA_V1,
	.realm = "main",
	.window_header = true,
	.message = dialect_success_message,
	.error = put_error,
	.title = "Janua v1",
	.about = "Under `/v1`; camelCase.",
	.envelope = envelope,
	.envelope_429 = envelope_429,
};
