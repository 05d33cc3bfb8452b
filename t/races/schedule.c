/*
 * Refresh rotation (flow/refresh.h) under every order of events.
 *
 * What must hold in every order:
 *	- nobody who was signed in and not revoked is signed out;
 *	- once a revocation has been answered, no request that starts later
 *	  succeeds, and at the end nothing opens the session any more;
 *	- the counter moves by one for each adoption, and only by adoption;
 *	- of two who hold the same token and both go on, the one who comes
 *	  later than the grace ends the session for both.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "crypto/password.h"
#include "db/db.h"
#include "model/session.h"
#include "play.h"

static script_fn *const clients[] = { goes_on, refreshes_twice, loses_a_reply };

/* Two of any kind: two tabs, a client and a thief, a lost reply. */
START_TEST(two_clients)
{
	for (size_t a = 0; a < 3; a++) {
		for (size_t b = a; b < 3; b++) {
			cast(0, clients[a], 0);
			cast(1, clients[b], 0);
			all_orders(2);
		}
	}
}
END_TEST

START_TEST(two_clients_and_a_sign_out)
{
	cast(0, goes_on, 0);
	cast(1, goes_on, 0);
	cast(2, signs_out, 0);
	all_orders(3);
}
END_TEST

/* A worker dies between any two statements of one of them. */
START_TEST(one_dies)
{
	for (size_t a = 0; a < 3; a++) {
		for (int at = 1; at <= 4; at++) {
			cast(0, clients[a], at);
			cast(1, goes_on, 0);
			all_orders(2);
		}
	}
}
END_TEST

/* The alerts that reuse of the session's tokens has raised. */
static int
alerts(void)
{
	struct {
		int64_t n;
	} row;
	static const struct col cols[] = { { COL_INT64, 0 }, COL_END };
	static const struct stmt stmt = { SCOPE_SESSION, "u", cols,
		"SELECT COUNT(*) FROM event WHERE session_id = ?"
		" AND kind = 'session.token_reuse'" };

	ck_assert_int_eq(db_row(&api.db.cx, &stmt, &row, &shared.id), 0);
	return (int)row.n;
}

/* One of the two that were at it goes on alone; then the other comes back. */
static void
told_apart(struct player *first, struct player *second)
{
	char late[TOKEN_MAX];

	memcpy(late, second->refresh, TOKEN_MAX);
	ck_assert_int_eq(present(REFRESH, first->refresh), 200);
	snprintf(first->refresh, TOKEN_MAX, "%s",
	    api_text(&api, "refresh_token"));
	snprintf(first->access, TOKEN_MAX, "%s",
	    api_text(&api, "access_token"));
	ck_assert_int_eq(present(NULL, first->access), 200);
	clock_shift_us(31 * CLOCK_SECOND);
	ck_assert_int_eq(alerts(), 0);
	ck_assert_int_eq(present(REFRESH, late), 401);
	ck_assert_int_eq(present(NULL, first->access), 401);
	ck_assert_int_eq(present(REFRESH, first->refresh), 401);
	ck_assert_int_eq(present(REFRESH, late), 401);
	ck_assert_int_eq(alerts(), 1);
	clock_shift_us(0);
}

/* Whatever happened before, and whoever moves first. */
START_TEST(thief_and_owner)
{
	api_expect_log("refresh.reuse");
	for (int owner_first = 0; owner_first < 2; owner_first++) {
		struct order o = { 0 };

		cast(0, goes_on, 0);
		cast(1, goes_on, 0);
		do {
			run_once(2, &o);
			told_apart(&players[owner_first],
			    &players[!owner_first]);
		} while (order_next(&o));
	}
}
END_TEST

/*
 * A thief presents a token that is long dead while others are at work. The
 * answer that refuses it ends the session for all.
 */
static void
presents_stale(struct player *p)
{
	char body[TOKEN_MAX + 64];

	snprintf(body, sizeof(body), "{\"refresh_token\":\"%s\"}",
	    shared.stale);
	if (client_send(&p->client, HTTP_POST, "/api/v1/auth/refresh", NULL,
		body) != 401)
		wrong(p, "stale", false);
	shared.revoked = true;
}

static void
stale_start(void)
{
	session_start();
	memcpy(shared.stale, shared.refresh, TOKEN_MAX);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(present(REFRESH, shared.refresh), 200);
		snprintf(shared.refresh, TOKEN_MAX, "%s",
		    api_text(&api, "refresh_token"));
		snprintf(shared.access, TOKEN_MAX, "%s",
		    api_text(&api, "access_token"));
		ck_assert_int_eq(present(NULL, shared.access), 200);
	}
}

