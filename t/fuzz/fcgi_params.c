/*
 * FastCGI parameters in well-formed records. A byte says how they are cut;
 * then NAME=value lines up to an empty one; the rest is the body. The
 * request has each parameter as it was sent, the first of a name counting;
 * the body is whole or there is no request. FCGI_ROLE is libfcgi's own.
 */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"
#include "http/request.h"
#include "wire.h"

#define BODY_MAX  300
#define LINES_MAX 64

struct sent {
	struct arena *mem;
	const char *lines[LINES_MAX];
	size_t n;
	const char *body;
	size_t body_n;
};

static const char *
value_of(const struct sent *s, const char *name, size_t name_n)
{
	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->lines[i], name, name_n) == 0 &&
		    s->lines[i][name_n] == '=')
			return s->lines[i] + name_n + 1;
	return NULL;
}

static void
check_param(const struct sent *s, const struct http_request *req, size_t i)
{
	size_t n = strcspn(s->lines[i], "=");
	const char *name = arena_strndup(s->mem, s->lines[i], n);
	const char *want = value_of(s, name, n), *got = http_param(req, name);

	if (strcmp(name, "HTTP_AUTHORIZATION") == 0 && *want == '\0')
		want = value_of(s, "REDIRECT_HTTP_AUTHORIZATION", 27);
	if (strcmp(name, "HTTP_AUTHORIZATION") == 0 && want != NULL &&
	    *want == '\0')
		want = NULL;
	HOLDS((got == NULL) == (want == NULL));
	HOLDS(got == NULL || strcmp(got, want) == 0);
}

/* LONG_MAX: no number at all. */
static long
announced(const struct sent *s)
{
	const char *text = value_of(s, "CONTENT_LENGTH", 14);
	long n = 0;

	if (text == NULL || *text == '\0' ||
	    text[strspn(text, "0123456789")] != '\0')
		return LONG_MAX;
	for (; *text != '\0' && n <= WIRE_MAX; text++)
		n = n * 10 + (*text - '0');
	return n;
}

static void
check_body(const struct sent *s, const struct http_request *req)
{
	long n = announced(s);

	if (n != LONG_MAX && n > BODY_MAX) {
		HOLDS(req->body_too_large && req->body_n == 0);
		return;
	}
	HOLDS(n == LONG_MAX || (size_t)n == s->body_n);
	HOLDS(req->body_too_large == (s->body_n > BODY_MAX));
	if (req->body_too_large)
		return;
	HOLDS(req->body_n == s->body_n);
	HOLDS(memcmp(req->body, s->body, s->body_n) == 0);
}

static void
see(const struct http_request *req, void *arg)
{
	struct sent *s = arg;
	const char *path = http_path_find(s->mem, req);
	const char *query = http_param(req, "QUERY_STRING");

	for (size_t i = 0; i < s->n; i++)
		check_param(s, req, i);
	check_body(s, req);
	HOLDS(strcmp(req->query, query != NULL ? query : "") == 0);
	HOLDS((path == NULL) == (req->path == NULL));
	HOLDS(path == NULL || strcmp(path, req->path) == 0);
	HOLDS(req->content_type == NULL || *req->content_type != '\0');
}

static void
lines_take(struct sent *s, struct fuzz_input *in)
{
	const char *line;

	while (s->n < LINES_MAX && *(line = fuzz_line(in, s->mem)) != '\0')
		if (strchr(line, '=') != NULL &&
		    strncmp(line, "FCGI_ROLE=", 10) != 0)
			s->lines[s->n++] = line;
	s->body_n = in->n;
	s->body = (const char *)in->p;
}

/* In records of at most `chunk` bytes, an empty one at the end. */
static void
put_stream(struct buf *b, int type, const char *p, size_t n, size_t chunk)
{
	size_t part;

	for (; n > 0; p += part, n -= part) {
		part = n < chunk ? n : chunk;
		wire_record(b, type, p, part, (uint8_t)(chunk % 9));
	}
	wire_record(b, type, "", 0, 0);
}

static void
put_request(const struct sent *s, size_t chunk, struct buf *b)
{
	static const uint8_t responder[8] = { 0, 1 };
	struct buf params;

	buf_init(&params, s->mem, 1024);
	for (size_t i = 0; i < s->n; i++) {
		size_t n = strcspn(s->lines[i], "=");

		wire_pair(&params, s->lines[i], n, s->lines[i] + n + 1);
	}
	wire_record(b, WIRE_BEGIN, responder, sizeof(responder), 0);
	put_stream(b, WIRE_PARAMS, params.p, params.n, chunk);
	put_stream(b, WIRE_STDIN, s->body, s->body_n, chunk);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	size_t chunk = 16 + fuzz_byte(&in);
	struct sent s = { .mem = arena_new(65536) };
	struct buf b, reply;
	long length;

	lines_take(&s, &in);
	buf_init(&b, s.mem, 2048);
	buf_init(&reply, s.mem, 512);
	put_request(&s, chunk, &b);
	length = announced(&s);
	if (b.n <= WIRE_MAX &&
	    !wire_run(s.mem, b.p, b.n, BODY_MAX, see, &s, &reply))
		HOLDS(length != LONG_MAX && (size_t)length != s.body_n &&
		    length <= BODY_MAX);
	arena_free(s.mem);
	return 0;
}
