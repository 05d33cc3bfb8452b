/*
 * Secrets at rest: AES-256-GCM under a key derived from the master key file.
 * A sealed value is version ‖ nonce ‖ ciphertext ‖ tag, and opens only with
 * the same context string (its additional data), so that a value moved to
 * another row or column does not open.
 *
 * The master key file has one line for each key, `version:base64url of 32
 * bytes`, version 1 to 255, the newest last; the last one seals, all open.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

#define MASTER_KEY_LEN 32

struct master_key; /* the keys of the file, in locked memory */

/* NULL with a line in problems: absent, readable by others, malformed. */
struct master_key *master_key_load(const char *path, struct buf *problems);
/* Creates the file, 0600, with one new key; -1 when it exists or cannot be. */
int master_key_create(const char *path, struct buf *problems);
void master_key_free(struct master_key *);

/*
 * The newest version; a key of n bytes derived for one purpose (HKDF), which
 * must not begin with "seal ". -1: no such version.
 */
uint8_t master_key_version(const struct master_key *);
int master_key_derive(const struct master_key *, uint8_t version,
    const char *purpose, uint8_t *ret, size_t n);

/*
 * HMAC-SHA-256 of n bytes under a key derived for that purpose. -1: no such
 * version.
 */
int master_key_mac(const struct master_key *, uint8_t version,
    const char *purpose, const void *p, size_t n, uint8_t ret[32]);

/* The bytes belong to mem. 0 or <0. */
int seal(const struct master_key *, const char *context, const void *p,
    size_t n, struct arena *mem, uint8_t **ret, size_t *ret_n);
/* mem should be a secret arena. <0: forged, cut, or another context. */
int unseal(const struct master_key *, const char *context, const void *p,
    size_t n, struct arena *mem, uint8_t **ret, size_t *ret_n);

#endif
