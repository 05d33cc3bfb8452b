#include "flow/token.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/field.h"
#include "crypto/jws.h"
#include "crypto/token_cache.h"
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

/* What a verified token said, and how long that holds: see fits(). */
struct verdict {
	struct uuid user_id, session_id, realm_id;
	int64_t rtc, exp_us;
	int64_t key_until;
};

static int
read_claims(struct ctx *cx, const struct jws_key *key,
    const struct jws_parts *parts, struct claims *ret)
{
	size_t at;

	if (!jws_verify(key, parts) ||
	    json_scan((char *)parts->payload, parts->payload_n, &at) !=
		JSON_OK ||
	    json_decode(cx, (char *)parts->payload, parts->payload_n,
		claim_fields, CASE_SNAKE, ret) != 0)
		return refuse(cx);
	if (strcmp(ret->iss, cx->conf->public_url) != 0 || ret->exp < 0 ||
	    ret->exp > INT64_MAX / CLOCK_SECOND ||
	    ret->iat > (cx->now_us + CLOCK_LEEWAY) / CLOCK_SECOND)
		return refuse(cx);
	return 0;
}

/* All that holds of a token for as long as it is one. */
static int
verify(struct ctx *cx, const char *token, size_t n, struct verdict *ret)
{
	const struct jws_key *key;
	const struct realm *realm;
	struct jws_parts parts;
	struct claims c = { 0 };
	int r;

	if (jws_split(cx->mem, token, n, &parts) != 0 || parts.typ == NULL ||
	    strcmp(parts.typ, TOKEN_TYP) != 0 || parts.kid == NULL)
		return refuse(cx);
	r = keyring_find(cx, parts.kid, &key, &ret->key_until);
	if (r != 0)
		return r == ERR_NOT_FOUND ? refuse(cx) : r;
	r = read_claims(cx, key, &parts, &c);
	if (r != 0)
		return r;
	realm = realm_find_name(c.aud);
	if (realm == NULL)
		return refuse(cx);
	ret->user_id = c.sub;
	ret->session_id = c.sid;
	ret->realm_id = realm->id;
	ret->rtc = c.rtc;
	ret->exp_us = c.exp * CLOCK_SECOND;
	return 0;
}

/* What depends on now and on where it is used: checked at every use. */
static bool
fits(const struct ctx *cx, const struct realm *realm, const struct verdict *v)
{
	return uuid_equal(&v->realm_id, &realm->id) && cx->now_us < v->exp_us &&
	    cx->now_us < v->key_until;
}

int
token_verify(struct ctx *cx, const struct realm *realm, const char *token,
    struct token_claims *ret)
{
	size_t n = strlen(token);
	struct token_digest digest;
	struct token_cache *cache;
	struct verdict v = { 0 };
	int r;

	if (n > TOKEN_MAX)
		return refuse(cx);
	token_digest(token, n, &digest);
	r = keyring_cache(cx, sizeof(v), &cache);
	if (r != 0)
		return r;
	if (!token_cache_find(cache, &digest, &v)) {
		r = verify(cx, token, n, &v);
		if (r != 0)
			return r;
		if (fits(cx, realm, &v))
			token_cache_put(cache, &digest, &v);
	}
	if (!fits(cx, realm, &v))
		return refuse(cx);
	ret->user_id = v.user_id;
	ret->session_id = v.session_id;
	ret->rtc = v.rtc;
	ret->exp_us = v.exp_us;
	return 0;
}
