/* RS256: RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 §3.3. */
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "crypto/digest.h"
#include "crypto/jws_alg.h"

static const struct jws_member rsa_members[] = {
	{ "e", .param = OSSL_PKEY_PARAM_RSA_E },
	{ "kty", .fixed = "RSA" },
	{ "n", .param = OSSL_PKEY_PARAM_RSA_N },
	{ NULL },
};

static EVP_PKEY *
rsa_generate(void)
{
	return EVP_RSA_gen(JWS_RSA_BITS);
}

/* RFC 7518 §6.3.2: the factors come all together or not at all. */
static EVP_PKEY *
rsa_from_jwk(const struct jwk *jwk, bool has_d)
{
	static const struct {
		const char *name, *param;
	} rows[] = {
		{ "n", OSSL_PKEY_PARAM_RSA_N },
		{ "e", OSSL_PKEY_PARAM_RSA_E },
		{ "d", OSSL_PKEY_PARAM_RSA_D },
		{ "p", OSSL_PKEY_PARAM_RSA_FACTOR1 },
		{ "q", OSSL_PKEY_PARAM_RSA_FACTOR2 },
		{ "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1 },
		{ "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2 },
		{ "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1 },
	};
	OSSL_PARAM params[sizeof(rows) / sizeof(*rows) + 1];
	size_t n = !has_d ? 2 : !jwk_has(jwk, "p") ? 3 : 8;

	if (jwk_has(jwk, "oth"))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (jwk_number(jwk, rows[i].name, rows[i].param, 0,
			&params[i]) != 0)
			return NULL;
	params[n] = OSSL_PARAM_construct_end();
	return jwk_params_key("RSA", params, has_d);
}

static bool
rsa_usable(const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	return bits >= JWS_RSA_BITS && bits <= JWS_RSA_BITS_MAX;
}

static int
rs256_prepare(EVP_PKEY_CTX *ctx)
{
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		return -1;
	return EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 ? 0 : -1;
}

static int
rs256_sign(const struct jws_key *key, const void *p, size_t n, uint8_t *ret,
    size_t *ret_n)
{
	uint8_t hash[SHA256_LEN];

	sha256(p, n, hash);
	*ret_n = JWS_NUMBER_MAX;
	return EVP_PKEY_sign(key->sign, ret, ret_n, hash, sizeof(hash)) == 1
	    ? 0
	    : -1;
}

static bool
rs256_verify(const struct jws_key *key, const void *p, size_t n,
    const uint8_t *sig, size_t sig_n)
{
	uint8_t hash[SHA256_LEN];

	sha256(p, n, hash);
	return EVP_PKEY_verify(key->verify, sig, sig_n, hash, sizeof(hash)) ==
	    1;
}

const struct jws_row jws_rs256 = {
	.name = "RS256",
	.type = "RSA",
	.members = rsa_members,
	.generate = rsa_generate,
	.from_jwk = rsa_from_jwk,
	.usable = rsa_usable,
	.prepare = rs256_prepare,
	.sign = rs256_sign,
	.verify = rs256_verify,
};
