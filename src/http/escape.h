/* Inside src/http: percent escapes (RFC 3986 §2.1). */
#ifndef HTTP_ESCAPE_H
#define HTTP_ESCAPE_H

#include <stddef.h>

/* The byte that %XX at p stands for, or -1 when that is no escape. */
int http_escape_get(const char *p, const char *end);

#endif
