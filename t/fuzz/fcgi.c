/*
 * Any bytes as a FastCGI connection, through libfcgi and our reading of what
 * it makes of them. What comes out as a request is one: its parameters and its
 * body are within bounds, and the reply is made of records.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"
#include "http/request.h"
#include "wire.h"

#define BODY_MAX 512

static void
see(const struct http_request *req, void *arg)
{
	size_t bytes = 0;

	(void)arg;
	HOLDS(req->query != NULL && req->remote_addr != NULL);
	HOLDS(req->method <= HTTP_OTHER && req->body_n <= BODY_MAX);
	HOLDS(!req->body_too_large || req->body_n == 0);
	HOLDS(req->body != NULL && req->body[req->body_n] == '\0');
	HOLDS(req->path == NULL || *req->path == '/');
	for (size_t i = 0; req->params[i] != NULL; i++)
		bytes += strlen(req->params[i]);
	HOLDS(bytes < WIRE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct buf reply;

	buf_init(&reply, mem, 512);
	if (n <= WIRE_MAX && wire_run(mem, p, n, BODY_MAX, see, NULL, &reply))
		HOLDS(reply.n >= 16 && reply.n % 8 == 0);
	arena_free(mem);
	return 0;
}
