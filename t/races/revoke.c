/*
 * Revocations under every order of events: the endpoints that end sessions,
 * against clients that rotate their tokens, and against whatever is on its
 * way to make a session or a link.
 *
 * What must hold in every order, beside what schedule.c says:
 *	- a session made by a request that began before a suspension, a
 *	  password change, a reset or a deletion was answered opens nothing
 *	  afterwards, nor when the suspension has ended;
 *	- no link that was mailed before works after it.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "crypto/password.h"
#include "db/db.h"
#include "flow/recovery.h"
#include "model/link.h"
#include "model/realm.h"
#include "model/session.h"
#include "play.h"

#define ANN " WHERE email = 'ann@example.com'"

/* The account whatever became of it, and what the revokers need. */
static struct {
	char user[64], session[64]; /* as the paths have them */
	char other[TOKEN_MAX]; /* of another session of hers */
	char admin[TOKEN_MAX];
	char link[64]; /* that resets the password */
	char phc[PASSWORD_PHC_MAX]; /* of OLD */
} ann;

static void
make_link(void)
{
	struct ctx *cx = &api.db.cx;
	struct user_secret u;
	const char *token;

	cx->now_us = clock_now_us();
	ck_assert_int_eq(user_find_signin(cx, realm_find_name("main"),
			     "ann@example.com", NULL, &u),
	    0);
	ck_assert_int_eq(link_create(cx, &u.user, LINK_RESET, u.user.email,
			     3600, &token),
	    0);
	snprintf(ann.link, sizeof(ann.link), "%s", token);
}

static void
account_restore_by_hand(void)
{
	char sql[1024];

	snprintf(sql, sizeof(sql),
	    "UPDATE user SET password = '%s', email_key = email,"
	    " status = 'active', deleted_at = NULL, suspended_until = NULL" ANN,
	    ann.phc);
	api_sql(&api, sql);
	api_sql(&api, "DELETE FROM link");
	api_sql(&api, "DELETE FROM outbox");
	api_sql(&api, "DELETE FROM signin_attempt"); /* of the dead, too */
}

static void
account_start(void)
{
	account_restore_by_hand();
	if (ann.other[0] == '\0' || present(NULL, ann.other) != 200) {
		session_start();
		snprintf(ann.other, TOKEN_MAX, "%s", shared.access);
	}
	session_start();
	id_format("sess", &shared.id, ann.session);
	make_link();
	for (size_t i = 0; i < ACTORS_MAX; i++) {
		players[i].client.status = 0;
		players[i].late = false;
	}
}

static void
open_accounts(void)
{
	struct password_cost cost = { 4, 8, 1 };

	play_open();
	api_signup(&api, "root");
	api_sql(&api,
	    "UPDATE user SET is_admin = TRUE"
	    " WHERE email = 'root@example.com'");
	snprintf(ann.admin, TOKEN_MAX, "%s", api_kept("root_access"));
	snprintf(ann.user, sizeof(ann.user), "%s", api_kept("ann_id"));
	ck_assert_int_eq(password_hash(OLD, strlen(OLD), &cost, ann.phc), 0);
	run_begin = account_start;
}

/* --- who revokes --- */

/* Once it has been answered, the session is over. */
static void
revoked_by(struct player *p, const char *what, bool good)
{
	if (good)
		shared.revoked = true;
	else if (!shared.revoked)
		wrong(p, what, false);
}

static void
ends_one(struct player *p)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/sessions/%s", ann.session);
	revoked_by(p, "end one",
	    client_send(&p->client, HTTP_DELETE, path, ann.other, NULL) == 200);
}

static void
ends_others(struct player *p)
{
	revoked_by(p, "end others",
	    client_send(&p->client, HTTP_DELETE, "/api/v1/sessions", ann.other,
		NULL) == 200);
}

static bool
change(struct player *p, const char *access)
{
	return client_send(&p->client, HTTP_POST,
		   "/api/v1/auth/password/change", access,
		   "{\"current_password\":\"" OLD "\",\"new_password\":\"" NEW
		   "\"}") == 200;
}

static void
changes_password(struct player *p)
{
	revoked_by(p, "password change", change(p, ann.other));
}

