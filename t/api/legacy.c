/* Auctoritas' legacy rows: cookies and bearers, and who may use cookies. */
#include <stdio.h>
#include <string.h>

#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	static const char *origins[] = { "http://localhost:5173" };

	api_open(&api);
	api.db.conf.allowed_origins.items = origins;
	api.db.conf.allowed_origins.n = 1;
}

static void
close_api(void)
{
	api_close(&api);
}

#define USER "\"email\":\"user@example.com\",\"password\":\"password123\""

static const char *
set_cookie(const char *name)
{
	for (size_t i = 0; i < api.res.n_headers; i++) {
		const struct http_header *h = &api.res.headers[i];

		if (strcmp(h->name, "Set-Cookie") == 0 &&
		    strncmp(h->value, name, strlen(name)) == 0)
			return h->value;
	}
	return "";
}

static const struct api_case register_cases[] = {
	{ "register", "POST /api/auth/register", NULL,
	    "{" USER ",\"name\":\"App User\"}", 201,
	    "id~usr_;email=user@example.com;name=App User;role=USER;"
	    "!accessToken;!tokens",
	    "id=id" },
	{ NULL },
};

static const struct api_case login_cases[] = {
	{ "login", "POST /api/auth/login", NULL, "{" USER "}", 200,
	    "id=@id;email=user@example.com;name=App User;role=USER" },
	{ NULL },
};

static const struct api_case cookie_cases[] = {
	{ "me by cookie", "GET /api/user/me", "Cookie: a=b; access_token=@at",
	    NULL, 200, "id=@id;email;name=App User;role=USER" },
	{ "me by bearer", "GET /api/user/me", "Authorization: Bearer @at", NULL,
	    200, "id=@id" },
	{ "the header beats the cookie", "GET /api/user/me",
	    "Authorization: Bearer nothing\nCookie: access_token=@at", NULL,
	    401, NULL },
	{ "refresh without", "POST /api/auth/refresh", NULL, NULL, 401,
	    "error.code=UNAUTHORIZED;status=401" },
	{ "refresh by body", "POST /api/auth/refresh", NULL,
	    "{\"refreshToken\":\"@rt\"}", 200, "id=@id;role=USER" },
	{ "refresh by cookie", "POST /api/auth/refresh",
	    "Cookie: refresh_token=@rt", NULL, 200, "id=@id" },
	{ NULL },
};

/* Each with the answer a browser on another site must get. */
static const struct api_case forgery_cases[] = {
	{ "cookie from elsewhere", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: https://evil.example", NULL, 403,
	    "error.code=FORBIDDEN" },
	{ "no origin is everybody's", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: null", NULL, 403,
	    "!:Access-Control-Allow-Origin" },
	{ "cross-site fetch", "GET /api/user/me",
	    "Cookie: access_token=@at\nSec-Fetch-Site: cross-site", NULL, 403,
	    NULL },
	{ "login from elsewhere", "POST /api/auth/login",
	    "Origin: https://evil.example", "{" USER "}", 403, NULL },
	{ "a look-alike", "POST /api/auth/login",
	    "Origin: http://localhost:8000.evil.example", "{" USER "}", 403,
	    NULL },
	{ "refresh from elsewhere", "POST /api/auth/refresh",
	    "Cookie: refresh_token=@rt\nSec-Fetch-Site: cross-site", NULL, 403,
	    NULL },
	{ "logout from elsewhere", "POST /api/auth/logout",
	    "Cookie: access_token=@at\nOrigin: https://evil.example", NULL, 403,
	    NULL },
	{ "a bearer needs no origin", "GET /api/user/me",
	    "Authorization: Bearer @at\nOrigin: https://evil.example", NULL,
	    200, "!:Access-Control-Allow-Origin" },
	{ "a listed origin", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: http://localhost:5173\n"
	    "Sec-Fetch-Site: cross-site",
	    NULL, 200,
	    ":Access-Control-Allow-Origin=http://localhost:5173;"
	    ":Access-Control-Allow-Credentials=true;:Vary=Origin" },
	{ "our own", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: http://localhost:8000\n"
	    "Sec-Fetch-Site: same-origin",
	    NULL, 200, NULL },
	{ "our own, by another port", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: http://localhost:8080\n"
	    "Sec-Fetch-Site: same-origin",
	    NULL, 200, "!:Access-Control-Allow-Origin" },
	{ "another port's", "GET /api/user/me",
	    "Cookie: access_token=@at\nOrigin: http://localhost:8080\n"
	    "Sec-Fetch-Site: same-site",
	    NULL, 403, NULL },
	{ "a form", "POST /api/auth/login",
	    "Content-Type: application/x-www-form-urlencoded",
	    "email=a@b.c&password=x", 415,
	    "error.code=UNSUPPORTED_MEDIA_TYPE" },
	{ "preflight", "OPTIONS /api/auth/login",
	    "Origin: http://localhost:5173\n"
	    "Access-Control-Request-Method: POST",
	    NULL, 204,
	    ":Access-Control-Allow-Origin=http://localhost:5173;"
	    ":Access-Control-Allow-Methods~POST;"
	    ":Access-Control-Allow-Headers~Authorization" },
	{ "preflight of a stranger", "OPTIONS /api/auth/login",
	    "Origin: https://evil.example", NULL, 204,
	    "!:Access-Control-Allow-Origin;!:Access-Control-Allow-Methods" },
	{ NULL },
};

