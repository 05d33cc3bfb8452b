/*
 * Bounds: a maximum below the minimum is no maximum. A string then has 255
 * characters at most, a list RULES_ITEMS_MAX items; so no row lets a client
 * size what it should not, whoever forgot to say.
 */
#include "json/rules.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/utf8.h"
#include "json/json.h"

#define STRING_MAX 255

static void
site_put(struct buf *b, const struct site *s)
{
	if (s->up != NULL)
		site_put(b, s->up);
	if (s->name == NULL) {
		buf_printf(b, "[%zu]", s->index);
		return;
	}
	if (b->n > 0)
		buf_putc(b, '.');
	buf_puts(b, s->name);
}

void
rules_fault(struct intake *in, const struct site *s, const char *type,
    const char *fmt, ...)
{
	struct buf name;
	va_list ap;
	char *message;

	in->faults++;
	if (in->silent || in->cx->fail.n_fields == FAIL_FIELDS)
		return;
	buf_init(&name, in->cx->mem, FIELD_NAME_MAX);
	site_put(&name, s);
	va_start(ap, fmt);
	message = arena_vprintf(in->cx->mem, fmt, ap);
	va_end(ap);
	err_field(in->cx, name.p, type, message);
}

bool
rules_in_body(const struct field *f)
{
	return (f->flags & (F_PATH | F_QUERY | F_HEADER)) == 0;
}

struct arena *
rules_mem(const struct intake *in, const struct field *f)
{
	return f->flags & F_SECRET ? in->cx->secret : in->cx->mem;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *
rules_trim(const struct field *f, char *text)
{
	size_t n;

	if (!(f->flags & F_TRIM))
		return text;
	while (is_blank(*text))
		text++;
	for (n = strlen(text); n > 0 && is_blank(text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

bool
rules_missing(const struct field *f, const char *text)
{
	return (f->flags & F_NOT_EMPTY) != 0 && *text == '\0';
}

/* How many there may be of what: 0, or a fault is told. */
static bool
within(struct intake *in, const struct site *s, const struct field *f, size_t n,
    size_t max, const char *what)
{
	size_t min = f->min > 0 ? (size_t)f->min : 0;
	const char *quantity = n < min ? "at least" : "at most";
	size_t bound = n < min ? min : max;

	if (n >= min && n <= max)
		return true;
	if (min == max)
		quantity = "exactly";
	rules_fault(in, s, "length", "must have %s %zu %s%s", quantity, bound,
	    what, bound == 1 ? "" : "s");
	return false;
}

/* The row's maximum, or fallback when it has none. */
static size_t
upper(const struct field *f, size_t fallback)
{
	bool none = f->max < f->min || (f->max == 0 && f->min == 0);

	return none ? fallback : (size_t)f->max;
}

static bool
is_one_line(const char *text)
{
	size_t w, n = strlen(text);

	for (; n > 0; text += w, n -= w) {
		w = utf8_length(text, n);
		if (w == 0 || utf8_is_control(utf8_get(text, w)))
			return false;
	}
	return true;
}

static const char *
choices(struct arena *mem, const char *const *values)
{
	struct buf b;
	size_t i;

	buf_init(&b, mem, 64);
	for (i = 0; values[i] != NULL; i++) {
		if (i > 0)
			buf_puts(&b, ", ");
		buf_puts(&b, values[i]);
	}
	return b.p;
}

static bool
is_choice(const char *const *values, const char *text)
{
	for (; *values != NULL; values++) {
		if (strcmp(*values, text) == 0)
			return true;
	}
	return false;
}

static bool
string_length(struct intake *in, const struct site *s, const struct field *f,
    const char *text)
{
	static const struct field item = { .name = "" };

	/* the bounds of a list are about its items */
	if (f->kind == F_LIST)
		f = &item;
	return within(in, s, f, utf8_count(text), upper(f, STRING_MAX),
	    "character");
}

void
rules_string(struct intake *in, const struct site *s, const struct field *f,
    const char *text, const char **at)
{
	const char *why = NULL;

	if (f->values != NULL && !is_choice(f->values, text)) {
		rules_fault(in, s, "enum", "must be one of %s",
		    choices(in->cx->mem, f->values));
		return;
	}
	if (!string_length(in, s, f, text))
		return;
	if ((f->flags & F_ONE_LINE) && !is_one_line(text))
		why = "must not contain control characters";
	else if (f->check != NULL)
		why = f->check(text);
	if (why != NULL)
		rules_fault(in, s, "format", "%s", why);
	else
		*at = text;
}

static bool
is_integer(struct json_span number)
{
	size_t i, sign = number.n > 0 && *number.p == '-';

	for (i = sign; i < number.n; i++) {
		if (number.p[i] < '0' || number.p[i] > '9')
			return false;
	}
	return i > sign && (number.p[sign] != '0' || i == sign + 1);
}

void
rules_int(struct intake *in, const struct site *s, const struct field *f,
    struct json_span number, int64_t *at)
{
	bool bounded = f->min != 0 || f->max != 0;
	int64_t v;

	if (!is_integer(number))
		rules_fault(in, s, "type", "must be an integer");
	else if (json_int(number.p, number.n, &v) != 0)
		rules_fault(in, s, "range", "must fit into 64 bits");
	else if (bounded && v < f->min)
		rules_fault(in, s, "range", "must be at least %" PRId64,
		    f->min);
	else if (bounded && f->max >= f->min && v > f->max)
		rules_fault(in, s, "range", "must be at most %" PRId64, f->max);
	else
		*at = v;
}

void
rules_id(struct intake *in, const struct site *s, const struct field *f,
    const char *text, void *at)
{
	struct uuid id;

	if (id_parse(f->prefix, text, &id) == 0)
		memcpy(at, &id, sizeof(id));
	else if (f->prefix == NULL)
		rules_fault(in, s, "format", "must be an id");
	else
		rules_fault(in, s, "format",
		    "must be an id that begins with %s_, or a UUID", f->prefix);
}

void
rules_time(struct intake *in, const struct site *s,
    const struct field *f __attribute__((unused)), const char *text,
    int64_t *at)
{
	int64_t us;

	if (clock_parse(text, &us) == 0)
		*at = us;
	else
		rules_fault(in, s, "format",
		    "must be a time such as 2025-11-16T10:30:00Z (RFC 3339)");
}

void
rules_raw(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, const char **at)
{
	if ((f->flags & F_RAW_OBJECT) && *value.p != '{') {
		rules_fault(in, s, "type", "must be an object");
		return;
	}
	if (within(in, s, f, value.n, upper(f, SIZE_MAX), "byte"))
		*at = arena_strndup(rules_mem(in, f), value.p, value.n);
}

bool
rules_count(struct intake *in, const struct site *s, const struct field *f,
    size_t n_items)
{
	return within(in, s, f, n_items, upper(f, RULES_ITEMS_MAX), "item");
}
