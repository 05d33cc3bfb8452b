/* A form value is UTF-8, or bad, or absent. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "http/request.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const names[] = { "a", "redirect_uri", "" };
	struct arena *mem = arena_new(65536);
	char *form = arena_strndup(mem, (const char *)p, n), *value;
	bool bad;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bad = false;
		value = http_form_value(mem, form, names[i], &bad);
		if (value == NULL)
			continue;
		if (bad || strlen(value) > n ||
		    !utf8_valid(value, strlen(value)))
			abort();
	}
	arena_free(mem);
	return 0;
}