static const struct api_case logout_cases[] = {
	{ "logout", "POST /api/auth/logout", "Cookie: access_token=@at", NULL,
	    204, "=" },
	{ NULL },
};

static const struct api_case gone_cases[] = {
	{ "the session is over", "GET /api/user/me", "Cookie: access_token=@at",
	    NULL, 401, NULL },
	{ "its refresh token too", "POST /api/auth/refresh",
	    "Cookie: refresh_token=@rt", NULL, 401, NULL },
	{ "logout of nobody", "POST /api/auth/logout", NULL, NULL, 204, NULL },
	{ NULL },
};

START_TEST(cookies)
{
	const char *access, *refresh;

	api_run(&api, register_cases);
	api_run(&api, login_cases);
	access = set_cookie("access_token=");
	refresh = set_cookie("refresh_token=");
	for (size_t i = 0; i < 2; i++) {
		const char *cookie = i == 0 ? access : refresh;

		ck_assert_msg(strstr(cookie, "; HttpOnly") &&
			strstr(cookie, "; Secure") &&
			strstr(cookie, "; SameSite=Lax"),
		    "%s", cookie);
	}
	ck_assert_msg(strstr(access, "; Path=/;") &&
		strstr(access, "Max-Age=86400"),
	    "%s", access);
	ck_assert_msg(strstr(refresh, "; Path=/api/auth;") &&
		strstr(refresh, "Max-Age=604800"),
	    "%s", refresh);
	api_keep_cookie(&api, "access_token", "at");
	api_keep_cookie(&api, "refresh_token", "rt");
	api_run(&api, cookie_cases);
	api_quota_reset(&api);
	api_run(&api, forgery_cases);
	api_run(&api, logout_cases);
	ck_assert_msg(strstr(set_cookie("access_token=;"), "Max-Age=0"),
	    "not cleared");
	ck_assert_msg(strstr(set_cookie("refresh_token=;"), "Max-Age=0"),
	    "not cleared");
	api_run(&api, gone_cases);
}
END_TEST

/* The realm asks for a length alone, and is no door to the other one. */
static const struct api_case realm_cases[] = {
	{ "short", "POST /api/auth/register", NULL,
	    "{\"email\":\"a@example.com\",\"password\":\"seven77\"}", 400,
	    "error.code=VALIDATION_ERROR;status=400" },
	{ "register", "POST /api/auth/register", NULL, "{" USER "}", 201,
	    "name=user" },
	{ "the same address in the main realm", "POST /api/v1/auth/signup",
	    NULL,
	    "{\"email\":\"user@example.com\","
	    "\"password\":\"SecurePass123!\"}",
	    201, NULL },
	{ "one password does not open the other", "POST /api/auth/login", NULL,
	    "{\"email\":\"user@example.com\","
	    "\"password\":\"SecurePass123!\"}",
	    401, "error.code=INVALID_CREDENTIALS" },
	{ "nor the other way", "POST /api/v1/auth/signin", NULL, "{" USER "}",
	    401, NULL },
	{ NULL },
};

START_TEST(realms)
{
	api_run(&api, realm_cases);
}
END_TEST

Suite *
legacy_suite(void)
{
	Suite *s = suite_create("legacy");
	TCase *tc = tcase_create("cookies");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, cookies);
	tcase_add_test(tc, realms);
	suite_add_tcase(s, tc);
	return s;
}
