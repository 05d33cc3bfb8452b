/* Bad input, and the error table in each dialect's own envelope. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	unsetenv("CARDEA_TEST_SIGNING"); /* RS256 is looked at */
	api_open(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

#define SUPERSET                                                               \
	"detail;message;error_code;status_code;timestamp~Z;path;"              \
	"error.code;error.message;error.details"
#define AUCTORITAS                                                             \
	"error.code;error.message;error.details;status;message;timestamp~Z"

static const struct api_case routing_cases[] = {
	{ "no route", "GET /api/v1/nothing", NULL, NULL, 404,
	    SUPERSET ";error_code=NOT_FOUND;path=/api/v1/nothing" },
	{ "no route at the root", "GET /nothing", NULL, NULL, 404, SUPERSET },
	{ "no route of v1", "GET /v1/nothing", NULL, NULL, 404,
	    "error.code=NOT_FOUND;error.requestId;error.timestamp~Z;!detail" },
	{ "no route of authapi", "GET /v1/auth/login/nothing", NULL, NULL, 404,
	    "error.code=not_found;error.details;!error.requestId" },
	{ "no route of auctoritas", "GET /api/auth/nothing", NULL, NULL, 404,
	    AUCTORITAS ";status=404" },
	{ "below a longer mount", "GET /api/v1/customers/nothing", NULL, NULL,
	    404, AUCTORITAS },
	{ "not quite a mount", "GET /api/authority", NULL, NULL, 404,
	    SUPERSET },
	{ "405 janua", "GET /api/v1/auth/signin", NULL, NULL, 405,
	    SUPERSET ";error_code=METHOD_NOT_ALLOWED;:Allow=POST, OPTIONS" },
	{ "405 authapi", "GET /v1/auth/login", NULL, NULL, 405,
	    "error.code=method_not_allowed;:Allow~POST" },
	{ "405 v1", "DELETE /v1/auth/me", NULL, NULL, 405,
	    "error.code=METHOD_NOT_ALLOWED;:Allow=GET, HEAD, OPTIONS" },
	{ "405 auctoritas", "GET /api/auth/login", NULL, NULL, 405,
	    AUCTORITAS },
	{ "made-up method", "FROB /api/v1/auth/me", NULL, NULL, 405,
	    "error_code=METHOD_NOT_ALLOWED" },
	{ "options", "OPTIONS /api/v1/auth/me", NULL, NULL, 204,
	    ":Allow=GET, HEAD, OPTIONS" },
	{ "options of nothing", "OPTIONS /api/v1/nothing", NULL, NULL, 404,
	    SUPERSET },
	{ "request id", "GET /health", "X-Request-ID: abc-1_2.3", NULL, 200,
	    ":X-Request-ID=abc-1_2.3" },
	{ "forged request id", "GET /health", "X-Request-ID: a b=c", NULL, 200,
	    ":X-Request-ID~req_" },
	{ NULL },
};

START_TEST(routing)
{
	api_run(&api, routing_cases);
}
END_TEST

/* The same broken bodies everywhere. */
struct bad_body {
	const char *name, *body;
};

#define DEEP10 "[[[[[[[[[["
#define UP10   "]]]]]]]]]]"

static const struct bad_body broken[] = {
	{ "cut", "{\"email\":" },
	{ "not json", "email=a" },
	{ "single quotes", "{'email':'a'}" },
	{ "trailing comma", "{\"email\":\"a\",}" },
	{ "two documents", "{}{}" },
	{ "duplicate keys", "{\"email\":\"a\",\"email\":\"b\"}" },
	{ "duplicate keys escaped", "{\"email\":\"a\",\"\\u0065mail\":\"b\"}" },
	{ "escaped NUL", "{\"email\":\"a\\u0000b\"}" },
	{ "escaped NUL in a key", "{\"em\\u0000ail\":\"a\"}" },
	{ "invalid UTF-8", "{\"email\":\"\377\"}" },
	{ "overlong UTF-8", "{\"email\":\"\300\257\"}" },
	{ "lone surrogate", "{\"email\":\"\\ud800\"}" },
	{ "control byte", "{\"email\":\"a\tb\"}" },
	{ "NaN", "{\"email\":NaN}" },
	{ "too deep",
	    "{\"a\":" DEEP10 DEEP10 DEEP10 DEEP10 UP10 UP10 UP10 UP10 "}" },
	{ "an array", "[]" },
	{ "a string", "\"x\"" },
	{ NULL },
};

struct surface {
	const char *line, *code;
};

static const struct surface surfaces[] = {
	{ "POST /api/v1/auth/refresh", "MALFORMED_JSON" },
	{ "POST /v1/auth/signout", "MALFORMED_JSON" },
	{ "POST /v1/auth/refresh", "invalid_request" },
	{ "POST /api/auth/refresh", "MALFORMED_JSON" },
	{ NULL },
};

START_TEST(broken_json)
{
	for (const struct surface *s = surfaces; s->line != NULL; s++) {
		for (const struct bad_body *b = broken; b->name; b++) {
			int status;

			api_quota_reset(&api);
			status = api_send(&api,
			    &(struct api_call) { s->line, NULL, b->body });
			ck_assert_msg(status == 400, "%s at %s: %d %s", b->name,
			    s->line, status, api.res.body.p);
			ck_assert_msg(strcmp(api_text(&api, "error.code"),
					  s->code) == 0,
			    "%s at %s: %s", b->name, s->line, api.res.body.p);
		}
	}
}
END_TEST

static const struct api_case media_cases[] = {
	{ "form", "POST /api/v1/auth/refresh",
	    "Content-Type: application/x-www-form-urlencoded", "a=b", 415,
	    "error_code=UNSUPPORTED_MEDIA_TYPE" },
	{ "text", "POST /v1/auth/refresh", "Content-Type: text/plain", "{}",
	    415, "error.code=unsupported_media_type" },
	{ "none", "POST /api/auth/refresh", "Content-Type: ", "{}", 415,
	    AUCTORITAS },
	{ "a vendor's json", "POST /api/v1/auth/refresh",
	    "Content-Type: application/vnd.x+json; charset=utf-8",
	    "{\"refresh_token\":\"x\"}", 401, NULL },
	{ NULL },
};

START_TEST(media_types)
{
	api_run(&api, media_cases);
}
END_TEST

/* Each names the field as the client spelled it; nothing is stored. */
static const struct api_case field_cases[] = {
	{ "nothing", "POST /api/v1/auth/signup", NULL, NULL, 422,
	    "error_code=VALIDATION_ERROR;error.details.field=email;"
	    "error.details.validation_errors.0.field=email;"
	    "error.details.validation_errors.0.type=required;"
	    "error.details.validation_errors.1.field=password" },
	{ "types", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":1,\"password\":[],\"first_name\":{}}", 422,
	    "error.details.validation_errors.0.field=email;"
	    "error.details.validation_errors.0.type=type;"
	    "error.details.validation_errors.1.field=password;"
	    "error.details.validation_errors.2.field=first_name" },
	{ "email", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"nobody\",\"password\":\"SecurePass123!\"}", 422,
	    "error.code=VALIDATION_ERROR;error.details.field=email" },
	{ "long email", "POST /v1/auth/register", NULL,
	    "{\"email\":\"@long@example.com\",\"password\":\"x\"}", 400,
	    "error.code=invalid_request;error.details.field=email" },
	{ "camel case", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"SecurePass123!\","
	    "\"firstName\":\"@long\"}",
	    422, "error.details.field=firstName" },
	{ "line break in a name", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"SecurePass123!\","
	    "\"first_name\":\"a\\r\\nBcc: x\"}",
	    422, "error.details.field=first_name" },
	{ "username", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"SecurePass123!\","
	    "\"username\":\"a b\"}",
	    422, "error.details.field=username" },
	{ "weak", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"password\"}", 400,
	    "error_code=WEAK_PASSWORD;detail=Password must be at least 8 "
	    "characters and include uppercase, lowercase, number, and "
	    "special character;status_code=400" },
	{ "weak v1", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"Password1\"}", 400,
	    "error.code=WEAK_PASSWORD" },
	{ "weak authapi", "POST /v1/auth/register", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"Password1\"}", 400,
	    "error.code=invalid_request" },
	{ "common", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"P@ssw0rd2024!\"}", 400,
	    "error_code=WEAK_PASSWORD;detail~too common" },
	{ "a season", "POST /v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"#Summer24\"}", 400,
	    "error.code=WEAK_PASSWORD" },
	{ "the same over and over", "POST /v1/auth/register", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"Aa1!Aa1!Aa1!\"}", 400,
	    "error.code=invalid_request" },
	{ "long password", "POST /api/v1/auth/signup", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"Aa1!@long@long@long"
	    "@long\"}",
	    422, "error.details.field=password" },
	{ "neither email nor username", "POST /api/v1/auth/signin", NULL,
	    "{\"password\":\"x\"}", 422, "error.details.field=email" },
	{ "both", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"a@example.com\",\"username\":\"abc\","
	    "\"password\":\"x\"}",
	    422, "error.details.field=username" },
	{ "device_info no object", "POST /v1/auth/login", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"x\","
	    "\"device_info\":[]}",
	    400, "error.details.field=device_info" },
	{ "auctoritas", "POST /api/auth/login", NULL, "{\"email\":\"a\"}", 400,
	    AUCTORITAS ";error.code=VALIDATION_ERROR" },
	{ NULL },
};

START_TEST(fields)
{
	char text[301];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	api_keep("long", text);
	for (const struct api_case *c = field_cases; c->name != NULL; c++) {
		const struct api_case one[] = { *c, { NULL } };

		api_quota_reset(&api);
		api_run(&api, one);
	}
}
END_TEST

START_TEST(too_large)
{
	size_t n = 1024 * 1024 + 1;
	char *body = malloc(n + 1);

	memset(body, ' ', n);
	body[n] = '\0';
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "POST /api/v1/auth/refresh",
				 NULL, body }),
	    413);
	ck_assert_str_eq(api_text(&api, "error_code"), "PAYLOAD_TOO_LARGE");
	free(body);
}
END_TEST

