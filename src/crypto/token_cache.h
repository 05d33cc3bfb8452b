/*
 * What tokens said whose signature was already found good, so that a client
 * that keeps sending the same one costs a hash instead of a signature check.
 *
 * Exact: the key is the SHA-256 of the whole token, so a changed byte is
 * another key, and a token gets in only by token_cache_put() after it was
 * verified. Nothing expires here: the value must hold what the caller checks
 * each time (expiry, audience), and the cache must be cleared when a key
 * retires. It never stands for the session's row, which is read each time.
 *
 * Fixed in size, one for a process: TOKEN_CACHE_SETS sets of
 * TOKEN_CACHE_WAYS, the one longest unused makes room.
 */
#ifndef CRYPTO_TOKEN_CACHE_H
#define CRYPTO_TOKEN_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"

#define TOKEN_CACHE_SETS 256
#define TOKEN_CACHE_WAYS 8

struct token_cache;

struct token_digest {
	uint8_t b[SHA256_LEN];
};

void token_digest(const char *token, size_t n, struct token_digest *ret);

/* Values have value_n bytes each, and must not point anywhere. */
struct token_cache *token_cache_new(size_t value_n);
void token_cache_free(struct token_cache *); /* NULL is fine */

/* Copies the value out, or says false. */
bool token_cache_find(struct token_cache *, const struct token_digest *,
    void *ret_value);
/* Copies the value in, in place of what was there under this digest. */
void token_cache_put(struct token_cache *, const struct token_digest *,
    const void *value);
void token_cache_clear(struct token_cache *);

#endif
