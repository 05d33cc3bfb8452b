#include "dispatch/cors.h"

#include <string.h>

#include "base/conf.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "http/request.h"
#include "http/response.h"

#define EXPOSED                                                                \
	"Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining,"               \
	" X-RateLimit-Reset, X-RateLimit-Window, X-Request-ID"
#define ACCEPTED "Authorization, Content-Type, X-API-Key, X-Request-ID"

static bool
listed(const struct conf *conf, const char *origin)
{
	const char *const *o = conf->allowed_origins.items;

	for (size_t i = 0; i < conf->allowed_origins.n; i++) {
		if (strcmp(o[i], origin) == 0)
			return true;
	}
	return false;
}

/* public_url without a path is our own origin. */
static bool
our_own(const struct conf *conf, const char *origin)
{
	size_t n = strlen(origin);
	const char *p = conf->public_url;

	return strncmp(p, origin, n) == 0 && (p[n] == '\0' || p[n] == '/') &&
	    strstr(origin, "://") != NULL;
}

void
cors_note_origin(struct call *c)
{
	const char *origin = http_param(c->req, "HTTP_ORIGIN");

	if (origin != NULL && listed(c->cx->conf, origin))
		c->origin = origin;
}

void
cors_headers(struct call *c)
{
	if (c->cx->conf->allowed_origins.n > 0)
		http_header_set(c->res, "Vary", "Origin");
	if (c->origin == NULL)
		return;
	http_header_set(c->res, "Access-Control-Allow-Origin", c->origin);
	http_header_set(c->res, "Access-Control-Allow-Credentials", "true");
	http_header_set(c->res, "Access-Control-Expose-Headers", EXPOSED);
}

void
cors_preflight(struct call *c, const char *allow)
{
	if (c->origin == NULL)
		return;
	http_header_set(c->res, "Access-Control-Allow-Methods", allow);
	http_header_set(c->res, "Access-Control-Allow-Headers", ACCEPTED);
	http_header_set(c->res, "Access-Control-Max-Age", "600");
}

/*
 * Sec-Fetch-Site is out of the reach of scripts. We may be reached by other
 * names and ports than public_url's; a page from there is our own all the
 * same.
 */
int
cors_check_cookies(struct call *c)
{
	const char *origin = http_param(c->req, "HTTP_ORIGIN");
	const char *site = http_param(c->req, "HTTP_SEC_FETCH_SITE");

	if (site != NULL && strcmp(site, "same-origin") == 0)
		return 0;
	if (origin != NULL && c->origin == NULL &&
	    !our_own(c->cx->conf, origin))
		return err_set(c->cx, ERR_CROSS_SITE, NULL);
	if (site != NULL && strcmp(site, "cross-site") == 0 &&
	    c->origin == NULL)
		return err_set(c->cx, ERR_CROSS_SITE, NULL);
	return 0;
}
