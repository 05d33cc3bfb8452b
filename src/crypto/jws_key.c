/*
 * Keys: made, sealed and read back, read from JWKs and written as such. A
 * context to sign exists exactly where there is a private half. OpenSSL's
 * error queue is left empty: what is refused here says nothing about later
 * calls.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/b64.h"
#include "crypto/digest.h"
#include "crypto/jws_alg.h"
#include "json/json.h"

static const struct jws_row *const rows[JWS_ALG__MAX] = {
	[JWS_RS256] = &jws_rs256,
	[JWS_ES256] = &jws_es256,
	[JWS_EDDSA] = &jws_eddsa,
};

const char *
jws_alg_name(enum jws_alg alg)
{
	return rows[alg]->name;
}

int
jws_alg_parse(const char *name, enum jws_alg *ret)
{
	for (int i = 0; i < JWS_ALG__MAX; i++) {
		if (strcmp(name, rows[i]->name) == 0) {
			*ret = (enum jws_alg)i;
			return 0;
		}
	}
	return -1;
}

/* A string member, NULL if absent or not a string. */
static char *
jwk_text(const struct jwk *jwk, const char *name)
{
	const char *p;
	size_t n;

	if (!json_member(jwk->p, jwk->n, name, &p, &n))
		return NULL;
	return json_string(jwk->mem, p, n);
}

bool
jwk_has(const struct jwk *jwk, const char *name)
{
	const char *p;
	size_t n;

	return json_member(jwk->p, jwk->n, name, &p, &n);
}

int
jwk_bytes(const struct jwk *jwk, const char *name, size_t want, uint8_t **ret_p,
    size_t *ret_n)
{
	const char *text = jwk_text(jwk, name);

	if (text == NULL ||
	    base64url_decode(jwk->mem, text, strlen(text), ret_p, ret_n) != 0)
		return -1;
	if (*ret_n == 0 || *ret_n > JWS_NUMBER_MAX)
		return -1;
	return want == 0 || *ret_n == want ? 0 : -1;
}

int
jwk_number(const struct jwk *jwk, const char *name, const char *param,
    size_t want, OSSL_PARAM *ret)
{
	uint8_t *p;
	size_t n;

	if (jwk_bytes(jwk, name, want, &p, &n) != 0)
		return -1;
	for (size_t i = 0; i < n / 2; i++) {
		uint8_t b = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = b;
	}
	*ret = OSSL_PARAM_construct_BN(param, p, n);
	return 0;
}

EVP_PKEY *
jwk_params_key(const char *type, OSSL_PARAM *params, bool private)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey,
		private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY_CTX *
prepared(const struct jws_row *row, EVP_PKEY *pkey, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (ctx != NULL && init(ctx) == 1 && row->prepare(ctx) == 0)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static int
key_prepare(struct jws_key *key)
{
	if (key->row->prepare == NULL)
		return 0;
	key->verify = prepared(key->row, key->pkey, EVP_PKEY_verify_init);
	if (key->verify == NULL)
		return -1;
	if (!key->private)
		return 0;
	key->sign = prepared(key->row, key->pkey, EVP_PKEY_sign_init);
	return key->sign != NULL ? 0 : -1;
}

/* Takes pkey, which may be NULL, also when it gives NULL. */
static struct jws_key *
key_new(const struct jws_row *row, const char *kid, EVP_PKEY *pkey,
    bool private)
{
	struct jws_key *key = calloc(1, sizeof(*key));
	size_t kid_n = kid == NULL ? 0 : strlen(kid);

	if (key == NULL)
		abort();
	key->row = row;
	key->pkey = pkey;
	key->private = private;
	if (pkey == NULL || kid_n > JWS_KID_MAX ||
	    EVP_PKEY_is_a(pkey, row->type) != 1 ||
	    (row->usable != NULL && !row->usable(pkey)) ||
	    key_prepare(key) != 0) {
		jws_key_free(key);
		ERR_clear_error();
		return NULL;
	}
	memcpy(key->kid, kid == NULL ? "" : kid, kid_n);
	return key;
}

void
jws_key_free(struct jws_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_CTX_free(key->verify);
	EVP_PKEY_CTX_free(key->sign);
	EVP_PKEY_free(key->pkey);
	free(key);
}

struct jws_key *
jws_key_generate(enum jws_alg alg, const char *kid)
{
	return key_new(rows[alg], kid, rows[alg]->generate(), true);
}

int
jws_key_private(const struct jws_key *key, struct arena *mem, uint8_t **ret_der,
    size_t *ret_n)
{
	PKCS8_PRIV_KEY_INFO *info;
	uint8_t *der = NULL;
	int n = -1;

	if (!key->private)
		return -1;
	info = EVP_PKEY2PKCS8(key->pkey);
	if (info != NULL)
		n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	PKCS8_PRIV_KEY_INFO_free(info);
	ERR_clear_error();
	if (n <= 0)
		return -1;
	*ret_der = arena_memdup(mem, der, (size_t)n);
	*ret_n = (size_t)n;
	OPENSSL_clear_free(der, (size_t)n);
	return 0;
}

struct jws_key *
jws_key_load(enum jws_alg alg, const char *kid, const uint8_t *der, size_t n)
{
	const uint8_t *p = der;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)n);
	EVP_PKEY *pkey = NULL;

	if (info != NULL && p == der + n)
		pkey = EVP_PKCS82PKEY(info);
	PKCS8_PRIV_KEY_INFO_free(info);
	return key_new(rows[alg], kid, pkey, true);
}

