/*
 * Mail templates: DIR/LOCALE/NAME.txt, which starts with "Subject: …" and an
 * empty line, and DIR/LOCALE/NAME.html, which goes into LOCALE/layout.html
 * where {{content}} stands, unless it is a whole document of its own. The
 * HTML may be absent.
 *
 *	{{name}}		what the value of that name is
 *	{{#name}}…{{/name}}	only if it is there and not empty
 *	{{^name}}…{{/name}}	only if it is not
 *
 * Values are one line each: control characters in them become blanks. In
 * HTML they are escaped. A name that nobody knows is a mistake.
 */
#ifndef OUT_TEMPLATE_H
#define OUT_TEMPLATE_H

#include <stdbool.h>

struct arena;
struct buf;

struct template_values {
	/* NULL: there is no such name. An empty text: it has no value. */
	const char *(*find)(const void *arg, const char *name);
	const void *arg;
};

struct rendered {
	const char *locale; /* whose text it is */
	const char *subject, *text;
	const char *html; /* NULL: there is none */
};

/*
 * dirs, up to a NULL, in the order in which they are looked into; a locale
 * that is closer goes before a folder that is earlier: "de-AT", "de", "en".
 * {{subject}} and {{lang}} are known beside the values. 0, or -1 with what
 * is wrong and where, in mem.
 */
int template_render(struct arena *mem, const char *const *dirs,
    const char *locale, const char *name, const struct template_values *,
    struct rendered *ret, const char **ret_problem);

/* One text. 0, or -1 with what is wrong. */
int template_fill(const char *source, bool html, const struct template_values *,
    struct buf *out, const char **ret_problem);

#endif