static void
stale_judge(size_t n, const char *order)
{
	run_end(n, order);
	ck_assert_msg(alerts() == 1, "order %s: %d alerts", order, alerts());
}

START_TEST(stale_token)
{
	script_fn *const others[] = { goes_on, refreshes_twice,
		presents_stale };

	api_expect_log("refresh.reuse");
	run_begin = stale_start;
	run_judge = stale_judge;
	for (size_t i = 0; i < 3; i++) {
		cast(0, others[i], 0);
		cast(1, presents_stale, 0);
		all_orders(2);
	}
}
END_TEST

/* Who signs out dies on the way: all of it is done or nothing. */
START_TEST(sign_out_dies)
{
	run_judge = half_judge;
	for (int at = 1; at <= 3; at++) {
		cast(0, goes_on, 0);
		cast(1, signs_out, at);
		all_orders(2);
	}
}
END_TEST

static int
sign_in(const char *password)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "{\"email\":\"ann@example.com\",\"password\":\"%s\"}", password);
	return api_send(&api,
	    &(struct api_call) { "POST /api/v1/auth/signin", NULL, body });
}

/* The old password, hashed at a cost that signing in replaces. */
static void
password_start(void)
{
	struct password_cost cost = { 4, 8, 2 };
	char phc[PASSWORD_PHC_MAX], sql[512];

	ck_assert_int_eq(password_hash(OLD, strlen(OLD), &cost, phc), 0);
	snprintf(sql, sizeof(sql), "UPDATE user SET password = '%s'", phc);
	api_sql(&api, sql);
	session_start();
	api_sql(&api, sql);
	for (size_t i = 0; i < ACTORS_MAX; i++)
		players[i].client.status = 0;
}

/* With the endpoint; nobody else's doing keeps the first of them from it. */
static void
changes_own(struct player *p)
{
	bool was_changed = shared.revoked;
	int status = client_send(&p->client, HTTP_POST,
	    "/api/v1/auth/password/change", shared.access,
	    "{\"current_password\":\"" OLD "\",\"new_password\":\"" NEW "\"}");

	if (status == 200 ? was_changed
			  : status != 400 && status != 401 && status != 503)
		wrong(p, "change", was_changed);
	if (status == 200)
		shared.revoked = true;
}

/* The new password counts, and what came in with the old one is out. */
static void
password_judge(size_t n, const char *order)
{
	int changed = 0, got;

	for (size_t i = 0; i < n; i++) {
		struct player *p = &players[i];

		ck_assert_msg(p->wrong[0] == '\0', "order %s, actor %zu: %s",
		    order, i, p->wrong);
		changed += p->script == changes_own && p->client.status == 200;
		if (p->script != signs_in || p->client.status != 200)
			continue;
		got = present(NULL, p->access);
		ck_assert_msg(got == 401, "order %s, actor %zu: me %d", order,
		    i, got);
		got = present(REFRESH, p->refresh);
		ck_assert_msg(got == 401, "order %s, actor %zu: refresh %d",
		    order, i, got);
	}
	ck_assert_msg(changed == 1, "order %s: changed %d times", order,
	    changed);
	got = sign_in(NEW);
	ck_assert_msg(got == 200, "order %s: new password %d: %s", order, got,
	    api.res.body.p);
	got = sign_in(OLD);
	ck_assert_msg(got == 401, "order %s: old password %d", order, got);
}

/* A sign-in on its way with the password that is being changed. */
START_TEST(sign_in_and_password_change)
{
	run_begin = password_start;
	run_judge = password_judge;
	cast(0, signs_in, 0);
	cast(1, changes_own, 0);
	all_orders(2);
}
END_TEST

START_TEST(two_password_changes)
{
	run_begin = password_start;
	run_judge = password_judge;
	cast(0, changes_own, 0);
	cast(1, changes_own, 0);
	all_orders(2);
}
END_TEST

Suite *
schedule_suite(void)
{
	Suite *s = suite_create("schedules");
	TCase *tc = tcase_create("rotation");

	tcase_add_checked_fixture(tc, play_open, play_close);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, two_clients);
	tcase_add_test(tc, two_clients_and_a_sign_out);
	tcase_add_test(tc, one_dies);
	tcase_add_test(tc, thief_and_owner);
	tcase_add_test(tc, stale_token);
	tcase_add_test(tc, sign_out_dies);
	tcase_add_test(tc, sign_in_and_password_change);
	tcase_add_test(tc, two_password_changes);
	suite_add_tcase(s, tc);
	return s;
}
