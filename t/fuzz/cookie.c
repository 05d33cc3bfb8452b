/* Headers of any shape: a cookie found could be set again as it is. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "http/request.h"
#include "http/response.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	char *text = arena_strndup(mem, (const char *)p, n), *value;
	const char *params[] = { arena_printf(mem, "HTTP_COOKIE=%s", text),
		NULL };
	struct http_request r = { .params = params, .content_type = text };
	struct http_response answer;

	value = http_cookie(mem, &r, "access_token");
	if (value != NULL) {
		http_response_init(&answer, mem);
		http_cookie_set(&answer, "access_token", value, "/", 60);
	}
	if (strpbrk(http_media_type(mem, &r), "; ") != NULL)
		abort();
	http_address_key(mem, text);
	arena_free(mem);
	return 0;
}
