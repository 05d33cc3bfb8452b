/* The documented quotas and their headers. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
}

static void
close_api(void)
{
	api_close(&api);
}

static int
sign_in(const char *path)
{
	return api_send(&api,
	    &(struct api_call) { path, NULL,
		"{\"email\":\"nobody@example.com\",\"password\":\"x\"}" });
}

/* One bucket over all its routes, whichever surface they belong to. */
START_TEST(signin_quota)
{
	ck_assert_int_eq(sign_in("POST /api/v1/auth/signin"), 401);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Limit"), "5");
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Remaining"),
	    "4");
	ck_assert_ptr_nonnull(http_header_get(&api.res, "X-RateLimit-Reset"));
	ck_assert_int_eq(sign_in("POST /v1/auth/signin"), 401);
	ck_assert_int_eq(sign_in("POST /v1/auth/login"), 401);
	ck_assert_int_eq(sign_in("POST /api/auth/login"), 401);
	ck_assert_int_eq(sign_in("POST /api/v1/auth/signin"), 401);
	ck_assert_int_eq(sign_in("POST /api/v1/auth/signin"), 429);
	api_from("192.0.2.7");
	ck_assert_int_eq(sign_in("POST /api/v1/auth/signin"), 401);
}
END_TEST

/* A 429 in each envelope, and its headers. */
static const struct api_case envelopes[] = {
	{ "janua", "POST /api/v1/auth/signin", NULL, "{}", 429,
	    "detail~Rate limit exceeded. Try again in ;retry_after;"
	    "error_code=RATE_LIMIT_EXCEEDED;status_code=429;"
	    "error.code=RATE_LIMIT_EXCEEDED;:Retry-After;"
	    ":X-RateLimit-Limit=5;:X-RateLimit-Remaining=0" },
	{ "v1", "POST /v1/auth/signin", NULL, "{}", 429,
	    "error=rate_limit_exceeded;message;retryAfter;limit=5;"
	    "remaining=0;resetTime~Z;:X-RateLimit-Window=60" },
	{ "authapi", "POST /v1/auth/login", NULL, "{}", 429,
	    "error.code=rate_limit_exceeded;error.details" },
	{ "auctoritas", "POST /api/auth/login", NULL, "{}", 429,
	    "error.code=RATE_LIMIT_EXCEEDED;status=429;timestamp~Z" },
	{ NULL },
};

START_TEST(envelope)
{
	for (int i = 0; i < 5; i++)
		sign_in("POST /api/v1/auth/signin");
	api_run(&api, envelopes);
	clock_shift_us(CLOCK_MINUTE + CLOCK_SECOND);
	ck_assert_int_ne(sign_in("POST /api/v1/auth/signin"), 429);
}
END_TEST

START_TEST(signup_quota)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(api_send(&api,
				     &(struct api_call) {
					 "POST /api/v1/auth/signup", NULL,
					 "{}" }),
		    422);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "POST /v1/auth/register",
				 NULL, "{}" }),
	    429);
}
END_TEST

static int
get(const char *path, const char *headers)
{
	return api_send(&api, &(struct api_call) { path, headers, NULL });
}

#define BEARER "Authorization: Bearer @ann_access"

/* By who asks: an address, or a user whatever the address. */
START_TEST(general)
{
	api_signup(&api, "ann");
	api_quota_reset(&api);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(get("GET /api/v1/auth/me", NULL), 401);
	ck_assert_int_eq(get("GET /api/v1/auth/me", NULL), 429);
	ck_assert_int_eq(get("GET /api/v1/nothing", NULL), 404);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Remaining"),
	    "0");
	ck_assert_str_eq(api_text(&api, "detail"), "Resource not found");
	ck_assert_ptr_null(http_header_get(&api.res, "Retry-After"));
	ck_assert_int_eq(get("GET /api/v1/auth/me", BEARER), 200);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Limit"),
	    "1000");
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Remaining"),
	    "999");
	api_from("192.0.2.7");
	ck_assert_int_eq(get("GET /api/v1/auth/me", BEARER), 200);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Remaining"),
	    "998");
	ck_assert_int_eq(get("GET /v1/auth/profile", BEARER), 200);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Limit"), "100");
}
END_TEST

/* Health is nobody's quota. */
START_TEST(uncounted)
{
	for (int i = 0; i < 300; i++)
		ck_assert_int_eq(get("GET /health", NULL), 200);
	ck_assert_ptr_null(http_header_get(&api.res, "X-RateLimit-Limit"));
	ck_assert_int_eq(get("GET /.well-known/jwks.json", NULL), 200);
}
END_TEST

/* One host has a /64 of IPv6 to play with. */
START_TEST(ipv6)
{
	api_from("2001:db8:1:2::1");
	for (int i = 0; i < 5; i++)
		ck_assert_int_ne(sign_in("POST /api/v1/auth/signin"), 429);
	api_from("2001:db8:1:2:ffff::9");
	ck_assert_int_eq(sign_in("POST /api/v1/auth/signin"), 429);
	api_from("2001:db8:1:3::1");
	ck_assert_int_ne(sign_in("POST /api/v1/auth/signin"), 429);
}
END_TEST

/* A client's own X-Forwarded-For means nothing; a trusted proxy's does. */
static int
sign_in_for(const char *forwarded)
{
	return api_send(&api,
	    &(struct api_call) { "POST /v1/auth/signin", forwarded,
		"{\"email\":\"nobody@example.com\",\"password\":\"x\"}" });
}

START_TEST(forwarded)
{
	static const char *networks[] = { "127.0.0.0/8" };
	char header[64];

	for (int i = 0; i < 6; i++) {
		snprintf(header, sizeof(header), "X-Forwarded-For: 192.0.2.%d",
		    i + 1);
		ck_assert_int_eq(sign_in_for(header), i < 5 ? 401 : 429);
	}
	api.db.conf.trusted_proxies = (struct list) { 1, networks };
	ck_assert_int_ne(sign_in_for("X-Forwarded-For: 192.0.2.9"), 429);
	ck_assert_str_eq(http_header_get(&api.res, "X-RateLimit-Remaining"),
	    "4");
}
END_TEST

Suite *
quota_suite(void)
{
	Suite *s = suite_create("quota");
	TCase *tc = tcase_create("quota");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, signin_quota);
	tcase_add_test(tc, envelope);
	tcase_add_test(tc, signup_quota);
	tcase_add_test(tc, general);
	tcase_add_test(tc, uncounted);
	tcase_add_test(tc, ipv6);
	tcase_add_test(tc, forwarded);
	suite_add_tcase(s, tc);
	return s;
}
