#include "dispatch/pipeline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/shared.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "dispatch/call.h"
#include "dispatch/cors.h"
#include "dispatch/decode.h"
#include "dispatch/render.h"
#include "dispatch/router.h"
#include "http/request.h"
#include "http/response.h"
#include "model/email.h"
#include "model/realm.h"

/* A step that has answered, not failed: OPTIONS. */
#define ANSWERED ERR__MAX

int
pipeline_init(const struct conf *conf)
{
	id_set_form(strcmp(conf->id_form, "uuid") == 0 ? ID_UUID : ID_TYPEID);
	return router_init(route_tables);
}

size_t
pipeline_body_max(void)
{
	return router_body_max();
}

static int
step_match(struct call *c)
{
	const char *allow;
	int r = router_match(c, &allow);

	c->realm = realm_find_name(c->dialect->realm);
	if (r == ERR_METHOD_NOT_ALLOWED) {
		http_header_set(c->res, "Allow", allow);
		if (c->req->method == HTTP_OPTIONS) {
			cors_preflight(c, allow);
			c->status = 204;
			return ANSWERED;
		}
	}
	return r == 0 ? 0 : err_set(c->cx, r, NULL);
}

static int
too_many(struct call *c, const struct quota_state *q)
{
	int64_t wait = q->reset_s - c->cx->now_us / CLOCK_SECOND;

	if (wait < 1)
		wait = 1;
	err_retry(c->cx, ERR_RATE_LIMIT_EXCEEDED, wait);
	return err_set(c->cx, ERR_RATE_LIMIT_EXCEEDED,
	    arena_printf(c->cx->mem,
		"Rate limit exceeded. Try again in %d second%s.", (int)wait,
		wait == 1 ? "" : "s"));
}

/* Counts one; the headers show the bucket that has the least left. */
static int
count(struct call *c, enum quota_class class, const char *key)
{
	struct quota_state q;

	quota_hit(c->cx->shared, class, key, c->cx->now_us, &q);
	if (!c->quota_counted || q.over || q.remaining < c->quota.remaining)
		c->quota = q;
	c->quota_counted = true;
	return q.over ? too_many(c, &q) : 0;
}

/* What the operation itself allows an address, before anything costs. */
static int
step_flood(struct call *c)
{
	if (c->op->quota == QUOTA_GENERAL || c->op->quota == QUOTA_NONE)
		return 0;
	return count(c, c->op->quota, c->address);
}

/* RFC 6750 §2.1; the scheme's name has no case (RFC 9110 §11.1). */
static const char *
bearer_of(const struct http_request *req)
{
	const char *h = http_param(req, "HTTP_AUTHORIZATION");

	if (h == NULL || strncasecmp(h, "Bearer ", 7) != 0)
		return NULL;
	for (h += 7; *h == ' '; h++)
		continue;
	return h;
}

/* Authorization beats the cookie, which may be another realm's. */
static int
credential_of(struct call *c, const char **ret)
{
	const char *realm = c->route->cookie_realm;

	*ret = bearer_of(c->req);
	if (*ret != NULL || (!c->dialect->cookies && realm == NULL))
		return 0;
	*ret = call_cookie(c, "access_token");
	if (*ret == NULL)
		return 0;
	if (realm != NULL)
		c->realm = realm_find_name(realm);
	return cors_check_cookies(c);
}

/* Guessing tokens counts like any other anonymous request. */
static int
refuse_anonymous(struct call *c)
{
	int r = count(c, QUOTA_ANONYMOUS, c->address);

	return r != 0 ? r : err_set(c->cx, ERR_UNAUTHORIZED, NULL);
}

static int
step_authenticate(struct call *c)
{
	const char *token;
	int r;

	if (c->route->cookies != COOKIES_NONE) {
		r = cors_check_cookies(c);
		if (r != 0)
			return r;
	}
	if (c->op->auth == AUTH_NONE)
		return 0;
	r = credential_of(c, &token);
	if (r != 0)
		return r;
	c->bearer_given = token != NULL;
	if (token == NULL)
		return c->op->auth == AUTH_OPTIONAL ? 0 : refuse_anonymous(c);
	r = authenticate(c->cx, c->realm, token, &c->actor_row);
	if (r == 0)
		c->actor = &c->actor_row;
	if (r != ERR_UNAUTHORIZED)
		return r;
	if (c->op->auth == AUTH_OPTIONAL) {
		ctx_fail_clear(c->cx);
		return 0;
	}
	return refuse_anonymous(c);
}

static enum quota_class
class_of(const struct call *c)
{
	const struct user *u;

	if (c->actor == NULL)
		return QUOTA_ANONYMOUS;
	u = &c->actor->user;
	if (u->is_admin)
		return QUOTA_ADMIN;
	if (!c->dialect->plan_quota)
		return QUOTA_USER;
	if (strcmp(u->plan, "enterprise") == 0)
		return QUOTA_PLAN_ENTERPRISE;
	return strcmp(u->plan, "pro") == 0 ? QUOTA_PLAN_PRO : QUOTA_PLAN_FREE;
}

