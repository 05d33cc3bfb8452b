#include "dispatch/doc.h"

#include <string.h>

#include "base/buf.h"
#include "json/json.h"

void
doc_key(struct buf *b, const char *name)
{
	if (b->n > 0 && strchr("{[:", b->p[b->n - 1]) == NULL)
		buf_putc(b, ',');
	if (name == NULL)
		return;
	json_put_string(b, name);
	buf_putc(b, ':');
}

void
doc_open(struct buf *b, const char *name, char bracket)
{
	doc_key(b, name);
	buf_putc(b, bracket);
}

void
doc_close(struct buf *b, char bracket)
{
	buf_putc(b, bracket);
}

void
doc_text(struct buf *b, const char *name, const char *text)
{
	doc_key(b, name);
	json_put_string(b, text);
}

void
doc_int(struct buf *b, const char *name, int64_t number)
{
	doc_key(b, name);
	buf_puti(b, number);
}

void
doc_bool(struct buf *b, const char *name, bool value)
{
	doc_key(b, name);
	json_put_bool(b, value);
}

void
doc_json(struct buf *b, const char *name, const char *json)
{
	doc_key(b, name);
	buf_puts(b, json);
}

void
doc_ref(struct buf *b, const char *name, const char *kind, const char *target)
{
	doc_open(b, name, '{');
	doc_key(b, "$ref");
	buf_printf(b, "\"#/components/%s/%s\"", kind, target);
	doc_close(b, '}');
}

void
doc_put_headers(struct buf *b, const char *const *names)
{
	doc_open(b, "headers", '{');
	for (; *names != NULL; names++)
		doc_ref(b, *names, "headers", *names);
	doc_close(b, '}');
}
