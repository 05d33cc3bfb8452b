/*
 * A document into a C struct, driven by its table.
 *
 * The members of one object are listed first (their number is bounded by
 * json_scan), then each row looks for its own: by its name, else by its
 * alias. Faults so come in the order of the table, whatever order the client
 * chose. Nothing here fails early: a client learns of all faults at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/list.h"
#include "json/json.h"
#include "json/rules.h"
#include "json/walk.h"

struct member {
	struct json_span key, value;
};

struct members {
	size_t n;
	struct member m[JSON_KEYS];
};

static bool decode_value(struct intake *, const struct site *,
    const struct field *, struct json_span, void *at);

static bool
members_list(struct json_span object, struct members *ret)
{
	struct json_walk w;
	struct member *m = ret->m;

	ret->n = 0;
	if (!json_walk_init(&w, object, '{'))
		return false;
	while (ret->n < JSON_KEYS && json_walk_member(&w, &m->key, &m->value)) {
		ret->n++;
		m++;
	}
	return true;
}

static const struct member *
members_find(const struct members *ms, const char *name)
{
	size_t i, n = strlen(name);

	for (i = 0; i < ms->n; i++) {
		if (json_key_is(ms->m[i].key, name, n))
			return &ms->m[i];
	}
	return NULL;
}

/*
 * Has the struct room for `given`? The top one always; a nested one when no
 * row lives where it would.
 */
static bool
has_given(const struct field *rows)
{
	for (; rows->name != NULL; rows++) {
		if (rows->offset < sizeof(uint64_t))
			return false;
	}
	return true;
}

static bool
decode_row(struct intake *in, const struct site *up, const struct members *ms,
    const struct field *f, void *out)
{
	char name[FIELD_NAME_MAX];
	struct site site = { .up = up, .name = name };
	const struct member *m;
	bool given;

	field_name(f, in->name_case, name);
	m = members_find(ms, name);
	if (m == NULL && f->alias != NULL) {
		m = members_find(ms, f->alias);
		if (m != NULL)
			site.name = f->alias;
	}
	given = m != NULL &&
	    decode_value(in, &site, f, m->value, (char *)out + f->offset);
	if (!given && (f->flags & F_REQUIRED))
		rules_fault(in, &site, "required", "is required");
	return given;
}

static void
decode_members(struct intake *in, const struct site *up,
    const struct members *ms, const struct field *rows, void *out)
{
	uint64_t given = 0;
	size_t i;

	for (i = 0; rows[i].name != NULL; i++) {
		if (rules_in_body(&rows[i]) &&
		    decode_row(in, up, ms, &rows[i], out))
			given |= UINT64_C(1) << (i & 63);
	}
	if (has_given(rows))
		memcpy(out, &given, sizeof(given));
}

static void
decode_object(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, void *at)
{
	struct members ms;

	if (members_list(value, &ms))
		decode_members(in, s, &ms, f->sub, at);
	else
		rules_fault(in, s, "type", "must be an object");
}

static void
decode_ref(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, void **at)
{
	void *p = arena_alloc(rules_mem(in, f), f->sub_size);

	decode_object(in, s, f, value, p);
	*at = p;
}

/* The characters of a string, trimmed; NULL after telling that it is none. */
static char *
decode_text(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value)
{
	char *text = json_string(rules_mem(in, f), value.p, value.n);

	if (text == NULL) {
		rules_fault(in, s, "type", "must be a string");
		return NULL;
	}
	return rules_trim(f, text);
}

static void
decode_item(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, void *at)
{
	char *text;

	if (f->sub != NULL) {
		decode_object(in, s, f, value, at);
		return;
	}
	text = decode_text(in, s, f, value);
	if (text != NULL && rules_missing(f, text))
		rules_fault(in, s, "required", "must not be empty");
	else if (text != NULL)
		rules_string(in, s, f, text, at);
}

static size_t
items_count(struct json_walk w)
{
	struct json_span item;
	size_t n = 0;

	while (json_walk_item(&w, &item))
		n++;
	return n;
}

static void
decode_list(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, struct list *at)
{
	size_t size = f->sub != NULL ? f->sub_size : sizeof(char *);
	struct site site = { .up = s };
	struct json_walk w;
	struct json_span item;
	char *items;
	size_t n;

	if (!json_walk_init(&w, value, '[')) {
		rules_fault(in, s, "type", "must be a list");
		return;
	}
	n = items_count(w);
	if (!rules_count(in, s, f, n))
		return;
	items = arena_array(rules_mem(in, f), n, size);
	at->items = items;
	at->n = n;
	for (; json_walk_item(&w, &item); site.index++, items += size)
		decode_item(in, &site, f, item, items);
}

static void
decode_bool(struct intake *in, const struct site *s, struct json_span value,
    bool *at)
{
	if (json_is(value, "true"))
		*at = true;
	else if (json_is(value, "false"))
		*at = false;
	else
		rules_fault(in, s, "type", "must be true or false");
}

/* The kinds that are strings in JSON. False when it counts as missing. */
static bool
decode_string(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, void *at)
{
	char *text = decode_text(in, s, f, value);

	if (text == NULL)
		return true;
	if (rules_missing(f, text))
		return false;
	if (f->kind == F_ID)
		rules_id(in, s, f, text, at);
	else if (f->kind == F_TIME)
		rules_time(in, s, f, text, at);
	else
		rules_string(in, s, f, text, at);
	return true;
}

/* Returns whether the row counts as given. */
static bool
decode_value(struct intake *in, const struct site *s, const struct field *f,
    struct json_span value, void *at)
{
	if (json_is(value, "null"))
		return (f->flags & F_REQUIRED) == 0;
	switch (f->kind) {
	case F_STRING:
	case F_ID:
	case F_TIME:
		return decode_string(in, s, f, value, at);
	case F_BOOL:
		decode_bool(in, s, value, at);
		break;
	case F_INT:
		rules_int(in, s, f, value, at);
		break;
	case F_OBJECT:
		decode_object(in, s, f, value, at);
		break;
	case F_REF:
		decode_ref(in, s, f, value, at);
		break;
	case F_LIST:
		decode_list(in, s, f, value, at);
		break;
	case F_RAW:
		rules_raw(in, s, f, value, at);
		break;
	}
	return true;
}

int
json_decode(struct ctx *cx, const char *p, size_t n, const struct field *rows,
    enum field_case name_case, void *out)
{
	struct intake in = { .cx = cx, .name_case = name_case };
	struct json_span document = { p, n };
	struct members ms;

	if (!has_given(rows))
		abort(); /* an input struct without `given` */
	if (!members_list(document, &ms))
		return err_set(cx, ERR_MALFORMED_JSON,
		    "The body must be a JSON object");
	decode_members(&in, NULL, &ms, rows, out);
	return in.faults == 0 ? 0 : ERR_VALIDATION_ERROR;
}
