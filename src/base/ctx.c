/* Notes of why a call failed. What does not fit any more is left out. */
#include "base/ctx.h"

void
ctx_fail_clear(struct ctx *cx)
{
	cx->fail = (struct fail) { .text = NULL };
}

int
err_set(struct ctx *cx, enum err e, const char *text)
{
	cx->fail.text = text;
	return e;
}

int
err_field(struct ctx *cx, const char *field, const char *type,
    const char *message)
{
	if (cx->fail.n_fields < FAIL_FIELDS)
		cx->fail.fields[cx->fail.n_fields++] = (struct fail_field) {
			.field = field,
			.message = message,
			.type = type,
		};
	return ERR_VALIDATION_ERROR;
}

static void
add_detail(struct ctx *cx, struct fail_detail d)
{
	if (cx->fail.n_details < FAIL_DETAILS)
		cx->fail.details[cx->fail.n_details++] = d;
}

void
err_detail_text(struct ctx *cx, const char *name, const char *text)
{
	add_detail(cx, (struct fail_detail) { .name = name, .text = text });
}

void
err_detail_int(struct ctx *cx, const char *name, int64_t number)
{
	add_detail(cx, (struct fail_detail) { .name = name, .number = number });
}

int
err_retry(struct ctx *cx, enum err e, int64_t retry_after_s)
{
	cx->fail.retry_after_s = retry_after_s;
	return e;
}
