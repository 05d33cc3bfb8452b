/*
 * C structs as JSON, by their tables. Whatever bytes a string holds, the
 * output is valid: bytes that are no UTF-8 (a header may have brought them)
 * become U+FFFD.
 */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/list.h"
#include "base/utf8.h"
#include "json/json.h"

static void
put_escape(struct buf *b, unsigned char c)
{
	static const char short_form[] = {
		['"'] = '"',
		['\\'] = '\\',
		['\b'] = 'b',
		['\f'] = 'f',
		['\n'] = 'n',
		['\r'] = 'r',
		['\t'] = 't',
	};

	if (c < sizeof(short_form) && short_form[c] != '\0') {
		buf_putc(b, '\\');
		buf_putc(b, short_form[c]);
	} else {
		buf_printf(b, "\\u%04x", c);
	}
}

/*
 * No byte of these eight is a control character, a quote, a backslash or
 * beyond ASCII. May say false where it could say true.
 */
static bool
plain_word(const char *s)
{
	const uint64_t each = 0x0101010101010101, top = each << 7;
	uint64_t v, quote, backslash;

	memcpy(&v, s, sizeof(v));
	quote = v ^ each * '"';
	backslash = v ^ each * '\\';
	return ((v | (v - each * 0x20) | (quote - each) | (backslash - each)) &
		   top) == 0;
}

/* How many bytes at s go out as they are. */
static size_t
plain_length(const char *s, size_t n)
{
	size_t i, w;

	for (i = 0; n - i >= 8 && plain_word(s + i); i += 8)
		continue;
	for (; i < n; i += w) {
		unsigned char c = (unsigned char)s[i];

		w = 1;
		if (c < 0x20 || c == '"' || c == '\\')
			break;
		if (c < 0x80)
			continue;
		w = utf8_length(s + i, n - i);
		if (w == 0)
			break;
	}
	return i;
}

void
json_put_string(struct buf *b, const char *s)
{
	size_t n, plain;

	if (s == NULL) {
		buf_puts(b, "null");
		return;
	}
	buf_putc(b, '"');
	for (n = strlen(s);; s++, n--) {
		plain = plain_length(s, n);
		buf_put(b, s, plain);
		s += plain;
		n -= plain;
		if (n == 0)
			break;
		if ((unsigned char)*s < 0x80)
			put_escape(b, (unsigned char)*s);
		else
			buf_puts(b, "\xEF\xBF\xBD");
	}
	buf_putc(b, '"');
}

void
json_put_bool(struct buf *b, bool v)
{
	buf_puts(b, v ? "true" : "false");
}

void
json_put_time(struct buf *b, int64_t us)
{
	char text[CLOCK_TEXT_LEN + 1];

	if (us == 0) {
		buf_puts(b, "null");
		return;
	}
	clock_format(us, text);
	buf_putc(b, '"');
	buf_puts(b, text);
	buf_putc(b, '"');
}

void
json_put_key(struct buf *b, const char *name, bool *first)
{
	if (!*first)
		buf_putc(b, ',');
	*first = false;
	json_put_string(b, name);
	buf_putc(b, ':');
}

static void
put_id(struct buf *b, const char *prefix, const struct uuid *id)
{
	char text[ID_TEXT_MAX];

	if (uuid_is_zero(id)) {
		buf_puts(b, "null");
		return;
	}
	id_format(prefix, id, text);
	json_put_string(b, text);
}

void
json_put_list(struct buf *b, const struct field *rows, size_t size,
    enum field_case name_case, const struct list *list)
{
	const char *structs = list->items;
	size_t i;

	buf_putc(b, '[');
	for (i = 0; i < list->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		json_put_object(b, rows, name_case, structs + i * size);
	}
	buf_putc(b, ']');
}

static void
put_texts(struct buf *b, const struct list *list)
{
	const char *const *texts = list->items;
	size_t i;

	buf_putc(b, '[');
	for (i = 0; i < list->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		json_put_string(b, texts[i]);
	}
	buf_putc(b, ']');
}

static void
put_ref(struct buf *b, const struct field *f, enum field_case name_case,
    const void *p)
{
	if (p == NULL)
		buf_puts(b, "null");
	else
		json_put_object(b, f->sub, name_case, p);
}

static void
put_value(struct buf *b, const struct field *f, enum field_case name_case,
    const void *at)
{
	const char *raw;

	switch (f->kind) {
	case F_STRING:
		json_put_string(b, *(const char *const *)at);
		return;
	case F_BOOL:
		json_put_bool(b, *(const bool *)at);
		return;
	case F_INT:
		buf_puti(b, *(const int64_t *)at);
		return;
	case F_ID:
		put_id(b, f->prefix, at);
		return;
	case F_TIME:
		json_put_time(b, *(const int64_t *)at);
		return;
	case F_OBJECT:
		json_put_object(b, f->sub, name_case, at);
		return;
	case F_REF:
		put_ref(b, f, name_case, *(const void *const *)at);
		return;
	case F_LIST:
		if (f->sub == NULL)
			put_texts(b, at);
		else
			json_put_list(b, f->sub, f->sub_size, name_case, at);
		return;
	case F_RAW:
		raw = *(const char *const *)at;
		buf_puts(b, raw != NULL ? raw : "null");
		return;
	}
}

/* What F_OMIT_NULL leaves out. */
static bool
is_null(const struct field *f, const void *at)
{
	switch (f->kind) {
	case F_STRING:
	case F_RAW:
	case F_REF:
		return *(const void *const *)at == NULL;
	case F_BOOL:
		return !*(const bool *)at;
	case F_INT:
	case F_TIME:
		return *(const int64_t *)at == 0;
	case F_ID:
		return uuid_is_zero(at);
	case F_LIST:
		return ((const struct list *)at)->n == 0;
	case F_OBJECT:
		return false;
	}
	return false;
}

/* The names of tables are ours: nothing in them needs an escape. */
static void
put_name(struct buf *b, const char *name, bool *first)
{
	size_t n = strlen(name);
	char *p = buf_reserve(b, n + 4), *at = p;

	if (!*first)
		*at++ = ',';
	*first = false;
	*at++ = '"';
	at = (char *)memcpy(at, name, n) + n;
	*at++ = '"';
	*at++ = ':';
	buf_added(b, (size_t)(at - p));
}

void
json_put_members(struct buf *b, const struct field *rows,
    enum field_case name_case, const void *in)
{
	char name[FIELD_NAME_MAX];
	const struct field *f;
	const void *at;
	bool first = true;

	for (f = rows; f->name != NULL; f++) {
		at = (const char *)in + f->offset;
		if ((f->flags & F_OMIT_NULL) && is_null(f, at))
			continue;
		field_name(f, name_case, name);
		put_name(b, name, &first);
		put_value(b, f, name_case, at);
	}
}

void
json_put_object(struct buf *b, const struct field *rows,
    enum field_case name_case, const void *in)
{
	buf_putc(b, '{');
	json_put_members(b, rows, name_case, in);
	buf_putc(b, '}');
}
