/*
 * Query strings and form bodies (application/x-www-form-urlencoded). Only
 * the pair that is asked for is judged; what others hold does not matter.
 */
#include <string.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "http/escape.h"
#include "http/request.h"

int
http_escape_get(const char *p, const char *end)
{
	int high, low;

	if (end - p < 3 || *p != '%')
		return -1;
	high = hex_value(p[1]);
	low = hex_value(p[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* One byte of a name or value; *p moves on. -1 for a malformed escape. */
static int
form_byte(const char **p, const char *end)
{
	int c;

	if (**p == '%') {
		c = http_escape_get(*p, end);
		*p += c < 0 ? 1 : 3;
		return c;
	}
	c = (unsigned char)*(*p)++;
	return c == '+' ? ' ' : c;
}

static bool
name_is(const char *p, const char *end, const char *name)
{
	for (; p < end && *name != '\0'; name++) {
		if (form_byte(&p, end) != (unsigned char)*name)
			return false;
	}
	return p == end && *name == '\0';
}

/* NULL when it will not do. */
static char *
form_decode(struct arena *mem, const char *p, const char *end)
{
	char *text = arena_alloc(mem, (size_t)(end - p) + 1), *to = text;
	int c;

	while (p < end) {
		c = form_byte(&p, end);
		if (c <= 0)
			return NULL;
		*to++ = (char)c;
	}
	*to = '\0';
	return utf8_valid(text, (size_t)(to - text)) ? text : NULL;
}

char *
http_form_value(struct arena *mem, const char *form, const char *name,
    bool *ret_bad)
{
	const char *p = form, *end, *equals, *name_end;
	char *value = NULL;
	bool found = false;

	for (; *p != '\0'; p = end + (*end == '&')) {
		end = p + strcspn(p, "&");
		equals = memchr(p, '=', (size_t)(end - p));
		name_end = equals != NULL ? equals : end;
		if (!name_is(p, name_end, name))
			continue;
		if (found) {
			*ret_bad = true;
			return NULL;
		}
		found = true;
		value = form_decode(mem, equals ? equals + 1 : end, end);
		if (value == NULL)
			*ret_bad = true;
	}
	return value;
}
