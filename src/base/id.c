/*
 * UUIDv7 with a counter in rand_a (RFC 9562 section 6.2, method 1): it starts
 * at a random value in its lower half each millisecond, and runs over into
 * the next millisecond. Randomness is taken from the kernel for several ids
 * at a time. A forked child starts afresh, for it would otherwise count on
 * from where its siblings do. Processes here have one thread.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/id.h"
#include "base/rand.h"

#define BASE32_LEN  26
#define HEX_LEN     36
#define COUNTER_MAX 0xfff
#define POOL        512
/* a clock set back by more is followed, not waited for */
#define STEP_BACK_MS 10000

static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char hex[] = "0123456789abcdef";

static enum id_form form = ID_TYPEID;

static struct {
	int64_t ms; /* 0: no id yet */
	uint32_t counter;
	uint8_t pool[POOL];
	size_t left; /* of pool */
} last;

void
id_set_form(enum id_form f)
{
	form = f;
}

static void
forget(void)
{
	memset(&last, 0, sizeof(last));
}

/* Bytes that nobody is given twice. */
static void
take(void *ret, size_t n)
{
	if (last.left < n) {
		rand_bytes(last.pool, sizeof(last.pool));
		last.left = sizeof(last.pool);
	}
	last.left -= n;
	memcpy(ret, last.pool + last.left, n);
}

/* Moves `last` to the time and counter of the next id. */
static void
tick(int64_t ms)
{
	static bool watched;
	uint16_t start;

	if (!watched && pthread_atfork(NULL, NULL, forget) != 0)
		abort();
	watched = true;
	if (last.ms != 0 && ms <= last.ms && last.ms - ms < STEP_BACK_MS) {
		if (last.counter < COUNTER_MAX) {
			last.counter++;
			return;
		}
		ms = last.ms + 1;
	}
	last.ms = ms;
	take(&start, sizeof(start));
	last.counter = start & COUNTER_MAX >> 1;
}

void
uuid_new(struct uuid *ret, int64_t now_us)
{
	int i;

	tick(now_us / 1000);
	for (i = 0; i < 6; i++)
		ret->b[i] = (uint8_t)(last.ms >> (40 - 8 * i));
	ret->b[6] = (uint8_t)(0x70 | last.counter >> 8);
	ret->b[7] = (uint8_t)last.counter;
	take(ret->b + 8, 8);
	ret->b[8] = (uint8_t)(0x80 | (ret->b[8] & 0x3f));
}

bool
uuid_is_zero(const struct uuid *u)
{
	static const struct uuid zero;

	return uuid_equal(u, &zero);
}

bool
uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* 128 bits in 26 characters of 5: two zero bits come first. */
static void
put_base32(const struct uuid *u, char *ret)
{
	uint32_t bits = 0;
	int i, have = 2;

	for (i = 0; i < 16; i++) {
		bits = bits << 8 | u->b[i];
		for (have += 8; have >= 5; have -= 5)
			*ret++ = base32[bits >> (have - 5) & 31];
	}
	*ret = '\0';
}

static bool
is_hyphen_at(int i)
{
	return i == 8 || i == 13 || i == 18 || i == 23;
}

static void
put_hex(const struct uuid *u, char *ret)
{
	int i, nibble = 0;

	for (i = 0; i < HEX_LEN; i++) {
		if (is_hyphen_at(i)) {
			ret[i] = '-';
			continue;
		}
		ret[i] = hex[u->b[nibble / 2] >> (nibble % 2 ? 0 : 4) & 15];
		nibble++;
	}
	ret[HEX_LEN] = '\0';
}

/* Version 7 reads 4 outside. */
static struct uuid
disguised(const struct uuid *u)
{
	struct uuid v = *u;

	v.b[6] = (uint8_t)(0x40 | (v.b[6] & 0x0f));
	return v;
}

void
id_format(const char *prefix, const struct uuid *u, char ret_text[ID_TEXT_MAX])
{
	size_t n = strnlen(prefix, ID_TEXT_MAX - BASE32_LEN - 2);
	struct uuid shown;

	if (form == ID_UUID) {
		shown = disguised(u);
		put_hex(&shown, ret_text);
		return;
	}
	memcpy(ret_text, prefix, n);
	ret_text[n] = '_';
	put_base32(u, ret_text + n + 1);
}

/* The value of a digit of either case, or -1. */
static int
digit_value(const char *digits, char c)
{
	char lower = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
	const char *at = lower == '\0' ? NULL : strchr(digits, lower);

	return at == NULL ? -1 : (int)(at - digits);
}

static int
take_base32(const char *text, struct uuid *ret)
{
	struct uuid u;
	uint32_t bits = 0;
	int i, value, have = -2, n = 0;

	/* a first digit over 7 would need a 129th bit */
	if (strlen(text) != BASE32_LEN || digit_value(base32, text[0]) > 7)
		return -1;
	for (i = 0; i < BASE32_LEN; i++) {
		value = digit_value(base32, text[i]);
		if (value < 0)
			return -1;
		bits = bits << 5 | (uint32_t)value;
		have += 5;
		if (have >= 8) {
			have -= 8;
			u.b[n++] = (uint8_t)(bits >> have);
		}
	}
	*ret = u;
	return 0;
}

static int
take_hex(const char *text, struct uuid *ret)
{
	struct uuid u = { { 0 } };
	int i, value, nibble = 0;

	for (i = 0; i < HEX_LEN; i++) {
		if (is_hyphen_at(i)) {
			if (text[i] != '-')
				return -1;
			continue;
		}
		value = digit_value(hex, text[i]);
		if (value < 0)
			return -1;
		u.b[nibble / 2] |= (uint8_t)(value << (nibble % 2 ? 0 : 4));
		nibble++;
	}
	if (u.b[6] >> 4 != 4 && u.b[6] >> 4 != 7)
		return -1;
	u.b[6] = (uint8_t)(0x70 | (u.b[6] & 0x0f));
	*ret = u;
	return 0;
}

int
id_parse(const char *prefix, const char *text, struct uuid *ret)
{
	size_t n = strlen(prefix);

	if (strlen(text) == HEX_LEN && text[8] == '-')
		return take_hex(text, ret);
	if (strncasecmp(text, prefix, n) != 0 || text[n] != '_')
		return -1;
	return take_base32(text + n + 1, ret);
}
