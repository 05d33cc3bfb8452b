/* EdDSA over Ed25519, RFC 8037. Hashes by itself, hence in one shot. */
#include <openssl/core_names.h>

#include "crypto/jws_alg.h"

#define ED25519_LEN 32

static const struct jws_member okp_members[] = {
	{ "crv", .fixed = "Ed25519" },
	{ "kty", .fixed = "OKP" },
	{ "x", .param = OSSL_PKEY_PARAM_PUB_KEY, .octets = true },
	{ NULL },
};

static EVP_PKEY *
ed25519_generate(void)
{
	return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* The private half brings its own public one, which must be x. */
static EVP_PKEY *
ed25519_from_jwk(const struct jwk *jwk, bool has_d)
{
	uint8_t *x, *d;
	size_t n;
	EVP_PKEY *public, *pair;

	if (jwk_bytes(jwk, "x", ED25519_LEN, &x, &n) != 0)
		return NULL;
	public = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x, n);
	if (!has_d || public == NULL)
		return public;
	if (jwk_bytes(jwk, "d", ED25519_LEN, &d, &n) != 0)
		pair = NULL;
	else
		pair = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, d,
		    n);
	if (pair != NULL && EVP_PKEY_eq(pair, public) != 1) {
		EVP_PKEY_free(pair);
		pair = NULL;
	}
	EVP_PKEY_free(public);
	return pair;
}

static int
ed25519_sign(const struct jws_key *key, const void *p, size_t n, uint8_t *ret,
    size_t *ret_n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = -1;

	*ret_n = JWS_NUMBER_MAX;
	if (ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	    EVP_DigestSign(ctx, ret, ret_n, p, n) == 1)
		r = 0;
	EVP_MD_CTX_free(ctx);
	return r;
}

static bool
ed25519_verify(const struct jws_key *key, const void *p, size_t n,
    const uint8_t *sig, size_t sig_n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	    EVP_DigestVerify(ctx, sig, sig_n, p, n) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

const struct jws_row jws_eddsa = {
	.name = "EdDSA",
	.type = "ED25519",
	.members = okp_members,
	.generate = ed25519_generate,
	.from_jwk = ed25519_from_jwk,
	.sign = ed25519_sign,
	.verify = ed25519_verify,
};