static void
changes_own_password(struct player *p)
{
	if (!change(p, p->access))
		wrong(p, "own password change", false);
}

static void
resets_password(struct player *p)
{
	char body[256];

	snprintf(body, sizeof(body),
	    "{\"token\":\"%s\",\"new_password\":\"" NEW "\"}", ann.link);
	revoked_by(p, "reset",
	    client_send(&p->client, HTTP_POST, "/api/v1/auth/password/reset",
		NULL, body) == 200);
}

static int
administrate(struct player *p, enum http_method method, const char *what)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/users/%s%s", ann.user, what);
	return client_send(&p->client, method, path, ann.admin, NULL);
}

static void
deletes(struct player *p)
{
	revoked_by(p, "delete", administrate(p, HTTP_DELETE, "") == 200);
}

static void
suspends(struct player *p)
{
	revoked_by(p, "suspend", administrate(p, HTTP_POST, "/suspend") == 200);
}

static void
suspends_for_a_while(struct player *p)
{
	suspends(p);
	if (administrate(p, HTTP_POST, "/unsuspend") != 200)
		wrong(p, "unsuspend", false);
}

/* First steps that only look at the revoker's own session, or at the link. */
static const struct {
	script_fn *script;
	int quiet;
} revokers[] = {
	{ ends_one, 1 },
	{ ends_others, 1 },
	{ changes_password, 4 },
	{ resets_password, 2 },
	{ deletes, 1 },
	{ suspends_for_a_while, 1 },
};

#define REVOKERS (sizeof(revokers) / sizeof(revokers[0]))
#define CHANGE   2

static script_fn *const clients[] = { goes_on, refreshes_twice, loses_a_reply };

/* --- revocations and rotation --- */

START_TEST(client_and_revocation)
{
	const int i = _i;

	for (size_t c = 0; c < 3; c++) {
		cast(0, clients[c], 0);
		cast(1, revokers[i].script, 0);
		all_orders(2);
	}
}
END_TEST

/* Two tabs, or owner and thief. */
START_TEST(two_clients_and_revocation)
{
	cast(0, goes_on, 0);
	cast(1, goes_on, 0);
	cast_quiet(2, revokers[_i].script, revokers[_i].quiet);
	all_orders(3);
}
END_TEST

/* One of them loses replies, or does not use what it got. */
START_TEST(odd_clients_and_password_change)
{
	cast(0, clients[_i], 0);
	cast(1, goes_on, 0);
	cast_quiet(2, changes_password, revokers[CHANGE].quiet);
	all_orders(3);
}
END_TEST

/* From the session that goes on: it stays. */
START_TEST(own_password_change)
{
	cast(0, goes_on, 0);
	cast(1, changes_own_password, 0);
	all_orders(2);
}
END_TEST

/* Signed out meanwhile, too. */
START_TEST(client_sign_out_and_revocation)
{
	cast(0, goes_on, 0);
	cast(1, signs_out, 0);
	cast_quiet(2, revokers[_i].script, revokers[_i].quiet);
	all_orders(3);
}
END_TEST

/* The client's worker dies between any two statements. */
START_TEST(client_dies)
{
	for (int at = 1; at <= 4; at++) {
		cast(0, goes_on, at);
		cast(1, revokers[_i].script, 0);
		all_orders(2);
	}
}
END_TEST

/* Who revokes dies on the way: all of it is done or nothing. */
START_TEST(revoker_dies)
{
	run_judge = half_judge;
	for (int at = 1; at <= 6; at++) {
		cast(0, goes_on, 0);
		cast(1, revokers[_i].script, at);
		all_orders(2);
	}
}
END_TEST

/* --- what is on its way to make a session or a link --- */

/* Nothing that the sign-in has brought works, unless it came afterwards. */
static void
sign_in_judge(size_t n, const char *order)
{
	struct player *p = &players[0];
	bool works;

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(players[i].wrong[0] == '\0',
		    "order %s, actor %zu: %s", order, i, players[i].wrong);
	if (p->client.status != 200)
		return;
	works = present(NULL, p->access) == 200;
	ck_assert_msg(works ==
		(p->late && players[1].script == suspends_for_a_while),
	    "order %s: %d", order, works);
	works = present(REFRESH, p->refresh) == 200;
	ck_assert_msg(works ==
		(p->late && players[1].script == suspends_for_a_while),
	    "order %s: refresh %d", order, works);
}

