#include "support/openapi.h"

#include <check.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "dispatch/openapi.h"
#include "dispatch/router.h"
#include "http/request.h"
#include "support/api.h"

#define WHERE_MAX 256

static struct json_object *document;
static char misfit[512];

struct json_object *
openapi_document(struct api *a)
{
	struct buf b;

	if (document != NULL)
		return document;
	buf_init(&b, a->service.mem, 0);
	openapi_put(&b, false);
	document = json_tokener_parse(b.p);
	ck_assert_msg(document != NULL, "not JSON: %s", b.p);
	return document;
}

static struct json_object *
member(struct json_object *o, const char *name)
{
	struct json_object *at = NULL;

	if (o != NULL && json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &at);
	return at;
}

/* "#/components/schemas/x" in the document. */
static struct json_object *
resolve(struct json_object *o)
{
	struct json_object *ref = member(o, "$ref"), *at = document;
	char name[WHERE_MAX];
	const char *p;

	if (ref == NULL)
		return o;
	for (p = json_object_get_string(ref) + 2; *p != '\0';) {
		size_t n = strcspn(p, "/");

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		at = member(at, name);
		p += n + (p[n] == '/');
	}
	ck_assert_msg(at != NULL, "dangling %s", json_object_get_string(ref));
	return at;
}

__attribute__((format(printf, 2, 3))) static const char *
say(const char *path, const char *fmt, ...)
{
	int n = snprintf(misfit, sizeof(misfit),
	    "%s: ", path[0] == '\0' ? "the body" : path);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(misfit + n, sizeof(misfit) - (size_t)n, fmt, ap);
	va_end(ap);
	return misfit;
}

static bool
is_true(struct json_object *schema, const char *name)
{
	struct json_object *flag = member(schema, name);

	return flag != NULL && json_object_is_type(flag, json_type_boolean) &&
	    json_object_get_boolean(flag);
}

static bool
has_text(struct json_object *list, struct json_object *value)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (json_object_equal(json_object_array_get_idx(list, i),
			value))
			return true;
	}
	return false;
}

static const char *check(struct json_object *schema, struct json_object *value,
    const char *path);

static const char *
check_any(struct json_object *schemas, struct json_object *value,
    const char *path)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < json_object_array_length(schemas); i++) {
		wrong =
		    check(json_object_array_get_idx(schemas, i), value, path);
		if (wrong == NULL)
			return NULL;
	}
	return wrong;
}

static const char *
check_required(struct json_object *schema, struct json_object *value,
    const char *path)
{
	struct json_object *list = member(schema, "required");
	const char *name;

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		name =
		    json_object_get_string(json_object_array_get_idx(list, i));
		if (!json_object_object_get_ex(value, name, NULL))
			return say(path, "%s is documented, but missing", name);
	}
	return NULL;
}

static const char *
check_object(struct json_object *schema, struct json_object *value,
    const char *path)
{
	struct json_object *rows = member(schema, "properties"), *row;
	bool open = rows == NULL || is_true(schema, "additionalProperties");
	const char *wrong = check_required(schema, value, path);
	char inner[WHERE_MAX];

	json_object_object_foreach(value, name, below)
	{
		if (wrong != NULL)
			return wrong;
		row = member(rows, name);
		if (row == NULL && !open)
			return say(path, "%s is not documented", name);
		snprintf(inner, sizeof(inner), "%s%s%s", path,
		    path[0] == '\0' ? "" : ".", name);
		if (row != NULL)
			wrong = check(row, below, inner);
	}
	return wrong;
}

