/*
 * Cookies. Ours hold tokens, so a value with anything but cookie-octets (RFC
 * 6265 §4.1.1) is none of ours and is passed over.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "http/request.h"
#include "http/response.h"

static bool
is_octet(unsigned char c)
{
	return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' &&
	    c != '\\';
}

static bool
is_value(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_octet((unsigned char)p[i]))
			return false;
	}
	return true;
}

/* The value in mem, without the quotes it may have; NULL if it is none. */
static char *
value_get(struct arena *mem, const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (n >= 2 && p[0] == '"' && p[n - 1] == '"') {
		p++;
		n -= 2;
	}
	return is_value(p, n) ? arena_strndup(mem, p, n) : NULL;
}

/* The first of a name is the most specific one (RFC 6265 §5.4). */
char *
http_cookie(struct arena *mem, const struct http_request *r, const char *name)
{
	const char *p = http_param(r, "HTTP_COOKIE");
	size_t n, name_n = strlen(name);
	char *value;

	for (; p != NULL && *p != '\0'; p += n + (p[n] == ';')) {
		p += strspn(p, " \t");
		n = strcspn(p, ";");
		if (n <= name_n || p[name_n] != '=' ||
		    memcmp(p, name, name_n) != 0)
			continue;
		value = value_get(mem, p + name_n + 1, n - name_n - 1);
		if (value != NULL)
			return value;
	}
	return NULL;
}

void
http_cookie_set(struct http_response *r, const char *name, const char *value,
    const char *path, int64_t max_age_s)
{
	const char *expires = "";

	if (max_age_s <= 0) {
		max_age_s = 0;
		value = "";
		expires = "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
	}
	if (!is_value(name, strlen(name)) || strchr(name, '=') != NULL ||
	    !is_value(value, strlen(value)) || strchr(path, ';') != NULL)
		abort(); /* would be read as something else */
	http_header_set(r, "Set-Cookie",
	    arena_printf(r->mem,
		"%s=%s; Path=%s; Max-Age=%" PRId64
		"%s; HttpOnly; Secure; SameSite=Lax",
		name, value, path, max_age_s, expires));
}
