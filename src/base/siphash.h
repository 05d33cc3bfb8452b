/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short keyed hash for tables,
 * which nobody without the key can fill with collisions.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint8_t key[16], const void *p, size_t n);

#endif
