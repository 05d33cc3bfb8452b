/* Access tokens that are not ours, not now, or not meant for this. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "crypto/token_cache.h"
#include "model/key.h"
#include "suites.h"
#include "support/api.h"

static struct api api;

static void
open_api(void)
{
	unsetenv("CARDEA_TEST_SIGNING"); /* RS256 is looked at */
	api_open(&api);
	api_signup(&api, "ann");
}

static void
close_api(void)
{
	api_close(&api);
}

static int
me_with(const char *token)
{
	char *header = malloc(strlen(token) + 64);
	int status;

	snprintf(header, strlen(token) + 64, "Authorization: Bearer %s", token);
	api_quota_reset(&api);
	status = api_send(&api,
	    &(struct api_call) { "GET /api/v1/auth/me", header, NULL });
	free(header);
	return status;
}

/* header.payload.signature of the token that ann was given, decoded. */
struct token {
	struct arena *mem;
	char *header, *payload;
	const char *signature; /* as text */
};

static void
take_apart(struct token *t)
{
	char *text = strdup(api_kept("ann_access"));
	char *first = strchr(text, '.'), *second = strchr(first + 1, '.');
	uint8_t *p;
	size_t n;

	t->mem = arena_new(0);
	*first = *second = '\0';
	ck_assert_int_eq(base64url_decode(t->mem, text, strlen(text), &p, &n),
	    0);
	t->header = arena_strndup(t->mem, (char *)p, n);
	ck_assert_int_eq(base64url_decode(t->mem, first + 1, strlen(first + 1),
			     &p, &n),
	    0);
	t->payload = arena_strndup(t->mem, (char *)p, n);
	t->signature = arena_strdup(t->mem, second + 1);
	free(text);
}

static const char *
encode(struct token *t, const char *text)
{
	return base64url_encode(t->mem, text, strlen(text));
}

/* The text with one part of it replaced. */
static const char *
changed(struct token *t, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	ck_assert_msg(at != NULL, "%s is not in %s", from, text);
	return arena_printf(t->mem, "%.*s%s%s", (int)(at - text), text, to,
	    at + strlen(from));
}

static const char *
put_together(struct token *t, const char *header, const char *payload,
    const char *signature)
{
	return arena_printf(t->mem, "%s.%s.%s", encode(t, header),
	    encode(t, payload), signature);
}

START_TEST(unsigned_and_foreign)
{
	struct token t;
	const char *none;

	take_apart(&t);
	ck_assert_int_eq(me_with(put_together(&t, t.header, t.payload,
			     t.signature)),
	    200);
	ck_assert_int_eq(me_with(put_together(&t, t.header, t.payload, "")),
	    401);
	none = changed(&t, t.header, "RS256", "none");
	ck_assert_int_eq(me_with(put_together(&t, none, t.payload, "")), 401);
	ck_assert_int_eq(me_with(
			     put_together(&t, none, t.payload, t.signature)),
	    401);
	ck_assert_int_eq(me_with(put_together(&t,
			     changed(&t, t.header, "RS256", "ES256"), t.payload,
			     t.signature)),
	    401);
	ck_assert_int_eq(me_with(put_together(&t,
			     changed(&t, t.header, "key_", "kez_"), t.payload,
			     t.signature)),
	    401);
	ck_assert_int_eq(me_with(put_together(&t, t.header,
			     changed(&t, t.payload, "\"rtc\":0", "\"rtc\":1"),
			     t.signature)),
	    401);
	arena_free(t.mem);
}
END_TEST

/* HMAC under the public key's text, as if the header chose the algorithm. */
START_TEST(key_confusion)
{
	struct token t;
	const char *input, *pem;
	uint8_t mac[SHA256_LEN];

	take_apart(&t);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "GET /.well-known/jwks.json",
				 NULL, NULL }),
	    200);
	pem = api_text(&api, "keys.0.n");
	input = arena_printf(t.mem, "%s.%s",
	    encode(&t, changed(&t, t.header, "RS256", "HS256")),
	    encode(&t, t.payload));
	hmac_sha256(pem, strlen(pem), input, strlen(input), mac);
	ck_assert_int_eq(me_with(arena_printf(t.mem, "%s.%s", input,
			     base64url_encode(t.mem, mac, sizeof(mac)))),
	    401);
	arena_free(t.mem);
}
END_TEST

