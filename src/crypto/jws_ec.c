/* ES256: ECDSA over P-256 with SHA-256, RFC 7518 §3.4. */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include "crypto/digest.h"
#include "crypto/jws_alg.h"

#define ES256_LEN     32 /* of a coordinate, and of r and s */
#define ECDSA_DER_MAX (2 * (ES256_LEN + 3) + 3)

static const struct jws_member ec_members[] = {
	{ "crv", .fixed = "P-256" },
	{ "kty", .fixed = "EC" },
	{ "x", .param = OSSL_PKEY_PARAM_EC_PUB_X, .width = ES256_LEN },
	{ "y", .param = OSSL_PKEY_PARAM_EC_PUB_Y, .width = ES256_LEN },
	{ NULL },
};

static EVP_PKEY *
ec_generate(void)
{
	return EVP_EC_gen("P-256");
}

static EVP_PKEY *
ec_from_jwk(const struct jwk *jwk, bool has_d)
{
	char group[] = "P-256";
	uint8_t point[1 + 2 * ES256_LEN] = { POINT_CONVERSION_UNCOMPRESSED };
	uint8_t *x, *y;
	size_t n;
	OSSL_PARAM params[4];

	if (jwk_bytes(jwk, "x", ES256_LEN, &x, &n) != 0 ||
	    jwk_bytes(jwk, "y", ES256_LEN, &y, &n) != 0)
		return NULL;
	memcpy(point + 1, x, ES256_LEN);
	memcpy(point + 1 + ES256_LEN, y, ES256_LEN);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
	    group, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point));
	params[2] = params[3] = OSSL_PARAM_construct_end();
	if (has_d &&
	    jwk_number(jwk, "d", OSSL_PKEY_PARAM_PRIV_KEY, ES256_LEN,
		&params[2]) != 0)
		return NULL;
	return jwk_params_key("EC", params, has_d);
}

static bool
ec_usable(const EVP_PKEY *pkey)
{
	char name[32];

	return EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) == 1 &&
	    strcmp(name, "prime256v1") == 0;
}

static int
es256_prepare(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1 ? 0 : -1;
}

/* JOSE has r ‖ s of fixed width where OpenSSL has DER. */
static int
ecdsa_from_der(const uint8_t *der, size_t n, uint8_t *ret)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	int r = -1;

	if (sig != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, ES256_LEN) > 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + ES256_LEN, ES256_LEN) > 0)
		r = 0;
	ECDSA_SIG_free(sig);
	return r;
}

/* The length, or -1. ret has ECDSA_DER_MAX bytes. */
static int
ecdsa_to_der(const uint8_t *rs, uint8_t *ret)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(rs, ES256_LEN, NULL);
	BIGNUM *s = BN_bin2bn(rs + ES256_LEN, ES256_LEN, NULL);
	int n = -1;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		n = i2d_ECDSA_SIG(sig, &ret);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(sig);
	return n;
}

static int
es256_sign(const struct jws_key *key, const void *p, size_t n, uint8_t *ret,
    size_t *ret_n)
{
	uint8_t hash[SHA256_LEN], der[ECDSA_DER_MAX];
	size_t der_n = sizeof(der);

	sha256(p, n, hash);
	if (EVP_PKEY_sign(key->sign, der, &der_n, hash, sizeof(hash)) != 1)
		return -1;
	*ret_n = 2 * ES256_LEN;
	return ecdsa_from_der(der, der_n, ret);
}

static bool
es256_verify(const struct jws_key *key, const void *p, size_t n,
    const uint8_t *sig, size_t sig_n)
{
	uint8_t hash[SHA256_LEN], der[ECDSA_DER_MAX];
	int der_n;

	if (sig_n != 2 * ES256_LEN || (der_n = ecdsa_to_der(sig, der)) < 0)
		return false;
	sha256(p, n, hash);
	return EVP_PKEY_verify(key->verify, der, (size_t)der_n, hash,
		   sizeof(hash)) == 1;
}

const struct jws_row jws_es256 = {
	.name = "ES256",
	.type = "EC",
	.members = ec_members,
	.generate = ec_generate,
	.from_jwk = ec_from_jwk,
	.usable = ec_usable,
	.prepare = es256_prepare,
	.sign = es256_sign,
	.verify = es256_verify,
};
