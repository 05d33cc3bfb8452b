/*
 * Values that come as text: path variables, query parameters, headers. They
 * obey the same rules as JSON; what JSON says by its types is said here by
 * form: true and false (1 and 0), digits, a list with commas.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/list.h"
#include "json/json.h"
#include "json/rules.h"

static void
text_bool(struct intake *in, const struct site *s, const char *text, bool *at)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		*at = true;
	else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
		*at = false;
	else
		rules_fault(in, s, "type", "must be true or false");
}

static void
text_raw(struct intake *in, const struct site *s, const struct field *f,
    const char *text, const char **at)
{
	struct json_span value = { text, strlen(text) };

	if (json_scan(value.p, value.n, NULL) == JSON_OK)
		rules_raw(in, s, f, value, at);
	else
		rules_fault(in, s, "format", "must be valid JSON");
}

static size_t
pieces_count(const char *text)
{
	size_t n = *text != '\0';

	for (; *text != '\0'; text++)
		n += *text == ',';
	return n;
}

static void
text_list(struct intake *in, const struct site *s, const struct field *f,
    char *text, struct list *at)
{
	struct site site = { .up = s };
	size_t n = pieces_count(text);
	const char **items;
	char *piece;

	if (!rules_count(in, s, f, n))
		return;
	items = arena_array(rules_mem(in, f), n, sizeof(*items));
	at->items = items;
	at->n = n;
	for (; site.index < n; site.index++) {
		piece = strsep(&text, ",");
		rules_string(in, &site, f, rules_trim(f, piece),
		    &items[site.index]);
	}
}

static void
text_value(struct intake *in, const struct site *s, const struct field *f,
    char *text, void *at)
{
	struct json_span span = { text, strlen(text) };

	switch (f->kind) {
	case F_STRING:
		rules_string(in, s, f, text, at);
		return;
	case F_BOOL:
		text_bool(in, s, text, at);
		return;
	case F_INT:
		rules_int(in, s, f, span, at);
		return;
	case F_ID:
		rules_id(in, s, f, text, at);
		return;
	case F_TIME:
		rules_time(in, s, f, text, at);
		return;
	case F_RAW:
		text_raw(in, s, f, text, at);
		return;
	case F_LIST:
		if (f->sub == NULL) {
			text_list(in, s, f, text, at);
			return;
		}
		break;
	case F_OBJECT:
	case F_REF:
		break;
	}
	abort(); /* a table that asks for a struct where only text can come */
}

/* As the client knows it: a header by its own name. */
static const char *
shown_name(const struct field *f, enum field_case name_case,
    char name[FIELD_NAME_MAX])
{
	if ((f->flags & F_HEADER) && f->alias != NULL)
		return f->alias;
	field_name(f, name_case, name);
	return name;
}

int
field_decode_text(struct ctx *cx, const struct field *rows, size_t row,
    enum field_case name_case, const char *text, void *out)
{
	const struct field *f = &rows[row];
	bool in_path = (f->flags & F_PATH) != 0;
	struct intake in = { .cx = cx,
		.name_case = name_case,
		.silent = in_path };
	char name[FIELD_NAME_MAX];
	struct site site = { .name = shown_name(f, name_case, name) };
	uint64_t given;
	char *copy;

	copy = rules_trim(f, arena_strdup(rules_mem(&in, f), text));
	if (rules_missing(f, copy))
		return in_path ? err_set(cx, ERR_NOT_FOUND, NULL) : 0;
	memcpy(&given, out, sizeof(given));
	given |= UINT64_C(1) << row;
	memcpy(out, &given, sizeof(given));
	text_value(&in, &site, f, copy, (char *)out + f->offset);
	if (in.faults == 0)
		return 0;
	return in_path ? err_set(cx, ERR_NOT_FOUND, NULL)
		       : ERR_VALIDATION_ERROR;
}

int
field_require(struct ctx *cx, const struct field *rows,
    enum field_case name_case, const void *out, bool body_too)
{
	struct intake in = { .cx = cx, .name_case = name_case };
	char name[FIELD_NAME_MAX];
	struct site site = { 0 };
	uint64_t given;
	size_t i;

	memcpy(&given, out, sizeof(given));
	for (i = 0; rows[i].name != NULL; i++) {
		if (!(rows[i].flags & F_REQUIRED) || (given >> i & 1) != 0)
			continue;
		if (rules_in_body(&rows[i]) && !body_too)
			continue;
		site.name = shown_name(&rows[i], name_case, name);
		rules_fault(&in, &site, "required", "is required");
	}
	return in.faults == 0 ? 0 : ERR_VALIDATION_ERROR;
}
