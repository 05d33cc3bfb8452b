#include "crypto/password.h"

#include <stdio.h>
#include <string.h>

#include <libscrypt.h>
#include <openssl/evp.h>

#include "crypto.h"
#include "crypto/digest.h"

static const struct password_cost cheap = { 4, 8, 1 };

/* RFC 7914 §12, without the one of 1 GiB. */
static const struct {
	const char *password, *salt;
	uint64_t n;
	uint32_t r, p;
	const char *want;
} scrypts[] = {
	{ "", "", 16, 1, 1,
	    "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
	    "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906" },
	{ "password", "NaCl", 1024, 8, 16,
	    "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
	    "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640" },
	{ "pleaseletmein", "SodiumChloride", 16384, 8, 1,
	    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
	    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887" },
};

START_TEST(scrypt_examples)
{
	for (size_t i = 0; i < sizeof(scrypts) / sizeof(*scrypts); i++) {
		const char *password = scrypts[i].password;
		const char *salt = scrypts[i].salt;
		uint8_t ours[64], openssl[64];

		WANT_INT(password, 0,
		    libscrypt_scrypt((const uint8_t *)password,
			strlen(password), (const uint8_t *)salt, strlen(salt),
			scrypts[i].n, scrypts[i].r, scrypts[i].p, ours, 64));
		WANT_HEX(password, scrypts[i].want, ours, 64);
		WANT_INT(password, 1,
		    EVP_PBE_scrypt(password, strlen(password),
			(const uint8_t *)salt, strlen(salt), scrypts[i].n,
			scrypts[i].r, scrypts[i].p, 1 << 30, openssl, 64));
		WANT_HEX(password, scrypts[i].want, openssl, 64);
	}
}
END_TEST

#define SALT16 "AAAAAAAAAAAAAAAAAAAAAA"
#define SALT8  "AAAAAAAAAAA"
#define HASH32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define HASH16 "AAAAAAAAAAAAAAAAAAAAAA"
#define TEXT64                                                                 \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"     \
	"AAAAAAAAAAAAAAAAAAAAAA"

/* The third of RFC 7914 as a PHC string. */
#define RFC7914_PHC                                                            \
	"$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7" \
	"qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"

static const struct {
	const char *about, *phc, *password;
	int want, match;
} verified[] = {
	{ "RFC 7914", RFC7914_PHC, "pleaseletmein", 0, 1 },
	{ "another password", RFC7914_PHC, "pleaseletmeIn", 0, 0 },
	{ "a prefix of it", RFC7914_PHC, "pleaseletmei", 0, 0 },
	{ "nothing", RFC7914_PHC, "", 0, 0 },
	{ "shortest parts", "$scrypt$ln=1,r=1,p=1$" SALT8 "$" HASH16, "x", 0,
	    0 },
	{ "longest parts", "$scrypt$ln=1,r=1,p=1$" TEXT64 "$" TEXT64, "x", 0,
	    0 },
	{ "empty", "", "x", -1 },
	{ "text", "x", "x", -1 },
	{ "unknown scheme", "$argon2id$v=19$m=65536,t=3,p=4$" SALT16 "$" HASH32,
	    "x", -1 },
	{ "prefix alone", "$scrypt$", "x", -1 },
	{ "no prefix", "ln=4,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "upper case", "$SCRYPT$ln=4,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "other order", "$scrypt$r=8,ln=4,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "p is missing", "$scrypt$ln=4,r=8$" SALT16 "$" HASH32, "x", -1 },
	{ "one more", "$scrypt$ln=4,r=8,p=1,t=1$" SALT16 "$" HASH32, "x", -1 },
	{ "a blank", "$scrypt$ln=4, r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "a sign", "$scrypt$ln=+4,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "negative", "$scrypt$ln=-4,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "leading zero", "$scrypt$ln=04,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "hexadecimal", "$scrypt$ln=0x4,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "no number", "$scrypt$ln=,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "ln 0", "$scrypt$ln=0,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "r 0", "$scrypt$ln=4,r=0,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "p 0", "$scrypt$ln=4,r=8,p=0$" SALT16 "$" HASH32, "x", -1 },
	{ "beyond 32 bits", "$scrypt$ln=4294967300,r=8,p=1$" SALT16 "$" HASH32,
	    "x", -1 },
	{ "beyond 64 bits",
	    "$scrypt$ln=18446744073709551620,r=8,p=1$" SALT16 "$" HASH32, "x",
	    -1 },
	{ "2 GiB", "$scrypt$ln=21,r=8,p=1$" SALT16 "$" HASH32, "x", -1 },
	{ "endless", "$scrypt$ln=10,r=8,p=1000000$" SALT16 "$" HASH32, "x",
	    -1 },
	{ "no salt", "$scrypt$ln=4,r=8,p=1$$" HASH32, "x", -1 },
	{ "no hash", "$scrypt$ln=4,r=8,p=1$" SALT16 "$", "x", -1 },
	{ "no last part", "$scrypt$ln=4,r=8,p=1$" SALT16, "x", -1 },
	{ "one part more", "$scrypt$ln=4,r=8,p=1$" SALT16 "$" HASH32 "$", "x",
	    -1 },
	{ "salt of 7 bytes", "$scrypt$ln=4,r=8,p=1$AAAAAAAAAA$" HASH32, "x",
	    -1 },
	{ "hash of 15 bytes",
	    "$scrypt$ln=4,r=8,p=1$" SALT16 "$AAAAAAAAAAAAAAAAAAAA", "x", -1 },
	{ "salt of 65 bytes", "$scrypt$ln=4,r=8,p=1$" TEXT64 "A$" HASH32, "x",
	    -1 },
	{ "hash of 65 bytes", "$scrypt$ln=4,r=8,p=1$" SALT16 "$" TEXT64 "A",
	    "x", -1 },
	{ "hash far too long",
	    "$scrypt$ln=4,r=8,p=1$" SALT16 "$" TEXT64 TEXT64 TEXT64 TEXT64, "x",
	    -1 },
	{ "padding", "$scrypt$ln=4,r=8,p=1$" SALT16 "==$" HASH32, "x", -1 },
	{ "base64url", "$scrypt$ln=4,r=8,p=1$" SALT8 "$-AAAAAAAAAAAAAAAAAAAAA",
	    "x", -1 },
	{ "stray bits", "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAB$" HASH32,
	    "x", -1 },
	{ "newline", "$scrypt$ln=4,r=8,p=1$" SALT16 "$" HASH32 "\n", "x", -1 },
};

START_TEST(verify_table)
{
	for (size_t i = 0; i < sizeof(verified) / sizeof(*verified); i++) {
		bool match = false;

		WANT_INT(verified[i].about, verified[i].want,
		    password_verify(verified[i].phc, verified[i].password,
			strlen(verified[i].password), &match));
		WANT_INT(verified[i].about, verified[i].match, match);
	}
}
END_TEST

START_TEST(hash_and_verify)
{
	static const struct {
		const char *about, *p;
		size_t n;
	} passwords[] = {
		{ "plain", "correct horse", 13 },
		{ "empty", "", 0 },
		{ "a NUL inside", "a\0b", 3 },
		{ "any bytes", "\xff\x00\x80\n", 4 },
	};
	char first[PASSWORD_PHC_MAX], second[PASSWORD_PHC_MAX];
	bool match;

	for (size_t i = 0; i < sizeof(passwords) / sizeof(*passwords); i++) {
		const char *about = passwords[i].about, *p = passwords[i].p;
		size_t n = passwords[i].n;

		WANT_INT(about, 0, password_hash(p, n, &cheap, first));
		WANT_INT(about, 0, password_hash(p, n, &cheap, second));
		ck_assert_msg(strcmp(first, second) != 0, "%s: same salt",
		    about);
		ck_assert_msg(strncmp(first, "$scrypt$ln=4,r=8,p=1$", 21) == 0,
		    "%s: got %s", about, first);
		WANT_INT(about, 21 + 22 + 1 + 43, strlen(first));
		WANT_INT(about, 0, password_verify(first, p, n, &match));
		WANT_INT(about, true, match);
		WANT_INT(about, 0, password_verify(first, "a", 1, &match));
		WANT_INT(about, false, match);
	}
}
END_TEST

START_TEST(longest_password)
{
	char phc[PASSWORD_PHC_MAX], p[PASSWORD_MAX_BYTES + 1];
	bool match;

	memset(p, 'x', sizeof(p));
	WANT_INT("1024", 0, password_hash(p, 1024, &cheap, phc));
	WANT_INT("1024", 0, password_verify(phc, p, 1024, &match));
	WANT_INT("1024", true, match);
	WANT_INT("1023", 0, password_verify(phc, p, 1023, &match));
	WANT_INT("1023", false, match);
	WANT_INT("1025", 0, password_verify(phc, p, 1025, &match));
	WANT_INT("1025", false, match);
	WANT_INT("1025", -1, password_hash(p, 1025, &cheap, phc));
}
END_TEST

static const struct {
	const char *about;
	struct password_cost cost;
	bool ok, weak;
} costs[] = {
	{ "OWASP's floor", { 15, 8, 3 }, true, false },
	{ "OWASP with 64 MiB", { 16, 8, 2 }, true, false },
	{ "OWASP with 128 MiB", { 17, 8, 1 }, true, false },
	{ "more work", { 15, 8, 4 }, true, false },
	{ "less work", { 15, 8, 2 }, true, true },
	{ "less work in more memory", { 16, 8, 1 }, true, true },
	{ "less memory", { 14, 8, 8 }, true, true },
	{ "smaller blocks", { 17, 4, 3 }, true, true },
	{ "smallest", { 1, 1, 1 }, true, true },
	{ "N below 2^(128 r / 8)", { 15, 1, 1 }, true, true },
	{ "N too big for r", { 16, 1, 1 }, false, true },
	{ "1 GiB", { 20, 8, 1 }, true, false },
	{ "above 1 GiB", { 20, 9, 1 }, false, true },
	{ "above 1 GiB by p", { 1, 1, (1 << 23) + 1 }, false, true },
	{ "2 GiB", { 21, 8, 1 }, false, true },
	{ "ln 0", { 0, 8, 1 }, false, true },
	{ "r 0", { 15, 0, 1 }, false, true },
	{ "p 0", { 15, 8, 0 }, false, true },
	{ "r * p of 2^30", { 1, 1 << 15, 1 << 15 }, false, true },
	{ "ln beyond the word", { 64, 8, 1 }, false, true },
	{ "all bits", { UINT32_MAX, UINT32_MAX, UINT32_MAX }, false, true },
	{ "p beyond patience", { 15, 8, 513 }, false, true },
	{ "p at its end", { 15, 8, 512 }, true, false },
};

START_TEST(cost_bounds)
{
	char phc[PASSWORD_PHC_MAX];

	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
		const char *about = costs[i].about;
		const struct password_cost *cost = &costs[i].cost;

		WANT_INT(about, costs[i].ok, password_cost_check(cost) == NULL);
		WANT_INT(about, costs[i].weak, password_cost_weak(cost));
		if (!costs[i].ok)
			WANT_INT(about, -1, password_hash("x", 1, cost, phc));
	}
}
END_TEST

START_TEST(outdated)
{
	static const struct {
		const char *about;
		struct password_cost cost;
		bool want;
	} cases[] = {
		{ "the same", { 4, 8, 1 }, false },
		{ "another ln", { 5, 8, 1 }, true },
		{ "another r", { 4, 9, 1 }, true },
		{ "another p", { 4, 8, 2 }, true },
	};
	char phc[PASSWORD_PHC_MAX];

	WANT_INT("hash", 0, password_hash("x", 1, &cheap, phc));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		WANT_INT(cases[i].about, cases[i].want,
		    password_outdated(phc, &cases[i].cost));
	WANT_INT("unknown", true, password_outdated("$2y$10$x", &cheap));
}
END_TEST

/* Work of an old hash and of what is burnt after it: that of a new one. */
START_TEST(rest_of_the_work)
{
	static const struct {
		const char *phc;
		struct password_cost cost, want;
		bool any;
	} cases[] = {
		{ "$scrypt$ln=15,r=8,p=3$", { 15, 8, 3 }, { 0 }, false },
		{ "$scrypt$ln=14,r=8,p=3$", { 15, 8, 3 }, { 14, 8, 3 }, true },
		{ "$scrypt$ln=15,r=8,p=1$", { 15, 8, 3 }, { 15, 8, 2 }, true },
		{ "$scrypt$ln=15,r=8,p=3$", { 17, 8, 1 }, { 15, 8, 1 }, true },
		{ "$scrypt$ln=10,r=8,p=1$", { 15, 8, 3 }, { 10, 8, 95 }, true },
		{ "$scrypt$ln=15,r=8,p=4$", { 15, 8, 3 }, { 0 }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct password_cost rest = { 0 };
		char phc[PASSWORD_PHC_MAX];

		snprintf(phc, sizeof(phc), "%s" SALT16 "$" HASH32,
		    cases[i].phc);
		WANT_INT(phc, cases[i].any,
		    password_rest(phc, &cases[i].cost, &rest));
		WANT_INT(phc, cases[i].want.ln, rest.ln);
		WANT_INT(phc, cases[i].want.r, rest.r);
		WANT_INT(phc, cases[i].want.p, rest.p);
	}
}
END_TEST

START_TEST(burn_and_time)
{
	double ms = password_time_ms(&cheap, 2);

	password_burn("x", 1, &cheap);
	ck_assert_msg(ms >= 0 && ms < 60000, "wanted a time, got %f", ms);
}
END_TEST

TCase *
password_tests(void)
{
	TCase *t = tcase_create("password");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_test(t, scrypt_examples);
	tcase_add_test(t, verify_table);
	tcase_add_test(t, hash_and_verify);
	tcase_add_test(t, longest_password);
	tcase_add_test(t, cost_bounds);
	tcase_add_test(t, outdated);
	tcase_add_test(t, rest_of_the_work);
	tcase_add_test(t, burn_and_time);
	return t;
}