/* Cut at every length, and other things that are no token. */
START_TEST(truncated)
{
	char *token = strdup(api_kept("ann_access"));
	static const char *const odd[] = { "", "x", ".", "..", "...", "a.b.c",
		"rt_x", "Bearer", "null", NULL };

	for (size_t n = strlen(token); n-- > 0;) {
		token[n] = '\0';
		if (n % 7 == 0 || n < 8)
			ck_assert_msg(me_with(token) == 401, "cut at %zu", n);
	}
	for (size_t i = 0; odd[i] != NULL; i++)
		ck_assert_msg(me_with(odd[i]) == 401, "%s", odd[i]);
	ck_assert_int_eq(me_with(api_kept("ann_refresh")), 401);
	free(token);
}
END_TEST

START_TEST(expired)
{
	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	clock_shift_us(CLOCK_HOUR - 5 * CLOCK_SECOND);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	clock_shift_us(CLOCK_HOUR + CLOCK_SECOND);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 401);
	ck_assert_str_eq(http_header_get(&api.res, "WWW-Authenticate"),
	    "Bearer error=\"invalid_token\"");
}
END_TEST

/* Ours by signature, but another kind of document, or another audience. */
START_TEST(another_family)
{
	const struct jws_key *key;
	struct token t;
	struct buf out;

	take_apart(&t);
	api.db.cx.now_us = clock_now_us();
	ck_assert_int_eq(keyring_signer(&api.db.cx, &key), 0);
	buf_init(&out, t.mem, 1024);
	ck_assert_int_eq(jws_sign(key, "JWT", t.payload, strlen(t.payload),
			     &out),
	    0);
	ck_assert_int_eq(me_with(out.p), 401);
	for (int i = 0; i < 3; i++) {
		static const char *const pairs[][2] = {
			{ "\"aud\":\"main\"", "\"aud\":\"auctoritas\"" },
			{ "\"iss\":\"http", "\"iss\":\"https" },
			{ "\"rtc\":0", "\"rtc\":7" },
		};
		const char *p =
		    changed(&t, t.payload, pairs[i][0], pairs[i][1]);

		buf_clear(&out);
		ck_assert_int_eq(jws_sign(key, "at+jwt", p, strlen(p), &out),
		    0);
		ck_assert_msg(me_with(out.p) == 401, "%s", p);
	}
	arena_free(t.mem);
}
END_TEST

/* The next key is published before it signs; both verify meanwhile. */
START_TEST(key_rotation)
{
	struct ctx *cx = &api.db.cx;
	bool made;

	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	cx->now_us = clock_now_us();
	ck_assert_int_eq(key_rotate(cx, false, false, &made), 0);
	ck_assert(!made);
	ck_assert_int_eq(key_rotate(cx, true, false, &made), 0);
	ck_assert(made);
	ck_assert_int_eq(api_send(&api,
			     &(struct api_call) { "GET /.well-known/jwks.json",
				 NULL, NULL }),
	    200);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
}
END_TEST

static const struct api_case signed_by[] = {
	{ "published", "GET /.well-known/jwks.json", NULL, NULL, 200,
	    "keys.0.kid;keys.15.kid=@newest;!keys.16" },
	{ "sign in", "POST /api/v1/auth/signin", NULL,
	    "{\"email\":\"ann@example.com\",\"password\":\"SecurePass123!\"}",
	    200, NULL, "fresh=tokens.access_token" },
	{ "it is good", "GET /api/v1/auth/me", "Authorization: Bearer @fresh",
	    NULL, 200, NULL },
	{ NULL },
};

/* However often somebody rotates: the newest key is there, and signs. */
START_TEST(key_rotation_often)
{
	struct ctx *cx = &api.db.cx;
	struct jws_parts parts;
	struct list keys;

	api.db.conf.signing_alg = "ES256";
	for (int i = 0; i < 20; i++) {
		cx->now_us = clock_now_us();
		ck_assert_int_eq(key_rotate(cx, true, true, NULL), 0);
		if (i == 10)
			ck_assert_int_eq(keyring_load(cx), 0);
	}
	ck_assert_int_eq(key_list(cx, &keys), 0);
	api_keep("newest", ((struct key_info *)keys.items)[keys.n - 1].kid);
	ck_assert_int_eq(keyring_load(cx), 0);
	api_run(&api, signed_by);
	ck_assert_int_eq(jws_split(cx->mem, api_kept("fresh"),
			     strlen(api_kept("fresh")), &parts),
	    0);
	ck_assert_str_eq(parts.kid, api_kept("newest"));
}
END_TEST

