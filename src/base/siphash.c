/* Four words of state, two rounds a word of input and four at the end. */
#include "base/siphash.h"

struct state {
	uint64_t v0, v1, v2, v3;
};

/* Little-endian, n < 8 bytes of it at the end. */
static uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t w = 0;

	for (size_t i = 0; i < n; i++)
		w |= (uint64_t)p[i] << (8 * i);
	return w;
}

static uint64_t
rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void
mix(struct state *s, int rounds)
{
	while (rounds-- > 0) {
		s->v0 += s->v1;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v0 = rotate(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v2 = rotate(s->v2, 32);
	}
}

static void
absorb(struct state *s, uint64_t w)
{
	s->v3 ^= w;
	mix(s, 2);
	s->v0 ^= w;
}

uint64_t
siphash(const uint8_t key[16], const void *p, size_t n)
{
	uint64_t k0 = word(key, 8), k1 = word(key + 8, 8);
	struct state s = {
		k0 ^ UINT64_C(0x736f6d6570736575),
		k1 ^ UINT64_C(0x646f72616e646f6d),
		k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573),
	};
	const uint8_t *in = p;
	size_t left = n;

	for (; left >= 8; left -= 8, in += 8)
		absorb(&s, word(in, 8));
	absorb(&s, (uint64_t)n << 56 | word(in, left));
	s.v2 ^= 0xff;
	mix(&s, 4);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
