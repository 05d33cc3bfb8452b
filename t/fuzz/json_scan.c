/*
 * What json_scan() passes can be walked and unescaped, and a string that was
 * unescaped and written again passes, too, and means the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "json/json.h"
#include "json/walk.h"

static void
check_string(struct arena *mem, struct json_span v)
{
	char *text = json_string(mem, v.p, v.n), *again;
	struct buf b;

	if ((text != NULL) != (*v.p == '"'))
		abort();
	if (text == NULL)
		return;
	if (!utf8_valid(text, strlen(text)))
		abort();
	buf_init(&b, mem, 16);
	json_put_string(&b, text);
	again = json_string(mem, b.p, b.n);
	if (json_scan(b.p, b.n, NULL) != JSON_OK || again == NULL ||
	    strcmp(again, text) != 0)
		abort();
}

static void
check_value(struct arena *mem, struct json_span v)
{
	struct json_span key, item;
	struct json_walk w;
	int64_t i;

	if (v.n == 0 || json_scan(v.p, v.n, NULL) != JSON_OK)
		abort();
	check_string(mem, v);
	json_int(v.p, v.n, &i);
	if (json_walk_init(&w, v, '['))
		while (json_walk_item(&w, &item))
			check_value(mem, item);
	if (!json_walk_init(&w, v, '{'))
		return;
	while (json_walk_member(&w, &key, &item)) {
		check_string(mem, key);
		check_value(mem, item);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct json_span document = { (const char *)p, n };
	struct arena *mem;
	size_t at = 0;

	if (json_scan(document.p, n, &at) != JSON_OK) {
		if (at > n)
			abort();
		return 0;
	}
	mem = arena_new(65536);
	while (strchr(" \t\r\n", *document.p) != NULL) {
		document.p++;
		document.n--;
	}
	while (strchr(" \t\r\n", document.p[document.n - 1]) != NULL)
		document.n--;
	check_value(mem, document);
	arena_free(mem);
	return 0;
}
