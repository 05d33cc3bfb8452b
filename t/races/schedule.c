/*
 * Refresh rotation (flow/refresh.h) under every order of events.
 *
 * Each actor is a client with a worker of its own, on a thread that stands
 * still before every statement that stands alone and before every
 * transaction; those are the steps between which other processes can get in.
 * The scheduler lets one actor take one step, and walks through all orders of
 * all steps. An actor may also die at a step, or never see an answer.
 *
 * What must hold in every order:
 *	- nobody who was signed in and not revoked is signed out;
 *	- once a revocation has been answered, no request that starts later
 *	  succeeds, and at the end nothing opens the session any more;
 *	- the counter moves by one for each adoption, and only by adoption;
 *	- of two who hold the same token and both go on, the one who comes
 *	  later than the grace ends the session for both.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "db/db.h"
#include "http/quota.h"
#include "model/session.h"
#include "suites.h"
#include "support/actor.h"

#define ACTORS_MAX 3
#define STEPS_MAX  24
#define TOKEN_MAX  2048

static struct api api;
static size_t runs;

/* What a run begins with, and what must hold after it. */
static void (*run_begin)(void);
static void (*run_judge)(size_t n, const char *order);

/* The session that all of one run are about. */
static struct {
	char refresh[TOKEN_MAX], access[TOKEN_MAX];
	char stale[TOKEN_MAX]; /* a refresh token that is too old */
	struct uuid id;
	bool revoked; /* a revocation has been answered */
	int64_t presented; /* the highest counter that was accepted */
} shared;

struct player;

/* What an actor does; it notes in the player what went wrong. */
typedef void script_fn(struct player *);

struct player {
	script_fn *script;
	int dies_at; /* the step before which it dies, from 1; 0: never */

	struct actor_client client;
	pthread_t thread;
	sem_t go, stopped;
	bool done, dying;
	int stops; /* how often it has stood still */
	char refresh[TOKEN_MAX], access[TOKEN_MAX];
	char wrong[256];
};

static struct player players[ACTORS_MAX];

/* Before a statement: the scheduler says when it goes on, or never. */
static void
stand_still(void *arg)
{
	struct player *p = arg;

	p->stops++;
	sem_post(&p->stopped);
	sem_wait(&p->go);
	if (p->dying) {
		log_set_request(NULL);
		pthread_exit(NULL);
	}
}

static void
wrong(struct player *p, const char *what, bool after_revocation)
{
	if (p->wrong[0] == '\0')
		snprintf(p->wrong, sizeof(p->wrong), "%s: %d%s: %.150s", what,
		    p->client.status,
		    after_revocation ? " after the revocation" : "",
		    p->client.body);
}

/*
 * A request began before or after a revocation was answered: after it, it
 * must fail; without any, it must succeed; in between, either may be.
 */
static bool
judge(struct player *p, const char *what, bool was_revoked)
{
	bool good = p->client.status == 200;

	if (good && was_revoked)
		wrong(p, what, true);
	if (!good && (p->client.status != 401 || !shared.revoked))
		wrong(p, what, false);
	return good;
}

/* The counter that a refresh token carries. */
static int64_t
counter_of(const char *token)
{
	struct arena *mem = arena_new(0);
	int64_t counter = -1;
	uint8_t *raw;
	size_t n;

	if (base64url_decode(mem, token + 3, strlen(token) - 3, &raw, &n) == 0)
		counter =
		    raw[17] << 24 | raw[18] << 16 | raw[19] << 8 | raw[20];
	arena_free(mem);
	return counter;
}

/* An access token carries the counter of the refresh token it came with. */
static void
note_accepted(const struct player *p)
{
	int64_t counter = counter_of(p->refresh);

	if (counter > shared.presented)
		shared.presented = counter;
}

