#include "flow/token.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/field.h"
#include "crypto/jws.h"
#include "model/key.h"
#include "model/realm.h"
#include "model/session.h"
#include "json/json.h"

#define TOKEN_TYP    "at+jwt"
#define TOKEN_MAX    4096
#define CLOCK_LEEWAY (5 * CLOCK_SECOND)

/* RFC 9068 §2.2; rtc is ours. */
struct claims {
	uint64_t given;
	const char *iss, *aud;
	struct uuid sub, sid, jti;
	int64_t iat, exp, auth_time, rtc;
	struct list amr; /* of const char * */
};

static const struct field claim_fields[] = {
	FIELD(struct claims, iss, F_STRING, .flags = F_REQUIRED, .max = 2048),
	FIELD(struct claims, aud, F_STRING, .flags = F_REQUIRED),
	FIELD(struct claims, sub, F_ID, .flags = F_REQUIRED, .prefix = "usr"),
	FIELD(struct claims, sid, F_ID, .flags = F_REQUIRED, .prefix = "sess"),
	FIELD(struct claims, jti, F_ID, .prefix = "tok"),
	FIELD(struct claims, iat, F_INT, .flags = F_REQUIRED),
	FIELD(struct claims, exp, F_INT, .flags = F_REQUIRED),
	FIELD(struct claims, auth_time, F_INT),
	FIELD(struct claims, rtc, F_INT, .flags = F_REQUIRED),
	FIELD(struct claims, amr, F_LIST),
	FIELD_END,
};

static void
claims_of(struct ctx *cx, const struct session *s, int64_t rtc,
    int64_t expires_in, struct claims *ret)
{
	const char **amr = arena_array(cx->mem, 1, sizeof(*amr));

	amr[0] = s->amr;
	*ret = (struct claims) {
		.iss = cx->conf->public_url,
		.aud = realm_find(&s->realm_id)->name,
		.sub = s->user_id,
		.sid = s->id,
		.iat = cx->now_us / CLOCK_SECOND,
		.exp = cx->now_us / CLOCK_SECOND + expires_in,
		.auth_time = s->auth_time / CLOCK_SECOND,
		.rtc = rtc,
		.amr = { 1, amr },
	};
	uuid_new(&ret->jti, cx->now_us);
}

int
token_mint(struct ctx *cx, const struct session *s, int64_t rtc,
    const char **ret_token, int64_t *ret_expires_in)
{
	int64_t expires_in = (s->expires_at - cx->now_us) / CLOCK_SECOND;
	const struct jws_key *key;
	struct claims claims;
	struct buf payload, out;
	int r = keyring_signer(cx, &key);

	if (r != 0)
		return r;
	if (expires_in > s->access_ttl_s)
		expires_in = s->access_ttl_s;
	claims_of(cx, s, rtc, expires_in, &claims);
	buf_init(&payload, cx->mem, 512);
	json_put_object(&payload, claim_fields, CASE_SNAKE, &claims);
	buf_init(&out, cx->mem, 1024);
	if (jws_sign(key, TOKEN_TYP, payload.p, payload.n, &out) != 0)
		return ERR_INTERNAL_LOGGED;
	*ret_token = out.p;
	*ret_expires_in = expires_in;
	return 0;
}

static int
refuse(struct ctx *cx)
{
	ctx_fail_clear(cx);
	return err_set(cx, ERR_UNAUTHORIZED, NULL);
}

int
token_verify(struct ctx *cx, const struct realm *realm, const char *token,
    struct token_claims *ret)
{
	size_t n = strlen(token), at;
	const struct jws_key *key;
	struct jws_parts parts;
	struct claims c = { 0 };
	int r;

	if (n > TOKEN_MAX || jws_split(cx->mem, token, n, &parts) != 0)
		return refuse(cx);
	if (parts.typ == NULL || strcmp(parts.typ, TOKEN_TYP) != 0 ||
	    parts.kid == NULL)
		return refuse(cx);
	r = keyring_find(cx, parts.kid, &key);
	if (r != 0)
		return r == ERR_NOT_FOUND ? refuse(cx) : r;
	if (!jws_verify(key, &parts) ||
	    json_scan((char *)parts.payload, parts.payload_n, &at) != JSON_OK ||
	    json_decode(cx, (char *)parts.payload, parts.payload_n,
		claim_fields, CASE_SNAKE, &c) != 0)
		return refuse(cx);
	if (strcmp(c.iss, cx->conf->public_url) != 0 ||
	    strcmp(c.aud, realm->name) != 0 ||
	    c.exp > INT64_MAX / CLOCK_SECOND ||
	    c.exp * CLOCK_SECOND <= cx->now_us ||
	    c.iat > (cx->now_us + CLOCK_LEEWAY) / CLOCK_SECOND)
		return refuse(cx);
	ret->user_id = c.sub;
	ret->session_id = c.sid;
	ret->rtc = c.rtc;
	ret->exp_us = c.exp * CLOCK_SECOND;
	return 0;
}
