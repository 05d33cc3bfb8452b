/*
 * Digests, times of use and values lie in three arrays, so that a look-up
 * touches one or two cache lines before it knows. A use of 0 is an empty way.
 */
#include "crypto/token_cache.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES (TOKEN_CACHE_SETS * TOKEN_CACHE_WAYS)

_Static_assert(TOKEN_CACHE_SETS == 256, "the first byte chooses the set");

struct token_cache {
	size_t value_n;
	uint64_t uses;
	uint64_t used[ENTRIES];
	struct token_digest digest[ENTRIES];
	uint8_t value[];
};

void
token_digest(const char *token, size_t n, struct token_digest *ret)
{
	sha256(token, n, ret->b);
}

struct token_cache *
token_cache_new(size_t value_n)
{
	struct token_cache *c = calloc(1, sizeof(*c) + ENTRIES * value_n);

	if (c == NULL)
		abort();
	c->value_n = value_n;
	return c;
}

void
token_cache_free(struct token_cache *c)
{
	free(c);
}

/* Where the digest is; else, to be put, where it has to go; or -1. */
static int
entry_of(const struct token_cache *c, const struct token_digest *d, bool put)
{
	int first = d->b[0] * TOKEN_CACHE_WAYS, oldest = first;

	for (int i = first; i < first + TOKEN_CACHE_WAYS; i++) {
		if (c->used[i] != 0 &&
		    secret_equal(&c->digest[i], d, sizeof(*d)))
			return i;
		if (c->used[i] < c->used[oldest])
			oldest = i;
	}
	return put ? oldest : -1;
}

bool
token_cache_find(struct token_cache *c, const struct token_digest *d,
    void *ret_value)
{
	int i = entry_of(c, d, false);

	if (i < 0)
		return false;
	c->used[i] = ++c->uses;
	memcpy(ret_value, c->value + (size_t)i * c->value_n, c->value_n);
	return true;
}

void
token_cache_put(struct token_cache *c, const struct token_digest *d,
    const void *value)
{
	int i = entry_of(c, d, true);

	c->used[i] = ++c->uses;
	c->digest[i] = *d;
	memcpy(c->value + (size_t)i * c->value_n, value, c->value_n);
}

void
token_cache_clear(struct token_cache *c)
{
	memset(c->used, 0, sizeof(c->used));
	memset(c->digest, 0, sizeof(c->digest));
	memset(c->value, 0, ENTRIES * c->value_n);
}
