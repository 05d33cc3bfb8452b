/*
 * One path, one spelling. The flood limits of nginx and our routes must see
 * the same thing, so routes match the normal form only.
 *
 * nginx decodes %2F into a slash that cannot be told from a real one any
 * more; so the raw target is looked at, too, and such a path matches nothing.
 */
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "http/escape.h"
#include "http/request.h"

/* Starts at the root, no control bytes, UTF-8. */
static bool
is_path(const char *p)
{
	size_t i, n = strlen(p);

	for (i = 0; i < n; i++) {
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F)
			return false;
	}
	return *p == '/' && utf8_valid(p, n);
}

/* Decoded into to, which has room; false for what must not be in a path. */
static bool
path_decode(const char *p, const char *end, char *to)
{
	int c;

	while (p < end) {
		if (*p != '%') {
			*to++ = *p++;
			continue;
		}
		c = http_escape_get(p, end);
		if (c <= 0 || c == '/')
			return false;
		*to++ = (char)c;
		p += 3;
	}
	*to = '\0';
	return true;
}

/* One segment after the slash that to[-1] is; NULL when above the root. */
static char *
path_segment(const char *root, char *to, const char *p, size_t n)
{
	if (n == 1 && *p == '.')
		return to;
	if (n == 2 && memcmp(p, "..", 2) == 0) {
		if (to - 1 == root)
			return NULL;
		for (to--; to[-1] != '/'; to--)
			;
		return to;
	}
	memmove(to, p, n);
	return to + n;
}

/* "//", "." and ".." go, in place: what is written is never ahead. */
static bool
path_merge(char *path)
{
	char *to = path + 1;
	const char *p = path;
	bool slash;
	size_t n;

	while (*p != '\0') {
		p += strspn(p, "/");
		n = strcspn(p, "/");
		slash = p[n] == '/';
		to = path_segment(path, to, p, n);
		if (to == NULL)
			return false;
		if (slash && to[-1] != '/')
			*to++ = '/';
		p += n;
	}
	*to = '\0';
	return true;
}

static char *
path_normal(struct arena *mem, const char *raw, size_t n)
{
	char *path = arena_alloc(mem, n + 1);

	if (!path_decode(raw, raw + n, path))
		return NULL;
	if (!is_path(path) || !path_merge(path))
		return NULL;
	return path;
}

char *
http_path_normal(struct arena *mem, const char *raw)
{
	return path_normal(mem, raw, strlen(raw));
}

static bool
hides_slash_or_nul(const char *p, const char *end)
{
	int c;

	for (; p < end; p++) {
		c = http_escape_get(p, end);
		if (c == '/' || c == 0)
			return true;
	}
	return false;
}

char *
http_path_find(struct arena *mem, const struct http_request *r)
{
	const char *raw = http_param(r, "REQUEST_URI");
	const char *normal = http_param(r, "CARDEA_URI");
	size_t n = raw != NULL ? strcspn(raw, "?#") : 0;

	if (normal == NULL)
		return raw != NULL ? path_normal(mem, raw, n) : NULL;
	if (raw != NULL && hides_slash_or_nul(raw, raw + n))
		return NULL;
	return is_path(normal) ? arena_strdup(mem, normal) : NULL;
}