static bool
refresh(struct player *p)
{
	bool was_revoked = shared.revoked;
	char body[TOKEN_MAX + 64];

	snprintf(body, sizeof(body), "{\"refresh_token\":\"%s\"}", p->refresh);
	client_send(&p->client, HTTP_POST, "/api/v1/auth/refresh", NULL, body);
	if (!judge(p, "refresh", was_revoked))
		return false;
	note_accepted(p);
	return true;
}

static void
take_tokens(struct player *p)
{
	if (!client_member(&p->client, "refresh_token", p->refresh,
		sizeof(p->refresh)) ||
	    !client_member(&p->client, "access_token", p->access,
		sizeof(p->access)))
		wrong(p, "no tokens", false);
}

static bool
me(struct player *p)
{
	bool was_revoked = shared.revoked;

	client_send(&p->client, HTTP_GET, "/api/v1/auth/me", p->access, NULL);
	if (!judge(p, "me", was_revoked))
		return false;
	note_accepted(p);
	return true;
}

/* A client, another tab of it, or a thief within the grace: all alike. */
static void
goes_on(struct player *p)
{
	if (!refresh(p))
		return;
	take_tokens(p);
	(void)me(p);
}

/* Refreshes twice without using what it got in between. */
static void
refreshes_twice(struct player *p)
{
	if (!refresh(p))
		return;
	take_tokens(p);
	if (refresh(p))
		take_tokens(p);
}

/* The reply is lost; it has nothing but its old token, and tries again. */
static void
loses_a_reply(struct player *p)
{
	if (!refresh(p))
		return;
	if (!refresh(p))
		return;
	take_tokens(p);
	(void)me(p);
}

static void
signs_out(struct player *p)
{
	client_send(&p->client, HTTP_POST, "/api/v1/auth/signout",
	    shared.access, NULL);
	if (p->client.status != 200)
		wrong(p, "sign-out", false);
	shared.revoked = true;
}

/* As a password change on another device does: all sessions but that one. */
static int
revoke_tx(struct ctx *cx, void *arg)
{
	struct session_user su;
	int r = session_find(cx, &shared.id, &su);

	(void)arg;
	return r != 0 ? r
		      : session_revoke_others(cx, &su.user.id, NULL,
			    "password_change", NULL);
}

static void
changes_password(struct player *p)
{
	p->client.cx.now_us = clock_now_us();
	if (db_tx(&p->client.cx, revoke_tx, NULL) != 0)
		wrong(p, "password change", false);
	shared.revoked = true;
}

static void *
play(void *arg)
{
	struct player *p = arg;

	p->script(p);
	p->done = true;
	sem_post(&p->stopped);
	return NULL;
}

/* Up to its first statement. */
static void
player_start(struct player *p)
{
	p->done = p->dying = false;
	p->stops = 0;
	p->wrong[0] = '\0';
	memcpy(p->refresh, shared.refresh, TOKEN_MAX);
	memcpy(p->access, shared.access, TOKEN_MAX);
	sem_init(&p->go, 0, 0);
	sem_init(&p->stopped, 0, 0);
	db_set_hook(p->client.cx.db, stand_still, p);
	ck_assert_int_eq(pthread_create(&p->thread, NULL, play, p), 0);
	sem_wait(&p->stopped);
}

static void
player_open(struct player *p)
{
	client_open(&p->client, &api);
	/* its keys are loaded, so that all runs have equal steps */
	client_send(&p->client, HTTP_GET, "/.well-known/jwks.json", NULL, NULL);
}

/* The connection of the dead is gone; the next one has its own. */
static void
player_replace(struct player *p)
{
	client_close(&p->client);
	player_open(p);
}

/* One step: until it stands still again, ends, or dies. */
static void
player_step(struct player *p)
{
	p->dying = p->stops == p->dies_at;
	sem_post(&p->go);
	if (!p->dying)
		sem_wait(&p->stopped);
	if (!p->done && !p->dying)
		return;
	p->done = true;
	pthread_join(p->thread, NULL);
	db_set_hook(p->client.cx.db, NULL, NULL);
	if (p->dying)
		player_replace(p);
}

