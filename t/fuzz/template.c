/*
 * A mail template and what people put into it. Lines: the value of {{name}},
 * the value of {{link}}; the rest is the template. In HTML no value brings a
 * tag, an attribute's end or an entity of its own; nowhere does one bring a
 * line. A template without marks comes out as it is.
 */
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "out/template.h"

struct values {
	const char *name, *link;
};

static const char *
find(const void *arg, const char *name)
{
	const struct values *v = arg;

	if (strcmp(name, "name") == 0)
		return v->name;
	if (strcmp(name, "link") == 0)
		return v->link;
	return strcmp(name, "empty") == 0 ? "" : NULL;
}

static size_t
count(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == c;
	return n;
}

/* Signs that mean something come from the template alone. */
static void
check_signs(const char *source, const char *out, bool html)
{
	if (strchr(source, '\n') == NULL && strchr(source, '\r') == NULL)
		HOLDS(strpbrk(out, "\r\n") == NULL);
	if (!html)
		return;
	for (const char *sign = "<>\"'"; *sign != '\0'; sign++)
		if (strchr(source, *sign) == NULL)
			HOLDS(strchr(out, *sign) == NULL);
}

static void
check(struct arena *mem, const char *source, const struct values *v, bool html)
{
	const struct template_values values = { find, v };
	const char *problem = NULL;
	struct buf out;
	int r;

	buf_init(&out, mem, 256);
	r = template_fill(source, html, &values, &out, &problem);
	HOLDS((r == 0) == (problem == NULL));
	if (r != 0)
		return;
	HOLDS(strlen(out.p) == out.n);
	if (strstr(source, "{{") == NULL)
		HOLDS(strcmp(out.p, source) == 0);
	if (utf8_valid(source, strlen(source)))
		HOLDS(utf8_valid(out.p, out.n));
	check_signs(source, out.p, html);
}

/* A value alone: each sign is an entity, and bad bytes are gone. */
static void
check_value(struct arena *mem, const struct values *v)
{
	const struct template_values values = { find, v };
	const char *problem;
	struct buf out;

	buf_init(&out, mem, 256);
	HOLDS(template_fill("{{name}}", true, &values, &out, &problem) == 0);
	HOLDS(count(out.p, ';') >= count(out.p, '&'));
	HOLDS(strpbrk(out.p, "<>\"'") == NULL);
	buf_clear(&out);
	HOLDS(template_fill("{{name}}", false, &values, &out, &problem) == 0);
	HOLDS(utf8_valid(out.p, out.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	struct values v;
	const char *source;

	v.name = fuzz_line(&in, mem);
	v.link = fuzz_line(&in, mem);
	source = fuzz_rest(&in, mem);
	check_value(mem, &v);
	check(mem, source, &v, true);
	check(mem, source, &v, false);
	arena_free(mem);
	return 0;
}
