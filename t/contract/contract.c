/*
 * The five contracts' endpoints, one by one: how many of each surface are
 * served, and whether those that are answer the contract's own example with
 * the documented status and every documented member. The numbers are kept in
 * t/golden/contract.txt; they may only grow.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "contract/example.h"
#include "crypto/digest.h"
#include "dispatch/call.h"
#include "dispatch/router.h"
#include "flow/admin.h"
#include "http/request.h"
#include "support/api.h"
#include "support/testdb.h"

#define PASSWORD "SecurePass123!"
#define ROW_MAX  256

/* A line of endpoints.tsv. */
struct endpoint {
	char surface[16], method[8], path[128], auth[32];
	char request[160]; /* method and path */
};

static const char *const surfaces[] = { "plinto", "janua", "authapi",
	"janua-v1", "auctoritas" };

static struct api api;
static int actors; /* how many there were */

static void
open_api(void)
{
	api_open(&api);
	actors = 0;
}

static void
close_api(void)
{
	api_close(&api);
}

static FILE *
open_file(const char *name)
{
	char path[512];
	FILE *in;

	snprintf(path, sizeof(path), "%s/t/%s",
	    getenv("top_srcdir") ? getenv("top_srcdir") : ".", name);
	in = fopen(path, "r");
	ck_assert_msg(in != NULL, "%s is missing", path);
	return in;
}

static void
take(char **save, char *to, size_t size)
{
	const char *text = strtok_r(NULL, "\t\n", save);

	ck_assert_ptr_nonnull(text);
	snprintf(to, size, "%s", text);
}

static bool
endpoint_next(FILE *in, struct endpoint *ret)
{
	char line[ROW_MAX], *save = NULL;

	do {
		if (fgets(line, sizeof(line), in) == NULL)
			return false;
	} while (line[0] == '#');
	snprintf(ret->surface, sizeof(ret->surface), "%s",
	    strtok_r(line, "\t\n", &save));
	take(&save, ret->method, sizeof(ret->method));
	take(&save, ret->path, sizeof(ret->path));
	take(&save, ret->auth, sizeof(ret->auth));
	snprintf(ret->request, sizeof(ret->request), "%s %s", ret->method,
	    ret->path);
	return true;
}

/* --- who asks --- */

static void
must(const char *line, const char *body, int status)
{
	api_quota_reset(&api);
	ck_assert_msg(api_send(&api,
			  &(struct api_call) { .line = line, .body = body }) ==
		status,
	    "%s: %s", line, api.res.body.p);
}

static void
keep(const char *name, const char *path)
{
	const char *value = api_text(&api, path);

	ck_assert_msg(value != NULL, "no %s in %s", path, api.res.body.p);
	api_keep(name, value);
}

/* The session that an access token belongs to. */
static void
keep_session(const char *name, const char *token)
{
	const char *payload = strchr(token, '.') + 1;
	struct json_object *claims, *sid;
	uint8_t *text;
	size_t n;

	ck_assert_int_eq(base64url_decode(api.service.mem, payload,
			     strcspn(payload, "."), &text, &n),
	    0);
	claims =
	    json_tokener_parse(arena_strndup(api.service.mem, (char *)text, n));
	ck_assert(json_object_object_get_ex(claims, "sid", &sid));
	api_keep(name, json_object_get_string(sid));
	json_object_put(claims);
}

static void
make_admin(void)
{
	struct ctx cx = api.db.cx;
	struct uuid id;

	cx.mem = api.service.mem;
	cx.secret = api.service.secret;
	cx.now_us = clock_now_us();
	ck_assert_int_eq(admin_create(&cx, "main", "admin@example.com", "Admin",
			     PASSWORD, &id),
	    0);
	must("POST /api/v1/auth/signin",
	    "{\"email\":\"admin@example.com\",\"password\":\"" PASSWORD "\"}",
	    200);
	keep("admin_access", "tokens.access_token");
}

static void
make_user(void)
{
	char email[64];

	snprintf(email, sizeof(email), "cast%d@example.com", ++actors);
	api_keep("email", email);
	must("POST /api/v1/auth/signup",
	    "{\"email\":\"@email\",\"password\":\"" PASSWORD "\"}", 201);
	keep_session("session_id", api_text(&api, "tokens.access_token"));
	keep("user_id", "user.id");
	keep("userId", "user.id");
	must("POST /api/v1/auth/signin",
	    "{\"email\":\"@email\",\"password\":\"" PASSWORD "\"}", 200);
	keep("access", "tokens.access_token");
	keep("refresh", "tokens.refresh_token");
}

/* The same address in auctoritas' realm. */
static void
make_legacy_user(void)
{
	must("POST /api/auth/register",
	    "{\"email\":\"@email\",\"password\":\"" PASSWORD
	    "\",\"name\":\"App User\"}",
	    201);
	api_keep_cookie(&api, "access_token", "legacy_access");
	keep_session("id", api_kept("legacy_access"));
	must("POST /api/auth/login",
	    "{\"email\":\"@email\",\"password\":\"" PASSWORD "\"}", 200);
	api_keep_cookie(&api, "access_token", "legacy_access");
	api_keep_cookie(&api, "refresh_token", "legacy_refresh");
}

/* --- one example --- */

static const struct {
	const char *auth; /* as endpoints.tsv says it */
	const char *headers;
} credentials[] = {
	{ "No", NULL },
	{ "Yes", "Authorization: Bearer @access" },
	{ "Yes (Admin)", "Authorization: Bearer @admin_access" },
	{ "JWT", "Authorization: Bearer @legacy_access" },
};