/* A fresh session for the next run, opened by the owner. */
static void
session_start(void)
{
	struct session_user su;
	struct arena *mem = api.db.cx.mem;
	const char *payload;
	uint8_t *raw;
	size_t n;

	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "POST /api/v1/auth/signin",
				 NULL,
				 "{\"email\":\"ann@example.com\","
				 "\"password\":\"SecurePass123!\"}" }),
	    200);
	snprintf(shared.refresh, TOKEN_MAX, "%s",
	    api_text(&api, "tokens.refresh_token"));
	snprintf(shared.access, TOKEN_MAX, "%s",
	    api_text(&api, "tokens.access_token"));
	payload = shared.refresh + 3;
	ck_assert_int_eq(base64url_decode(mem, payload, strlen(payload), &raw,
			     &n),
	    0);
	memcpy(shared.id.b, raw + 1, sizeof(shared.id.b));
	ck_assert_int_eq(session_find(&api.db.cx, &shared.id, &su), 0);
	shared.revoked = false;
	shared.presented = 0;
	arena_reset(mem);
}

/* What the whole run left behind. */
static void
run_end(size_t n, const char *order)
{
	struct session_user su;
	char call[TOKEN_MAX + 64];

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(players[i].wrong[0] == '\0',
		    "order %s, actor %zu: %s", order, i, players[i].wrong);
	ck_assert_int_eq(session_find(&api.db.cx, &shared.id, &su), 0);
	/* what a revocation overtook may have adopted and not been told */
	ck_assert_msg(shared.revoked || su.session.counter == shared.presented,
	    "order %s: counter %d, accepted %d", order, (int)su.session.counter,
	    (int)shared.presented);
	arena_reset(api.db.cx.mem);
	for (size_t i = 0; i < n; i++) {
		struct player *p = &players[i];
		int want = shared.revoked ? 401 : 200, got;

		snprintf(call, sizeof(call), "{\"refresh_token\":\"%s\"}",
		    p->refresh);
		got = api_send(&api,
		    &(struct api_call) { "POST /api/v1/auth/refresh", NULL,
			call });
		ck_assert_msg(got == want,
		    "order %s, actor %zu: refresh afterwards %d: %s", order, i,
		    got, api.res.body.p);
		snprintf(call, sizeof(call), "Authorization: Bearer %s",
		    p->access);
		got = api_send(&api,
		    &(struct api_call) { "GET /api/v1/auth/me", call, NULL });
		ck_assert_msg(got == want,
		    "order %s, actor %zu: me afterwards %d", order, i, got);
	}
}

/* The order in work: which actor takes each step, and who could have. */
struct order {
	size_t n;
	int choice[STEPS_MAX], enabled[STEPS_MAX];
};

/* The k-th actor that is not done. */
static struct player *
player_pick(size_t n, int k)
{
	for (size_t i = 0; i < n; i++) {
		if (!players[i].done && k-- == 0)
			return &players[i];
	}
	return NULL;
}

static int
players_left(size_t n)
{
	int left = 0;

	for (size_t i = 0; i < n; i++)
		left += !players[i].done;
	return left;
}

static void
run_once(size_t n, struct order *o)
{
	char text[STEPS_MAX + 1];
	size_t depth = 0;

	run_begin();
	for (size_t i = 0; i < n; i++)
		player_start(&players[i]);
	for (; players_left(n) > 0; depth++) {
		struct player *p;

		ck_assert_uint_lt(depth, STEPS_MAX);
		if (depth >= o->n)
			o->choice[depth] = 0;
		o->enabled[depth] = players_left(n);
		p = player_pick(n, o->choice[depth]);
		text[depth] = (char)('0' + (p - players));
		player_step(p);
	}
	text[depth] = '\0';
	o->n = depth;
	runs++;
	run_judge(n, text);
}

