#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "db/db.h"
#include "http/quota.h"
#include "model/session.h"

struct api api;
void (*run_begin)(void);
void (*run_judge)(size_t n, const char *order);
struct shared shared;
struct player players[ACTORS_MAX];

static size_t runs;

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

void
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

bool
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

void
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

void
goes_on(struct player *p)
{
	if (!refresh(p))
		return;
	take_tokens(p);
	(void)me(p);
}

void
refreshes_twice(struct player *p)
{
	if (!refresh(p))
		return;
	take_tokens(p);
	if (refresh(p))
		take_tokens(p);
}

void
loses_a_reply(struct player *p)
{
	if (!refresh(p))
		return;
	if (!refresh(p))
		return;
	take_tokens(p);
	(void)me(p);
}

void
signs_out(struct player *p)
{
	client_send(&p->client, HTTP_POST, "/api/v1/auth/signout",
	    shared.access, NULL);
	if (p->client.status != 200 && !shared.revoked)
		wrong(p, "sign-out", false);
	shared.revoked = true;
}

void
signs_in(struct player *p)
{
	bool was_revoked = shared.revoked;

	client_send(&p->client, HTTP_POST, "/api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"" OLD "\"}");
	p->access[0] = p->refresh[0] = '\0';
	if (p->client.status != 200)
		return;
	if (was_revoked)
		wrong(p, "sign-in", true);
	if (!client_member(&p->client, "tokens.refresh_token", p->refresh,
		TOKEN_MAX) ||
	    !client_member(&p->client, "tokens.access_token", p->access,
		TOKEN_MAX))
		wrong(p, "no tokens", false);
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
	p->last_late = shared.revoked;
	if (p->stops == 1)
		p->late = shared.revoked;
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

void
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
void
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

void
half_judge(size_t n, const char *order)
{
	struct session_user su;

	ck_assert_int_eq(session_find(&api.db.cx, &shared.id, &su), 0);
	ck_assert_msg(!shared.revoked || su.session.revoked_at != 0,
	    "order %s: answered, but not revoked", order);
	shared.revoked = su.session.revoked_at != 0;
	run_end(n, order);
}

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

void
run_once(size_t n, struct order *o)
{
	char text[STEPS_MAX + 1];
	size_t depth = 0;

	run_begin();
	for (size_t i = 0; i < n; i++) {
		player_start(&players[i]);
		for (int k = 0; k < players[i].quiet; k++)
			player_step(&players[i]);
	}
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
bool
order_next(struct order *o)
{
	while (o->n > 0) {
		if (++o->choice[o->n - 1] < o->enabled[o->n - 1])
			return true;
		o->n--;
	}
	return false;
}

void
all_orders(size_t n)
{
	struct order o = { 0 };

	do
		run_once(n, &o);
	while (order_next(&o));
}

void
cast(size_t i, script_fn *script, int dies_at)
{
	players[i].script = script;
	players[i].dies_at = dies_at;
	players[i].quiet = 0;
}

void
cast_quiet(size_t i, script_fn *script, int quiet)
{
	cast(i, script, 0);
	if (getenv("RACES_FULL") == NULL)
		players[i].quiet = quiet;
}

void
play_open(void)
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

void
play_close(void)
{
	for (size_t i = 0; i < ACTORS_MAX; i++)
		client_close(&players[i].client);
	api_close(&api);
	printf("schedules: %zu\n", runs);
}
int
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
