/*
 * What stands behind crypto/jws.h: an algorithm is one row in a file of its
 * own, and nothing outside these files asks which algorithm it is.
 */
#ifndef CRYPTO_JWS_ALG_H
#define CRYPTO_JWS_ALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "crypto/jws.h"

#define JWS_RSA_BITS     2048 /* made, and at least */
#define JWS_RSA_BITS_MAX 8192
#define JWS_NUMBER_MAX   (JWS_RSA_BITS_MAX / 8)

struct arena;
struct buf;
struct jws_row;

/*
 * The contexts are prepared once, so that a signature costs no set-up; one
 * that was refused leaves them usable, and they survive fork. NULL: Ed25519,
 * which has none, or no private half to sign with.
 */
struct jws_key {
	const struct jws_row *row;
	char kid[JWS_KID_MAX + 1]; /* may be empty */
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *verify, *sign;
	bool private;
};

/* A public member of the JWK: a fixed word, or a value of the key. */
struct jws_member {
	const char *name; /* NULL ends the table */
	const char *fixed;
	const char *param; /* OpenSSL's name of the value */
	size_t width; /* bytes of a coordinate; 0: as many as it has */
	bool octets; /* no number, but the bytes as they are */
};

/* A JWK that is being read: JSON that was scanned. */
struct jwk {
	struct arena *mem;
	const char *p;
	size_t n;
};

struct jws_row {
	const char *name; /* the header's "alg" */
	const char *type; /* of the key, as OpenSSL names it */
	const struct jws_member *members; /* in RFC 7638's order */
	EVP_PKEY *(*generate)(void);
	/* has_d: with the private half. NULL when it is malformed. */
	EVP_PKEY *(*from_jwk)(const struct jwk *, bool has_d);
	/* of the right size or curve; NULL: all are */
	bool (*usable)(const EVP_PKEY *);
	/* sets up a context to sign or verify, 0 or -1; NULL: there is none */
	int (*prepare)(EVP_PKEY_CTX *);
	/* ret has JWS_NUMBER_MAX bytes; 0 or -1 */
	int (*sign)(const struct jws_key *, const void *p, size_t n,
	    uint8_t *ret, size_t *ret_n);
	bool (*verify)(const struct jws_key *, const void *p, size_t n,
	    const uint8_t *sig, size_t sig_n);
};

extern const struct jws_row jws_rs256, jws_es256, jws_eddsa;

/* Is this JSON, by all the rules of json_scan(), and an object? */
bool jws_text_is_object(const char *p, size_t n);

/* "name":"value", with a comma where one is needed; first starts true. */
void jws_put_text(struct buf *, const char *name, const char *value,
    bool *first);

bool jwk_has(const struct jwk *, const char *name);
/* A member of base64url; want is its length, 0 for any but none. 0 or -1. */
int jwk_bytes(const struct jwk *, const char *name, size_t want,
    uint8_t **ret_p, size_t *ret_n);
/* One that is a big-endian number, as a parameter for OpenSSL. 0 or -1. */
int jwk_number(const struct jwk *, const char *name, const char *param,
    size_t want, OSSL_PARAM *ret);
/* NULL when OpenSSL does not take them. */
EVP_PKEY *jwk_params_key(const char *type, OSSL_PARAM *, bool private);

#endif
