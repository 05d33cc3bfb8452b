/*
 * A scheme is one row: how its PHC string starts, how the rest is read, and
 * how a password is held against it. The first row is the one that hashes;
 * a string of any other row is outdated. What is read is strict: parameters
 * in their order, no leading zeros, base64 that has one reading.
 *
 * Derived keys are wiped before they go out of scope.
 */
#include "crypto/password.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libscrypt.h>

#include "base/clock.h"
#include "base/rand.h"
#include "crypto/b64.h"
#include "crypto/digest.h"

#define SALT_LEN 16
#define HASH_LEN 32
#define SALT_MIN 8
#define HASH_MIN 16
#define PART_MAX 64 /* bytes of a salt or a hash */

#define MEMORY_MAX (UINT64_C(1) << 30)
/* The work of 1 GiB sixteen times over: the longest that is sane to wait. */
#define WORK_MAX (16 * MEMORY_MAX / 128)

struct part {
	uint8_t p[PART_MAX];
	size_t n;
};

/* A PHC string, taken apart. */
struct phc {
	struct password_cost cost;
	struct part salt, hash;
};

struct scheme {
	const char *prefix; /* up to and with the second $ */
	int (*parse)(const char *rest, struct phc *ret); /* 0 or -1 */
	/* fills ret with the hash.n bytes that the password gives; 0 or -1 */
	int (*derive)(const struct phc *, const char *password, size_t n,
	    uint8_t ret[PART_MAX]);
};

/* Work counts the blocks that are mixed, N * r * p. */
const char *
password_cost_check(const struct password_cost *c)
{
	if (c->ln < 1 || c->r < 1 || c->p < 1)
		return "ln, r and p must be at least 1";
	if (c->ln > 40 || c->ln >= 16 * (uint64_t)c->r)
		return "ln must be below 16 * r and at most 40";
	if ((uint64_t)c->r * c->p >= UINT64_C(1) << 30)
		return "r * p must be below 2^30";
	if (UINT64_C(1) << c->ln > MEMORY_MAX / 128 / c->r ||
	    c->p > MEMORY_MAX / 128 / c->r)
		return "128 * r * 2^ln and 128 * r * p must be at most 1 GiB";
	if ((uint64_t)c->r * c->p > WORK_MAX >> c->ln)
		return "2^ln * r * p must be at most 2^27";
	return NULL;
}

static uint64_t
work_of(const struct password_cost *c)
{
	return ((uint64_t)c->r * c->p) << c->ln;
}

/* OWASP trades p for N at the same work; less memory or less work is weak. */
bool
password_cost_weak(const struct password_cost *c)
{
	struct password_cost least = PASSWORD_COST_FLOOR;

	if (password_cost_check(c) != NULL)
		return true;
	return c->ln < least.ln || c->r < least.r ||
	    work_of(c) < work_of(&least);
}

static int
scrypt(const struct password_cost *cost, const char *password, size_t n,
    const struct part *salt, uint8_t *ret, size_t ret_n)
{
	const char *p = n == 0 ? "" : password;

	if (password_cost_check(cost) != NULL)
		return -1;
	return libscrypt_scrypt((const uint8_t *)p, n, salt->p, salt->n,
		   UINT64_C(1) << cost->ln, cost->r, cost->p, ret, ret_n) == 0
	    ? 0
	    : -1;
}

/* name=number and the character that ends it; the position after that. */
static const char *
read_number(const char *s, const char *name, char end, uint32_t *ret)
{
	size_t name_n = strlen(name);
	uint64_t v = 0;

	if (strncmp(s, name, name_n) != 0)
		return NULL;
	s += name_n;
	if (*s < '1' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > UINT32_MAX)
			return NULL;
	}
	if (*s != end)
		return NULL;
	*ret = (uint32_t)v;
	return s + 1;
}

static int
read_part(const char *s, size_t n, size_t min, struct part *ret)
{
	uint8_t p[B64_BYTES_MAX(PASSWORD_PHC_MAX)];

	if (n >= PASSWORD_PHC_MAX)
		return -1;
	if (b64_decode(B64_BARE, s, n, p, &ret->n) != 0)
		return -1;
	if (ret->n < min || ret->n > PART_MAX)
		return -1;
	memcpy(ret->p, p, ret->n);
	return 0;
}

