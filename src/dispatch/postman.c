/*
 * The same routes as a Postman collection, a folder a surface. Requests sign
 * in with the collection's variable access_token, which a script of the
 * collection keeps from any answer that brings one.
 */
#include "dispatch/openapi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dispatch/doc.h"
#include "dispatch/schema.h"
#include "http/request.h"

#define SCHEMA                                                                 \
	"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

static const char *const keep_tokens[] = {
	"let body = {};",
	"try { body = pm.response.json(); } catch (e) { /* no JSON */ }",
	"const tokens = (body && body.tokens) || body || {};",
	"const access = tokens.access_token || tokens.accessToken;",
	"const refresh = tokens.refresh_token || tokens.refreshToken;",
	"if (access) pm.collectionVariables.set('access_token', access);",
	"if (refresh) pm.collectionVariables.set('refresh_token', refresh);",
	NULL,
};

static void
put_pair(struct buf *b, const char *key, const char *value)
{
	doc_open(b, NULL, '{');
	doc_text(b, "key", key);
	doc_text(b, "value", value);
	doc_close(b, '}');
}

/* /users/{user_id} as /users/:user_id, piece by piece. */
static void
put_path(struct buf *b, const char *path)
{
	struct arena *mem = b->mem;
	size_t n;

	doc_open(b, "path", '[');
	for (; *path != '\0'; path += n) {
		path += *path == '/';
		n = strcspn(path, "/");
		if (*path == '{')
			doc_text(b, NULL,
			    arena_printf(mem, ":%.*s", (int)n - 2, path + 1));
		else
			doc_text(b, NULL, arena_strndup(mem, path, n));
	}
	doc_close(b, ']');
}

static void
put_variables(struct buf *b, const char *path)
{
	const char *at = strchr(path, '{');
	size_t n;

	if (at == NULL)
		return;
	doc_open(b, "variable", '[');
	for (; at != NULL; at = strchr(at + 1, '{')) {
		n = strcspn(at, "}");
		put_pair(b, arena_strndup(b->mem, at + 1, n - 1), "");
	}
	doc_close(b, ']');
}

static void
put_query(struct buf *b, const struct route *r)
{
	char name[FIELD_NAME_MAX];
	bool any = false;

	for (const struct field *f = r->op->in; f && f->name != NULL; f++) {
		if ((f->flags & F_QUERY) == 0)
			continue;
		if (!any)
			doc_open(b, "query", '[');
		any = true;
		field_name(f, dialects[r->dialect]->kase, name);
		doc_open(b, NULL, '{');
		doc_text(b, "key", name);
		doc_text(b, "value", f->example != NULL ? f->example : "");
		doc_bool(b, "disabled", (f->flags & F_REQUIRED) == 0);
		doc_close(b, '}');
	}
	if (any)
		doc_close(b, ']');
}

static void
put_url(struct buf *b, const struct route *r)
{
	const char *path = openapi_path(b->mem, r);

	doc_open(b, "url", '{');
	doc_text(b, "raw", arena_printf(b->mem, "{{base_url}}%s", path));
	doc_open(b, "host", '[');
	doc_text(b, NULL, "{{base_url}}");
	doc_close(b, ']');
	put_path(b, path);
	put_query(b, r);
	put_variables(b, path);
	doc_close(b, '}');
}

static void
put_form(struct buf *b, const char *file)
{
	doc_open(b, "body", '{');
	doc_text(b, "mode", "formdata");
	doc_open(b, "formdata", '[');
	doc_open(b, NULL, '{');
	doc_text(b, "key", file);
	doc_text(b, "type", "file");
	doc_close(b, '}');
	doc_close(b, ']');
	doc_close(b, '}');
}

static void
put_body(struct buf *b, const struct route *r)
{
	struct buf example;

	if (r->op->file != NULL)
		put_form(b, r->op->file);
	if (!schema_has_body(r->op->in))
		return;
	buf_init(&example, b->mem, 128);
	schema_put_example(&example, r->op->in, dialects[r->dialect]->kase);
	doc_open(b, "body", '{');
	doc_text(b, "mode", "raw");
	doc_text(b, "raw", example.p);
	doc_close(b, '}');
}

static void
put_request(struct buf *b, const struct route *r)
{
	doc_open(b, "request", '{');
	doc_text(b, "method", http_method_name(r->method));
	doc_text(b, "description", r->op->summary);
	if (r->op->auth == AUTH_NONE) {
		doc_open(b, "auth", '{');
		doc_text(b, "type", "noauth");
		doc_close(b, '}');
	}
	doc_open(b, "header", '[');
	if (schema_has_body(r->op->in))
		put_pair(b, "Content-Type", "application/json");
	doc_close(b, ']');
	put_url(b, r);
	put_body(b, r);
	doc_close(b, '}');
}

static void
put_folder(struct buf *b, const struct route **routes, enum dialect_id d)
{
	doc_open(b, NULL, '{');
	doc_text(b, "name", dialects[d]->title);
	doc_text(b, "description", dialects[d]->about);
	doc_open(b, "item", '[');
	for (; *routes != NULL; routes++) {
		if ((*routes)->dialect != d)
			continue;
		doc_open(b, NULL, '{');
		doc_text(b, "name",
		    arena_printf(b->mem, "%s %s",
			http_method_name((*routes)->method),
			openapi_path(b->mem, *routes)));
		put_request(b, *routes);
		doc_open(b, "response", '[');
		doc_close(b, ']');
		doc_close(b, '}');
	}
	doc_close(b, ']');
	doc_close(b, '}');
}

static void
put_script(struct buf *b)
{
	doc_open(b, "event", '[');
	doc_open(b, NULL, '{');
	doc_text(b, "listen", "test");
	doc_open(b, "script", '{');
	doc_text(b, "type", "text/javascript");
	doc_open(b, "exec", '[');
	for (const char *const *line = keep_tokens; *line != NULL; line++)
		doc_text(b, NULL, *line);
	doc_close(b, ']');
	doc_close(b, '}');
	doc_close(b, '}');
	doc_close(b, ']');
}

static void
put_auth(struct buf *b)
{
	doc_open(b, "auth", '{');
	doc_text(b, "type", "bearer");
	doc_open(b, "bearer", '[');
	doc_open(b, NULL, '{');
	doc_text(b, "key", "token");
	doc_text(b, "value", "{{access_token}}");
	doc_text(b, "type", "string");
	doc_close(b, '}');
	doc_close(b, ']');
	doc_close(b, '}');
}

void
postman_put(struct buf *b, const char *base_url)
{
	const struct route **routes = openapi_routes(b->mem);

	doc_open(b, NULL, '{');
	doc_open(b, "info", '{');
	doc_text(b, "name", "Cardea");
	doc_text(b, "schema", SCHEMA);
	doc_close(b, '}');
	doc_open(b, "item", '[');
	for (int d = D_ROOT + 1; d < D__MAX; d++)
		put_folder(b, routes, (enum dialect_id)d);
	put_folder(b, routes, D_ROOT);
	doc_close(b, ']');
	put_auth(b);
	put_script(b);
	doc_open(b, "variable", '[');
	put_pair(b, "base_url", base_url);
	put_pair(b, "access_token", "");
	put_pair(b, "refresh_token", "");
	doc_close(b, ']');
	doc_close(b, '}');
}
