/*
 * A query string, a header and a piece of a path into a table of all kinds.
 * What is taken keeps to its rules, and spelled out anew, every byte of it
 * escaped, it decodes to the same. What is not taken says which field.
 *
 * Lines: query, header, path variable, and the rest is nothing.
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/list.h"
#include "base/utf8.h"
#include "dispatch/call.h"
#include "dispatch/decode.h"
#include "fuzz.h"
#include "http/request.h"

struct in {
	uint64_t given;
	const char *name, *full_kind, *raw, *word;
	bool is_on;
	int64_t count, created_at;
	struct uuid user_id, item_id;
	struct list tags;
};

static const char *const kinds[] = { "a", "b c", "\xc3\xa4&=+%;", NULL };

static const struct field rows[] = {
	FIELD(struct in, name, F_STRING,
	    .flags = F_QUERY | F_REQUIRED | F_TRIM | F_NOT_EMPTY | F_ONE_LINE,
	    .max = 9),
	FIELD(struct in, full_kind, F_STRING, .flags = F_QUERY,
	    .values = kinds),
	FIELD(struct in, raw, F_RAW, .flags = F_QUERY | F_RAW_OBJECT),
	FIELD(struct in, word, F_STRING, .flags = F_HEADER,
	    .alias = "HTTP_X_WORD", .max = 20),
	FIELD(struct in, is_on, F_BOOL, .flags = F_QUERY, .alias = "on"),
	FIELD(struct in, count, F_INT, .flags = F_QUERY, .min = -5, .max = 5),
	FIELD(struct in, created_at, F_TIME, .flags = F_QUERY),
	FIELD(struct in, user_id, F_ID, .flags = F_QUERY, .prefix = "usr"),
	FIELD(struct in, item_id, F_ID, .flags = F_PATH, .prefix = "item"),
	FIELD(struct in, tags, F_LIST, .flags = F_QUERY, .max = 3),
	FIELD_END,
};

static const struct op op = {
	.in = rows,
	.in_size = sizeof(struct in),
};

static int
decode(struct ctx *cx, enum dialect_id dialect, const char *query,
    const char *word, const char *item, struct in *ret)
{
	const char *params[] = { arena_printf(cx->mem, "HTTP_X_WORD=%s", word),
		NULL };
	struct http_request req = { .query = query, .params = params };
	struct route route = { .op = &op };
	struct call c = {
		.cx = cx,
		.req = &req,
		.op = &op,
		.route = &route,
		.dialect = dialects[dialect],
		.vars = { { "item_id", 7, item } },
		.n_vars = 1,
	};
	int r;

	ctx_fail_clear(cx);
	r = decode_input(&c);
	if (r == 0)
		*ret = *(struct in *)c.in;
	return r;
}

static void
put_escaped(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		buf_printf(b, "%%%02x", (unsigned char)*text);
}

static void
put_pair(struct buf *b, size_t row, enum field_case kase, const char *value)
{
	char name[FIELD_NAME_MAX];

	if (b->n > 0)
		buf_putc(b, '&');
	field_name(&rows[row], kase, name);
	put_escaped(b, name);
	buf_putc(b, '=');
	put_escaped(b, value);
}

static const char *
joined(struct arena *mem, const struct list *items)
{
	struct buf b;

	buf_init(&b, mem, 64);
	for (size_t i = 0; i < items->n; i++)
		buf_printf(&b, "%s%s", i > 0 ? "," : "",
		    ((const char *const *)items->items)[i]);
	return b.p;
}

static const char *
value_text(struct arena *mem, const struct in *in, size_t row)
{
	const void *at = (const char *)in + rows[row].offset;
	char *text = arena_alloc(mem, ID_TEXT_MAX);

	switch (rows[row].kind) {
	case F_BOOL:
		return *(const bool *)at ? "1" : "false";
	case F_INT:
		return arena_printf(mem, "%" PRId64, *(const int64_t *)at);
	case F_TIME:
		clock_format(*(const int64_t *)at, text);
		return text;
	case F_ID:
		id_format(rows[row].prefix, at, text);
		return text;
	case F_LIST:
		return joined(mem, at);
	case F_STRING:
	case F_RAW:
	case F_OBJECT:
	case F_REF:
		break;
	}
	return *(const char *const *)at;
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_again(struct ctx *cx, enum dialect_id dialect, const char *word,
    const char *item, const struct in *in)
{
	enum field_case kase = dialects[dialect]->kase;
	struct in again;
	struct buf b;

	buf_init(&b, cx->mem, 256);
	for (size_t i = 0; rows[i].name != NULL; i++)
		if ((rows[i].flags & F_QUERY) != 0 && (in->given >> i & 1))
			put_pair(&b, i, kase, value_text(cx->mem, in, i));
	HOLDS(decode(cx, dialect, b.p, word, item, &again) == 0);
	HOLDS(again.given == in->given);
	HOLDS(same_text(again.name, in->name));
	HOLDS(same_text(again.full_kind, in->full_kind));
	HOLDS(same_text(again.raw, in->raw));
	HOLDS(again.is_on == in->is_on && again.count == in->count);
	HOLDS(again.created_at == in->created_at / CLOCK_SECOND * CLOCK_SECOND);
	HOLDS(uuid_equal(&again.user_id, &in->user_id));
	HOLDS(again.tags.n == in->tags.n);
	HOLDS(same_text(joined(cx->mem, &again.tags),
	    joined(cx->mem, &in->tags)));
}

static void
check_rules(const struct in *in)
{
	HOLDS(in->name != NULL && *in->name != '\0' && *in->name != ' ');
	HOLDS(utf8_valid(in->name, strlen(in->name)));
	HOLDS(utf8_count(in->name) <= 9);
	HOLDS(in->full_kind == NULL || same_text(in->full_kind, kinds[0]) ||
	    same_text(in->full_kind, kinds[1]) ||
	    same_text(in->full_kind, kinds[2]));
	HOLDS(in->count >= -5 && in->count <= 5);
	HOLDS(in->created_at >= 0 && in->tags.n <= 3);
	HOLDS(in->raw == NULL || strchr(" \t\r\n{", *in->raw) != NULL);
	HOLDS(!uuid_is_zero(&in->item_id));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input input = { p, n };
	enum dialect_id dialect = fuzz_byte(&input) % D__MAX;
	const char *query, *word, *item;
	struct conf conf;
	struct ctx cx;
	struct in in;
	int r;

	fuzz_ctx(&cx, &conf);
	query = fuzz_line(&input, cx.mem);
	word = fuzz_line(&input, cx.mem);
	item = fuzz_line(&input, cx.mem);
	r = decode(&cx, dialect, query, word, item, &in);
	HOLDS(r == 0 || r == ERR_VALIDATION_ERROR || r == ERR_NOT_FOUND);
	HOLDS((r == ERR_VALIDATION_ERROR) == (cx.fail.n_fields > 0));
	if (r == 0) {
		check_rules(&in);
		check_again(&cx, dialect, word, item, &in);
	}
	fuzz_ctx_free(&cx);
	return 0;
}
