/* SHA-256, HMAC, HKDF, base64url and comparison, over OpenSSL. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define SHA256_LEN 32

void sha256(const void *p, size_t n, uint8_t ret[SHA256_LEN]);
/* RFC 2104. */
void hmac_sha256(const void *key, size_t key_n, const void *p, size_t n,
    uint8_t ret[SHA256_LEN]);
/* RFC 5869 with SHA-256 and no salt; n at most 255 * 32. */
void hkdf_sha256(const void *key, size_t key_n, const char *info, uint8_t *ret,
    size_t n);

/* In time that depends on n alone. */
bool secret_equal(const void *a, const void *b, size_t n);
/* Not optimised away. */
void secret_wipe(void *p, size_t n);

/* RFC 4648 section 5 without padding. */
char *base64url_encode(struct arena *, const void *p, size_t n);
/* Strict: no padding, no blanks, no stray bits. 0 or -1. */
int base64url_decode(struct arena *, const char *text, size_t text_n,
    uint8_t **ret_p, size_t *ret_n);
/* RFC 4648 section 4 with padding. */
char *base64_encode(struct arena *, const void *p, size_t n);
int base64_decode(struct arena *, const char *text, size_t text_n,
    uint8_t **ret_p, size_t *ret_n);
/* Lower case. */
char *hex_encode(struct arena *, const void *p, size_t n);

#endif
