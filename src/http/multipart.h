/*
 * Uploads: multipart/form-data (RFC 7578, RFC 2046 §5.1), read strictly. What
 * two readers could take for different things is malformed: another boundary
 * inside, a name given twice, folded or unknown encodings, text around the
 * parts. Parts are not copied.
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include <stddef.h>

struct arena;
struct http_request;

#define MULTIPART_PARTS_MAX   16
#define MULTIPART_HEADERS_MAX 8
#define MULTIPART_LINE_MAX    1024

struct http_part {
	const char *p; /* NULL: there is none of that name */
	size_t n;
};

/*
 * The part of that name. 0, also when there is none; -1 when the body is not
 * what its Content-Type says. Names live in mem for a while.
 */
int http_multipart_find(struct arena *mem, const struct http_request *,
    const char *name, struct http_part *ret);

#endif
