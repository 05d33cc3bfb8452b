/*
 * Written in one go into a buffer: first the tables are named that several
 * operations share (dispatch/schema.h), then the paths, which collect the
 * error answers they refer to, then what was collected.
 *
 * An operation that a dialect offers under several paths is documented under
 * each; the ids of all but the first end in method and path, so that they
 * stay what they are when another one comes.
 */
#include "dispatch/openapi.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config.h"
#include "dispatch/doc.h"
#include "dispatch/doc_failure.h"
#include "dispatch/doc_quota.h"
#include "dispatch/router.h"
#include "dispatch/schema.h"
#include "http/quota.h"
#include "http/response.h"
#include "json/json.h"

#define JSON_TYPE "application/json"
#define MEDIA_MAX 64

struct openapi {
	struct buf *out;
	struct arena *mem;
	struct schemas schemas;
	const struct route **routes;
	struct failures failures;
};

/* --- routes --- */

const struct route **
openapi_routes(struct arena *mem)
{
	const struct route **all;
	size_t n = 0;

	for (size_t t = 0; route_tables[t] != NULL; t++) {
		for (const struct route *r = route_tables[t]; r->op; r++)
			n++;
	}
	all = arena_array(mem, n + 1, sizeof(const struct route *));
	n = 0;
	for (size_t t = 0; route_tables[t] != NULL; t++) {
		for (const struct route *r = route_tables[t]; r->op; r++)
			all[n++] = r;
	}
	return all;
}

static const struct field *
path_row(const struct op *op, const char *name, size_t n)
{
	for (const struct field *f = op->in; f && f->name != NULL; f++) {
		if ((f->flags & F_PATH) != 0 && strlen(f->name) == n &&
		    memcmp(f->name, name, n) == 0)
			return f;
	}
	return NULL;
}

const char *
openapi_path(struct arena *mem, const struct route *r)
{
	char name[FIELD_NAME_MAX];
	const struct field *f;
	const char *p = r->path;
	struct buf b;
	size_t n;

	buf_init(&b, mem, strlen(p) + FIELD_NAME_MAX);
	for (; *p != '\0'; p++) {
		n = *p == '{' ? strcspn(p, "}") : 0;
		f = n == 0 ? NULL : path_row(r->op, p + 1, n - 1);
		if (f == NULL) {
			buf_putc(&b, *p);
			continue;
		}
		field_name(f, dialects[r->dialect]->kase, name);
		buf_printf(&b, "{%s}", name);
		p += n;
	}
	return b.p;
}

int
openapi_status(const struct route *r)
{
	if (r->status != 0)
		return r->status;
	return r->op->status != 0 ? r->op->status : 200;
}

/* The first route by which its dialect offers the operation. */
static const struct route *
main_route(const struct openapi *o, const struct route *r)
{
	const struct route **at = o->routes;

	while ((*at)->dialect != r->dialect ||
	    strcmp((*at)->op->id, r->op->id) != 0)
		at++;
	return *at;
}

static const struct field *
view_of(const struct route *r)
{
	if (r->out != NULL)
		return r->out;
	if (r->op->out != NULL || r->op->media != NULL)
		return r->op->out;
	return dialects[r->dialect]->message;
}

static const struct field *
alt_view_of(const struct route *r)
{
	return r->alt_out != NULL ? r->alt_out : view_of(r);
}

/* --- names --- */

static void
name_view(struct openapi *o, const struct route *r, const struct field *view,
    enum dialect_id d)
{
	if (view != NULL)
		schemas_name(&o->schemas, view, d, SCHEMA_OUT,
		    view == dialects[d]->message ? "message" : r->op->id);
}

static void
name_tables(struct openapi *o, const struct route *r)
{
	struct schemas *s = &o->schemas;
	bool shown = openapi_status(r) != 204;

	if (schema_has_body(r->op->in))
		schemas_name(s, r->op->in, r->dialect, SCHEMA_IN, r->op->id);
	if (shown)
		name_view(o, r, view_of(r), r->dialect);
	if (r->op->also == 202)
		name_view(o, r, dialects[r->dialect]->message, r->dialect);
	if (r->alt_key == NULL)
		return;
	schemas_name(s, r->op->in, r->alt, SCHEMA_IN, r->op->id);
	if (shown)
		name_view(o, r, alt_view_of(r), r->alt);
}

