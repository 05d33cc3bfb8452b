/*
 * Any document into a table of all kinds: the bounds hold, faults are told
 * exactly when the result says so, and what was decoded can be written.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/list.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "json/json.h"

struct node {
	uint64_t given;
	const char *name, *kind;
	bool on;
	int64_t count, at;
	struct uuid id;
	const char *raw;
	struct list tags, nodes;
	struct node *next;
};

static const char *const kinds[] = { "a", "b", NULL };

static const struct field rows[] = {
	FIELD(struct node, name, F_STRING,
	    .flags = F_REQUIRED | F_TRIM | F_NOT_EMPTY | F_ONE_LINE, .max = 9),
	FIELD(struct node, kind, F_STRING, .values = kinds),
	FIELD(struct node, on, F_BOOL, .alias = "isOn"),
	FIELD(struct node, count, F_INT, .min = -5, .max = 5),
	FIELD(struct node, at, F_TIME),
	FIELD(struct node, id, F_ID, .prefix = "usr"),
	FIELD(struct node, raw, F_RAW, .flags = F_RAW_OBJECT),
	FIELD(struct node, tags, F_LIST, .flags = F_SECRET, .max = 3),
	FIELD(struct node, nodes, F_LIST, .sub = rows,
	    .sub_size = sizeof(struct node), .max = 4),
	FIELD(struct node, next, F_REF, .sub = rows,
	    .sub_size = sizeof(struct node)),
	FIELD_END,
};

static void
check(struct ctx *cx, const char *p, size_t n, enum field_case name_case)
{
	struct node node = { 0 };
	struct buf b;
	int r = json_decode(cx, p, n, rows, name_case, &node);

	if (r == ERR_MALFORMED_JSON)
		return;
	if ((r == 0) != (cx->fail.n_fields == 0))
		abort();
	if (r != 0)
		return;
	if (node.name == NULL || utf8_count(node.name) > 9 || node.count < -5 ||
	    node.count > 5 || node.tags.n > 3)
		abort();
	buf_init(&b, cx->mem, 64);
	json_put_object(&b, rows, name_case, &node);
	if (json_scan(b.p, b.n, NULL) == JSON_SYNTAX)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static struct ctx cx;

	if (json_scan((const char *)p, n, NULL) != JSON_OK)
		return 0;
	cx.mem = arena_new(65536);
	cx.secret = arena_new(4096);
	ctx_fail_clear(&cx);
	check(&cx, (const char *)p, n, CASE_SNAKE);
	ctx_fail_clear(&cx);
	check(&cx, (const char *)p, n, CASE_CAMEL);
	arena_free(cx.mem);
	arena_free(cx.secret);
	return 0;
}
