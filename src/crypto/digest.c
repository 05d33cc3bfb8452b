/*
 * The digest and MAC contexts are made once a process and reset for each use,
 * which spares OpenSSL's look-up by name (a third of the cost of a short
 * input). Processes have one thread, and contexts survive fork. OpenSSL fails
 * here only without memory, which aborts, as everywhere.
 */
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "crypto/b64.h"

static void
must(int ok)
{
	if (!ok)
		abort();
}

static EVP_MD_CTX *
sha256_ctx(void)
{
	static EVP_MD_CTX *ctx;

	if (ctx == NULL) {
		EVP_MD *md = EVP_MD_fetch(NULL, "SHA256", NULL);

		must(md != NULL && (ctx = EVP_MD_CTX_new()) != NULL);
		must(EVP_DigestInit_ex2(ctx, md, NULL));
		EVP_MD_free(md);
	}
	return ctx;
}

static EVP_MAC_CTX *
hmac_ctx(void)
{
	static EVP_MAC_CTX *ctx;

	if (ctx == NULL) {
		char name[] = "SHA256";
		OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
			    name, 0),
			OSSL_PARAM_construct_end(),
		};
		EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

		must(mac != NULL && (ctx = EVP_MAC_CTX_new(mac)) != NULL);
		must(EVP_MAC_CTX_set_params(ctx, params));
		EVP_MAC_free(mac);
	}
	return ctx;
}

void
sha256(const void *p, size_t n, uint8_t ret[SHA256_LEN])
{
	EVP_MD_CTX *ctx = sha256_ctx();

	must(EVP_DigestInit_ex2(ctx, NULL, NULL));
	must(EVP_DigestUpdate(ctx, p, n));
	must(EVP_DigestFinal_ex(ctx, ret, NULL));
}

/* An empty key must not look like "the same key as before", which is NULL. */
static void
hmac_start(const void *key, size_t n)
{
	must(EVP_MAC_init(hmac_ctx(), n == 0 ? "" : key, n, NULL));
}

static void
hmac_add(const void *p, size_t n)
{
	must(EVP_MAC_update(hmac_ctx(), p, n));
}

static void
hmac_end(uint8_t ret[SHA256_LEN])
{
	size_t n;

	must(EVP_MAC_final(hmac_ctx(), ret, &n, SHA256_LEN));
}

void
hmac_sha256(const void *key, size_t key_n, const void *p, size_t n,
    uint8_t ret[SHA256_LEN])
{
	hmac_start(key, key_n);
	hmac_add(p, n);
	hmac_end(ret);
}

void
hkdf_sha256(const void *key, size_t key_n, const char *info, uint8_t *ret,
    size_t n)
{
	static const uint8_t no_salt[SHA256_LEN];
	uint8_t prk[SHA256_LEN], t[SHA256_LEN];
	size_t done = 0;

	must(n <= 255 * SHA256_LEN);
	hmac_sha256(no_salt, sizeof(no_salt), key, key_n, prk);
	for (uint8_t i = 1; done < n; i++) {
		size_t part = n - done < sizeof(t) ? n - done : sizeof(t);

		hmac_start(prk, sizeof(prk));
		hmac_add(t, i == 1 ? 0 : sizeof(t));
		hmac_add(info, strlen(info));
		hmac_add(&i, 1);
		hmac_end(t);
		memcpy(ret + done, t, part);
		done += part;
	}
	secret_wipe(prk, sizeof(prk));
	secret_wipe(t, sizeof(t));
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
	return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

void
secret_wipe(void *p, size_t n)
{
	if (n > 0)
		OPENSSL_cleanse(p, n);
}

static char *
encode(enum b64_form form, struct arena *mem, const void *p, size_t n)
{
	char *text = arena_alloc(mem, B64_TEXT_MAX(n));

	b64_encode(form, p, n, text);
	return text;
}

static int
decode(enum b64_form form, struct arena *mem, const char *text, size_t text_n,
    uint8_t **ret_p, size_t *ret_n)
{
	uint8_t *p = arena_alloc(mem, B64_BYTES_MAX(text_n));

	if (b64_decode(form, text, text_n, p, ret_n) != 0)
		return -1;
	*ret_p = p;
	return 0;
}

char *
base64url_encode(struct arena *mem, const void *p, size_t n)
{
	return encode(B64_URL, mem, p, n);
}

int
base64url_decode(struct arena *mem, const char *text, size_t text_n,
    uint8_t **ret_p, size_t *ret_n)
{
	return decode(B64_URL, mem, text, text_n, ret_p, ret_n);
}

char *
base64_encode(struct arena *mem, const void *p, size_t n)
{
	return encode(B64_PADDED, mem, p, n);
}

int
base64_decode(struct arena *mem, const char *text, size_t text_n,
    uint8_t **ret_p, size_t *ret_n)
{
	return decode(B64_PADDED, mem, text, text_n, ret_p, ret_n);
}

char *
hex_encode(struct arena *mem, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = p;
	char *text = arena_alloc(mem, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[in[i] >> 4];
		text[2 * i + 1] = digits[in[i] & 15];
	}
	return text;
}