/* Is the public half sound, and the private one, if any, its own? */
static bool
key_agrees(const struct jws_key *key)
{
	static const char text[] = "a trial";
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool sound = ctx != NULL && EVP_PKEY_public_check(ctx) == 1;
	uint8_t sig[JWS_NUMBER_MAX];
	size_t n;

	EVP_PKEY_CTX_free(ctx);
	if (!sound || !key->private)
		return sound;
	return key->row->sign(key, text, sizeof(text), sig, &n) == 0 &&
	    key->row->verify(key, text, sizeof(text), sig, n);
}

bool
jws_text_is_object(const char *p, size_t n)
{
	size_t at, blanks = 0;

	if (json_scan(p, n, &at) != JSON_OK)
		return false;
	while (blanks < n && strchr(" \t\r\n", p[blanks]) != NULL)
		blanks++;
	return blanks < n && p[blanks] == '{';
}

/* A member that is absent or says just this. */
static bool
jwk_allows(const struct jwk *jwk, const char *name, const char *value)
{
	const char *text;

	if (!jwk_has(jwk, name))
		return true;
	text = jwk_text(jwk, name);
	return text != NULL && strcmp(text, value) == 0;
}

static EVP_PKEY *
jwk_read(const struct jws_row *row, const struct jwk *jwk, bool *ret_private)
{
	if (!jws_text_is_object(jwk->p, jwk->n) ||
	    !jwk_allows(jwk, "use", "sig") ||
	    !jwk_allows(jwk, "alg", row->name))
		return NULL;
	for (const struct jws_member *m = row->members; m->name != NULL; m++)
		if (m->fixed != NULL &&
		    (!jwk_has(jwk, m->name) ||
			!jwk_allows(jwk, m->name, m->fixed)))
			return NULL;
	*ret_private = jwk_has(jwk, "d");
	return row->from_jwk(jwk, *ret_private);
}

struct jws_key *
jws_key_from_jwk(enum jws_alg alg, const char *kid, const char *text, size_t n)
{
	struct jwk jwk = { arena_new_secret(0), text, n };
	bool private = false;
	EVP_PKEY *pkey = jwk_read(rows[alg], &jwk, &private);
	struct jws_key *key = key_new(rows[alg], kid, pkey, private);

	arena_free(jwk.mem);
	if (key != NULL && !key_agrees(key)) {
		jws_key_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

const char *
jws_key_kid(const struct jws_key *key)
{
	return key->kid;
}

enum jws_alg
jws_key_alg(const struct jws_key *key)
{
	enum jws_alg alg = JWS_RS256;

	while (rows[alg] != key->row)
		alg++;
	return alg;
}

/* The bytes of a value of the key; 0 for none. */
static size_t
member_bytes(const EVP_PKEY *pkey, const struct jws_member *m,
    uint8_t ret[JWS_NUMBER_MAX])
{
	BIGNUM *bn = NULL;
	size_t n = 0;

	if (m->octets)
		return EVP_PKEY_get_octet_string_param(pkey, m->param, ret,
			   JWS_NUMBER_MAX, &n) == 1
		    ? n
		    : 0;
	if (EVP_PKEY_get_bn_param(pkey, m->param, &bn) != 1)
		return 0;
	n = m->width != 0 ? m->width : (size_t)BN_num_bytes(bn);
	if (n > JWS_NUMBER_MAX || BN_bn2binpad(bn, ret, (int)n) < 0)
		n = 0;
	BN_free(bn);
	return n;
}

static void
member_put(const struct jws_key *key, const struct jws_member *m, bool *first,
    struct buf *out)
{
	uint8_t bytes[JWS_NUMBER_MAX];
	char text[B64_TEXT_MAX(JWS_NUMBER_MAX)];

	json_put_key(out, m->name, first);
	if (m->fixed != NULL) {
		json_put_string(out, m->fixed);
		return;
	}
	b64_encode(B64_URL, bytes, member_bytes(key->pkey, m, bytes), text);
	json_put_string(out, text);
}

/* Those named kty, or all the others. */
static void
members_put(const struct jws_key *key, bool kty, bool *first, struct buf *out)
{
	for (const struct jws_member *m = key->row->members; m->name != NULL;
	     m++)
		if ((strcmp(m->name, "kty") == 0) == kty)
			member_put(key, m, first, out);
}

void
jws_put_text(struct buf *out, const char *name, const char *value, bool *first)
{
	json_put_key(out, name, first);
	json_put_string(out, value);
}

void
jws_key_jwk(const struct jws_key *key, struct buf *out)
{
	bool first = true;

	buf_putc(out, '{');
	members_put(key, true, &first, out);
	jws_put_text(out, "use", "sig", &first);
	jws_put_text(out, "alg", key->row->name, &first);
	if (key->kid[0] != '\0')
		jws_put_text(out, "kid", key->kid, &first);
	members_put(key, false, &first, out);
	buf_putc(out, '}');
}

char *
jws_key_thumbprint(const struct jws_key *key, struct arena *mem)
{
	struct buf json;
	uint8_t hash[SHA256_LEN];
	bool first = true;

	buf_init(&json, mem, 512);
	buf_putc(&json, '{');
	for (const struct jws_member *m = key->row->members; m->name != NULL;
	     m++)
		member_put(key, m, &first, &json);
	buf_putc(&json, '}');
	sha256(json.p, json.n, hash);
	return base64url_encode(mem, hash, sizeof(hash));
}
