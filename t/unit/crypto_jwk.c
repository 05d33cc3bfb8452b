#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "crypto.h"
#include "crypto/jws.h"
#include "crypto_vectors.h"
#include "json/json.h"

START_TEST(algorithm_names)
{
	static const char *const bad[] = { "", "none", "HS256", "rs256",
		"RS2567", "ES384", "PS256", "Ed25519" };
	enum jws_alg alg;

	for (int i = 0; i < JWS_ALG__MAX; i++) {
		const char *name = jws_alg_name((enum jws_alg)i);

		WANT_INT(name, 0, jws_alg_parse(name, &alg));
		WANT_INT(name, i, alg);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		WANT_INT(bad[i], -1, jws_alg_parse(bad[i], &alg));
}
END_TEST

START_TEST(thumbprints)
{
	static const struct {
		const char *about;
		enum jws_alg alg;
		const char *jwk, *want;
	} cases[] = {
		{ "RFC 7638", JWS_RS256, RFC7638_PUBLIC, RFC7638_THUMBPRINT },
		{ "RFC 8037 A.3", JWS_EDDSA, RFC8037_PUBLIC,
		    RFC8037_THUMBPRINT },
		{ "of its private key", JWS_EDDSA, RFC8037_PRIVATE,
		    RFC8037_THUMBPRINT },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct jws_key *key = jws_key_from_jwk(cases[i].alg, "k",
		    cases[i].jwk, strlen(cases[i].jwk));

		ck_assert_ptr_nonnull(key);
		WANT_TEXT(cases[i].about, cases[i].want,
		    jws_key_thumbprint(key, mem));
		jws_key_free(key);
	}
}
END_TEST

/* What is published never has the private half. */
START_TEST(written_jwks)
{
	static const struct {
		const char *about;
		enum jws_alg alg;
		const char *kid, *jwk, *want;
	} cases[] = {
		{ "RSA", JWS_RS256, "k1", RFC7515_RSA_PRIVATE,
		    "{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\","
		    "\"kid\":\"k1\",\"e\":\"AQAB\",\"n\":\"" RFC7515_RSA_N
		    "\"}" },
		{ "EC", JWS_ES256, "k\"2", RFC7515_EC_PRIVATE,
		    "{\"kty\":\"EC\",\"use\":\"sig\",\"alg\":\"ES256\","
		    "\"kid\":\"k\\\"2\",\"crv\":\"P-256\","
		    "\"x\":\"" RFC7515_EC_X "\",\"y\":\"" RFC7515_EC_Y "\"}" },
		{ "Ed25519", JWS_EDDSA, NULL, RFC8037_PRIVATE,
		    "{\"kty\":\"OKP\",\"use\":\"sig\",\"alg\":\"EdDSA\","
		    "\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "\"}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct jws_key *key = jws_key_from_jwk(cases[i].alg,
		    cases[i].kid, cases[i].jwk, strlen(cases[i].jwk));
		struct buf out;

		ck_assert_ptr_nonnull(key);
		buf_init(&out, mem, 0);
		jws_key_jwk(key, &out);
		WANT_TEXT(cases[i].about, cases[i].want, out.p);
		WANT_TEXT(cases[i].about,
		    cases[i].kid == NULL ? "" : cases[i].kid, jws_key_kid(key));
		WANT_INT(cases[i].about, cases[i].alg, jws_key_alg(key));
		jws_key_free(key);
	}
}
END_TEST

#define EC_REST                                                                \
	"\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X "\",\"y\":\"" RFC7515_EC_Y   \
	"\""
#define RSA_REST "\"n\":\"" RFC7515_RSA_N "\""

static const struct {
	const char *about;
	enum jws_alg alg;
	const char *jwk;
	bool want;
} jwks[] = {
	{ "EC", JWS_ES256, "{\"kty\":\"EC\"," EC_REST "}", true },
	{ "unknown members", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST ",\"x5t\":\"?\",\"key_ops\":[]}", true },
	{ "right use and alg", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST ",\"use\":\"sig\",\"alg\":\"ES256\"}",
	    true },
	{ "for encryption", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST ",\"use\":\"enc\"}", false },
	{ "for another algorithm", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST ",\"alg\":\"ES384\"}", false },
	{ "another kty than asked for", JWS_RS256,
	    "{\"kty\":\"EC\"," EC_REST "}", false },
	{ "no kty", JWS_ES256, "{" EC_REST "}", false },
	{ "kty in lower case", JWS_ES256, "{\"kty\":\"ec\"," EC_REST "}",
	    false },
	{ "kty a list", JWS_ES256, "{\"kty\":[\"EC\"]," EC_REST "}", false },
	{ "kty twice", JWS_ES256, "{\"kty\":\"EC\",\"kty\":\"EC\"," EC_REST "}",
	    false },
	{ "another curve", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" RFC7515_EC_X
	    "\",\"y\":\"" RFC7515_EC_Y "\"}",
	    false },
	{ "no curve", JWS_ES256,
	    "{\"kty\":\"EC\",\"x\":\"" RFC7515_EC_X "\",\"y\":\"" RFC7515_EC_Y
	    "\"}",
	    false },
	{ "no y", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X "\"}",
	    false },
	{ "not on the curve", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X
	    "\",\"y\":\"" RFC7515_EC_X "\"}",
	    false },
	{ "x too short", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":"
	    "\"" RFC7515_EC_Y "\"}",
	    false },
	{ "x with padding", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC7515_EC_X
	    "=\",\"y\":\"" RFC7515_EC_Y "\"}",
	    false },
	{ "the origin", JWS_ES256,
	    "{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
	    "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	    false },
	{ "d of another key", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST ",\"d\":\"" RFC8037_D "\"}", false },
	{ "d 0", JWS_ES256,
	    "{\"kty\":\"EC\"," EC_REST
	    ",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
	    false },
	{ "d null", JWS_ES256, "{\"kty\":\"EC\"," EC_REST ",\"d\":null}",
	    false },
	{ "RSA", JWS_RS256, RFC7515_RSA_PUBLIC, true },
	{ "RSA with factors", JWS_RS256, RFC7515_RSA_PRIVATE, true },
	{ "RSA without", JWS_RS256, RFC7515_RSA_BARE, true },
	{ "RSA for ES256", JWS_ES256, RFC7515_RSA_PUBLIC, false },
	{ "no e", JWS_RS256, "{\"kty\":\"RSA\"," RSA_REST "}", false },
	{ "e empty", JWS_RS256, "{\"kty\":\"RSA\",\"e\":\"\"," RSA_REST "}",
	    false },
	{ "e 0", JWS_RS256, "{\"kty\":\"RSA\",\"e\":\"AA\"," RSA_REST "}",
	    false },
	{ "e 1", JWS_RS256, "{\"kty\":\"RSA\",\"e\":\"AQ\"," RSA_REST "}",
	    false },
	{ "e even", JWS_RS256, "{\"kty\":\"RSA\",\"e\":\"AQAA\"," RSA_REST "}",
	    false },
	{ "n short", JWS_RS256,
	    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RFC7515_EC_X "\"}",
	    false },
	{ "p alone", JWS_RS256,
	    "{\"kty\":\"RSA\",\"e\":\"AQAB\"," RSA_REST
	    ",\"d\":\"" RFC7515_RSA_D "\",\"p\":\"AQAB\"}",
	    false },
	{ "more than two factors", JWS_RS256,
	    "{\"kty\":\"RSA\",\"e\":\"AQAB\"," RSA_REST ",\"oth\":[]}", false },
	{ "d of RSA wrong", JWS_RS256,
	    "{\"kty\":\"RSA\",\"e\":\"AQAB\"," RSA_REST ",\"d\":\"" RFC7515_EC_D
	    "\"}",
	    false },
	{ "Ed25519", JWS_EDDSA, RFC8037_PUBLIC, true },
	{ "Ed25519 private", JWS_EDDSA, RFC8037_PRIVATE, true },
	{ "X25519", JWS_EDDSA,
	    "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" RFC8037_X "\"}",
	    false },
	{ "x too long", JWS_EDDSA,
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X "AAAA\"}",
	    false },
	{ "no x", JWS_EDDSA,
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" RFC8037_D "\"}",
	    false },
	{ "x of another d", JWS_EDDSA,
	    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" RFC8037_X
	    "\",\"d\":\"" RFC7515_EC_D "\"}",
	    false },
	{ "a symmetric key", JWS_RS256, "{\"kty\":\"oct\",\"k\":\"AAAA\"}",
	    false },
	{ "empty object", JWS_RS256, "{}", false },
	{ "empty", JWS_RS256, "", false },
	{ "a list", JWS_RS256, "[" RFC7515_RSA_PUBLIC "]", false },
	{ "cut", JWS_EDDSA, "{\"kty\":\"OKP\"", false },
};

START_TEST(read_jwks)
{
	for (size_t i = 0; i < sizeof(jwks) / sizeof(*jwks); i++) {
		struct jws_key *key = jws_key_from_jwk(jwks[i].alg, "k",
		    jwks[i].jwk, strlen(jwks[i].jwk));

		WANT_INT(jwks[i].about, jwks[i].want, key != NULL);
		jws_key_free(key);
	}
}
END_TEST

START_TEST(kid_length)
{
	char kid[JWS_KID_MAX + 2];
	struct jws_key *key;

	memset(kid, 'k', sizeof(kid));
	kid[JWS_KID_MAX + 1] = '\0';
	key = jws_key_generate(JWS_EDDSA, kid);
	ck_assert_ptr_null(key);
	kid[JWS_KID_MAX] = '\0';
	key = jws_key_generate(JWS_EDDSA, kid);
	ck_assert_ptr_nonnull(key);
	WANT_TEXT("longest", kid, jws_key_kid(key));
	jws_key_free(key);
	jws_key_free(NULL);
}
END_TEST

/* Generated, taken out, loaded again: the same key; and no other. */
START_TEST(private_halves)
{
	for (int alg = 0; alg < JWS_ALG__MAX; alg++) {
		const char *name = jws_alg_name((enum jws_alg)alg);
		struct jws_key *key, *again;
		uint8_t *der;
		size_t n;

		key = jws_key_generate((enum jws_alg)alg, "k");
		ck_assert_ptr_nonnull(key);
		WANT_INT(name, 0, jws_key_private(key, mem, &der, &n));
		for (int other = 0; other < JWS_ALG__MAX; other++) {
			again = jws_key_load((enum jws_alg)other, "k2", der, n);
			WANT_INT(name, alg == other, again != NULL);
			if (again == NULL)
				continue;
			WANT_TEXT(name, "k2", jws_key_kid(again));
			WANT_TEXT(name, jws_key_thumbprint(key, mem),
			    jws_key_thumbprint(again, mem));
			jws_key_free(again);
		}
		again = jws_key_load((enum jws_alg)alg, "k", der, n - 1);
		ck_assert_ptr_null(again);
		der = arena_memdup(mem, arena_strndup(mem, (char *)der, n),
		    n + 1);
		again = jws_key_load((enum jws_alg)alg, "k", der, n + 1);
		ck_assert_ptr_null(again);
		again = jws_key_load((enum jws_alg)alg, "k", der, 0);
		ck_assert_ptr_null(again);
		jws_key_free(key);
	}
}
END_TEST

START_TEST(public_key_has_no_private_half)
{
	struct jws_key *key = jws_key_from_jwk(JWS_EDDSA, "k", RFC8037_PUBLIC,
	    strlen(RFC8037_PUBLIC));
	uint8_t *der;
	size_t n;

	WANT_INT("public", -1, jws_key_private(key, mem, &der, &n));
	jws_key_free(key);
}
END_TEST

/* PKCS #8 of keys that are of the right family but not good enough. */
START_TEST(unfit_keys)
{
	static const struct {
		const char *about;
		enum jws_alg alg;
		const char *type;
		unsigned bits; /* of RSA */
		const char *curve;
	} cases[] = {
		{ "RSA of 1024 bits", JWS_RS256, "RSA", 1024 },
		{ "RSA of 2047 bits", JWS_RS256, "RSA", 2047 },
		{ "P-384", JWS_ES256, "EC", 0, "P-384" },
		{ "secp256k1", JWS_ES256, "EC", 0, "secp256k1" },
		{ "X25519", JWS_EDDSA, "X25519" },
		{ "Ed448", JWS_EDDSA, "ED448" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EVP_PKEY *pkey = cases[i].bits != 0 ? EVP_RSA_gen(cases[i].bits)
		    : cases[i].curve != NULL
		    ? EVP_EC_gen(cases[i].curve)
		    : EVP_PKEY_Q_keygen(NULL, NULL, cases[i].type);
		PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
		uint8_t *der = NULL;
		int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
		struct jws_key *key =
		    jws_key_load(cases[i].alg, "k", der, (size_t)n);

		WANT_INT(cases[i].about, false, key != NULL);
		OPENSSL_free(der);
		PKCS8_PRIV_KEY_INFO_free(info);
		EVP_PKEY_free(pkey);
	}
}
END_TEST

/* A JWK that we wrote reads back, whatever leading zeros its numbers have. */
START_TEST(written_and_read)
{
	for (int i = 0; i < 40; i++) {
		enum jws_alg alg = i < 2 ? JWS_RS256
		    : i % 2              ? JWS_ES256
					 : JWS_EDDSA;
		struct jws_key *key = jws_key_generate(alg, "k"), *again;
		struct buf out;

		buf_init(&out, mem, 0);
		jws_key_jwk(key, &out);
		again = jws_key_from_jwk(alg, "k", out.p, out.n);
		ck_assert_msg(again != NULL, "not read: %s", out.p);
		WANT_TEXT(out.p, jws_key_thumbprint(key, mem),
		    jws_key_thumbprint(again, mem));
		jws_key_free(key);
		jws_key_free(again);
	}
}
END_TEST

TCase *
jwk_tests(void)
{
	TCase *t = tcase_create("jwk");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_test(t, algorithm_names);
	tcase_add_test(t, thumbprints);
	tcase_add_test(t, written_jwks);
	tcase_add_test(t, read_jwks);
	tcase_add_test(t, kid_length);
	tcase_add_test(t, private_halves);
	tcase_add_test(t, public_key_has_no_private_half);
	tcase_add_test(t, unfit_keys);
	tcase_add_test(t, written_and_read);
	return t;
}