/* By password, so that it is no matter of the owner's ending sessions. */
START_TEST(sign_in_and_revocation)
{
	run_judge = sign_in_judge;
	cast(0, signs_in, 0);
	cast(1, revokers[_i + CHANGE].script, 0);
	all_orders(2);
}
END_TEST

/* The request was queued before. */
static void
serves_link_requests(struct player *p)
{
	int64_t next;

	p->client.cx.now_us = clock_now_us();
	if (recovery_job(&p->client.cx, &next) != 0)
		wrong(p, "job", false);
}

static void
link_start(void)
{
	account_start();
	api_sql(&api, "UPDATE user SET email_verified_at = NULL" ANN);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) {
				 "POST /api/v1/auth/resend-verification", NULL,
				 "{\"email\":\"ann@example.com\"}" }),
	    200);
}

static void
no_links(size_t n, const char *order)
{
	int64_t links =
	    api_number(&api, "SELECT COUNT(*) FROM link WHERE used_at IS NULL");

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(players[i].wrong[0] == '\0',
		    "order %s, actor %zu: %s", order, i, players[i].wrong);
	ck_assert_msg(links == 0, "order %s: %d links", order, (int)links);
}

/* Whoever is shut out has no link to come back with. */
START_TEST(links_and_suspension)
{
	script_fn *const ends[] = { suspends, deletes };

	run_begin = link_start;
	run_judge = no_links;
	for (size_t i = 0; i < 2; i++) {
		cast(0, serves_link_requests, 0);
		cast(1, ends[i], 0);
		all_orders(2);
	}
}
END_TEST

/* The link is used once, before the suspension or never. */
static void
reset_judge(size_t n, const char *order)
{
	struct player *p = &players[0];
	int got;

	no_links(n, order);
	ck_assert_msg(p->client.status == 200 || p->client.status == 400,
	    "order %s: %d: %s", order, p->client.status, p->client.body);
	got = api_send(&api,
	    &(struct api_call) { "POST /api/v1/auth/signin", NULL,
		"{\"email\":\"ann@example.com\",\"password\":\"" NEW "\"}" });
	ck_assert_msg(got == (p->client.status == 200 ? 200 : 401),
	    "order %s: reset %d, new password %d", order, p->client.status,
	    got);
	ck_assert_msg(!p->last_late || p->client.status != 200,
	    "order %s: a reset after the suspension", order);
}

/* As resets_password(), but it may well be refused. */
static void
tries_to_reset(struct player *p)
{
	bool was = shared.revoked;

	resets_password(p);
	p->wrong[0] = '\0';
	shared.revoked = was;
}

START_TEST(reset_and_suspension)
{
	run_judge = reset_judge;
	cast(0, tries_to_reset, 0);
	cast(1, suspends_for_a_while, 0);
	all_orders(2);
}
END_TEST

/* --- realm auctoritas: a session makes another one, and moves --- */

static char lee[2][TOKEN_MAX], lee_session[64];

#define LEE                                                                    \
	"{\"email\":\"lee@example.com\",\"password\":\"" OLD                   \
	"\",\"name\":\"Lee\"}"

static void
legacy_start(void)
{
	static const struct api_case sign_in[] = {
		{ "login", "POST /api/auth/login", NULL, LEE, 200 },
		{ NULL },
	};
	static const struct api_case info[] = {
		{ "info", "GET /api/sessions", "Authorization: Bearer @lee",
		    NULL, 200, NULL, "sid=0.id" },
		{ NULL },
	};

	api_sql(&api, "DELETE FROM link");
	api_sql(&api, "DELETE FROM outbox");
	api_sql(&api, "DELETE FROM session");
	shared.revoked = false;
	for (int i = 0; i < 2; i++) {
		api_run(&api, sign_in);
		api_keep_cookie(&api, "access_token", "lee");
		snprintf(lee[i], TOKEN_MAX, "%s", api_kept("lee"));
		if (i == 0)
			api_run(&api, info);
	}
	snprintf(lee_session, sizeof(lee_session), "%s", api_kept("sid"));
}

