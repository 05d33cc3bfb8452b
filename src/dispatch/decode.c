#include "dispatch/decode.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "http/request.h"
#include "json/json.h"

static bool
has_body_rows(const struct op *op)
{
	for (const struct field *f = op->in; f->name != NULL; f++) {
		if ((f->flags & (F_PATH | F_QUERY | F_HEADER)) == 0)
			return true;
	}
	return false;
}

static const char *
var_text(const struct call *c, const struct field *f)
{
	for (size_t i = 0; i < c->n_vars; i++) {
		if (strlen(f->name) == c->vars[i].name_n &&
		    memcmp(f->name, c->vars[i].name, c->vars[i].name_n) == 0)
			return c->vars[i].text;
	}
	return NULL;
}

static const void *
row_at(const struct call *c, const struct field *f)
{
	return (const char *)c->in + f->offset;
}

static int
decode_path_row(struct call *c, size_t row)
{
	const struct field *f = &c->op->in[row];
	const char *text = var_text(c, f);
	int r;

	if (text == NULL || ((f->flags & F_ME) != 0 && strcmp(text, "me") == 0))
		return 0;
	r = field_decode_text(c->cx, c->op->in, row, c->dialect->kase, text,
	    c->in);
	if (r == 0 && f->kind == F_ID && uuid_is_zero(row_at(c, f)))
		r = ERR_NOT_FOUND; /* it would stand for none */
	if (r != ERR_NOT_FOUND && r != ERR_VALIDATION_ERROR)
		return r;
	ctx_fail_clear(c->cx);
	return err_set(c->cx,
	    c->op->no_such != ERR_NONE ? c->op->no_such : ERR_NOT_FOUND, NULL);
}

static int
decode_query_row(struct call *c, size_t row)
{
	const struct field *f = &c->op->in[row];
	char name[FIELD_NAME_MAX];
	bool bad = false;
	const char *text;

	field_name(f, c->dialect->kase, name);
	text = http_form_value(c->cx->mem, c->req->query, name, &bad);
	if (text == NULL && !bad && f->alias != NULL)
		text =
		    http_form_value(c->cx->mem, c->req->query, f->alias, &bad);
	if (bad)
		return err_field(c->cx, arena_strdup(c->cx->mem, name),
		    "format", "is malformed or given twice");
	if (text == NULL)
		return 0;
	return field_decode_text(c->cx, c->op->in, row, c->dialect->kase, text,
	    c->in);
}

static int
decode_header_row(struct call *c, size_t row)
{
	const char *text = http_param(c->req, c->op->in[row].alias);

	if (text == NULL)
		return 0;
	return field_decode_text(c->cx, c->op->in, row, c->dialect->kase, text,
	    c->in);
}

/* Keeps on after bad fields, so that the answer names them all. */
static int
decode_row(struct call *c, size_t row)
{
	unsigned flags = c->op->in[row].flags;

	if ((flags & F_PATH) != 0)
		return decode_path_row(c, row);
	if ((flags & F_QUERY) != 0)
		return decode_query_row(c, row);
	if ((flags & F_HEADER) != 0)
		return decode_header_row(c, row);
	return 0;
}

static bool
is_json(const char *type)
{
	size_t n = strlen(type);

	return strcmp(type, "application/json") == 0 ||
	    (n > 5 && strcmp(type + n - 5, "+json") == 0);
}

/*
 * A route that two dialects share is its own until the body is read: the
 * member of the other one selects that.
 */
static int
choose_dialect(struct call *c)
{
	const struct route *route = c->route;
	const char *p;
	size_t n;
	bool alt, main;

	if (route->alt_key == NULL)
		return 0;
	alt = json_member(c->req->body, c->req->body_n, route->alt_key, &p, &n);
	main =
	    json_member(c->req->body, c->req->body_n, route->main_key, &p, &n);
	if (alt && main)
		return err_field(c->cx, route->alt_key, "conflict",
		    "give one of the two spellings, not both");
	if (alt) {
		c->dialect = dialects[route->alt];
		c->alt_view = route->alt_out;
	}
	return 0;
}

static int
decode_body(struct call *c)
{
	const struct http_request *req = c->req;
	enum json_fault fault;
	size_t at;
	int r;

	if (req->body_n == 0 || !has_body_rows(c->op))
		return 0;
	if (!is_json(http_media_type(c->cx->mem, req)))
		return err_set(c->cx, ERR_UNSUPPORTED_MEDIA_TYPE, NULL);
	fault = json_scan(req->body, req->body_n, &at);
	if (fault != JSON_OK)
		return err_set(c->cx, ERR_MALFORMED_JSON,
		    arena_printf(c->cx->mem,
			"The request body is not valid JSON: %s at byte %zu",
			json_fault_text(fault), at));
	r = choose_dialect(c);
	if (r != 0)
		return r;
	return json_decode(c->cx, req->body, req->body_n, c->op->in,
	    c->dialect->kase, c->in);
}

static int
decode_file(struct call *c)
{
	const struct http_request *req = c->req;

	if (req->body_n > 0 &&
	    strcmp(http_media_type(c->cx->mem, req), "multipart/form-data") !=
		0)
		return err_set(c->cx, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Content-Type must be multipart/form-data");
	if (req->body_n > 0 &&
	    http_multipart_find(c->cx->mem, req, c->op->file, &c->file) != 0)
		return err_set(c->cx, ERR_BAD_REQUEST,
		    "The request body is not valid multipart/form-data");
	if (c->file.p == NULL)
		return err_field(c->cx, c->op->file, "required", "is required");
	return 0;
}

int
decode_input(struct call *c)
{
	size_t max = c->op->body_max == 0 ? OP_BODY_MAX : c->op->body_max;
	int worst = 0, r;

	if (c->req->body_too_large || c->req->body_n > max)
		return err_set(c->cx, ERR_PAYLOAD_TOO_LARGE, NULL);
	if (c->op->file != NULL) {
		r = decode_file(c);
		if (r != 0)
			return r;
	}
	if (c->op->in == NULL)
		return 0;
	c->in = arena_alloc(c->cx->mem, c->op->in_size);
	for (size_t i = 0; c->op->in[i].name != NULL; i++) {
		r = decode_row(c, i);
		if (r != 0 && r != ERR_VALIDATION_ERROR)
			return r;
		worst = r != 0 ? r : worst;
	}
	r = decode_body(c);
	if (r != 0)
		return r;
	r = field_require(c->cx, c->op->in, c->dialect->kase, c->in,
	    c->req->body_n == 0);
	return r != 0 ? r : worst;
}

const char *
decode_string(const struct call *c, const char *name)
{
	for (const struct field *f = c->op->in; f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return *(const char *const *)row_at(c, f);
	}
	return NULL;
}
