#include "crypto/token_cache.h"

#include <string.h>

#include "crypto.h"

struct value {
	int number;
	char text[187]; /* an odd size */
};

/* A digest of this set, told apart from others by its last byte. */
static struct token_digest
digest_of(int set, int last)
{
	struct token_digest d = { { (uint8_t)set } };

	d.b[SHA256_LEN - 1] = (uint8_t)last;
	return d;
}

static void
put(struct token_cache *c, struct token_digest d, int number)
{
	struct value v = { number, "" };

	token_cache_put(c, &d, &v);
}

/* The number that was put, or -1. */
static int
find(struct token_cache *c, struct token_digest d)
{
	struct value v = { .number = -1 };
	bool found = token_cache_find(c, &d, &v);

	WANT_INT("found", v.number != -1, found);
	return v.number;
}

START_TEST(tokens)
{
	struct token_cache *c = token_cache_new(sizeof(struct value));
	char token[] = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl";
	struct token_digest d;

	token_digest(token, strlen(token), &d);
	WANT_INT("empty", -1, find(c, d));
	put(c, d, 7);
	WANT_INT("put", 7, find(c, d));
	put(c, d, 8);
	WANT_INT("put again", 8, find(c, d));
	for (size_t i = 0; i < strlen(token); i++) {
		struct token_digest other;

		token[i] ^= 1;
		token_digest(token, strlen(token), &other);
		WANT_INT(token, -1, find(c, other));
		token[i] ^= 1;
		token_digest(token, i, &other);
		WANT_INT("cut", -1, find(c, other));
	}
	WANT_INT("still there", 8, find(c, d));
	token_cache_free(c);
}
END_TEST

/* A digest counts whole: here each bit of it is changed. */
START_TEST(digest_bits)
{
	struct token_cache *c = token_cache_new(sizeof(struct value));
	struct token_digest zero = { { 0 } }, d = digest_of(3, 5);

	put(c, d, 1);
	for (int bit = 0; bit < 8 * SHA256_LEN; bit++) {
		d.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		WANT_INT("another bit", -1, find(c, d));
		d.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	WANT_INT("the same", 1, find(c, d));
	WANT_INT("an empty way is no digest of zeros", -1, find(c, zero));
	token_cache_free(c);
}
END_TEST

START_TEST(eviction)
{
	struct token_cache *c = token_cache_new(sizeof(struct value));

	put(c, digest_of(8, 0), 100);
	for (int i = 0; i < TOKEN_CACHE_WAYS; i++)
		put(c, digest_of(9, i), i);
	for (int i = 0; i < TOKEN_CACHE_WAYS; i++)
		WANT_INT("a full set", i, find(c, digest_of(9, i)));
	find(c, digest_of(9, 0));
	put(c, digest_of(9, TOKEN_CACHE_WAYS), 44);
	WANT_INT("used last", 0, find(c, digest_of(9, 0)));
	WANT_INT("longest unused", -1, find(c, digest_of(9, 1)));
	WANT_INT("next", 2, find(c, digest_of(9, 2)));
	WANT_INT("newest", 44, find(c, digest_of(9, TOKEN_CACHE_WAYS)));
	put(c, digest_of(9, 3), 33);
	WANT_INT("replaced in place", 33, find(c, digest_of(9, 3)));
	WANT_INT("nobody left for it", 0, find(c, digest_of(9, 0)));
	WANT_INT("another set", 100, find(c, digest_of(8, 0)));
	token_cache_free(c);
}
END_TEST

START_TEST(full_and_clear)
{
	struct token_cache *c = token_cache_new(sizeof(struct value));
	int n = TOKEN_CACHE_SETS * TOKEN_CACHE_WAYS;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < n; i++)
			put(c,
			    digest_of(i / TOKEN_CACHE_WAYS,
				i % TOKEN_CACHE_WAYS),
			    round * n + i);
		for (int i = 0; i < n; i++)
			WANT_INT("all fit", round * n + i,
			    find(c,
				digest_of(i / TOKEN_CACHE_WAYS,
				    i % TOKEN_CACHE_WAYS)));
		token_cache_clear(c);
		for (int i = 0; i < n; i++)
			WANT_INT("none left", -1,
			    find(c,
				digest_of(i / TOKEN_CACHE_WAYS,
				    i % TOKEN_CACHE_WAYS)));
	}
	token_cache_free(c);
	token_cache_free(NULL);
}
END_TEST

TCase *
token_cache_tests(void)
{
	TCase *t = tcase_create("token_cache");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_test(t, tokens);
	tcase_add_test(t, digest_bits);
	tcase_add_test(t, eviction);
	tcase_add_test(t, full_and_clear);
	return t;
}
