/*
 * JSON Web Signature in compact form (RFC 7515) with RS256 (RFC 7518 §3.3),
 * ES256 (§3.4) and EdDSA over Ed25519 (RFC 8037), and the keys as JWKs (RFC
 * 7517). One row an algorithm.
 *
 * The algorithm always comes from our key, never from the header: a header
 * that says anything else, "none" among it, does not verify (RFC 8725 §3.1).
 */
#ifndef CRYPTO_JWS_H
#define CRYPTO_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

enum jws_alg { JWS_RS256, JWS_ES256, JWS_EDDSA, JWS_ALG__MAX };

#define JWS_KID_MAX 64

/* A key pair, or the public half of one, ready to use. */
struct jws_key;

const char *jws_alg_name(enum jws_alg);
int jws_alg_parse(const char *name, enum jws_alg *ret); /* 0 or -1 */

/*
 * A new key pair: RSA of 2048 bits, P-256, or Ed25519. NULL on failure. The
 * kid may be NULL or empty here and below: headers and JWKs then have none.
 */
struct jws_key *jws_key_generate(enum jws_alg, const char *kid);
/* PKCS #8 DER of the private half. The bytes belong to mem. 0 or <0. */
int jws_key_private(const struct jws_key *, struct arena *mem,
    uint8_t **ret_der, size_t *ret_n);
/* NULL when the DER is not a key of that algorithm, or RSA below 2048 bits. */
struct jws_key *jws_key_load(enum jws_alg, const char *kid, const uint8_t *der,
    size_t n);
/*
 * From a JWK as JSON text: kty, crv, n, e, x, y, and d where it has one (with
 * p, q, dp, dq, qi or without). The values are checked, and that d fits.
 */
struct jws_key *jws_key_from_jwk(enum jws_alg, const char *kid, const char *jwk,
    size_t n);
void jws_key_free(struct jws_key *); /* NULL is fine */

const char *jws_key_kid(const struct jws_key *);
enum jws_alg jws_key_alg(const struct jws_key *);

/* Appends the public JWK: kty, use, alg, kid and the key's members. */
void jws_key_jwk(const struct jws_key *, struct buf *out);
/* RFC 7638, base64url of SHA-256; in mem. */
char *jws_key_thumbprint(const struct jws_key *, struct arena *mem);

/*
 * Appends header.payload.signature. typ is the header's "typ" ("at+jwt"), or
 * NULL for none. 0 or <0.
 */
int jws_sign(const struct jws_key *, const char *typ, const char *payload,
    size_t n, struct buf *out);

/* What a token says of itself before anything is verified. */
struct jws_parts {
	char *alg, *kid, *typ; /* NULL where absent; in mem */
	bool critical; /* it has "crit" (RFC 7515 §4.1.11): refuse */
	const char *signing_input; /* header.payload in the token itself */
	size_t signing_input_n;
	uint8_t *payload, *signature; /* decoded, in mem; payload has a NUL */
	size_t payload_n, signature_n;
};

/* Three parts of strict base64url, a header that is a JSON object. 0 or -1. */
int jws_split(struct arena *mem, const char *token, size_t n,
    struct jws_parts *ret);

/* True when header and key agree on the algorithm and the signature holds. */
bool jws_verify(const struct jws_key *, const struct jws_parts *);

#endif
