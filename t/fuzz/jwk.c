/*
 * A JWK that is taken, in any algorithm: what is published of it is JSON
 * without the private half, is taken again, and has the same thumbprint. A
 * private one comes back from its DER, and signs what its public half
 * verifies, and nothing else.
 *
 * OpenSSL looks at an RSA modulus with random numbers: one that is no product
 * of two primes may pass once and fail the next time.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/jws.h"
#include "fuzz.h"
#include "json/json.h"

static const char *const secrets[] = { "d", "p", "q", "dp", "dq", "qi" };

static struct jws_key *
public_of(struct arena *mem, const struct jws_key *key)
{
	struct jws_key *back;
	struct buf jwk;
	const char *p;
	size_t n;

	buf_init(&jwk, mem, 1024);
	jws_key_jwk(key, &jwk);
	HOLDS(json_scan(jwk.p, jwk.n, NULL) == JSON_OK);
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		HOLDS(!json_member(jwk.p, jwk.n, secrets[i], &p, &n));
	back = jws_key_from_jwk(jws_key_alg(key), "k", jwk.p, jwk.n);
	HOLDS(back != NULL || jws_key_alg(key) == JWS_RS256);
	if (back != NULL)
		HOLDS(strcmp(jws_key_thumbprint(key, mem),
			  jws_key_thumbprint(back, mem)) == 0);
	return back;
}

static void
check_signature(struct arena *mem, const struct jws_key *key,
    const struct jws_key *public, const char *payload)
{
	struct jws_parts parts;
	struct buf token;

	buf_init(&token, mem, 1024);
	HOLDS(jws_sign(public, "t", payload, strlen(payload), &token) != 0);
	HOLDS(token.n == 0);
	HOLDS(jws_sign(key, "t", payload, strlen(payload), &token) == 0);
	HOLDS(jws_split(mem, token.p, token.n, &parts) == 0);
	HOLDS(jws_verify(key, &parts) && jws_verify(public, &parts));
	HOLDS(strcmp((char *)parts.payload, payload) == 0);
	parts.signature[parts.signature_n / 2] ^= 1;
	HOLDS(!jws_verify(public, &parts));
}

static void
check_private(struct arena *mem, const struct jws_key *key,
    const struct jws_key *public)
{
	struct jws_key *back;
	uint8_t *der;
	size_t n;

	if (jws_key_private(key, mem, &der, &n) != 0)
		return;
	back = jws_key_load(jws_key_alg(key), "k", der, n);
	HOLDS(back != NULL);
	HOLDS(strcmp(jws_key_thumbprint(key, mem),
		  jws_key_thumbprint(back, mem)) == 0);
	check_signature(mem, key, public, "{\"a\":1}");
	jws_key_free(back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct jws_key *key, *public;

	for (int alg = 0; alg < JWS_ALG__MAX; alg++) {
		key = jws_key_from_jwk((enum jws_alg)alg, "k", (const char *)p,
		    n);
		if (key == NULL)
			continue;
		HOLDS(jws_key_alg(key) == (enum jws_alg)alg);
		public = public_of(mem, key);
		if (public != NULL)
			check_private(mem, key, public);
		jws_key_free(public);
		jws_key_free(key);
	}
	arena_free(mem);
	return 0;
}