static int
scrypt_parse(const char *s, struct phc *ret)
{
	size_t salt_n;

	if ((s = read_number(s, "ln=", ',', &ret->cost.ln)) == NULL ||
	    (s = read_number(s, "r=", ',', &ret->cost.r)) == NULL ||
	    (s = read_number(s, "p=", '$', &ret->cost.p)) == NULL)
		return -1;
	if (password_cost_check(&ret->cost) != NULL)
		return -1;
	salt_n = strcspn(s, "$");
	if (s[salt_n] != '$' || read_part(s, salt_n, SALT_MIN, &ret->salt) != 0)
		return -1;
	s += salt_n + 1;
	return read_part(s, strlen(s), HASH_MIN, &ret->hash);
}

static int
scrypt_derive(const struct phc *phc, const char *password, size_t n,
    uint8_t ret[PART_MAX])
{
	return scrypt(&phc->cost, password, n, &phc->salt, ret, phc->hash.n);
}

static const struct scheme schemes[] = {
	{ "$scrypt$", scrypt_parse, scrypt_derive },
};

/* NULL: not a string we know. */
static const struct scheme *
phc_read(const char *text, struct phc *ret)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		const struct scheme *s = &schemes[i];
		size_t n = strlen(s->prefix);

		if (strncmp(text, s->prefix, n) == 0)
			return s->parse(text + n, ret) == 0 ? s : NULL;
	}
	return NULL;
}

int
password_hash(const char *password, size_t n, const struct password_cost *cost,
    char ret_phc[PASSWORD_PHC_MAX])
{
	struct part salt = { .n = SALT_LEN };
	uint8_t hash[HASH_LEN];
	char salt_text[B64_TEXT_MAX(SALT_LEN)];
	char hash_text[B64_TEXT_MAX(HASH_LEN)];

	if (n > PASSWORD_MAX_BYTES)
		return -1;
	rand_bytes(salt.p, salt.n);
	if (scrypt(cost, password, n, &salt, hash, sizeof(hash)) != 0)
		return -1;
	b64_encode(B64_BARE, salt.p, salt.n, salt_text);
	b64_encode(B64_BARE, hash, sizeof(hash), hash_text);
	snprintf(ret_phc, PASSWORD_PHC_MAX,
	    "$scrypt$ln=%" PRIu32 ",r=%" PRIu32 ",p=%" PRIu32 "$%s$%s",
	    cost->ln, cost->r, cost->p, salt_text, hash_text);
	secret_wipe(hash, sizeof(hash));
	secret_wipe(hash_text, sizeof(hash_text));
	return 0;
}

int
password_verify(const char *phc_text, const char *password, size_t n,
    bool *ret_match)
{
	struct phc phc;
	uint8_t hash[PART_MAX];
	const struct scheme *s = phc_read(phc_text, &phc);

	if (s == NULL)
		return -1;
	if (n > PASSWORD_MAX_BYTES) {
		*ret_match = false;
		return 0;
	}
	if (s->derive(&phc, password, n, hash) != 0)
		return -1;
	*ret_match = secret_equal(hash, phc.hash.p, phc.hash.n);
	secret_wipe(hash, sizeof(hash));
	secret_wipe(&phc, sizeof(phc));
	return 0;
}

bool
password_outdated(const char *phc_text, const struct password_cost *cost)
{
	struct phc phc;

	return phc_read(phc_text, &phc) != &schemes[0] ||
	    phc.cost.ln != cost->ln || phc.cost.r != cost->r ||
	    phc.cost.p != cost->p;
}

/* In the string's own N and r, as many passes as are missing. */
bool
password_rest(const char *phc_text, const struct password_cost *cost,
    struct password_cost *ret)
{
	struct phc phc;
	uint64_t own, pass;

	if (phc_read(phc_text, &phc) != &schemes[0])
		return false;
	own = work_of(&phc.cost);
	pass = own / phc.cost.p;
	if (work_of(cost) < own + pass)
		return false;
	*ret = phc.cost;
	ret->p = (uint32_t)((work_of(cost) - own) / pass);
	return password_cost_check(ret) == NULL;
}

void
password_burn(const char *password, size_t n, const struct password_cost *cost)
{
	static const struct part salt = { .n = SALT_LEN };
	uint8_t hash[HASH_LEN];

	if (n > PASSWORD_MAX_BYTES)
		return;
	if (scrypt(cost, password, n, &salt, hash, sizeof(hash)) == 0)
		secret_wipe(hash, sizeof(hash));
}

double
password_time_ms(const struct password_cost *cost, int rounds)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < rounds; i++) {
		int64_t from = clock_mono_us(), us;

		password_burn("calibrate", 9, cost);
		us = clock_mono_us() - from;
		best = us < best ? us : best;
	}
	return (double)best / 1000;
}