/* The whole table: every error has a place in every column. */
START_TEST(health)
{
	static const struct api_case cases[] = {
		{ "health", "GET /api/v1/health", NULL, NULL, 200,
		    "status=healthy;timestamp~Z;service;version" },
		{ "slash", "GET /api/v1/health/", NULL, NULL, 200,
		    "status=healthy" },
		{ "ready", "GET /api/v1/health/ready", NULL, NULL, 200,
		    "status=ready;timestamp~Z" },
		{ "live", "GET /api/v1/health/live", NULL, NULL, 200,
		    "status=alive" },
		{ "root", "GET /health", NULL, NULL, 200, "status=healthy" },
		{ "root ready", "GET /ready", NULL, NULL, 200, "status=ready" },
		{ "root live", "GET /live", NULL, NULL, 200, "status=alive" },
		{ "keys", "GET /.well-known/jwks.json", NULL, NULL, 200,
		    "keys.0.kty=RSA;keys.0.use=sig;keys.0.alg=RS256;"
		    "keys.0.kid;keys.0.n;keys.0.e=AQAB;!keys.0.d;"
		    ":Cache-Control~max-age;:ETag",
		    "tag=:ETag" },
		{ "the same keys again", "GET /.well-known/jwks.json",
		    "If-None-Match: @tag", NULL, 304, "=;:ETag=@tag" },
		{ "other keys", "GET /.well-known/jwks.json",
		    "If-None-Match: \"old\"", NULL, 200, "keys.0.kid" },
		{ NULL },
	};

	api_run(&api, cases);
}
END_TEST

