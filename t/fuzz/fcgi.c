/*
 * Any bytes as a FastCGI connection, through libfcgi and our reading of what
 * it makes of them. What comes out as a request is one: its parameters and its
 * body are within bounds, and the reply is made of records.
 *
 * libfcgi 2.4.2 gives up the process over a parameter of two gigabytes: with
 * name and value so long it asks for a negative size. Only who may speak on
 * the workers' socket can do that, so lengths here stay below 16 MiB.
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

/* No byte can begin a length of 16 MiB or more; records are short, too. */
static uint8_t *
tamed(struct arena *mem, const uint8_t *p, size_t n)
{
	uint8_t *copy = arena_memdup(mem, p, n);

	for (size_t i = 0; i < n; i++)
		if (copy[i] > 0x80)
			copy[i] &= 0x7f;
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct buf reply;

	buf_init(&reply, mem, 512);
	if (n <= WIRE_MAX &&
	    wire_run(mem, tamed(mem, p, n), n, BODY_MAX, see, NULL, &reply))
		HOLDS(reply.n >= 16 && reply.n % 8 == 0);
	arena_free(mem);
	return 0;
}
