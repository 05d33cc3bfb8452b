/* Is it there, does it live, can it serve; and the keys that tokens verify
 * with. None of these is counted against a quota. */
#include "api/tables.h"

#include "base/arena.h"
#include "base/ctx.h"
#include "config.h"
#include "db/db.h"
#include "dispatch/call.h"
#include "http/response.h"
#include "model/key.h"

struct health {
	const char *status, *service, *version;
	int64_t timestamp;
};

static const struct field health_view[] = {
	FIELD(struct health, status, F_STRING, .example = "healthy"),
	FIELD(struct health, timestamp, F_TIME),
	FIELD(struct health, service, F_STRING, .example = PACKAGE_NAME),
	FIELD(struct health, version, F_STRING, .example = PACKAGE_VERSION),
	FIELD_END,
};

static const struct field probe_view[] = {
	FIELD(struct health, status, F_STRING),
	FIELD(struct health, timestamp, F_TIME),
	FIELD_END,
};

static int
answer(struct call *c, const char *status)
{
	struct health *h = arena_alloc(c->cx->mem, sizeof(*h));

	h->status = status;
	h->timestamp = c->cx->now_us;
	h->service = PACKAGE_NAME;
	h->version = PACKAGE_VERSION;
	return reply(c, h);
}

static int
health_run(struct call *c)
{
	return answer(c, "healthy");
}

static int
live_run(struct call *c)
{
	return answer(c, "alive");
}

static int
ready_run(struct call *c)
{
	int r = db_ping(c->cx);

	if (r > 0)
		return err_set(c->cx, r, "Service not ready");
	return r != 0 ? r : answer(c, "ready");
}

static int
jwks_run(struct call *c)
{
	int r;

	buf_init(&c->raw, c->cx->mem, 2048);
	r = keyring_jwks(c->cx, &c->raw);
	if (r != 0)
		return r;
	http_header_set(c->res, "Cache-Control", "public, max-age=300");
	return reply_raw(c, "application/jwk-set+json");
}

static const struct op health_op = {
	.id = "health.get",
	.summary = "Answers while the service runs",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.out = health_view,
	.run = health_run,
};

static const struct op live_op = {
	.id = "health.live",
	.summary = "Liveness: the process answers",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.out = probe_view,
	.run = live_run,
};

static const struct op ready_op = {
	.id = "health.ready",
	.summary = "Readiness: the database answers too",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.out = probe_view,
	.errors = ERRORS(ERR_UNAVAILABLE),
	.run = ready_run,
};

/* RFC 7517 §5. */
static const struct op jwks_op = {
	.id = "keys.jwks",
	.summary = "The public keys that access tokens verify with",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.cacheable = true,
	.errors = ERRORS(ERR_UNAVAILABLE),
	.media = "application/jwk-set+json",
	.run = jwks_run,
};

const struct route health_routes[] = {
	{ D_JANUA, GET, "/api/v1/health", &health_op },
	{ D_JANUA, GET, "/api/v1/health/ready", &ready_op },
	{ D_JANUA, GET, "/api/v1/health/live", &live_op },
	{ D_ROOT, GET, "/health", &health_op },
	{ D_ROOT, GET, "/ready", &ready_op },
	{ D_ROOT, GET, "/live", &live_op },
	{ D_ROOT, GET, "/.well-known/jwks.json", &jwks_op },
	{ .op = NULL },
};
