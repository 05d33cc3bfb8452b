/*
 * Cursors of lists. A text that is taken is a mark, written with the very
 * same characters again; a mark that a page can end with comes back.
 */
#include "api/user_list.c"

#include "base/clock.h"
#include "base/conf.h"
#include "fuzz.h"

static void
check_text(struct ctx *cx, const char *text)
{
	struct user_mark mark = { 0 };
	const char *again;
	int r = cursor_parse(cx, text, &mark);

	HOLDS(r == 0 || (r == ERR_VALIDATION_ERROR && cx->fail.n_fields == 1));
	if (r != 0)
		return;
	HOLDS(mark.created_at > 0 && !uuid_is_zero(&mark.id));
	again = cursor_text(cx, &mark);
	HOLDS(again != NULL && strcmp(again, text) == 0);
}

static void
check_mark(struct ctx *cx, const uint8_t *p)
{
	struct user_mark mark, back = { 0 };
	uint64_t at;
	const char *text;

	memcpy(&at, p, sizeof(at));
	mark.created_at = (int64_t)(at % UINT64_C(253402300799999999)) + 1;
	memcpy(mark.id.b, p + 8, sizeof(mark.id.b));
	text = cursor_text(cx, &mark);
	HOLDS((text == NULL) == uuid_is_zero(&mark.id));
	if (text == NULL)
		return;
	HOLDS(strlen(text) <= 64);
	HOLDS(cursor_parse(cx, text, &back) == 0);
	HOLDS(back.created_at == mark.created_at &&
	    uuid_equal(&back.id, &mark.id));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	struct conf conf;
	struct ctx cx;

	fuzz_ctx(&cx, &conf);
	if (n >= 24)
		check_mark(&cx, p);
	check_text(&cx, fuzz_rest(&in, cx.mem));
	fuzz_ctx_free(&cx);
	return 0;
}
