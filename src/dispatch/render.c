#include "dispatch/render.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/shared.h"
#include "crypto/digest.h"
#include "dispatch/call.h"
#include "dispatch/cors.h"
#include "flow/token.h"
#include "http/request.h"
#include "http/response.h"
#include "json/json.h"

#define JSON_TYPE "application/json"

void
render_forget(struct call *c)
{
	c->out = NULL;
	c->out_size = 0;
	c->view = NULL;
	c->status = 0;
	c->cookies = NULL;
	c->raw_type = NULL;
	buf_init(&c->raw, c->cx->mem, 0);
	buf_clear(&c->res->body);
}

/* The refresh token is only ever sent to where it is used. */
static void
put_cookies(struct call *c)
{
	static const char access[] = "access_token",
			  refresh[] = "refresh_token";
	const struct tokens *t = c->cookies;

	if (c->route->cookies == COOKIES_CLEAR) {
		http_cookie_set(c->res, access, "", "/", 0);
		http_cookie_set(c->res, refresh, "", "/api/auth", 0);
	} else if (c->route->cookies == COOKIES_SET && t != NULL) {
		http_cookie_set(c->res, access, t->access_token, "/",
		    t->expires_in);
		http_cookie_set(c->res, refresh, t->refresh_token, "/api/auth",
		    t->refresh_expires_in);
	}
}

static int
status_of(const struct call *c)
{
	if (c->status != 0)
		return c->status;
	if (c->route->status != 0)
		return c->route->status;
	return c->op->status != 0 ? c->op->status : 200;
}

static void
put_json(struct call *c)
{
	struct buf *to = &c->res->body;
	enum field_case kase = c->dialect->kase;

	if (c->out_size != 0)
		json_put_list(to, c->view, c->out_size, kase, c->out);
	else
		json_put_object(to, c->view, kase, c->out);
}

int
render_payload(struct call *c)
{
	struct http_response *res = c->res;

	put_cookies(c);
	res->status = status_of(c);
	if (res->status == 204)
		return 0;
	if (c->raw_type != NULL) {
		res->content_type = c->raw_type;
		res->body = c->raw;
	} else if (c->out != NULL && c->view != NULL) {
		res->content_type = JSON_TYPE;
		put_json(c);
	}
	return 0;
}

/* RFC 6750 §3. A sign-in that failed is no matter of bearers. */
static void
challenge(struct call *c, enum err e)
{
	if (e == ERR_INVALID_CREDENTIALS || e == ERR_MFA_REQUIRED)
		return;
	http_header_set(c->res, "WWW-Authenticate",
	    c->bearer_given ? "Bearer error=\"invalid_token\"" : "Bearer");
}

void
render_error(struct call *c, int r)
{
	enum err e = r > 0 ? (enum err)r : ERR_INTERNAL_ERROR;
	enum err_column column = c->dialect->errors;
	struct fail *fail = &c->cx->fail;
	struct error_view v = {
		.err = e,
		.status = err_status(e, column),
		.code = err_code(e, column),
		.text = fail->text != NULL ? fail->text : err_text(e, column),
		.fail = fail,
		.path = c->req->path != NULL ? c->req->path : "",
		.request_id = c->cx->request_id,
		.now_us = c->cx->now_us,
		.quota = c->quota_counted ? &c->quota : NULL,
	};

	if (r < 0)
		ctx_fail_clear(c->cx);
	if (v.status == 503 && fail->retry_after_s == 0)
		fail->retry_after_s = 2;
	c->status = 0;
	c->res->status = v.status;
	c->res->content_type = JSON_TYPE;
	buf_clear(&c->res->body);
	c->dialect->error(&c->res->body, &v);
	if (v.status == 401)
		challenge(c, e);
	if (fail->retry_after_s > 0)
		http_header_set(c->res, "Retry-After",
		    arena_printf(c->cx->mem, "%lld",
			(long long)fail->retry_after_s));
}

static void
header_int(struct call *c, const char *name, int64_t number)
{
	struct buf b;

	buf_init(&b, c->cx->mem, 20);
	buf_puti(&b, number);
	http_header_set(c->res, name, b.p);
}

static void
quota_headers(struct call *c)
{
	header_int(c, "X-RateLimit-Limit", c->quota.limit);
	header_int(c, "X-RateLimit-Remaining", c->quota.remaining);
	header_int(c, "X-RateLimit-Reset", c->quota.reset_s);
	if (c->dialect->window_header)
		header_int(c, "X-RateLimit-Window", c->quota.window_s);
}

/*
 * A strong validator (RFC 9110 §8.8.3), and 304 when the client has the very
 * bytes (§13.1.2; "*" and lists are fine, weak ones compare alike here).
 */
static void
validate(struct call *c)
{
	struct http_response *res = c->res;
	const char *have = http_param(c->req, "HTTP_IF_NONE_MATCH");
	uint8_t hash[SHA256_LEN];
	const char *tag;

	if (c->op == NULL || !c->op->cacheable || res->status != 200)
		return;
	sha256(res->body.p, res->body.n, hash);
	tag = arena_printf(c->cx->mem, "\"%s\"",
	    base64url_encode(c->cx->mem, hash, sizeof(hash)));
	http_header_set(res, "ETag", tag);
	if (have == NULL ||
	    (strcmp(have, "*") != 0 && strstr(have, tag) == NULL))
		return;
	res->status = 304;
	buf_clear(&res->body);
}

void
render_headers(struct call *c)
{
	struct http_response *res = c->res;

	if (res->status == 0)
		res->status = c->status;
	validate(c);
	http_header_set(res, "X-Request-ID", c->cx->request_id);
	if (c->op == NULL || !c->op->cacheable || res->status >= 400)
		http_header_set(res, "Cache-Control", "no-store");
	http_header_set(res, "X-Content-Type-Options", "nosniff");
	if (c->quota_counted)
		quota_headers(c);
	cors_headers(c);
}