static void
name_shared(struct openapi *o)
{
	struct schemas *s = &o->schemas;

	for (int d = 0; d < D__MAX; d++) {
		enum dialect_id id = (enum dialect_id)d;
		const struct dialect *dialect = dialects[d];

		schemas_name(s, dialect->envelope, id, SCHEMA_OUT, "failure");
		if (dialect->envelope_429 != NULL)
			schemas_name(s, dialect->envelope_429, id, SCHEMA_OUT,
			    "too_many_requests");
	}
}

/* Letters and digits, anything else as one underscore. */
static const char *
identifier(struct arena *mem, const char *text)
{
	char *copy = arena_strdup(mem, text), *to = copy;

	for (; *text != '\0'; text++) {
		if (isalnum((unsigned char)*text))
			*to++ = *text;
		else if (to > copy && to[-1] != '_')
			*to++ = '_';
	}
	if (to > copy && to[-1] == '_')
		to--;
	*to = '\0';
	return copy;
}

static const char *
operation_id(const struct openapi *o, const struct route *r)
{
	const char *id = arena_printf(o->mem, "%s.%s",
	    dialects[r->dialect]->name, r->op->id);

	if (main_route(o, r) == r)
		return identifier(o->mem, id);
	return identifier(o->mem,
	    arena_printf(o->mem, "%s at %s %s", id, http_method_name(r->method),
		r->path));
}

/* --- parameters and bodies --- */

/* HTTP_X_API_KEY as X-Api-Key. */
static const char *
header_name(struct arena *mem, const char *param)
{
	char *name = arena_strdup(mem,
	    strncmp(param, "HTTP_", 5) == 0 ? param + 5 : param);

	for (char *p = name; *p != '\0'; p++) {
		if (*p == '_')
			*p = '-';
		else if (p > name && p[-1] != '-')
			*p = (char)tolower((unsigned char)*p);
	}
	return name;
}

static void
put_parameter(struct openapi *o, const struct route *r, const struct field *f)
{
	bool path = (f->flags & F_PATH) != 0;
	char name[FIELD_NAME_MAX];

	field_name(f, dialects[r->dialect]->kase, name);
	doc_open(o->out, NULL, '{');
	doc_text(o->out, "name",
	    (f->flags & F_HEADER) != 0 ? header_name(o->mem, f->alias) : name);
	doc_text(o->out, "in",
	    path                            ? "path"
		: (f->flags & F_QUERY) != 0 ? "query"
					    : "header");
	if (path || (f->flags & F_REQUIRED) != 0)
		doc_bool(o->out, "required", true);
	if (f->about != NULL)
		doc_text(o->out, "description", f->about);
	if (f->kind == F_LIST) {
		doc_text(o->out, "style", "form");
		doc_bool(o->out, "explode", false);
	}
	schema_put_row(o->out, &o->schemas, "schema", f, r->dialect);
	doc_close(o->out, '}');
}

