/*
 * The API's documentation, written anew for each request: nothing of it is
 * kept, and who has it already gets a 304 by its digest.
 */
#include "api/tables.h"

#include "base/conf.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "dispatch/openapi.h"
#include "http/response.h"

#define DOC_BYTES (256 * 1024)

static int
answer(struct call *c)
{
	http_header_set(c->res, "Cache-Control", "public, max-age=300");
	return reply_raw(c, "application/json");
}

static int
openapi_run(struct call *c)
{
	buf_init(&c->raw, c->cx->mem, DOC_BYTES);
	openapi_put(&c->raw, false);
	return answer(c);
}

static int
openapi_3_1_run(struct call *c)
{
	buf_init(&c->raw, c->cx->mem, DOC_BYTES);
	openapi_put(&c->raw, true);
	return answer(c);
}

static int
postman_run(struct call *c)
{
	buf_init(&c->raw, c->cx->mem, DOC_BYTES);
	postman_put(&c->raw, c->cx->conf->public_url);
	return answer(c);
}

static const struct op openapi_op = {
	.id = "doc.openapi",
	.summary = "This documentation as OpenAPI 3.0",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.cacheable = true,
	.media = "application/json",
	.run = openapi_run,
};

static const struct op openapi_3_1_op = {
	.id = "doc.openapi_3_1",
	.summary = "This documentation as OpenAPI 3.1",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.cacheable = true,
	.media = "application/json",
	.run = openapi_3_1_run,
};

static const struct op postman_op = {
	.id = "doc.postman",
	.summary = "All requests as a Postman collection",
	.auth = AUTH_NONE,
	.quota = QUOTA_NONE,
	.cacheable = true,
	.media = "application/json",
	.run = postman_run,
};

const struct route doc_routes[] = {
	{ D_ROOT, GET, "/openapi.json", &openapi_op },
	{ D_ROOT, GET, "/openapi-3.1.json", &openapi_3_1_op },
	{ D_ROOT, GET, "/postman/collection.json", &postman_op },
	{ .op = NULL },
};
