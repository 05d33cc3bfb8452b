/*
 * Whatever can be null says so: OpenAPI 3.0 by `nullable`, 3.1 by a list of
 * types. A reference can say neither in 3.0, so a table that may be null is
 * written where it is used and never named.
 */
#include "dispatch/schema.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "dispatch/doc.h"
#include "json/json.h"

#define STRING_MAX   255 /* of rows without limits, see base/field.h */
#define LIST_MAX     1000
#define EXAMPLE_TIME "\"2025-11-16T10:30:00Z\""
#define EXAMPLE_BITS "\x01\x9a\x8c\x47\x24\x40\x7a\x2b\x9c\x3d\x4e\x5f\x60\x71"

static bool
is_ref(const struct field *f)
{
	return f->kind == F_OBJECT || f->kind == F_REF || f->kind == F_LIST;
}

bool
schema_in_body(const struct field *f)
{
	return (f->flags & (F_PATH | F_QUERY | F_HEADER)) == 0;
}

bool
schema_has_body(const struct field *rows)
{
	for (; rows != NULL && rows->name != NULL; rows++) {
		if (schema_in_body(rows))
			return true;
	}
	return false;
}

/* --- names --- */

void
schemas_init(struct schemas *s, struct arena *mem, bool v31)
{
	*s = (struct schemas) { .mem = mem, .v31 = v31 };
}

static const char *
name_of(const struct schemas *s, const struct field *rows,
    enum dialect_id dialect, enum schema_way way)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct schema_name *name = &s->names[i];

		if (name->rows == rows && name->dialect == dialect &&
		    name->way == way)
			return name->text;
	}
	return NULL;
}

static bool
name_taken(const struct schemas *s, const char *text)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->names[i].text, text) == 0)
			return true;
	}
	return false;
}

static void
add_name(struct schemas *s, const struct schema_name *name)
{
	if (s->n == s->max) {
		size_t max = s->max == 0 ? 64 : 2 * s->max;
		struct schema_name *names =
		    arena_array(s->mem, max, sizeof(*names));

		if (s->n > 0)
			memcpy(names, s->names, s->n * sizeof(*names));
		s->names = names;
		s->max = max;
	}
	s->names[s->n++] = *name;
}

const char *
schema_camel(struct arena *mem, const char *name)
{
	char *text = arena_strdup(mem, name), *to = text;
	bool hump = true;

	for (; *name != '\0'; name++) {
		if (*name == '.' || *name == '_' || *name == '-') {
			hump = true;
			continue;
		}
		*to++ = hump && *name >= 'a' && *name <= 'z'
		    ? (char)(*name + 'A' - 'a')
		    : *name;
		hump = false;
	}
	*to = '\0';
	return text;
}

/* The singular of a list's name, as far as names go here. */
static const char *
item_name(struct arena *mem, const struct field *f)
{
	size_t n = strlen(f->name);

	if (f->kind != F_LIST || n < 4 || f->name[n - 1] != 's')
		return f->name;
	if (strcmp(f->name + n - 3, "ies") == 0)
		return arena_printf(mem, "%.*sy", (int)n - 3, f->name);
	return arena_strndup(mem, f->name, n - 1);
}

/* A name that is taken is told apart by the table that it stands in. */
static const char *
name_make(const struct schemas *s, const struct schema_name *in,
    const char *like)
{
	const char *suffix = in->way == SCHEMA_IN ? "Input" : "";
	const char *name = schema_camel(s->mem, like);
	const char *base = arena_printf(s->mem, "%s.%s%s",
	    dialects[in->dialect]->name, name, suffix);
	const char *text = base;

	if (in->text != NULL && name_taken(s, text))
		text = base =
		    arena_printf(s->mem, "%s%s%s", in->text, name, suffix);
	for (int i = 2; name_taken(s, text); i++)
		text = arena_printf(s->mem, "%s%d", base, i);
	return text;
}

static void
name_table(struct schemas *s, const struct field *rows, enum dialect_id d,
    enum schema_way way, const char *like, const char *parent)
{
	const char *text;

	if (name_of(s, rows, d, way) != NULL)
		return;
	text = name_make(s,
	    &(struct schema_name) { .dialect = d, .way = way, .text = parent },
	    like);
	add_name(s,
	    &(struct schema_name) { .rows = rows,
		.dialect = d,
		.way = way,
		.text = text });
	for (const struct field *f = rows; f->name != NULL; f++) {
		if (is_ref(f) && f->sub != NULL && way == SCHEMA_OUT &&
		    (f->flags & (F_NULLABLE | F_RAW_OBJECT)) == 0)
			name_table(s, f->sub, d, way, item_name(s->mem, f),
			    text);
	}
}

void
schemas_name(struct schemas *s, const struct field *rows, enum dialect_id d,
    enum schema_way way, const char *like)
{
	name_table(s, rows, d, way, like, NULL);
}

/* --- examples --- */