/* A path may be a shorter one of an operation that also takes a variable. */
static bool
is_parameter(const struct route *r, const struct field *f)
{
	const char *at;

	if ((f->flags & F_PATH) == 0)
		return !schema_in_body(f);
	for (at = strchr(r->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
		if (path_row(r->op, at + 1, strcspn(at + 1, "}")) == f)
			return true;
	}
	return false;
}

static void
put_parameters(struct openapi *o, const struct route *r)
{
	bool any = false;

	for (const struct field *f = r->op->in; f && f->name != NULL; f++) {
		if (!is_parameter(r, f))
			continue;
		if (!any)
			doc_open(o->out, "parameters", '[');
		any = true;
		put_parameter(o, r, f);
	}
	if (any)
		doc_close(o->out, ']');
}

static bool
body_required(const struct op *op)
{
	for (const struct field *f = op->in; f->name != NULL; f++) {
		if (schema_in_body(f) && (f->flags & F_REQUIRED) != 0)
			return true;
	}
	return false;
}

/* RFC 7578, with one file. */
static void
put_form(struct buf *b, const char *file)
{
	doc_open(b, "requestBody", '{');
	doc_bool(b, "required", true);
	doc_open(b, "content", '{');
	doc_open(b, "multipart/form-data", '{');
	doc_open(b, "schema", '{');
	doc_text(b, "type", "object");
	doc_open(b, "required", '[');
	doc_text(b, NULL, file);
	doc_close(b, ']');
	doc_open(b, "properties", '{');
	doc_open(b, file, '{');
	doc_text(b, "type", "string");
	doc_text(b, "format", "binary");
	for (int i = 0; i < 5; i++)
		doc_close(b, '}');
	doc_close(b, '}');
}

static void
put_body(struct openapi *o, const struct route *r)
{
	struct buf *b = o->out;

	if (r->op->file != NULL)
		put_form(b, r->op->file);
	if (!schema_has_body(r->op->in))
		return;
	doc_open(b, "requestBody", '{');
	doc_bool(b, "required", body_required(r->op));
	doc_open(b, "content", '{');
	doc_open(b, JSON_TYPE, '{');
	if (r->alt_key != NULL) {
		doc_open(b, "schema", '{');
		doc_open(b, "oneOf", '[');
		schema_use(b, &o->schemas, NULL, r->op->in, r->dialect,
		    SCHEMA_IN);
		schema_use(b, &o->schemas, NULL, r->op->in, r->alt, SCHEMA_IN);
		doc_close(b, ']');
		doc_close(b, '}');
	} else {
		schema_use(b, &o->schemas, "schema", r->op->in, r->dialect,
		    SCHEMA_IN);
	}
	doc_key(b, "example");
	schema_put_example(b, r->op->in, dialects[r->dialect]->kase);
	doc_close(b, '}');
	doc_close(b, '}');
	doc_close(b, '}');
}

/* --- answers --- */

static void
put_success_headers(struct buf *b, const struct route *r)
{
	const char *names[8] = { "X-Request-ID" };
	size_t n = 1;

	if (r->op->quota != QUOTA_NONE) {
		names[n++] = "X-RateLimit-Limit";
		names[n++] = "X-RateLimit-Remaining";
		names[n++] = "X-RateLimit-Reset";
		if (dialects[r->dialect]->window_header)
			names[n++] = "X-RateLimit-Window";
	}
	if (r->op->cacheable)
		names[n++] = "ETag";
	if (r->cookies != COOKIES_NONE)
		names[n++] = "Set-Cookie";
	doc_put_headers(b, names);
}

/* What the handler writes itself. */
static void
put_raw_schema(struct buf *b, const char *media)
{
	bool json = strstr(media, "json") != NULL;

	doc_open(b, "schema", '{');
	doc_text(b, "type", json ? "object" : "string");
	if (!json)
		doc_text(b, "format", "binary");
	doc_close(b, '}');
}

static void
put_view(struct openapi *o, const struct route *r, const char *key,
    const struct field *view, enum dialect_id d)
{
	struct buf *b = o->out;

	if (r->op->out_list == 0 || view == dialects[d]->message) {
		schema_use(b, &o->schemas, key, view, d, SCHEMA_OUT);
		return;
	}
	doc_open(b, key, '{');
	doc_text(b, "type", "array");
	schema_use(b, &o->schemas, "items", view, d, SCHEMA_OUT);
	doc_close(b, '}');
}

static void
put_success_schema(struct openapi *o, const struct route *r)
{
	struct buf *b = o->out;

	if (view_of(r) == NULL) {
		put_raw_schema(b, r->op->media);
	} else if (r->alt_key == NULL) {
		put_view(o, r, "schema", view_of(r), r->dialect);
	} else {
		doc_open(b, "schema", '{');
		doc_open(b, "anyOf", '[');
		put_view(o, r, NULL, view_of(r), r->dialect);
		put_view(o, r, NULL, alt_view_of(r), r->alt);
		doc_close(b, ']');
		doc_close(b, '}');
	}
}

/* A list of media types, with commas, shares one schema. */
static void
put_content(struct openapi *o, const struct route *r)
{
	const char *p = r->op->media != NULL ? r->op->media : JSON_TYPE;
	char media[MEDIA_MAX];
	size_t n;

	doc_open(o->out, "content", '{');
	for (; *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		memcpy(media, p, n < MEDIA_MAX ? n : MEDIA_MAX - 1);
		media[n < MEDIA_MAX ? n : MEDIA_MAX - 1] = '\0';
		doc_open(o->out, media, '{');
		put_success_schema(o, r);
		doc_close(o->out, '}');
	}
	doc_close(o->out, '}');
}

static void
put_success(struct openapi *o, const struct route *r)
{
	int status = openapi_status(r);

	doc_open(o->out, arena_printf(o->mem, "%d", status), '{');
	doc_text(o->out, "description", http_reason(status));
	put_success_headers(o->out, r);
	if (status != 204)
		put_content(o, r);
	doc_close(o->out, '}');
}

/* Another status that is no failure. */
static void
put_also(struct openapi *o, const struct route *r, int status)
{
	struct buf *b = o->out;

	if (status == 0)
		return;
	doc_open(b, arena_printf(o->mem, "%d", status), '{');
	doc_text(b, "description", http_reason(status));
	put_success_headers(b, r);
	if (status == 202) {
		doc_open(b, "content", '{');
		doc_open(b, JSON_TYPE, '{');
		schema_use(b, &o->schemas, "schema",
		    dialects[r->dialect]->message, r->dialect, SCHEMA_OUT);
		doc_close(b, '}');
		doc_close(b, '}');
	}
	doc_close(b, '}');
}

static void
put_responses(struct openapi *o, const struct route *r)
{
	struct answer answers[ANSWERS_MAX];
	size_t n = answers_of(r, answers), i, end;

	doc_open(o->out, "responses", '{');
	put_success(o, r);
	put_also(o, r, r->op->also);
	put_also(o, r, r->op->cacheable ? 304 : 0);
	for (i = 0; i < n; i = end) {
		end = i + 1;
		while (end < n && answers[end].status == answers[i].status)
			end++;
		doc_ref(o->out, arena_printf(o->mem, "%d", answers[i].status),
		    "responses",
		    failures_add(&o->failures, answers + i, end - i));
	}
	doc_close(o->out, '}');
}

/* --- operations --- */

static size_t
n_variables(const struct route *r)
{
	size_t n = 0;

	for (const char *p = r->path; *p != '\0'; p++)
		n += *p == '{';
	return n;
}

static void
put_description(struct openapi *o, const struct route *r)
{
	const struct route *first = main_route(o, r);
	struct buf b;

	buf_init(&b, o->mem, 256);
	if (r->op->about != NULL)
		buf_printf(&b, "%s\n\n", r->op->about);
	if (first != r && n_variables(first) == n_variables(r))
		buf_printf(&b, "The same as `%s %s`.\n\n",
		    http_method_name(first->method),
		    openapi_path(o->mem, first));
	if (r->op->auth == AUTH_ADMIN)
		buf_puts(&b, "For administrators.\n\n");
	doc_say_quotas(&b, r);
	doc_text(o->out, "description", b.p);
}

static void
put_scheme(struct buf *b, const char *scheme)
{
	doc_open(b, NULL, '{');
	if (scheme != NULL) {
		doc_open(b, scheme, '[');
		doc_close(b, ']');
	}
	doc_close(b, '}');
}

static void
put_security(struct buf *b, const struct route *r)
{
	enum auth_level auth = r->op->auth;

	doc_open(b, "security", '[');
	if (auth == AUTH_OPTIONAL)
		put_scheme(b, NULL);
	if (auth != AUTH_NONE) {
		put_scheme(b, "bearer");
		if (dialects[r->dialect]->cookies || r->cookie_realm != NULL)
			put_scheme(b, "cookie");
	}
	doc_close(b, ']');
	if (auth == AUTH_ADMIN)
		doc_bool(b, "x-admin", true);
}

static const char *
method_key(struct arena *mem, enum http_method method)
{
	char *key = arena_strdup(mem, http_method_name(method));

	for (char *p = key; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return key;
}

static void
put_operation(struct openapi *o, const struct route *r)
{
	struct buf *b = o->out;

	doc_open(b, method_key(o->mem, r->method), '{');
	doc_open(b, "tags", '[');
	doc_text(b, NULL, dialects[r->dialect]->title);
	doc_close(b, ']');
	doc_text(b, "operationId", operation_id(o, r));
	doc_text(b, "summary", r->op->summary);
	put_description(o, r);
	put_security(b, r);
	put_parameters(o, r);
	put_body(o, r);
	put_responses(o, r);
	doc_put_quotas(b, r);
	doc_close(b, '}');
}

static bool
path_seen(const struct openapi *o, const struct route **at)
{
	for (const struct route **p = o->routes; p < at; p++) {
		if (strcmp((*p)->path, (*at)->path) == 0)
			return true;
	}
	return false;
}

static void
put_paths(struct openapi *o)
{
	doc_open(o->out, "paths", '{');
	for (const struct route **r = o->routes; *r != NULL; r++) {
		if (path_seen(o, r))
			continue;
		doc_open(o->out, openapi_path(o->mem, *r), '{');
		for (const struct route **p = r; *p != NULL; p++) {
			if (strcmp((*p)->path, (*r)->path) == 0)
				put_operation(o, *p);
		}
		doc_close(o->out, '}');
	}
	doc_close(o->out, '}');
}

/* --- components --- */

static void
put_header_components(struct buf *b)
{
	static const struct {
		const char *name, *type, *about;
	} rows[] = {
		{ "X-Request-ID", "string",
		    "The client's own if it sent one that will do, else"
		    " ours; it stands in the log" },
		{ "X-RateLimit-Limit", "integer",
		    "Of the tightest quota that counted the request" },
		{ "X-RateLimit-Remaining", "integer",
		    "Requests left in its window" },
		{ "X-RateLimit-Reset", "integer",
		    "When its window ends, in seconds since 1970" },
		{ "X-RateLimit-Window", "integer", "Seconds of its window" },
		{ "ETag", "string", "For If-None-Match" },
		{ "Retry-After", "integer", "Seconds to wait" },
		{ "WWW-Authenticate", "string", "RFC 6750; not at sign-in" },
		{ "Set-Cookie", "string",
		    "`access_token` for /, `refresh_token` for /api/auth:"
		    " HttpOnly, Secure, SameSite=Lax" },
	};

	doc_open(b, "headers", '{');
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		doc_open(b, rows[i].name, '{');
		doc_text(b, "description", rows[i].about);
		doc_open(b, "schema", '{');
		doc_text(b, "type", rows[i].type);
		doc_close(b, '}');
		doc_close(b, '}');
	}
	doc_close(b, '}');
}

static void
put_security_schemes(struct buf *b)
{
	doc_open(b, "securitySchemes", '{');
	doc_open(b, "bearer", '{');
	doc_text(b, "type", "http");
	doc_text(b, "scheme", "bearer");
	doc_text(b, "bearerFormat", "JWT");
	doc_text(b, "description",
	    "The access token of a sign-in. A token of one realm opens no"
	    " other: Auctoritas has its own.");
	doc_close(b, '}');
	doc_open(b, "cookie", '{');
	doc_text(b, "type", "apiKey");
	doc_text(b, "in", "cookie");
	doc_text(b, "name", "access_token");
	doc_text(b, "description",
	    "Set by Auctoritas' sign-in; not read where a bearer is given.");
	doc_close(b, '}');
	doc_close(b, '}');
}

/* --- the document --- */

static void
put_info(struct buf *b)
{
	doc_open(b, "info", '{');
	doc_text(b, "title", "Cardea");
	doc_text(b, "version", PACKAGE_VERSION);
	doc_text(b, "description",
	    "Accounts and sessions behind several APIs over one domain, each"
	    " with its own paths, case and errors.\n\n"
	    "Times are RFC 3339 in UTC. Ids carry a prefix and are also"
	    " taken as bare UUIDs. Unknown members of a body are ignored."
	    " Every path works with and without a trailing slash, and HEAD"
	    " wherever GET does. Every answer names its request in"
	    " `X-Request-ID`.");
	doc_open(b, "license", '{');
	doc_text(b, "name", "MIT");
	doc_text(b, "url", "https://opensource.org/license/mit");
	doc_close(b, '}');
	doc_close(b, '}');
	doc_open(b, "servers", '[');
	doc_open(b, NULL, '{');
	doc_text(b, "url", "/");
	doc_close(b, '}');
	doc_close(b, ']');
}

static bool
dialect_used(const struct openapi *o, enum dialect_id d)
{
	const struct route **r = o->routes;

	while (*r != NULL && (*r)->dialect != d)
		r++;
	return *r != NULL;
}

static void
put_tag(struct openapi *o, enum dialect_id d)
{
	if (!dialect_used(o, d))
		return;
	doc_open(o->out, NULL, '{');
	doc_text(o->out, "name", dialects[d]->title);
	doc_text(o->out, "description", dialects[d]->about);
	doc_close(o->out, '}');
}

/* What belongs to no surface comes last. */
static void
put_tags(struct openapi *o)
{
	doc_open(o->out, "tags", '[');
	for (int d = D_ROOT + 1; d < D__MAX; d++)
		put_tag(o, (enum dialect_id)d);
	put_tag(o, D_ROOT);
	doc_close(o->out, ']');
}

static void
openapi_init(struct openapi *o, struct buf *out, bool v31)
{
	size_t n = 0;

	*o = (struct openapi) { .out = out, .mem = out->mem };
	o->routes = openapi_routes(o->mem);
	schemas_init(&o->schemas, o->mem, v31);
	name_shared(o);
	while (o->routes[n] != NULL)
		name_tables(o, o->routes[n++]);
	failures_init(&o->failures, &o->schemas, n);
}

void
openapi_put(struct buf *out, bool v31)
{
	struct openapi o;

	openapi_init(&o, out, v31);
	doc_open(out, NULL, '{');
	doc_text(out, "openapi", v31 ? "3.1.0" : "3.0.3");
	put_info(out);
	put_tags(&o);
	put_paths(&o);
	doc_open(out, "components", '{');
	put_security_schemes(out);
	put_header_components(out);
	schemas_put(out, &o.schemas);
	failures_put(out, &o.failures);
	doc_close(out, '}');
	doc_close(out, '}');
}
