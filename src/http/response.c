/* Headers and status of an answer; names compare without case. */
#include "http/response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

void
http_response_init(struct http_response *r, struct arena *mem)
{
	r->mem = mem;
	r->status = 0;
	r->content_type = NULL;
	r->n_headers = 0;
	buf_init(&r->body, mem, 1024);
}

void
http_response_clear(struct http_response *r)
{
	r->status = 0;
	r->content_type = NULL;
	r->n_headers = 0;
	buf_clear(&r->body);
}

/* Headers that may stand there more than once. */
static int
is_repeatable(const char *name)
{
	return strcasecmp(name, "Set-Cookie") == 0 ||
	    strcasecmp(name, "Vary") == 0;
}

static struct http_header *
header_slot(struct http_response *r, const char *name)
{
	size_t i, n = is_repeatable(name) ? 0 : r->n_headers;

	for (i = 0; i < n; i++) {
		if (strcasecmp(r->headers[i].name, name) == 0)
			return &r->headers[i];
	}
	if (r->n_headers == HTTP_HEADERS_MAX)
		abort();
	return &r->headers[r->n_headers++];
}

void
http_header_set(struct http_response *r, const char *name, const char *value)
{
	struct http_header *h;

	if (strpbrk(value, "\r\n") != NULL || strpbrk(name, "\r\n: ") != NULL)
		abort(); /* a second header would begin there */
	h = header_slot(r, name);
	h->name = name;
	h->value = arena_strdup(r->mem, value);
}

const char *
http_header_get(const struct http_response *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->n_headers; i++) {
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	}
	return NULL;
}

/* RFC 9110 §15, and the few of others that we use. */
const char *
http_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} rows[] = {
		{ 101, "Switching Protocols" },
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 423, "Locked" },
		{ 426, "Upgrade Required" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].status == status)
			return rows[i].reason;
	}
	return status < 400 ? "OK" : "Error";
}