/* The next order in lexical sequence; false after the last one. */
static bool
order_next(struct order *o)
{
	while (o->n > 0) {
		if (++o->choice[o->n - 1] < o->enabled[o->n - 1])
			return true;
		o->n--;
	}
	return false;
}

static void
all_orders(size_t n)
{
	struct order o = { 0 };

	do
		run_once(n, &o);
	while (order_next(&o));
}

static void
cast(size_t i, script_fn *script, int dies_at)
{
	players[i].script = script;
	players[i].dies_at = dies_at;
}

static void
open_api(void)
{
	static const uint8_t key[16] = "a key of a test";

	api_open(&api);
	api_signup(&api, "ann");
	quota_init(key, 1000000, 1000);
	api.db.conf.session_cap = 100000;
	for (size_t i = 0; i < ACTORS_MAX; i++)
		player_open(&players[i]);
	runs = 0;
	run_begin = session_start;
	run_judge = run_end;
}

static void
close_api(void)
{
	for (size_t i = 0; i < ACTORS_MAX; i++)
		client_close(&players[i].client);
	api_close(&api);
	printf("schedules: %zu\n", runs);
}

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

START_TEST(two_clients_and_a_password_change)
{
	for (size_t a = 0; a < 3; a++) {
		cast(0, clients[a], 0);
		cast(1, goes_on, 0);
		cast(2, changes_password, 0);
		all_orders(3);
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

static int
present(const char *path, const char *token)
{
	char call[TOKEN_MAX + 64];

	snprintf(call, sizeof(call),
	    path == NULL ? "Authorization: Bearer %s"
			 : "{\"refresh_token\":\"%s\"}",
	    token);
	return path == NULL
	    ? api_send(&api,
		  &(struct api_call) { "GET /api/v1/auth/me", call, NULL })
	    : api_send(&api, &(struct api_call) { path, NULL, call });
}

#define REFRESH "POST /api/v1/auth/refresh"

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

/* Whether an unanswered revocation was done, the session itself tells. */
static void
half_judge(size_t n, const char *order)
{
	struct session_user su;

	ck_assert_int_eq(session_find(&api.db.cx, &shared.id, &su), 0);
	ck_assert_msg(!shared.revoked || su.session.revoked_at != 0,
	    "order %s: answered, but not revoked", order);
	shared.revoked = su.session.revoked_at != 0;
	run_end(n, order);
}

/* Who revokes dies on the way: nothing was answered, all or nothing is done. */
START_TEST(revoker_dies)
{
	script_fn *const revokers[] = { signs_out, changes_password };

	run_judge = half_judge;
	for (size_t i = 0; i < 2; i++) {
		for (int at = 1; at <= 4; at++) {
			cast(0, goes_on, 0);
			cast(1, revokers[i], at);
			all_orders(2);
		}
	}
}
END_TEST

#define OLD "SecurePass123!"
#define NEW "NewerPass456!#"

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

static void
signs_in(struct player *p)
{
	bool was_changed = shared.revoked;

	client_send(&p->client, HTTP_POST, "/api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"" OLD "\"}");
	if (p->client.status == 200 && was_changed)
		wrong(p, "sign-in", true);
	if (p->client.status != 200)
		return;
	if (!client_member(&p->client, "tokens.refresh_token", p->refresh,
		TOKEN_MAX) ||
	    !client_member(&p->client, "tokens.access_token", p->access,
		TOKEN_MAX))
		wrong(p, "no tokens", false);
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

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, two_clients);
	tcase_add_test(tc, two_clients_and_a_password_change);
	tcase_add_test(tc, two_clients_and_a_sign_out);
	tcase_add_test(tc, one_dies);
	tcase_add_test(tc, thief_and_owner);
	tcase_add_test(tc, stale_token);
	tcase_add_test(tc, revoker_dies);
	tcase_add_test(tc, sign_in_and_password_change);
	tcase_add_test(tc, two_password_changes);
	suite_add_tcase(s, tc);
	return s;
}
