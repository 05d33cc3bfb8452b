/* Refresh tokens, rotated on adoption (flow/refresh.h). */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
	api_signup(&api, "ann");
	api_keep("r0", api_kept("ann_refresh"));
	api_keep("a0", api_kept("ann_access"));
}

static void
close_api(void)
{
	api_close(&api);
}

/* Presents what is kept under `token`; keeps the answer as rN and aN. */
static int
refresh(const char *token, const char *as)
{
	char body[64], name[16];
	int status;

	snprintf(body, sizeof(body), "{\"refresh_token\":\"@%s\"}", token);
	api_quota_reset(&api);
	status = api_send(&api,
	    &(struct api_call) { "POST /api/v1/auth/refresh", NULL, body });
	if (status != 200)
		return status;
	snprintf(name, sizeof(name), "r%s", as);
	api_keep(name, api_text(&api, "refresh_token"));
	snprintf(name, sizeof(name), "a%s", as);
	api_keep(name, api_text(&api, "access_token"));
	return status;
}

static int
me(const char *access)
{
	char header[64];

	snprintf(header, sizeof(header), "Authorization: Bearer @%s", access);
	return api_send(&api,
	    &(struct api_call) { "GET /api/v1/auth/me", header, NULL });
}

/* A lost reply, a repeat, many tabs: the same successor, nothing written. */
START_TEST(repeats)
{
	ck_assert_int_eq(refresh("r0", "1"), 200);
	for (int i = 0; i < 12; i++) {
		ck_assert_int_eq(refresh("r0", "x"), 200);
		ck_assert_str_eq(api_kept("rx"), api_kept("r1"));
	}
	ck_assert_int_eq(me("a0"), 200);
}
END_TEST

/* Presenting the successor adopts it; the late tab has 30 s. */
START_TEST(adopted_by_refresh)
{
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(refresh("r1", "2"), 200);
	ck_assert_int_eq(refresh("r0", "late"), 200);
	ck_assert_str_eq(api_kept("rlate"), api_kept("r1"));
	ck_assert_int_eq(me("alate"), 200);
	ck_assert_int_eq(me("a2"), 200);
}
END_TEST

START_TEST(adopted_by_use)
{
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(me("a1"), 200);
	ck_assert_int_eq(refresh("r0", "late"), 200);
	ck_assert_str_eq(api_kept("rlate"), api_kept("r1"));
	ck_assert_int_eq(refresh("r1", "2"), 200);
	ck_assert_str_ne(api_kept("r2"), api_kept("r1"));
}
END_TEST

/* A thief who goes on is told apart; the session ends for both. */
START_TEST(reuse_after_the_grace)
{
	api_expect_log("refresh.reuse");
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(refresh("r1", "2"), 200);
	clock_shift_us(31 * CLOCK_SECOND);
	ck_assert_int_eq(refresh("r0", "x"), 401);
	ck_assert_int_eq(me("a2"), 401);
	ck_assert_int_eq(refresh("r2", "x"), 401);
	ck_assert_int_eq(refresh("r1", "x"), 401);
}
END_TEST

START_TEST(reuse_of_an_old_one)
{
	api_expect_log("refresh.reuse");
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(refresh("r1", "2"), 200);
	ck_assert_int_eq(refresh("r2", "3"), 200);
	ck_assert_int_eq(refresh("r0", "x"), 401);
	ck_assert_int_eq(me("a2"), 401);
}
END_TEST

/* Nothing revives a session that was ended. */
START_TEST(revoked_stays_revoked)
{
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "POST /api/v1/auth/signout",
				 "Authorization: Bearer @a0", NULL }),
	    200);
	ck_assert_int_eq(me("a1"), 401);
	ck_assert_int_eq(refresh("r1", "x"), 401);
	ck_assert_int_eq(refresh("r0", "x"), 401);
}
END_TEST

START_TEST(idle_and_absolute_end)
{
	clock_shift_us(29 * CLOCK_DAY);
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_int_eq(me("a1"), 200);
	clock_shift_us(58 * CLOCK_DAY);
	ck_assert_int_eq(refresh("r1", "2"), 200);
	ck_assert_int_eq(me("a2"), 200);
	clock_shift_us(87 * CLOCK_DAY);
	ck_assert_int_eq(refresh("r2", "3"), 200);
	clock_shift_us(91 * CLOCK_DAY);
	ck_assert_int_eq(refresh("r3", "x"), 401);
}
END_TEST

START_TEST(unused_for_a_month)
{
	clock_shift_us(31 * CLOCK_DAY);
	ck_assert_int_eq(refresh("r0", "x"), 401);
}
END_TEST

/* Every bit of a token counts. */
START_TEST(forged)
{
	char token[128], body[256];
	size_t n;

	snprintf(token, sizeof(token), "%s", api_kept("r0"));
	n = strlen(token);
	for (size_t i = 0; i < n; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		snprintf(body, sizeof(body), "{\"refresh_token\":\"%s\"}",
		    token);
		api_quota_reset(&api);
		ck_assert_msg(api_send(&api,
				  &(struct api_call) {
				      "POST /api/v1/auth/refresh", NULL,
				      body }) == 401,
		    "byte %zu", i);
		token[i] = was;
	}
	ck_assert_int_eq(refresh("r0", "1"), 200);
}
END_TEST

/* At most ten sessions; the least recently active goes. */
START_TEST(cap)
{
	for (int i = 0; i < 10; i++) {
		clock_shift_us((i + 1) * CLOCK_SECOND);
		api_quota_reset(&api);
		ck_assert_int_eq(api_send(&api,
				     &(struct api_call) {
					 "POST /api/v1/auth/signin", NULL,
					 "{\"email\":\"ann@example.com\","
					 "\"password\":\"SecurePass123!\"}" }),
		    200);
		api_keep("last", api_text(&api, "tokens.access_token"));
		ck_assert_int_eq(me("a0"), i < 9 ? 200 : 401);
	}
	ck_assert_int_eq(me("last"), 200);
}
END_TEST

/* What an authenticated read costs the database. */
START_TEST(one_select)
{
	uint64_t before;

	ck_assert_int_eq(me("a0"), 200);
	before = db_sent(api.service.db);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(me("a0"), 200);
	ck_assert_uint_eq(db_sent(api.service.db) - before, 20);
	clock_shift_us(2 * CLOCK_MINUTE);
	before = db_sent(api.service.db);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(me("a0"), 200);
	ck_assert_uint_eq(db_sent(api.service.db) - before, 21);
	ck_assert_int_eq(refresh("r0", "1"), 200);
	before = db_sent(api.service.db);
	ck_assert_int_eq(refresh("r0", "1"), 200);
	ck_assert_uint_eq(db_sent(api.service.db) - before, 1);
}
END_TEST

Suite *
refresh_suite(void)
{
	Suite *s = suite_create("refresh");
	TCase *tc = tcase_create("rotation");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, repeats);
	tcase_add_test(tc, adopted_by_refresh);
	tcase_add_test(tc, adopted_by_use);
	tcase_add_test(tc, reuse_after_the_grace);
	tcase_add_test(tc, reuse_of_an_old_one);
	tcase_add_test(tc, revoked_stays_revoked);
	tcase_add_test(tc, idle_and_absolute_end);
	tcase_add_test(tc, unused_for_a_month);
	tcase_add_test(tc, forged);
	tcase_add_test(tc, cap);
	tcase_add_test(tc, one_select);
	suite_add_tcase(s, tc);
	return s;
}
