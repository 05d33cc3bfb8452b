/* Failed sign-ins: counted alike for accounts that exist and that do not. */
#include <stdio.h>

#include "base/clock.h"
#include "model/attempt.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	api_open(&api);
	api_signup(&api, "ann");
}

static void
close_api(void)
{
	api_close(&api);
}

/* One try from a browser; the quota of the address is not what is tested. */
static int
attempt(const char *who, const char *password, const char *agent)
{
	char body[256], headers[128];

	snprintf(body, sizeof(body),
	    "{\"email\":\"%s@example.com\",\"password\":\"%s\"}", who,
	    password);
	snprintf(headers, sizeof(headers), "User-Agent: %s", agent);
	api_quota_reset(&api);
	return api_send(&api,
	    &(struct api_call) { "POST /v1/auth/signin", headers, body });
}

#define RIGHT "SecurePass123!"
#define WRONG "wrong"

/* The fifth failure is still a 401, with none remaining; then it is 423. */
static void
lock(const char *who)
{
	static const char *const remaining[] = { "4", "3", "2", "1", "0" };

	for (size_t i = 0; i < 5; i++) {
		ck_assert_int_eq(attempt(who, WRONG, "stranger"), 401);
		ck_assert_str_eq(api_text(&api, "error.code"),
		    "INVALID_CREDENTIALS");
		ck_assert_str_eq(api_text(&api,
				     "error.details.attempts_remaining"),
		    remaining[i]);
		ck_assert_str_eq(api_text(&api, "error.details.reason"),
		    "incorrect_password");
	}
	ck_assert_int_eq(attempt(who, WRONG, "stranger"), 423);
	ck_assert_str_eq(api_text(&api, "error.code"), "ACCOUNT_LOCKED");
	ck_assert_ptr_nonnull(http_header_get(&api.res, "Retry-After"));
}

START_TEST(locks)
{
	lock("ann");
	ck_assert_int_eq(attempt("ann", RIGHT, "stranger"), 423);
	clock_shift_us(16 * CLOCK_MINUTE);
	ck_assert_int_eq(attempt("ann", RIGHT, "stranger"), 200);
}
END_TEST

START_TEST(locks_who_does_not_exist)
{
	lock("nobody");
	ck_assert_int_eq(attempt("nobody", RIGHT, "stranger"), 423);
}
END_TEST

START_TEST(success_starts_over)
{
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(attempt("ann", WRONG, "stranger"), 401);
	ck_assert_int_eq(attempt("ann", RIGHT, "stranger"), 200);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(attempt("ann", WRONG, "stranger"), 401);
}
END_TEST

/* What a username locks does not tell whose address belongs to it. */
START_TEST(username_apart)
{
	static const struct api_case named[] = {
		{ "who has a username", "POST /v1/auth/signup", NULL,
		    "{\"email\":\"una@example.com\",\"username\":\"una\","
		    "\"password\":\"" RIGHT "\"}",
		    201, NULL },
		{ NULL },
	};
	static const struct api_call wrong = {
		"POST /v1/auth/signin",
		"User-Agent: stranger",
		"{\"username\":\"una\",\"password\":\"" WRONG "\"}",
	};

	api_run(&api, named);
	for (int i = 0; i < 6; i++) {
		api_quota_reset(&api);
		ck_assert_int_eq(api_send(&api, &wrong), i < 5 ? 401 : 423);
	}
	ck_assert_int_eq(attempt("una", WRONG, "stranger"), 401);
	ck_assert_str_eq(api_text(&api, "error.details.attempts_remaining"),
	    "4");
}
END_TEST

/* A device that has signed in before is not locked out by strangers. */
START_TEST(known_device)
{
	ck_assert_int_eq(attempt("ann", RIGHT, "annbrowser"), 200);
	lock("ann");
	ck_assert_int_eq(attempt("ann", RIGHT, "annbrowser"), 200);
}
END_TEST

/* Its own failures lock it like any other. */
START_TEST(known_device_locks)
{
	ck_assert_int_eq(attempt("ann", RIGHT, "annbrowser"), 200);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(attempt("ann", WRONG, "annbrowser"), 401);
	ck_assert_int_eq(attempt("ann", RIGHT, "annbrowser"), 423);
}
END_TEST

/* Tries while locked do not prolong the lock. */
START_TEST(lock_ends)
{
	lock("ann");
	clock_shift_us(10 * CLOCK_MINUTE);
	ck_assert_int_eq(attempt("ann", WRONG, "stranger"), 423);
	clock_shift_us(16 * CLOCK_MINUTE);
	ck_assert_int_eq(attempt("ann", WRONG, "stranger"), 401);
	ck_assert_str_eq(api_text(&api, "error.details.attempts_remaining"),
	    "4");
}
END_TEST

/*
 * Five on their way, a sixth that is asked to wait, and none of them decided,
 * since the service was too busy to hash: nobody has failed.
 */
START_TEST(crowds_leave_nothing)
{
	struct ctx *cx = &api.db.cx;
	struct attempt a = { .key = "a crowd" };

	cx->now_us = clock_now_us();
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 5; i++) {
			ck_assert_int_eq(attempt_reserve(cx, &a), 0);
			ck_assert_msg(!a.locked, "locked in round %d", round);
			ck_assert_int_eq(a.remaining, 4 - i);
		}
		ck_assert_int_eq(attempt_reserve(cx, &a), 0);
		ck_assert(a.locked && a.crowded);
		for (int i = 0; i < 5; i++)
			ck_assert_int_eq(attempt_give_back(cx, &a), 0);
	}
}
END_TEST

/* Five wrong passwords sign nobody out. */
static const struct api_case still_in[] = {
	{ "her session goes on", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ NULL },
};

START_TEST(sessions_go_on)
{
	lock("ann");
	api_run(&api, still_in);
}
END_TEST

Suite *
lockout_suite(void)
{
	Suite *s = suite_create("lockout");
	TCase *tc = tcase_create("lockout");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, locks);
	tcase_add_test(tc, locks_who_does_not_exist);
	tcase_add_test(tc, success_starts_over);
	tcase_add_test(tc, username_apart);
	tcase_add_test(tc, known_device);
	tcase_add_test(tc, known_device_locks);
	tcase_add_test(tc, lock_ends);
	tcase_add_test(tc, crowds_leave_nothing);
	tcase_add_test(tc, sessions_go_on);
	suite_add_tcase(s, tc);
	return s;
}