/* Is what the token said kept for its next use? */
static bool
kept(const char *token)
{
	struct token_digest digest;
	struct token_cache *cache;
	char value[256];

	ck_assert_int_eq(keyring_cache(&api.db.cx, sizeof(value), &cache), 0);
	token_digest(token, strlen(token), &digest);
	return token_cache_find(cache, &digest, value);
}

/* A token that was found good is not taken for good where and when it isn't. */
START_TEST(kept_ones_expire)
{
	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	ck_assert(kept(api_kept("ann_access")));
	clock_shift_us(CLOCK_HOUR + CLOCK_SECOND);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 401);
}
END_TEST

static const struct api_case other_realm[] = {
	{ "known here", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ "not there", "GET /api/user/me", "Authorization: Bearer @ann_access",
	    NULL, 401, NULL },
	{ "not by cookie", "GET /api/user/me",
	    "Cookie: access_token=@ann_access", NULL, 401, NULL },
	{ "still here", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ NULL },
};

START_TEST(kept_ones_stay_in_their_realm)
{
	api_run(&api, other_realm);
	ck_assert(kept(api_kept("ann_access")));
}
END_TEST

static const struct api_case signed_out[] = {
	{ "signed in", "GET /api/v1/auth/me",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ "out", "POST /api/v1/auth/signout",
	    "Authorization: Bearer @ann_access", NULL, 200, NULL },
	{ "at once", "GET /api/v1/auth/me", "Authorization: Bearer @ann_access",
	    NULL, 401, NULL },
	{ NULL },
};

START_TEST(kept_ones_can_be_revoked)
{
	api_run(&api, signed_out);
	ck_assert(kept(api_kept("ann_access")));
}
END_TEST

START_TEST(kept_ones_go_with_their_key)
{
	struct ctx *cx = &api.db.cx;

	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	ck_assert(kept(api_kept("ann_access")));
	api_sql(&api, "DELETE FROM signing_key");
	ck_assert_int_eq(key_rotate(cx, false, true, NULL), 0);
	ck_assert_int_eq(keyring_load(cx), 0);
	ck_assert(!kept(api_kept("ann_access")));
	ck_assert_int_eq(me_with(api_kept("ann_access")), 401);
}
END_TEST

/* The key's time to verify ends before the token's. */
START_TEST(kept_ones_end_with_their_key)
{
	api_sql(&api,
	    "UPDATE signing_key"
	    " SET verifies_until = UTC_TIMESTAMP(6) + INTERVAL 10 MINUTE");
	ck_assert_int_eq(keyring_load(&api.db.cx), 0);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 200);
	ck_assert(kept(api_kept("ann_access")));
	clock_shift_us(11 * CLOCK_MINUTE);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 401);
}
END_TEST

/* What does not hold is not kept, or strangers could push others out. */
START_TEST(only_good_ones_are_kept)
{
	char *cut = strdup(api_kept("ann_access"));

	cut[strlen(cut) - 5] ^= 1;
	ck_assert_int_eq(me_with(cut), 401);
	ck_assert(!kept(cut));
	free(cut);
	clock_shift_us(2 * CLOCK_HOUR);
	ck_assert_int_eq(me_with(api_kept("ann_access")), 401);
	ck_assert(!kept(api_kept("ann_access")));
}
END_TEST

Suite *
tokens_suite(void)
{
	Suite *s = suite_create("tokens");
	TCase *tc = tcase_create("access tokens");

	tcase_add_checked_fixture(tc, open_api, close_api);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, unsigned_and_foreign);
	tcase_add_test(tc, key_confusion);
	tcase_add_test(tc, truncated);
	tcase_add_test(tc, expired);
	tcase_add_test(tc, another_family);
	tcase_add_test(tc, key_rotation);
	tcase_add_test(tc, key_rotation_often);
	tcase_add_test(tc, kept_ones_expire);
	tcase_add_test(tc, kept_ones_stay_in_their_realm);
	tcase_add_test(tc, kept_ones_can_be_revoked);
	tcase_add_test(tc, kept_ones_go_with_their_key);
	tcase_add_test(tc, kept_ones_end_with_their_key);
	tcase_add_test(tc, only_good_ones_are_kept);
	suite_add_tcase(s, tc);
	return s;
}
