/*
 * Texts are read for each mail, so that a changed template counts at once,
 * and filled in one pass; a section that is not shown is still read through,
 * so that a mistake in it does not wait for its day.
 */
#include "out/template.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES 40
#define FILE_MAX_BYTES (256 << 10)
#define NESTED_MAX     8
#define LOCALES_MAX    4

struct fill {
	const char *p;
	bool html;
	int depth;
	const struct template_values *values;
	const char *raw_name, *raw; /* goes in as it is */
	struct buf *out;
	const char **ret_problem;
};

static int
wrong(struct fill *f, const char *what, const char *name)
{
	*f->ret_problem =
	    arena_printf(f->out->mem, "%s: {{%.60s}}", what, name);
	return -1;
}

static void
html_put(struct buf *out, char c)
{
	switch (c) {
	case '&':
		buf_puts(out, "&amp;");
		break;
	case '<':
		buf_puts(out, "&lt;");
		break;
	case '>':
		buf_puts(out, "&gt;");
		break;
	case '"':
		buf_puts(out, "&quot;");
		break;
	case '\'':
		buf_puts(out, "&#39;");
		break;
	default:
		buf_putc(out, c);
	}
}

static void
value_put(struct fill *f, const char *value)
{
	while (*value != '\0') {
		size_t n = utf8_length(value, strnlen(value, UTF8_MAX));

		if (n == 0 || utf8_is_control(utf8_get(value, n)))
			buf_putc(f->out, ' ');
		else if (n == 1 && f->html)
			html_put(f->out, *value);
		else
			buf_put(f->out, value, n);
		value += n > 0 ? n : 1;
	}
}

/* Reads "#name}}" after the braces: the mark (0: none) and the name. */
static int
tag_read(struct fill *f, char *ret_mark, char ret_name[NAME_MAX_BYTES + 1])
{
	const char *start = f->p, *end = strstr(start, "}}");
	size_t n = 0;

	*ret_mark = '\0';
	if (*start != '\0' && strchr("#^/", *start) != NULL)
		*ret_mark = *start++;
	while (islower((unsigned char)start[n]) || start[n] == '_')
		n++;
	if (end == NULL || start + n != end || n == 0 || n > NAME_MAX_BYTES)
		return wrong(f, "malformed",
		    arena_strndup(f->out->mem, f->p, strcspn(f->p, "}\n")));
	memcpy(ret_name, start, n);
	ret_name[n] = '\0';
	f->p = end + 2;
	return 0;
}

static int fill_until(struct fill *, const char *closing, bool shown);

static int
section_fill(struct fill *f, const char *name, bool inverted, bool shown)
{
	const char *value = f->values->find(f->values->arg, name);
	int r;

	if (value == NULL)
		return wrong(f, "unknown", name);
	if (f->depth == NESTED_MAX)
		return wrong(f, "nested too deep", name);
	f->depth++;
	r = fill_until(f, name, shown && (*value != '\0') != inverted);
	f->depth--;
	return r;
}

static int
name_fill(struct fill *f, const char *name, bool shown)
{
	const char *value;

	if (f->raw_name != NULL && strcmp(name, f->raw_name) == 0) {
		if (shown)
			buf_puts(f->out, f->raw);
		return 0;
	}
	value = f->values->find(f->values->arg, name);
	if (value == NULL)
		return wrong(f, "unknown", name);
	if (shown)
		value_put(f, value);
	return 0;
}

/* Up to the end of the section, or of the text where closing is NULL. */
static int
fill_until(struct fill *f, const char *closing, bool shown)
{
	char name[NAME_MAX_BYTES + 1], mark;
	int r = 0;

	while (r == 0) {
		const char *tag = strstr(f->p, "{{");

		if (shown)
			buf_put(f->out, f->p,
			    tag != NULL ? (size_t)(tag - f->p) : strlen(f->p));
		if (tag == NULL)
			return closing == NULL
			    ? 0
			    : wrong(f, "not closed", closing);
		f->p = tag + 2;
		r = tag_read(f, &mark, name);
		if (r != 0)
			return r;
		if (mark == '/' && closing != NULL &&
		    strcmp(name, closing) == 0)
			return 0;
		if (mark == '/')
			return wrong(f, "not opened", name);
		r = mark == '\0' ? name_fill(f, name, shown)
				 : section_fill(f, name, mark == '^', shown);
	}
	return r;
}

int
template_fill(const char *source, bool html,
    const struct template_values *values, struct buf *out,
    const char **ret_problem)
{
	struct fill f = {
		.p = source,
		.html = html,
		.values = values,
		.out = out,
		.ret_problem = ret_problem,
	};

	return fill_until(&f, NULL, true);
}

/* NULL when it is not there. */
static char *
file_read(struct arena *mem, const char *path)
{
	FILE *f = fopen(path, "re");
	struct buf b;
	size_t n;

	if (f == NULL)
		return NULL;
	buf_init(&b, mem, 4096);
	while (b.n < FILE_MAX_BYTES &&
	    (n = fread(buf_reserve(&b, 4096), 1, 4096, f)) > 0)
		buf_added(&b, n);
	(void)fclose(f);
	/* line ends of another system */
	n = 0;
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != '\r' && b.p[i] != '\0')
			b.p[n++] = b.p[i];
	b.p[n] = '\0';
	return b.p;
}