static const char *
check_array(struct json_object *schema, struct json_object *value,
    const char *path)
{
	struct json_object *items = member(schema, "items");
	char inner[WHERE_MAX];
	const char *wrong;

	for (size_t i = 0; i < json_object_array_length(value); i++) {
		snprintf(inner, sizeof(inner), "%s.%zu", path, i);
		wrong =
		    check(items, json_object_array_get_idx(value, i), inner);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static const char *
check_string(struct json_object *schema, struct json_object *value,
    const char *path)
{
	struct json_object *format = member(schema, "format");
	struct json_object *values = member(schema, "enum");
	const char *text = json_object_get_string(value);
	int64_t us;

	if (values != NULL && !has_text(values, value))
		return say(path, "%s is none of the documented values", text);
	if (format != NULL &&
	    strcmp(json_object_get_string(format), "date-time") == 0 &&
	    clock_parse(text, &us) != 0)
		return say(path, "%s is no time", text);
	return NULL;
}

static const char *
check_type(struct json_object *schema, struct json_object *value,
    const char *path)
{
	static const struct {
		const char *name;
		enum json_type type;
		const char *(*check)(struct json_object *, struct json_object *,
		    const char *);
	} rows[] = {
		{ "object", json_type_object, check_object },
		{ "array", json_type_array, check_array },
		{ "string", json_type_string, check_string },
		{ "integer", json_type_int, NULL },
		{ "boolean", json_type_boolean, NULL },
	};
	const char *type = json_object_get_string(member(schema, "type"));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, type) != 0)
			continue;
		if (!json_object_is_type(value, rows[i].type))
			return say(path, "%s is documented, got %s", type,
			    json_object_to_json_string(value));
		return rows[i].check == NULL
		    ? NULL
		    : rows[i].check(schema, value, path);
	}
	return say(path, "no type %s", type);
}

static const char *
check(struct json_object *schema, struct json_object *value, const char *path)
{
	struct json_object *any;

	schema = resolve(schema);
	any = member(schema, "anyOf");
	if (any == NULL)
		any = member(schema, "oneOf");
	if (any != NULL)
		return check_any(any, value, path);
	if (member(schema, "type") == NULL)
		return NULL;
	if (value == NULL)
		return is_true(schema, "nullable")
		    ? NULL
		    : say(path, "null, but its row is not F_NULLABLE");
	return check_type(schema, value, path);
}

const char *
openapi_misfit(struct json_object *schema, struct json_object *value)
{
	return check(schema, value, "");
}

static struct json_object *
operation_of(const struct call *c, struct arena *mem)
{
	enum http_method m = c->route->method;
	char method[16];
	size_t i;

	snprintf(method, sizeof(method), "%s", http_method_name(m));
	for (i = 0; method[i] != '\0'; i++)
		method[i] = (char)tolower((unsigned char)method[i]);
	return member(member(member(document, "paths"),
			  openapi_path(mem, c->route)),
	    method);
}

/* The codes stand in .errors of the operation, or follow from its columns. */
static const char *
undocumented_code(struct api *a, struct json_object *response)
{
	struct json_object *codes = member(response, "x-error-codes");
	struct json_object *code = member(member(a->json, "error"), "code");

	if (codes == NULL || code == NULL || has_text(codes, code))
		return NULL;
	return say("error.code", "%s is not among the operation's .errors",
	    json_object_get_string(code));
}

static const char *
response_misfit(struct api *a, struct json_object *response)
{
	struct json_object *content = member(response, "content"), *media;
	char type[64] = "";

	if (content == NULL)
		return a->res.body.n == 0 ? NULL
					  : say("", "none is documented");
	if (a->res.content_type != NULL)
		snprintf(type, sizeof(type), "%.*s",
		    (int)strcspn(a->res.content_type, ";"),
		    a->res.content_type);
	media = member(content, type);
	if (media == NULL)
		return say("Content-Type", "\"%s\" is not documented", type);
	if (strstr(type, "json") == NULL)
		return NULL;
	return check(member(media, "schema"), a->json, "");
}

void
openapi_check(struct api *a, const struct http_request *req)
{
	struct ctx cx = { .mem = a->service.mem };
	struct call c = { .cx = &cx, .req = req };
	struct json_object *response;
	const char *allow, *wrong;
	char status[8];

	if (router_match(&c, &allow) != 0)
		return;
	openapi_document(a);
	snprintf(status, sizeof(status), "%d", a->res.status);
	response = resolve(
	    member(member(operation_of(&c, cx.mem), "responses"), status));
	ck_assert_msg(response != NULL,
	    "%s %s (%s): status %s is not documented; see .errors, .status"
	    " and .also of its operation\n%s",
	    http_method_name(req->method), req->path, c.op->id, status,
	    a->res.body.p);
	wrong = response_misfit(a, response);
	if (wrong == NULL)
		wrong = undocumented_code(a, response);
	ck_assert_msg(wrong == NULL,
	    "%s %s (%s): %s: not as documented: %s\n%s",
	    http_method_name(req->method), req->path, c.op->id, status, wrong,
	    a->res.body.p);
}
