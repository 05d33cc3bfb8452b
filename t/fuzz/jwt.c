/*
 * Access tokens as a request brings them. The first byte says how one comes
 * to be:
 *
 *	t  the rest is the token
 *	p  the rest is a payload that our key signs
 *	h  a line is a header, the rest a payload; signed over these
 *	m  two bytes and a mask: a good token, one byte of it changed
 *
 * Only what our key signed verifies, and then its claims hold; a good token
 * with any byte changed never does.
 */
#include "../unit/crypto_vectors.h"

/* The keys are ours; no database is asked. */
#define keyring_signer fuzz_keyring_signer
#define keyring_find   fuzz_keyring_find
#define keyring_cache  fuzz_keyring_cache
#include "flow/token.c"

#include "crypto/digest.h"
#include "fuzz.h"

#define KID   "key_1"
#define UNTIL (INT64_C(4000000000) * CLOCK_SECOND)

static struct jws_key *keys[JWS_ALG__MAX];
static struct jws_key *key; /* of this run */
static struct token_cache *cache;
static bool by_us; /* whether our key signed what is verified */

int
keyring_signer(struct ctx *cx, const struct jws_key **ret)
{
	(void)cx;
	*ret = key;
	return 0;
}

int
keyring_find(struct ctx *cx, const char *kid, const struct jws_key **ret,
    int64_t *ret_until)
{
	(void)cx;
	if (strcmp(kid, KID) != 0)
		return ERR_NOT_FOUND;
	*ret = key;
	*ret_until = UNTIL;
	return 0;
}

int
keyring_cache(struct ctx *cx, size_t value_n, struct token_cache **ret)
{
	(void)cx;
	if (cache == NULL)
		cache = token_cache_new(value_n);
	*ret = cache;
	return 0;
}

static void
keys_make(void)
{
	static const char *const jwks[JWS_ALG__MAX] = {
		[JWS_RS256] = RFC7515_RSA_PRIVATE,
		[JWS_ES256] = RFC7515_EC_PRIVATE,
		[JWS_EDDSA] = RFC8037_PRIVATE,
	};

	for (int i = 0; i < JWS_ALG__MAX && keys[i] == NULL; i++) {
		keys[i] = jws_key_from_jwk((enum jws_alg)i, KID, jwks[i],
		    strlen(jwks[i]));
		HOLDS(keys[i] != NULL);
	}
}

/* What verifies was signed by us; it verifies from the cache, too. */
static int
check(struct ctx *cx, const char *token, struct token_claims *ret)
{
	const struct realm *realm = realm_get(REALM_MAIN);
	struct token_claims again;
	int r = token_verify(cx, realm, token, ret);

	HOLDS(r == 0 || r == ERR_UNAUTHORIZED);
	HOLDS(token_verify(cx, realm, token, &again) == r);
	if (r != 0)
		return r;
	HOLDS(by_us);
	HOLDS(cx->now_us < ret->exp_us && ret->exp_us % CLOCK_SECOND == 0);
	HOLDS(uuid_equal(&ret->user_id, &again.user_id) &&
	    uuid_equal(&ret->session_id, &again.session_id) &&
	    ret->rtc == again.rtc && ret->exp_us == again.exp_us);
	HOLDS(token_verify(cx, realm_get(REALM_AUCTORITAS), token, &again) ==
	    ERR_UNAUTHORIZED);
	cx->now_us = ret->exp_us;
	HOLDS(token_verify(cx, realm, token, &again) == ERR_UNAUTHORIZED);
	return 0;
}

static void
run_token(struct ctx *cx, struct fuzz_input *in)
{
	struct token_claims claims;

	check(cx, fuzz_rest(in, cx->mem), &claims);
}

static void
run_payload(struct ctx *cx, struct fuzz_input *in)
{
	struct token_claims claims;
	struct buf token;

	by_us = true;
	buf_init(&token, cx->mem, 1024);
	HOLDS(
	    jws_sign(key, TOKEN_TYP, (const char *)in->p, in->n, &token) == 0);
	check(cx, token.p, &claims);
}

/* Only a header that says the type, the key and its algorithm will do. */
static void
run_header(struct ctx *cx, struct fuzz_input *in)
{
	const char *header = fuzz_line(in, cx->mem);
	struct token_claims claims;
	struct jws_parts parts;
	struct buf token, whole;
	const char *dot;

	buf_init(&token, cx->mem, 1024);
	buf_init(&whole, cx->mem, 1024);
	HOLDS(
	    jws_sign(key, TOKEN_TYP, (const char *)in->p, in->n, &token) == 0);
	dot = strchr(token.p, '.');
	buf_puts(&whole, base64url_encode(cx->mem, header, strlen(header)));
	buf_puts(&whole, dot);
	by_us = strncmp(whole.p, token.p, (size_t)(dot - token.p) + 1) == 0;
	check(cx, whole.p, &claims);
	if (jws_split(cx->mem, whole.p, whole.n, &parts) == 0)
		HOLDS(jws_verify(key, &parts) == by_us);
}

static const char *
good_token(struct ctx *cx)
{
	struct session s = {
		.realm_id = realm_get(REALM_MAIN)->id,
		.amr = "pwd",
		.access_ttl_s = 3600,
		.auth_time = cx->now_us,
		.expires_at = cx->now_us + CLOCK_DAY,
	};
	const char *token;
	int64_t expires_in;

	uuid_new(&s.id, cx->now_us);
	uuid_new(&s.user_id, cx->now_us);
	HOLDS(token_mint(cx, &s, 7, &token, &expires_in) == 0);
	HOLDS(expires_in == 3600);
	return token;
}

static void
run_changed(struct ctx *cx, struct fuzz_input *in)
{
	size_t at = (size_t)fuzz_byte(in) << 8;
	const char *good = good_token(cx);
	struct token_claims claims;
	char *token;
	uint8_t mask;

	at = (at | fuzz_byte(in)) % strlen(good);
	mask = fuzz_byte(in);
	token = arena_strdup(cx->mem, good);
	token[at] = (char)(token[at] ^ mask);
	by_us = mask == 0;
	HOLDS((check(cx, token, &claims) == 0) == by_us);
	HOLDS(!by_us || claims.rtc == 7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	uint8_t how = fuzz_byte(&in);
	struct conf conf;
	struct ctx cx;

	fuzz_ctx(&cx, &conf);
	keys_make();
	for (int i = 0; i < JWS_ALG__MAX; i++) {
		struct fuzz_input rest = in;

		key = keys[i];
		by_us = false;
		cx.now_us = INT64_C(1763289000) * CLOCK_SECOND;
		if (cache != NULL)
			token_cache_clear(cache);
		if (how == 't')
			run_token(&cx, &rest);
		else if (how == 'p')
			run_payload(&cx, &rest);
		else if (how == 'h')
			run_header(&cx, &rest);
		else if (how == 'm')
			run_changed(&cx, &rest);
	}
	fuzz_ctx_free(&cx);
	return 0;
}