static int
step_quota(struct call *c)
{
	char id[ID_TEXT_MAX];

	if (c->op->quota == QUOTA_NONE)
		return 0;
	if (c->actor == NULL)
		return count(c, QUOTA_ANONYMOUS, c->address);
	id_format("usr", &c->actor->user.id, id);
	return count(c, class_of(c), id);
}

static int
step_authorise(struct call *c)
{
	if (c->op->auth == AUTH_ADMIN && !c->actor->user.is_admin)
		return err_set(c->cx, ERR_FORBIDDEN, NULL);
	return 0;
}

/*
 * Mails to one address are limited whoever asks for them and however they
 * spell it. Who is signed in and names none means their own.
 */
static int
step_mail_quota(struct call *c)
{
	const char *value;
	char id[ID_TEXT_MAX];
	int r;

	if (c->op->quota_field == NULL)
		return 0;
	value = decode_string(c, c->op->quota_field);
	if (c->op->field_quota == QUOTA_GENERAL) {
		if (value == NULL && c->actor != NULL)
			value = c->actor->user.email;
		return value == NULL
		    ? 0
		    : count(c, c->op->quota, email_key(c->cx->mem, value));
	}
	if (value == NULL)
		return 0;
	id_format("usr", &c->actor->user.id, id);
	r = count(c, c->op->field_quota, id);
	return r != 0
	    ? r
	    : count(c, c->op->field_quota, email_key(c->cx->mem, value));
}

/* What leads nowhere is counted, and stays the 404 or 405 that it is. */
static void
count_nowhere(struct call *c)
{
	if (count(c, QUOTA_ANONYMOUS, c->address) != 0)
		ctx_fail_clear(c->cx);
}

static int
run_and_render(struct ctx *cx, void *arg)
{
	struct call *c = arg;
	int r;

	ctx_fail_clear(cx);
	cx->queued = false;
	render_forget(c);
	r = c->op->run(c);
	return r != 0 ? r : render_payload(c);
}

static int
step_run(struct call *c)
{
	if (c->op->tx == TX_WRITE)
		return db_tx(c->cx, run_and_render, c);
	return run_and_render(c->cx, c);
}

struct step {
	const char *name;
	int (*run)(struct call *);
};

static const struct step steps[] = {
	{ "match", step_match },
	{ "flood", step_flood },
	{ "authenticate", step_authenticate },
	{ "quota", step_quota },
	{ "authorise", step_authorise },
	{ "decode", decode_input },
	{ "mail quota", step_mail_quota },
	{ "run", step_run },
};

static bool
request_id_good(const char *id)
{
	size_t n = id == NULL ? 0 : strlen(id);

	if (n == 0 || n > CTX_REQUEST_ID_MAX)
		return false;
	for (; *id != '\0'; id++) {
		if (!isalnum((unsigned char)*id) && !strchr("_.-", *id))
			return false;
	}
	return true;
}

static void
set_request_id(struct ctx *cx, const char *given)
{
	struct uuid id;
	char text[ID_TEXT_MAX];
	size_t n;

	if (!request_id_good(given)) {
		uuid_new(&id, cx->now_us);
		id_format("req", &id, text);
		given = text;
	}
	n = strlen(given);
	memcpy(cx->request_id, given, n + 1);
}

static void
call_start(struct call *c, struct ctx *cx, const struct service *s,
    const struct http_request *req, struct http_response *res)
{
	*cx = (struct ctx) {
		.mem = s->mem,
		.secret = s->secret,
		.db = s->db,
		.conf = s->conf,
		.shared = s->shared,
		.master = s->master,
		.keys = s->keys,
		.now_us = clock_now_us(),
	};
	set_request_id(cx, http_param(req, "HTTP_X_REQUEST_ID"));
	log_set_request(cx->request_id);
	*c = (struct call) { .cx = cx, .req = req, .res = res };
	c->client_address =
	    http_client_address(s->mem, req, &s->conf->trusted_proxies);
	c->address = http_address_key(s->mem, c->client_address);
	cors_note_origin(c);
}

void
pipeline_serve(struct service *s, const struct http_request *req,
    struct http_response *ret)
{
	struct ctx cx;
	struct call c;
	int r = 0;

	call_start(&c, &cx, s, req, ret);
	for (size_t i = 0; r == 0 && i < sizeof(steps) / sizeof(steps[0]); i++)
		r = steps[i].run(&c);
	if (r != 0 && c.op == NULL && r != ANSWERED)
		count_nowhere(&c);
	if (r != 0 && r != ANSWERED)
		render_error(&c, r);
	render_headers(&c);
	if (r == 0 && cx.queued)
		shared_wake_jobs(s->shared);
	if (c.op != NULL && !c.op->hashes)
		gate_note_other(s->shared);
	arena_reset(s->secret);
	secret_wipe((void *)(uintptr_t)req->body, req->body_n);
	log_set_request(NULL);
}
