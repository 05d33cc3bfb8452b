/*
 * Text that has passed json_scan() needs no second check of its grammar:
 * finding where a value ends is enough. Every step is bounded by the end of
 * the text all the same.
 */
#include "json/walk.h"

#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "json/json.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Past the closing quote; p is at the opening one. */
static const char *
string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
	}
	return p < end ? p + 1 : end;
}

static const char *
nested_end(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		p++;
		if (depth == 0)
			break;
	}
	return p;
}

static const char *
value_end(const char *p, const char *end)
{
	if (p == end)
		return p;
	if (*p == '"')
		return string_end(p, end);
	if (*p == '{' || *p == '[')
		return nested_end(p, end);
	while (p < end && !is_blank(*p) && *p != ',' && *p != '}' && *p != ']')
		p++;
	return p;
}

bool
json_walk_init(struct json_walk *w, struct json_span value, char open)
{
	w->end = value.p + value.n;
	w->p = skip_blanks(value.p, w->end);
	if (w->p == w->end || *w->p != open)
		return false;
	w->p++;
	return true;
}

bool
json_walk_item(struct json_walk *w, struct json_span *ret)
{
	const char *p = skip_blanks(w->p, w->end);

	if (p < w->end && *p == ',')
		p = skip_blanks(p + 1, w->end);
	if (p == w->end || *p == ']' || *p == '}')
		return false;
	w->p = value_end(p, w->end);
	if (w->p == p)
		return false;
	ret->p = p;
	ret->n = (size_t)(w->p - p);
	return true;
}

bool
json_walk_member(struct json_walk *w, struct json_span *ret_key,
    struct json_span *ret)
{
	struct json_span key;

	if (!json_walk_item(w, &key) || *key.p != '"')
		return false;
	w->p = skip_blanks(w->p, w->end);
	if (w->p == w->end || *w->p != ':')
		return false;
	w->p++;
	if (!json_walk_item(w, ret))
		return false;
	*ret_key = key;
	return true;
}

static uint32_t
hex4(const char *p)
{
	uint32_t c = 0;
	int i;

	for (i = 0; i < 4; i++) {
		c = c << 4 | (uint32_t)(p[i] & 0xF);
		c += p[i] > '9' ? 9 : 0;
	}
	return c;
}

static uint32_t
point_unicode(const char **p, const char *end)
{
	uint32_t c, low;

	if (end - *p < 4) {
		*p = end;
		return '?';
	}
	c = hex4(*p);
	*p += 4;
	if (c < 0xD800 || c > 0xDBFF || end - *p < 6)
		return c;
	low = hex4(*p + 2);
	*p += 6;
	return 0x10000 + ((c - 0xD800) << 10) + ((low - 0xDC00) & 0x3FF);
}

static uint32_t
point_escape(const char **p, const char *end)
{
	char c = *(*p)++;

	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'u':
		return point_unicode(p, end);
	}
	return (unsigned char)c;
}

uint32_t
json_point(const char **p, const char *end)
{
	uint32_t c;
	size_t n;

	if (**p == '\\' && *p + 1 < end) {
		(*p)++;
		return point_escape(p, end);
	}
	n = utf8_length(*p, (size_t)(end - *p));
	if (n == 0) {
		(*p)++;
		return '?';
	}
	c = utf8_get(*p, n);
	*p += n;
	return c;
}

bool
json_key_is(struct json_span key, const char *name, size_t n)
{
	const char *p = key.p + 1, *end = key.p + key.n - 1;
	const char *q = name, *q_end = name + n;

	if (memchr(p, '\\', (size_t)(end - p)) == NULL)
		return (size_t)(end - p) == n && memcmp(p, name, n) == 0;
	while (p < end && q < q_end) {
		if (json_point(&p, end) != json_point(&q, q_end))
			return false;
	}
	return p == end && q == q_end;
}

bool
json_is(struct json_span value, const char *literal)
{
	return value.n == strlen(literal) &&
	    memcmp(value.p, literal, value.n) == 0;
}

bool
json_member(const char *p, size_t n, const char *name, const char **ret_p,
    size_t *ret_n)
{
	struct json_span key, value, document = { p, n };
	struct json_walk w;
	size_t name_n = strlen(name);

	if (!json_walk_init(&w, document, '{'))
		return false;
	while (json_walk_member(&w, &key, &value)) {
		if (!json_key_is(key, name, name_n))
			continue;
		*ret_p = value.p;
		*ret_n = value.n;
		return true;
	}
	return false;
}

static size_t
plain_length(const char *p, const char *end)
{
	const char *escape = memchr(p, '\\', (size_t)(end - p));

	return (size_t)((escape != NULL ? escape : end) - p);
}

/* No character is longer unescaped than it was escaped. */
char *
json_string(struct arena *mem, const char *p, size_t n)
{
	const char *end = p + n - 1;
	char *text, *to;
	char c[UTF8_MAX];
	size_t w;

	if (n < 2 || *p != '"' || string_end(p, p + n) != p + n || *end != '"')
		return NULL;
	to = text = arena_alloc(mem, n);
	for (p++; p < end; to += w) {
		w = plain_length(p, end);
		memcpy(to, p, w);
		p += w;
		if (w > 0)
			continue;
		w = utf8_put(c, json_point(&p, end));
		memcpy(to, c, w);
	}
	*to = '\0';
	return text;
}

int
json_int(const char *p, size_t n, int64_t *ret)
{
	const char *end = p + n;
	bool minus = p < end && *p == '-';
	int64_t v = 0;

	p += minus;
	if (p == end || (*p == '0' && p + 1 != end))
		return -1;
	for (; p < end; p++) {
		if (*p < '0' || *p > '9' ||
		    __builtin_mul_overflow(v, INT64_C(10), &v))
			return -1;
		/* downwards, as the smallest number has no positive twin */
		if (__builtin_sub_overflow(v, (int64_t)(*p - '0'), &v))
			return -1;
	}
	if (!minus && __builtin_sub_overflow(INT64_C(0), v, &v))
		return -1;
	*ret = v;
	return 0;
}