static const char *
headers_for(const struct endpoint *e)
{
	for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]);
	     i++) {
		if (strcmp(credentials[i].auth, e->auth) == 0)
			return credentials[i].headers;
	}
	ck_abort_msg("%s: nobody has what \"%s\" means", e->request, e->auth);
	return NULL;
}

/* {name} in the path as @name, and the query. */
static const char *
line_for(const struct endpoint *e, const struct example *x)
{
	static char line[ROW_MAX];
	size_t n = 0;

	for (const char *p = e->request; *p != '\0'; p++) {
		if (*p != '}')
			line[n++] = *p == '{' ? '@' : *p;
	}
	snprintf(line + n, sizeof(line) - n, "%s%s",
	    x->query == NULL ? "" : "?", x->query == NULL ? "" : x->query);
	return line;
}

static bool
has_type(struct json_object *value, const char *type)
{
	static const struct {
		const char *name;
		enum json_type type;
	} rows[] = {
		{ "string", json_type_string },
		{ "time", json_type_string },
		{ "bool", json_type_boolean },
		{ "int", json_type_int },
		{ "object", json_type_object },
		{ "list", json_type_array },
	};
	size_t n = strcspn(type, "?");
	int64_t us;

	if (value == NULL)
		return type[n] == '?';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strlen(rows[i].name) == n &&
		    strncmp(rows[i].name, type, n) == 0)
			return json_object_is_type(value, rows[i].type) &&
			    (strncmp(type, "time", 4) != 0 ||
				clock_parse(json_object_get_string(value),
				    &us) == 0);
	}
	ck_abort_msg("no type %s", type);
	return false;
}

static void
check_fields(const struct example *x)
{
	char *fields = strdup(x->fields), *save = NULL, *path, *type;
	struct json_object *value;

	for (path = strtok_r(fields, " ", &save); path != NULL;
	     path = strtok_r(NULL, " ", &save)) {
		type = strchr(path, ':');
		ck_assert_msg(type != NULL, "%s has no type", path);
		*type++ = '\0';
		ck_assert_msg(api_at(&api, path, &value),
		    "%s: documented %s is missing\n%s", x->request, path,
		    api.res.body.p);
		ck_assert_msg(has_type(value, type),
		    "%s: documented %s is no %s\n%s", x->request, path, type,
		    api.res.body.p);
	}
	free(fields);
}

static void
run_example(const struct endpoint *e, const struct example *x)
{
	int status;

	make_user();
	make_legacy_user();
	if (x->before != NULL)
		x->before(&api);
	api_quota_reset(&api);
	status = api_send(&api,
	    &(struct api_call) {
		.line = line_for(e, x),
		.headers = headers_for(e),
		.body = x->body,
	    });
	ck_assert_msg(status == x->status, "%s: wanted status %d, got %d\n%s",
	    x->request, x->status, status, api.res.body.p);
	check_fields(x);
}

/* --- one endpoint --- */

/* The same path but for the names of its variables. */
static bool
same_shape(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		if (*a != *b)
			return false;
		if (*a == '{') {
			a += strcspn(a, "}");
			b += strcspn(b, "}");
		}
	}
	return *a == *b;
}

static const struct route *
route_of(const struct endpoint *e)
{
	struct http_request req = {
		.method = http_method_parse(e->method),
		.path = e->path,
	};
	struct ctx cx = { .mem = api.service.mem };
	struct call c = { .cx = &cx, .req = &req };
	const char *allow;

	return router_match(&c, &allow) == 0 ? c.route : NULL;
}

/* A more general route may serve it, if an example shows that it does. */
static bool
is_served(const struct endpoint *e)
{
	const struct route *r = route_of(e);
	bool shown = false;

	if (r == NULL)
		return false;
	for (const struct example *x = examples; x->request != NULL; x++) {
		if (strcmp(x->request, e->request) != 0)
			continue;
		shown = true;
		run_example(e, x);
	}
	ck_assert_msg(shown || !same_shape(r->path, e->path),
	    "%s is served: it needs a row in t/contract/examples.c",
	    e->request);
	return shown;
}

static void
count_surface(const char *surface, char *ret, size_t size)
{
	FILE *in = open_file("contract/endpoints.tsv");
	size_t all = 0, served = 0;
	struct endpoint e;

	while (endpoint_next(in, &e)) {
		if (strcmp(e.surface, surface) != 0)
			continue;
		all++;
		served += is_served(&e) ? 1 : 0;
	}
	fclose(in);
	snprintf(ret, size, "%s: %zu of %zu served\n", surface, served, all);
}

static void
golden_line(const char *surface, char *ret, size_t size)
{
	FILE *in = open_file("golden/contract.txt");
	size_t n = strlen(surface);

	while (fgets(ret, (int)size, in) != NULL) {
		if (strncmp(ret, surface, n) == 0 && ret[n] == ':')
			break;
	}
	fclose(in);
}

START_TEST(surface)
{
	char now[ROW_MAX], kept[ROW_MAX] = "";

	make_admin();
	count_surface(surfaces[_i], now, sizeof(now));
	printf("%s", now);
	fflush(stdout);
	golden_line(surfaces[_i], kept, sizeof(kept));
	ck_assert_msg(strcmp(now, kept) == 0,
	    "t/golden/contract.txt, which may only grow, says \"%s\", but %s",
	    kept, now);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s = suite_create("contract");
	TCase *tc = tcase_create("surfaces");
	SRunner *runner;
	int failed;

	(void)argc;
	testdb_need_server(argv);
	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, surface, 0,
	    sizeof(surfaces) / sizeof(surfaces[0]));
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