/* Of rows that have none of their own. */
static const struct {
	const char *name, *example;
} usual[] = {
	{ "browser", "Firefox" },
	{ "city", "San Francisco" },
	{ "country", "United States" },
	{ "device", "Firefox on Linux" },
	{ "device_name", "Firefox on Linux" },
	{ "device_type", "desktop" },
	{ "email", "ann@example.com" },
	{ "first_name", "Ann" },
	{ "ip", "203.0.113.7" },
	{ "ip_address", "203.0.113.7" },
	{ "last_ip_address", "203.0.113.7" },
	{ "last_name", "Lee" },
	{ "message", "Done" },
	{ "name", "Firefox on Linux" },
	{ "os", "Linux" },
	{ "status", "ready" },
	{ "user_agent",
	    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101"
	    " Firefox/128.0" },
	{ "username", "ann" },
};

static const char *
usual_example(const char *name)
{
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strcmp(usual[i].name, name) == 0)
			return usual[i].example;
	}
	return NULL;
}

static const char *
quoted(struct arena *mem, const char *text)
{
	struct buf b;

	buf_init(&b, mem, strlen(text) + 2);
	json_put_string(&b, text);
	return b.p;
}

static const char *
id_example(struct arena *mem, const char *prefix)
{
	struct uuid id = { .b = EXAMPLE_BITS };
	char text[ID_TEXT_MAX];

	id_format(prefix, &id, text);
	return quoted(mem, text);
}

static bool
is_text(const struct field *f)
{
	return f->kind == F_STRING || f->kind == F_ID || f->kind == F_TIME;
}

const char *
schema_example(struct arena *mem, const struct field *f)
{
	const char *example = f->example;

	if (example == NULL && f->kind == F_ID)
		return id_example(mem, f->prefix);
	if (example == NULL && f->kind == F_TIME)
		return EXAMPLE_TIME;
	if (example == NULL && f->kind == F_STRING)
		example =
		    f->values != NULL ? f->values[0] : usual_example(f->name);
	if (example == NULL || !is_text(f))
		return example;
	return quoted(mem, example);
}

void
schema_put_example(struct buf *b, const struct field *rows,
    enum field_case kase)
{
	char name[FIELD_NAME_MAX];
	const char *example;

	doc_open(b, NULL, '{');
	for (const struct field *f = rows; f->name != NULL; f++) {
		if (!schema_in_body(f) ||
		    (f->example == NULL && (f->flags & F_REQUIRED) == 0))
			continue;
		example = schema_example(b->mem, f);
		field_name(f, kase, name);
		doc_json(b, name, example != NULL ? example : "\"string\"");
	}
	doc_close(b, '}');
}

/* --- schemas --- */

static const char *
type_of(const struct field *f)
{
	switch (f->kind) {
	case F_STRING:
	case F_ID:
	case F_TIME:
		return "string";
	case F_BOOL:
		return "boolean";
	case F_INT:
		return "integer";
	case F_OBJECT:
	case F_REF:
		return "object";
	case F_LIST:
		return "array";
	case F_RAW:
		return (f->flags & F_RAW_OBJECT) != 0 ? "object" : NULL;
	}
	return NULL;
}

static bool
is_nullable(const struct field *f, enum schema_way way)
{
	if (way == SCHEMA_OUT)
		return (f->flags & F_NULLABLE) != 0;
	return (f->flags & (F_REQUIRED | F_PATH | F_QUERY | F_HEADER)) == 0;
}

static void
put_type(struct buf *b, const struct schemas *s, const char *type,
    bool nullable)
{
	if (type == NULL)
		return;
	if (s->v31 && nullable) {
		doc_open(b, "type", '[');
		doc_text(b, NULL, type);
		doc_text(b, NULL, "null");
		doc_close(b, ']');
		return;
	}
	doc_text(b, "type", type);
	if (nullable)
		doc_bool(b, "nullable", true);
}

static void
put_values(struct buf *b, const struct field *f, bool nullable)
{
	if (f->values == NULL)
		return;
	doc_open(b, "enum", '[');
	for (const char *const *v = f->values; *v != NULL; v++)
		doc_text(b, NULL, *v);
	if (nullable)
		doc_json(b, NULL, "null");
	doc_close(b, ']');
}

static void
put_format(struct buf *b, const struct field *f)
{
	if (f->format != NULL)
		doc_text(b, "format", f->format);
	else if (f->kind == F_TIME)
		doc_text(b, "format", "date-time");
	else if (f->kind == F_INT)
		doc_text(b, "format", "int64");
	else if (f->kind == F_STRING && (f->flags & F_SECRET) != 0)
		doc_text(b, "format", "password");
}

static void
put_bounds(struct buf *b, const char *least, int64_t min, const char *most,
    int64_t max)
{
	if (min > 0)
		doc_int(b, least, min);
	if (max >= min && max > 0)
		doc_int(b, most, max);
}

