/* What is going to be sent. Rendered whole before the commit. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct arena;

#define HTTP_HEADERS_MAX 32

struct http_header {
	const char *name, *value;
};

struct http_response {
	struct arena *mem;
	int status; /* 0: nothing decided yet */
	const char *content_type;
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t n_headers;
	struct buf body;
};

void http_response_init(struct http_response *, struct arena *);
/* Forgets everything but the memory: before a second try. */
void http_response_clear(struct http_response *);
/* Replaces a header of that name, except Set-Cookie and Vary. CR and LF in
 * a value are a bug of the caller: it aborts. */
void http_header_set(struct http_response *, const char *name,
    const char *value);
const char *http_header_get(const struct http_response *, const char *name);
const char *http_reason(int status);

/*
 * Set-Cookie (RFC 6265bis): HttpOnly, Secure, SameSite=Lax. max_age_s 0
 * deletes it.
 */
void http_cookie_set(struct http_response *, const char *name,
    const char *value, const char *path, int64_t max_age_s);

#endif
