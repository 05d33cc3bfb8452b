/* A path in its normal form has one spelling, and stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "http/request.h"

static bool
is_normal(const char *path)
{
	size_t n = strlen(path);

	return *path == '/' && utf8_valid(path, n) &&
	    strstr(path, "//") == NULL && strstr(path, "/./") == NULL &&
	    strstr(path, "/../") == NULL &&
	    (n < 2 || strcmp(path + n - 2, "/.") != 0) &&
	    (n < 3 || strcmp(path + n - 3, "/..") != 0) &&
	    strpbrk(path, "\r\n\t\x7F") == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	char *raw = arena_strndup(mem, (const char *)p, n);
	char *path = http_path_normal(mem, raw), *again;
	const char *params[] = { arena_printf(mem, "REQUEST_URI=%s", raw),
		arena_printf(mem, "CARDEA_URI=%s", raw), NULL };
	struct http_request r = { .params = params };

	if (path != NULL && !is_normal(path))
		abort();
	if (path != NULL && strchr(path, '%') == NULL) {
		again = http_path_normal(mem, path);
		if (again == NULL || strcmp(again, path) != 0)
			abort();
	}
	http_path_find(mem, &r);
	arena_free(mem);
	return 0;
}