/* While the database is away. */
static const struct api_case away_cases[] = {
	{ "ready", "GET /api/v1/health/ready", NULL, NULL, 503,
	    SUPERSET ";:Retry-After" },
	{ "health needs none", "GET /health", NULL, NULL, 200, NULL },
	{ "janua", "GET /api/v1/auth/me", "Authorization: Bearer @ann_access",
	    NULL, 503, "error_code=UNAVAILABLE;:Retry-After" },
	{ "v1", "GET /v1/auth/me", "Authorization: Bearer @ann_access", NULL,
	    503, "error.code=UNAVAILABLE" },
	{ "authapi", "POST /v1/auth/login", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"x\"}", 503,
	    "error.code=unavailable" },
	{ "auctoritas", "POST /api/auth/login", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"x\"}", 503,
	    AUCTORITAS },
	{ NULL },
};

START_TEST(database_away)
{
	struct conf nowhere = api.db.conf;

	api_signup(&api, "ann");
	api_expect_log("db.");
	nowhere.db_socket = "/tmp/cardea-no-such-socket";
	api.service.db = db_new(&nowhere);
	api_run(&api, away_cases);
	db_free(api.service.db);
	api.service.db = api.db.cx.db;
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "GET /api/v1/health/ready",
				 NULL, NULL }),
	    200);
}
END_TEST

Suite *
errors_suite(void)
{
	Suite *s = suite_create("errors");
	TCase *tc = tcase_create("errors");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, routing);
	tcase_add_test(tc, broken_json);
	tcase_add_test(tc, media_types);
	tcase_add_test(tc, fields);
	tcase_add_test(tc, too_large);
	tcase_add_test(tc, health);
	tcase_add_test(tc, database_away);
	suite_add_tcase(s, tc);
	return s;
}