static char *
file_find(struct arena *mem, const char *const *dirs, const char *locale,
    const char *name, const char *suffix)
{
	char *text = NULL;

	for (; *dirs != NULL && text == NULL; dirs++)
		text = file_read(mem,
		    arena_printf(mem, "%s/%s/%s%s", *dirs, locale, name,
			suffix));
	return text;
}

/* "de-AT" gives "de-AT", "de", "en"; what is no locale gives "en". */
static void
locales_list(struct arena *mem, const char *locale,
    const char *ret[LOCALES_MAX])
{
	size_t n = 0, len = 0;

	while (isalnum((unsigned char)locale[len]) || locale[len] == '-')
		len++;
	if (len > 0 && len <= 35 && locale[len] == '\0') {
		ret[n++] = locale;
		len = strcspn(locale, "-");
		if (locale[len] != '\0')
			ret[n++] = arena_strndup(mem, locale, len);
	}
	if (n == 0 || strcmp(ret[n - 1], "en") != 0)
		ret[n++] = "en";
	ret[n] = NULL;
}

/* One rendering; also the values of its own that it adds. */
struct render {
	struct arena *mem;
	const char *const *dirs;
	const char *name;
	const struct template_values *values;
	struct rendered *ret;
	const char **ret_problem;
};

static const char *
render_find(const void *arg, const char *name)
{
	const struct render *r = arg;

	if (strcmp(name, "lang") == 0)
		return r->ret->locale;
	if (strcmp(name, "subject") == 0 && r->ret->subject != NULL)
		return r->ret->subject;
	return r->values->find(r->values->arg, name);
}

/* raw: what {{content}} stands for, or NULL. */
static char *
render_fill(struct render *r, const char *source, const char *file, bool html,
    const char *raw)
{
	const struct template_values values = { render_find, r };
	struct buf out;
	struct fill f = {
		.p = source,
		.html = html,
		.values = &values,
		.raw_name = raw != NULL ? "content" : NULL,
		.raw = raw,
		.out = &out,
		.ret_problem = r->ret_problem,
	};

	buf_init(&out, r->mem, 4096);
	if (fill_until(&f, NULL, true) == 0)
		return out.p;
	*r->ret_problem = arena_printf(r->mem, "%s/%s: %s", r->ret->locale,
	    file, *r->ret_problem);
	return NULL;
}

static int
text_render(struct render *r, char *source)
{
	static const char start[] = "Subject: ";
	char *file = arena_printf(r->mem, "%s.txt", r->name);
	char *end = strstr(source, "\n\n");

	if (strncmp(source, start, strlen(start)) != 0 || end == NULL ||
	    strchr(source, '\n') != end) {
		*r->ret_problem = arena_printf(r->mem,
		    "%s/%s: it has to start with \"Subject: \", one line, "
		    "and an empty line",
		    r->ret->locale, file);
		return -1;
	}
	*end = '\0';
	r->ret->subject =
	    render_fill(r, source + strlen(start), file, false, NULL);
	if (r->ret->subject == NULL)
		return -1;
	r->ret->text = render_fill(r, end + 2, file, false, NULL);
	return r->ret->text == NULL ? -1 : 0;
}

static int
html_render(struct render *r, const char *source)
{
	char *file = arena_printf(r->mem, "%s.html", r->name), *layout;

	r->ret->html = render_fill(r, source, file, true, NULL);
	if (r->ret->html == NULL)
		return -1;
	if (source[0] == '<' && source[1] == '!')
		return 0;
	layout = file_find(r->mem, r->dirs, r->ret->locale, "layout", ".html");
	if (layout == NULL)
		return 0;
	r->ret->html =
	    render_fill(r, layout, "layout.html", true, r->ret->html);
	return r->ret->html == NULL ? -1 : 0;
}

static bool
name_good(const char *name)
{
	return *name != '\0' &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

int
template_render(struct arena *mem, const char *const *dirs, const char *locale,
    const char *name, const struct template_values *values,
    struct rendered *ret, const char **ret_problem)
{
	struct render r = { mem, dirs, name, values, ret, ret_problem };
	const char *locales[LOCALES_MAX];
	char *text = NULL, *html;

	*ret = (struct rendered) { 0 };
	locales_list(mem, locale, locales);
	for (size_t i = 0;
	     name_good(name) && locales[i] != NULL && text == NULL; i++) {
		ret->locale = locales[i];
		text = file_find(mem, dirs, locales[i], name, ".txt");
	}
	if (text == NULL) {
		*ret_problem = arena_printf(mem, "no template \"%.60s\" in %s",
		    name, dirs[0]);
		return -1;
	}
	if (text_render(&r, text) != 0)
		return -1;
	html = file_find(mem, dirs, ret->locale, name, ".html");
	return html == NULL ? 0 : html_render(&r, html);
}
