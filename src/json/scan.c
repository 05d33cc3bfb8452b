/*
 * The whole of RFC 8259 in one pass before anything is decoded, so that no
 * later step needs to doubt its input.
 *
 * The recursion is bounded by JSON_DEPTH. Keys of the objects that are open
 * lie on a stack of JSON_KEYS entries: an object compares with its own part
 * of it and drops that part when it closes. As all keys of a document are
 * counted, the stack cannot overflow.
 */
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "json/json.h"
#include "json/walk.h"

struct key {
	const char *p; /* inside the quotes, still escaped */
	size_t n;
	uint64_t hash; /* of the characters it means */
};

struct scan {
	const char *p, *end;
	size_t depth;
	size_t n_keys; /* in the whole document */
	size_t top; /* of the stack */
	struct key keys[JSON_KEYS];
};

static enum json_fault scan_value(struct scan *);

static bool
scan_end(const struct scan *s)
{
	return s->p == s->end;
}

static bool
scan_take(struct scan *s, char c)
{
	if (scan_end(s) || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void
scan_blanks(struct scan *s)
{
	while (!scan_end(s) &&
	    (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
scan_hex4(struct scan *s, uint32_t *ret)
{
	uint32_t c = 0;
	int i, v;

	for (i = 0; i < 4; i++) {
		v = scan_end(s) ? -1 : hex_value(*s->p);
		if (v < 0)
			return false;
		c = c << 4 | (uint32_t)v;
		s->p++;
	}
	*ret = c;
	return true;
}

/* After the "\u": one unit, or two that make a character. */
static enum json_fault
scan_unicode(struct scan *s, uint32_t *ret)
{
	uint32_t c, low;

	if (!scan_hex4(s, &c))
		return JSON_SYNTAX;
	*ret = c;
	if (c == 0)
		return JSON_NUL;
	if (c < 0xD800 || c > 0xDFFF)
		return JSON_OK;
	if (c > 0xDBFF || !scan_take(s, '\\') || !scan_take(s, 'u'))
		return JSON_UTF8;
	if (!scan_hex4(s, &low))
		return JSON_SYNTAX;
	if (low < 0xDC00 || low > 0xDFFF)
		return JSON_UTF8;
	*ret = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	return JSON_OK;
}

static enum json_fault
scan_escape(struct scan *s, uint32_t *ret)
{
	s->p++;
	if (scan_end(s))
		return JSON_SYNTAX;
	switch (*s->p) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		s->p--;
		*ret = json_point(&s->p, s->end);
		return JSON_OK;
	case 'u':
		s->p++;
		return scan_unicode(s, ret);
	}
	return JSON_SYNTAX;
}

/* One character inside a string. */
static enum json_fault
scan_point(struct scan *s, uint32_t *ret)
{
	unsigned char c = (unsigned char)*s->p;
	size_t n;

	if (c == '\\')
		return scan_escape(s, ret);
	if (c < 0x20)
		return JSON_SYNTAX;
	n = utf8_length(s->p, (size_t)(s->end - s->p));
	if (n == 0)
		return JSON_UTF8;
	*ret = utf8_get(s->p, n);
	s->p += n;
	return JSON_OK;
}

/* Most of what strings hold: ASCII that means itself. */
static bool
is_plain(char c)
{
	return c >= 0x20 && (unsigned char)c < 0x80 && c != '\\';
}

/* The hash is FNV-1a over the characters. */
static enum json_fault
scan_string(struct scan *s, uint64_t *ret_hash)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	enum json_fault fault;
	uint32_t c;

	if (!scan_take(s, '"'))
		return JSON_SYNTAX;
	while (!scan_end(s) && *s->p != '"') {
		if (is_plain(*s->p)) {
			c = (unsigned char)*s->p++;
		} else {
			fault = scan_point(s, &c);
			if (fault != JSON_OK)
				return fault;
		}
		hash = (hash ^ c) * UINT64_C(1099511628211);
	}
	*ret_hash = hash;
	return scan_take(s, '"') ? JSON_OK : JSON_SYNTAX;
}

static bool
scan_digits(struct scan *s)
{
	const char *from = s->p;

	while (!scan_end(s) && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > from;
}

static enum json_fault
scan_number(struct scan *s)
{
	scan_take(s, '-');
	if (!scan_take(s, '0') && !scan_digits(s))
		return JSON_SYNTAX;
	if (scan_take(s, '.') && !scan_digits(s))
		return JSON_SYNTAX;
	if (scan_take(s, 'e') || scan_take(s, 'E')) {
		if (!scan_take(s, '+'))
			scan_take(s, '-');
		if (!scan_digits(s))
			return JSON_SYNTAX;
	}
	return JSON_OK;
}

static enum json_fault
scan_literal(struct scan *s, const char *literal)
{
	for (; *literal != '\0'; literal++) {
		if (!scan_take(s, *literal))
			return JSON_SYNTAX;
	}
	return JSON_OK;
}

static bool
key_equal(const struct key *a, const struct key *b)
{
	const char *p = a->p, *q = b->p;
	const char *p_end = p + a->n, *q_end = q + b->n;

	if (a->hash != b->hash)
		return false;
	while (p < p_end && q < q_end) {
		if (json_point(&p, p_end) != json_point(&q, q_end))
			return false;
	}
	return p == p_end && q == q_end;
}

/* Puts the key on the stack; the object's keys start at base. */
static enum json_fault
scan_key(struct scan *s, size_t base)
{
	struct key *k = &s->keys[s->top];
	const char *from = s->p;
	enum json_fault fault;
	size_t i;

	if (s->n_keys == JSON_KEYS)
		return JSON_TOO_MANY_KEYS;
	fault = scan_string(s, &k->hash);
	if (fault != JSON_OK)
		return fault;
	k->p = from + 1;
	k->n = (size_t)(s->p - from) - 2;
	for (i = base; i < s->top; i++) {
		if (key_equal(&s->keys[i], k)) {
			s->p = from;
			return JSON_DUPLICATE_KEY;
		}
	}
	s->n_keys++;
	s->top++;
	return JSON_OK;
}

static enum json_fault
scan_member(struct scan *s, size_t base)
{
	enum json_fault fault;

	scan_blanks(s);
	fault = scan_key(s, base);
	if (fault != JSON_OK)
		return fault;
	scan_blanks(s);
	if (!scan_take(s, ':'))
		return JSON_SYNTAX;
	return scan_value(s);
}

static enum json_fault
scan_object(struct scan *s)
{
	enum json_fault fault;
	size_t base = s->top;

	s->p++;
	scan_blanks(s);
	if (scan_take(s, '}'))
		return JSON_OK;
	do {
		fault = scan_member(s, base);
		if (fault != JSON_OK)
			return fault;
	} while (scan_take(s, ','));
	s->top = base;
	return scan_take(s, '}') ? JSON_OK : JSON_SYNTAX;
}

static enum json_fault
scan_array(struct scan *s)
{
	enum json_fault fault;

	s->p++;
	scan_blanks(s);
	if (scan_take(s, ']'))
		return JSON_OK;
	do {
		fault = scan_value(s);
		if (fault != JSON_OK)
			return fault;
	} while (scan_take(s, ','));
	return scan_take(s, ']') ? JSON_OK : JSON_SYNTAX;
}

static enum json_fault
scan_nested(struct scan *s)
{
	enum json_fault fault;

	if (s->depth == JSON_DEPTH)
		return JSON_TOO_DEEP;
	s->depth++;
	fault = *s->p == '{' ? scan_object(s) : scan_array(s);
	s->depth--;
	return fault;
}

static enum json_fault
scan_plain(struct scan *s)
{
	uint64_t hash;

	switch (*s->p) {
	case '"':
		return scan_string(s, &hash);
	case 't':
		return scan_literal(s, "true");
	case 'f':
		return scan_literal(s, "false");
	case 'n':
		return scan_literal(s, "null");
	}
	return scan_number(s);
}

/* A value with the blanks on both sides. */
static enum json_fault
scan_value(struct scan *s)
{
	enum json_fault fault;

	scan_blanks(s);
	if (scan_end(s))
		return JSON_SYNTAX;
	if (*s->p == '{' || *s->p == '[')
		fault = scan_nested(s);
	else
		fault = scan_plain(s);
	if (fault == JSON_OK)
		scan_blanks(s);
	return fault;
}

enum json_fault
json_scan(const char *p, size_t n, size_t *ret_at)
{
	struct scan s;
	enum json_fault fault;

	s.p = p;
	s.end = p + n;
	s.depth = s.n_keys = s.top = 0;
	fault = scan_value(&s);
	if (fault == JSON_OK && !scan_end(&s))
		fault = JSON_SYNTAX;
	if (fault == JSON_SYNTAX && !scan_end(&s) && *s.p == '\0')
		fault = JSON_NUL;
	if (fault != JSON_OK && ret_at != NULL)
		*ret_at = (size_t)(s.p - p);
	return fault;
}

const char *
json_fault_text(enum json_fault fault)
{
	switch (fault) {
	case JSON_OK:
		return "valid";
	case JSON_SYNTAX:
		return "not valid JSON";
	case JSON_UTF8:
		return "not valid UTF-8";
	case JSON_NUL:
		return "a NUL character is not allowed";
	case JSON_TOO_DEEP:
		return "nested too deeply";
	case JSON_TOO_MANY_KEYS:
		return "too many members";
	case JSON_DUPLICATE_KEY:
		return "the same member twice";
	}
	return "not valid JSON";
}