static void
ends_first(struct player *p)
{
	char path[128];

	snprintf(path, sizeof(path), "/api/sessions/%s", lee_session);
	revoked_by(p, "end first",
	    client_send(&p->client, HTTP_DELETE, path, lee[1], NULL) == 204);
}

static void
opens_another(struct player *p)
{
	client_send(&p->client, HTTP_POST, "/api/sessions", lee[0],
	    "{\"expiresAt\":\"2099-01-01T00:00:00Z\"}");
}

static void
moves(struct player *p)
{
	client_send(&p->client, HTTP_PATCH, "/api/user/me", lee[0],
	    "{\"email\":\"else@example.com\"}");
}

/* A request that was let in before does nothing after the revocation. */
static void
legacy_judge(size_t n, const char *order)
{
	struct player *p = &players[0];
	bool good = p->client.status == 200 || p->client.status == 201;

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(players[i].wrong[0] == '\0',
		    "order %s, actor %zu: %s", order, i, players[i].wrong);
	ck_assert_msg(good == !p->last_late, "order %s: %d: %s", order,
	    p->client.status, p->client.body);
}

START_TEST(legacy)
{
	script_fn *const makers[] = { opens_another, moves };

	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "POST /api/auth/register",
				 NULL, LEE }),
	    201);
	run_begin = legacy_start;
	run_judge = legacy_judge;
	for (size_t i = 0; i < 2; i++) {
		cast(0, makers[i], 0);
		cast(1, ends_first, 0);
		all_orders(2);
	}
}
END_TEST

/* A move that was asked for before the password changed is off. */
static void
moving_start(void)
{
	struct ctx *cx = &api.db.cx;
	struct user_secret u;
	const char *token;

	account_start();
	api_sql(&api, "DELETE FROM link");
	ck_assert_int_eq(user_find_signin(cx, realm_find_name("main"),
			     "ann@example.com", NULL, &u),
	    0);
	ck_assert_int_eq(link_create(cx, &u.user, LINK_VERIFY,
			     "else@example.com", 3600, &token),
	    0);
	snprintf(ann.link, sizeof(ann.link), "%s", token);
}

static void
follows_link(struct player *p)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"token\":\"%s\"}", ann.link);
	client_send(&p->client, HTTP_POST, "/api/v1/auth/email/verify", NULL,
	    body);
}

static void
moving_judge(size_t n, const char *order)
{
	struct player *p = &players[0];

	no_links(n, order);
	ck_assert_msg((p->client.status == 200) == !p->last_late,
	    "order %s: %d: %s", order, p->client.status, p->client.body);
	api_sql(&api,
	    "UPDATE user SET email = 'ann@example.com',"
	    " email_key = email WHERE email = 'else@example.com'");
}

START_TEST(move_and_password_change)
{
	run_begin = moving_start;
	run_judge = moving_judge;
	cast(0, follows_link, 0);
	cast(1, changes_password, 0);
	all_orders(2);
}
END_TEST

static TCase *
case_new(const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, open_accounts, play_close);
	tcase_set_timeout(tc, 300);
	return tc;
}

Suite *
revoke_suite(void)
{
	Suite *s = suite_create("revocations");
	TCase *tc = case_new("rotation");

	tcase_add_loop_test(tc, client_and_revocation, 0, REVOKERS);
	tcase_add_loop_test(tc, two_clients_and_revocation, 0, REVOKERS);
	tcase_add_loop_test(tc, odd_clients_and_password_change, 1, 3);
	tcase_add_test(tc, own_password_change);
	tcase_add_loop_test(tc, client_sign_out_and_revocation, 0, REVOKERS);
	tcase_add_loop_test(tc, client_dies, 0, REVOKERS);
	tcase_add_loop_test(tc, revoker_dies, 0, REVOKERS);
	suite_add_tcase(s, tc);
	tc = case_new("on the way");
	tcase_add_loop_test(tc, sign_in_and_revocation, 0, REVOKERS - CHANGE);
	tcase_add_test(tc, links_and_suspension);
	tcase_add_test(tc, reset_and_suspension);
	tcase_add_test(tc, legacy);
	tcase_add_test(tc, move_and_password_change);
	suite_add_tcase(s, tc);
	return s;
}