/* What a client must keep to. */
static void
put_limits(struct buf *b, const struct field *f)
{
	bool none = f->max < f->min || (f->max == 0 && f->min == 0);
	int64_t min = f->min;

	if (f->kind == F_STRING && f->values == NULL) {
		if ((f->flags & F_NOT_EMPTY) != 0 && min < 1)
			min = 1;
		put_bounds(b, "minLength", min, "maxLength",
		    none ? STRING_MAX : f->max);
	} else if (f->kind == F_LIST) {
		put_bounds(b, "minItems", min, "maxItems",
		    none ? LIST_MAX : f->max);
	} else if (f->kind == F_INT && !none) {
		doc_int(b, "minimum", f->min);
		doc_int(b, "maximum", f->max);
	}
}

static void
put_about(struct buf *b, const struct schemas *s, const struct field *f)
{
	const char *example = schema_example(s->mem, f);

	if (f->about != NULL)
		doc_text(b, "description", f->about);
	if (example == NULL)
		return;
	if (s->v31)
		doc_open(b, "examples", '[');
	doc_json(b, s->v31 ? NULL : "example", example);
	if (s->v31)
		doc_close(b, ']');
}

static void put_members(struct buf *, const struct schemas *,
    const struct field *, enum dialect_id, enum schema_way);

static void
put_items(struct buf *b, const struct schemas *s, const struct field *f,
    enum dialect_id d, enum schema_way way)
{
	if (f->sub != NULL) {
		schema_use(b, s, "items", f->sub, d, way);
		return;
	}
	doc_open(b, "items", '{');
	doc_text(b, "type", "string");
	doc_close(b, '}');
}

static void
put_value(struct buf *b, const struct schemas *s, const char *key,
    const struct field *f, enum dialect_id d, enum schema_way way)
{
	bool nullable = is_nullable(f, way);

	doc_open(b, key, '{');
	put_type(b, s, type_of(f), nullable);
	put_values(b, f, nullable);
	put_format(b, f);
	if (way == SCHEMA_IN)
		put_limits(b, f);
	put_about(b, s, f);
	if (f->kind == F_LIST)
		put_items(b, s, f, d, way);
	else if (f->sub != NULL)
		put_members(b, s, f->sub, d, way);
	if ((f->flags & F_RAW_OBJECT) != 0)
		doc_bool(b, "additionalProperties", true);
	doc_close(b, '}');
}

void
schema_put_row(struct buf *b, const struct schemas *s, const char *key,
    const struct field *f, enum dialect_id d)
{
	put_value(b, s, key, f, d, SCHEMA_IN);
}

static bool
is_required(const struct field *f, enum schema_way way)
{
	return way == SCHEMA_IN ? (f->flags & F_REQUIRED) != 0
				: (f->flags & F_OMIT_NULL) == 0;
}

static void
put_required(struct buf *b, const struct field *rows, enum dialect_id d,
    enum schema_way way)
{
	char name[FIELD_NAME_MAX];
	bool any = false;

	for (const struct field *f = rows; f->name != NULL; f++) {
		if (!schema_in_body(f) || !is_required(f, way))
			continue;
		if (!any)
			doc_open(b, "required", '[');
		any = true;
		field_name(f, dialects[d]->kase, name);
		doc_text(b, NULL, name);
	}
	if (any)
		doc_close(b, ']');
}

static void
put_members(struct buf *b, const struct schemas *s, const struct field *rows,
    enum dialect_id d, enum schema_way way)
{
	char name[FIELD_NAME_MAX];

	put_required(b, rows, d, way);
	doc_open(b, "properties", '{');
	for (const struct field *f = rows; f->name != NULL; f++) {
		if (!schema_in_body(f))
			continue;
		field_name(f, dialects[d]->kase, name);
		if ((f->kind == F_OBJECT || f->kind == F_REF) &&
		    name_of(s, f->sub, d, way) != NULL && !is_nullable(f, way))
			schema_use(b, s, name, f->sub, d, way);
		else
			put_value(b, s, name, f, d, way);
	}
	doc_close(b, '}');
}

static void
put_table(struct buf *b, const struct schemas *s, const char *key,
    const struct field *rows, enum dialect_id d, enum schema_way way)
{
	doc_open(b, key, '{');
	doc_text(b, "type", "object");
	put_members(b, s, rows, d, way);
	doc_close(b, '}');
}

void
schema_use(struct buf *b, const struct schemas *s, const char *key,
    const struct field *rows, enum dialect_id d, enum schema_way way)
{
	const char *name = name_of(s, rows, d, way);

	if (name != NULL)
		doc_ref(b, key, "schemas", name);
	else
		put_table(b, s, key, rows, d, way);
}

void
schemas_put(struct buf *b, const struct schemas *s)
{
	doc_open(b, "schemas", '{');
	for (size_t i = 0; i < s->n; i++) {
		const struct schema_name *name = &s->names[i];

		put_table(b, s, name->text, name->rows, name->dialect,
		    name->way);
	}
	doc_close(b, '}');
}
