/* The first line is the Content-Type, the rest the body. A part lies inside. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "http/multipart.h"
#include "http/request.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *text = (const char *)p;
	const char *line = n == 0 ? NULL : memchr(text, '\n', n);
	struct arena *mem = arena_new(65536);
	struct http_request req = { 0 };
	struct http_part part = { 0 };

	if (line != NULL) {
		req.content_type =
		    arena_strndup(mem, text, (size_t)(line - text));
		req.body = line + 1;
		req.body_n = n - (size_t)(line + 1 - text);
		if (http_multipart_find(mem, &req, "file", &part) == 0 &&
		    part.p != NULL &&
		    (part.p < req.body ||
			part.p + part.n > req.body + req.body_n))
			abort();
	}
	arena_free(mem);
	return 0;
}
