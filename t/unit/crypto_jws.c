#include "crypto/jws.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/buf.h"
#include "crypto.h"
#include "crypto/digest.h"
#include "crypto/jws_alg.h"
#include "crypto_vectors.h"

static struct jws_key *
key_of(enum jws_alg alg, const char *jwk)
{
	struct jws_key *key = jws_key_from_jwk(alg, NULL, jwk, strlen(jwk));

	ck_assert_msg(key != NULL, "no key from %s", jwk);
	return key;
}

static bool
verifies(const struct jws_key *key, const char *token)
{
	struct jws_parts parts;

	return jws_split(mem, token, strlen(token), &parts) == 0 &&
	    jws_verify(key, &parts);
}

/* header.payload from plain texts. */
static char *
input_of(const char *header, const char *payload)
{
	return arena_printf(mem, "%s.%s",
	    base64url_encode(mem, header, strlen(header)),
	    base64url_encode(mem, payload, strlen(payload)));
}

/* The examples; ECDSA's signatures are different each time. */
static const struct example {
	enum jws_alg alg;
	const char *about, *public, *private, *payload, *token;
	bool repeatable;
} examples[] = {
	{ JWS_RS256, "RFC 7515 A.2", RFC7515_RSA_PUBLIC, RFC7515_RSA_PRIVATE,
	    RFC7515_PAYLOAD, RFC7515_RS256_TOKEN, true },
	{ JWS_RS256, "RFC 7515 A.2 without factors", RFC7515_RSA_PUBLIC,
	    RFC7515_RSA_BARE, RFC7515_PAYLOAD, RFC7515_RS256_TOKEN, true },
	{ JWS_ES256, "RFC 7515 A.3", RFC7515_EC_PUBLIC, RFC7515_EC_PRIVATE,
	    RFC7515_PAYLOAD, RFC7515_ES256_TOKEN, false },
	{ JWS_EDDSA, "RFC 8037 A.4", RFC8037_PUBLIC, RFC8037_PRIVATE,
	    RFC8037_PAYLOAD, RFC8037_TOKEN, true },
};
#define EXAMPLES (sizeof(examples) / sizeof(*examples))

START_TEST(examples_verify)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct jws_key *key = key_of(e->alg, e->public);
		struct jws_parts parts;

		WANT_INT(e->about, 0,
		    jws_split(mem, e->token, strlen(e->token), &parts));
		WANT_TEXT(e->about, jws_alg_name(e->alg), parts.alg);
		ck_assert_ptr_null(parts.kid);
		ck_assert_ptr_null(parts.typ);
		WANT_INT(e->about, false, parts.critical);
		WANT_TEXT(e->about, e->payload, (char *)parts.payload);
		WANT_INT(e->about, strlen(e->payload), parts.payload_n);
		WANT_INT(e->about, true, jws_verify(key, &parts));
		jws_key_free(key);
	}
}
END_TEST

START_TEST(examples_sign)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct jws_key *key = key_of(e->alg, e->private);
		struct buf out;

		buf_init(&out, mem, 0);
		buf_puts(&out, "before ");
		WANT_INT(e->about, 0,
		    jws_sign(key, NULL, e->payload, strlen(e->payload), &out));
		if (e->repeatable)
			WANT_TEXT(e->about, e->token, out.p + 7);
		WANT_INT(e->about, true, verifies(key, out.p + 7));
		jws_key_free(key);
	}
}
END_TEST

START_TEST(header_members)
{
	struct jws_key *key = jws_key_generate(JWS_EDDSA, "k\"1");
	struct jws_parts parts;
	struct buf out;

	buf_init(&out, mem, 0);
	WANT_INT("sign", 0, jws_sign(key, "at+jwt", "{}", 2, &out));
	WANT_INT("split", 0, jws_split(mem, out.p, out.n, &parts));
	WANT_TEXT("alg", "EdDSA", parts.alg);
	WANT_TEXT("kid", "k\"1", parts.kid);
	WANT_TEXT("typ", "at+jwt", parts.typ);
	WANT_TEXT("payload", "{}", (char *)parts.payload);
	WANT_INT("verify", true, jws_verify(key, &parts));
	ck_assert_msg(parts.signing_input == out.p, "input is not the token");
	jws_key_free(key);
}
END_TEST

START_TEST(public_keys_do_not_sign)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		struct jws_key *key =
		    key_of(examples[i].alg, examples[i].public);
		struct buf out;

		buf_init(&out, mem, 0);
		buf_puts(&out, "before");
		WANT_INT(examples[i].about, -1,
		    jws_sign(key, NULL, "{}", 2, &out));
		WANT_TEXT(examples[i].about, "before", out.p);
		jws_key_free(key);
	}
}
END_TEST

/* Every bit of the signature counts, and a refusal spoils nothing. */
START_TEST(signature_bits)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct jws_key *key = key_of(e->alg, e->public);
		struct jws_parts parts;

		WANT_INT(e->about, 0,
		    jws_split(mem, e->token, strlen(e->token), &parts));
		for (size_t bit = 0; bit < 8 * parts.signature_n; bit++) {
			uint8_t mask = (uint8_t)(1 << bit % 8);

			parts.signature[bit / 8] ^= mask;
			ck_assert_msg(!jws_verify(key, &parts),
			    "%s verifies with bit %zu wrong", e->about, bit);
			parts.signature[bit / 8] ^= mask;
		}
		WANT_INT(e->about, true, jws_verify(key, &parts));
		ck_assert_uint_eq(ERR_peek_error(), 0);
		jws_key_free(key);
	}
}
END_TEST

/* Another character anywhere makes another token, or none. */
START_TEST(changed_characters)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct jws_key *key = key_of(e->alg, e->public);
		char *token = arena_strdup(mem, e->token);

		for (size_t at = 0; token[at] != '\0'; at++) {
			char was = token[at];

			token[at] = was == 'A' ? 'B' : 'A';
			ck_assert_msg(!verifies(key, token),
			    "%s verifies with character %zu changed", e->about,
			    at);
			token[at] = was;
		}
		WANT_INT(e->about, true, verifies(key, token));
		jws_key_free(key);
	}
}
END_TEST

START_TEST(cut_tokens)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		const struct example *e = &examples[i];
		struct jws_key *key = key_of(e->alg, e->public);

		for (size_t n = 0; n < strlen(e->token); n++)
			ck_assert_msg(!verifies(key,
					  arena_strndup(mem, e->token, n)),
			    "%s verifies cut to %zu", e->about, n);
		jws_key_free(key);
	}
}
END_TEST

#define PAYLOAD  RFC7515_PAYLOAD_B64
#define RS_SIG   RFC7515_RS256_SIGNATURE
#define NONE_HDR "eyJhbGciOiJub25lIn0"

static const struct {
	const char *about, *token;
} not_tokens[] = {
	{ "nothing", "" },
	{ "text", "x" },
	{ "one dot", "." },
	{ "two dots", ".." },
	{ "three dots", "..." },
	{ "two parts", RFC7515_RS256_INPUT },
	{ "four parts", RFC7515_RS256_TOKEN ".AAAA" },
	{ "a dot at the end", RFC7515_RS256_TOKEN "." },
	{ "a dot at the start", "." RFC7515_RS256_TOKEN },
	{ "a blank at the end", RFC7515_RS256_TOKEN " " },
	{ "a newline at the end", RFC7515_RS256_TOKEN "\n" },
	{ "padding in the signature", RFC7515_RS256_TOKEN "==" },
	{ "padding in the header", "eyJhbGciOiJSUzI1NiJ9====." PAYLOAD "." },
	{ "stray bits in the signature",
	    "eyJhbGciOiJFUzI1NiJ9." PAYLOAD "."
	    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
	    "pmWQxfKTUJqPP3-Kg6NU1R" },
	{ "the other alphabet", "eyJhbGciOiJFUzI1NiJ9.+/+/.AAAA" },
	{ "no header", "." PAYLOAD "." RS_SIG },
	{ "a NUL's encoding as header", "AA." PAYLOAD "." RS_SIG },
};

START_TEST(malformed_tokens)
{
	for (size_t i = 0; i < sizeof(not_tokens) / sizeof(*not_tokens); i++) {
		struct jws_parts parts = { .payload_n = 77 };

		WANT_INT(not_tokens[i].about, -1,
		    jws_split(mem, not_tokens[i].token,
			strlen(not_tokens[i].token), &parts));
		WANT_INT(not_tokens[i].about, 77, parts.payload_n);
	}
}
END_TEST

/* Headers over a right signature of exactly these bytes. */
static const struct {
	const char *about, *header;
	int split;
	bool verifies;
} headers[] = {
	{ "plain", "{\"alg\":\"ES256\"}", 0, true },
	{ "blanks", " {\r\n \"alg\" : \"ES256\"\t} ", 0, true },
	{ "unknown members", "{\"x\":[{}],\"alg\":\"ES256\"}", 0, true },
	{ "escaped name", "{\"al\\u0067\":\"ES256\"}", 0, true },
	{ "no alg", "{}", 0, false },
	{ "alg null", "{\"alg\":null}", -1, false },
	{ "alg a number", "{\"alg\":256}", -1, false },
	{ "alg a list", "{\"alg\":[\"ES256\"]}", -1, false },
	{ "none", "{\"alg\":\"none\"}", 0, false },
	{ "None", "{\"alg\":\"None\"}", 0, false },
	{ "lower case", "{\"alg\":\"es256\"}", 0, false },
	{ "empty alg", "{\"alg\":\"\"}", 0, false },
	{ "longer alg", "{\"alg\":\"ES256K\"}", 0, false },
	{ "shorter alg", "{\"alg\":\"ES25\"}", 0, false },
	{ "blank after alg", "{\"alg\":\"ES256 \"}", 0, false },
	{ "NUL after alg", "{\"alg\":\"ES256\\u0000\"}", -1, false },
	{ "RS256", "{\"alg\":\"RS256\"}", 0, false },
	{ "HS256", "{\"alg\":\"HS256\"}", 0, false },
	{ "EdDSA", "{\"alg\":\"EdDSA\"}", 0, false },
	{ "crit", "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", 0,
	    false },
	{ "crit empty", "{\"alg\":\"ES256\",\"crit\":[]}", 0, false },
	{ "crit null", "{\"alg\":\"ES256\",\"crit\":null}", 0, false },
	{ "crit escaped", "{\"alg\":\"ES256\",\"cri\\u0074\":[]}", 0, false },
	{ "b64 with crit",
	    "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", 0, false },
	{ "alg twice", "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", -1, false },
	{ "alg twice, escaped", "{\"alg\":\"none\",\"\\u0061lg\":\"ES256\"}",
	    -1, false },
	{ "another member twice", "{\"alg\":\"ES256\",\"x\":1,\"x\":2}", -1,
	    false },
	{ "kid a number", "{\"alg\":\"ES256\",\"kid\":1}", -1, false },
	{ "typ a list", "{\"alg\":\"ES256\",\"typ\":[]}", -1, false },
	{ "a list", "[\"ES256\"]", -1, false },
	{ "a string", "\"ES256\"", -1, false },
	{ "null", "null", -1, false },
	{ "empty", "", -1, false },
	{ "blank", " ", -1, false },
	{ "cut", "{\"alg\":\"ES256\"", -1, false },
	{ "two objects", "{\"alg\":\"ES256\"}{}", -1, false },
	{ "a comment", "{\"alg\":\"ES256\"/**/}", -1, false },
	{ "no UTF-8", "{\"alg\":\"ES256\",\"kid\":\"\xff\"}", -1, false },
};

/* The signature part of a token that the key makes over this input. */
static const char *
signature_over(const struct jws_key *key, const char *input)
{
	uint8_t sig[JWS_NUMBER_MAX];
	size_t n;

	WANT_INT(input, 0, key->row->sign(key, input, strlen(input), sig, &n));
	return base64url_encode(mem, sig, n);
}

START_TEST(header_table)
{
	struct jws_key *key = key_of(JWS_ES256, RFC7515_EC_PRIVATE);

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		char *input = input_of(headers[i].header, "{\"sub\":\"x\"}");
		char *token = arena_printf(mem, "%s.%s", input,
		    signature_over(key, input));
		struct jws_parts parts;

		WANT_INT(headers[i].about, headers[i].split,
		    jws_split(mem, token, strlen(token), &parts));
		WANT_INT(headers[i].about, headers[i].verifies,
		    verifies(key, token));
	}
	jws_key_free(key);
}
END_TEST

/* RFC 8725 §2.1: the public key as a MAC key, under any name. */
START_TEST(mac_with_the_public_key)
{
	static const char *const algs[] = { "HS256", "RS256", "ES256", "EdDSA",
		"none" };

	for (size_t i = 0; i < EXAMPLES; i++) {
		struct jws_key *key =
		    key_of(examples[i].alg, examples[i].public);
		const char *jwk = examples[i].public;

		for (size_t j = 0; j < sizeof(algs) / sizeof(*algs); j++) {
			char *header =
			    arena_printf(mem, "{\"alg\":\"%s\"}", algs[j]);
			char *input = input_of(header, "{\"sub\":\"admin\"}");
			uint8_t mac[SHA256_LEN];
			char *token;

			hmac_sha256(jwk, strlen(jwk), input, strlen(input),
			    mac);
			token = arena_printf(mem, "%s.%s", input,
			    base64url_encode(mem, mac, sizeof(mac)));
			WANT_INT(token, false, verifies(key, token));
		}
		jws_key_free(key);
	}
}
END_TEST

/* A token is refused by every other key, whatever its header says. */
START_TEST(other_keys)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		for (size_t j = 0; j < EXAMPLES; j++) {
			struct jws_key *key =
			    key_of(examples[j].alg, examples[j].public);

			WANT_INT(examples[i].about,
			    examples[i].alg == examples[j].alg,
			    verifies(key, examples[i].token));
			jws_key_free(key);
		}
		for (int alg = 0; alg < JWS_ALG__MAX; alg++) {
			struct jws_key *key =
			    jws_key_generate((enum jws_alg)alg, "new");

			WANT_INT(examples[i].about, false,
			    verifies(key, examples[i].token));
			jws_key_free(key);
		}
	}
}
END_TEST

/* The header names the key's algorithm, the signature is another's. */
START_TEST(signature_of_another_algorithm)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		for (size_t j = 0; j < EXAMPLES; j++) {
			struct jws_key *key =
			    key_of(examples[i].alg, examples[i].public);
			struct jws_key *other =
			    key_of(examples[j].alg, examples[j].private);
			const char *alg = jws_alg_name(examples[i].alg);
			char *input =
			    input_of(arena_printf(mem, "{\"alg\":\"%s\"}", alg),
				"{}");
			char *token = arena_printf(mem, "%s.%s", input,
			    signature_over(other, input));

			WANT_INT(token, examples[i].alg == examples[j].alg,
			    verifies(key, token));
			jws_key_free(key);
			jws_key_free(other);
		}
	}
}
END_TEST

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE  "0000000000000000000000000000000000000000000000000000000000000001"
#define ONES "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
/* The order of P-256. */
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

/* r ‖ s in hexadecimal, R and S standing for those of the example. */
static const struct {
	const char *about, *r, *s;
	bool want;
} pairs[] = {
	{ "the example", "R", "S", true },
	{ "r 0", ZERO, "S", false },
	{ "s 0", "R", ZERO, false },
	{ "both 0", ZERO, ZERO, false },
	{ "both 1", ONE, ONE, false },
	{ "r the order", ORDER, "S", false },
	{ "s the order", "R", ORDER, false },
	{ "both the order", ORDER, ORDER, false },
	{ "r all ones", ONES, "S", false },
	{ "s all ones", "R", ONES, false },
	{ "both all ones", ONES, ONES, false },
	{ "swapped", "S", "R", false },
	{ "r alone", "R", "", false },
	{ "nothing", "", "", false },
	{ "a byte more", "R", "S00", false },
	{ "a zero in front", "00R", "S", false },
	{ "a byte less", "R", "s", false },
};

static int
hex_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void
put_number(struct buf *out, const char *spec, const uint8_t *r,
    const uint8_t *s)
{
	for (; *spec != '\0'; spec++) {
		if (*spec == 'R')
			buf_put(out, r, 32);
		else if (*spec == 'S')
			buf_put(out, s, 32);
		else if (*spec == 's')
			buf_put(out, s, 31);
		else {
			buf_putc(out,
			    (char)(hex_digit(spec[0]) << 4 |
				hex_digit(spec[1])));
			spec++;
		}
	}
}

START_TEST(es256_pairs)
{
	struct jws_key *key = key_of(JWS_ES256, RFC7515_EC_PUBLIC);
	struct jws_parts parts;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		uint8_t *good;
		struct buf sig;

		WANT_INT("split", 0,
		    jws_split(mem, RFC7515_ES256_TOKEN,
			strlen(RFC7515_ES256_TOKEN), &parts));
		good = parts.signature;
		buf_init(&sig, mem, 80);
		put_number(&sig, pairs[i].r, good, good + 32);
		put_number(&sig, pairs[i].s, good, good + 32);
		parts.signature = (uint8_t *)sig.p;
		parts.signature_n = sig.n;
		WANT_INT(pairs[i].about, pairs[i].want,
		    jws_verify(key, &parts));
	}
	jws_key_free(key);
}
END_TEST

/* OpenSSL's own form of the right signature is not JOSE's. */
START_TEST(es256_in_der)
{
	static const uint8_t lead_r[] = { 0x30, 0x45, 0x02, 0x20 };
	static const uint8_t lead_s[] = { 0x02, 0x21, 0x00 };
	struct jws_key *key = key_of(JWS_ES256, RFC7515_EC_PUBLIC);
	struct jws_parts parts;
	struct buf der;

	WANT_INT("split", 0,
	    jws_split(mem, RFC7515_ES256_TOKEN, strlen(RFC7515_ES256_TOKEN),
		&parts));
	buf_init(&der, mem, 80);
	buf_put(&der, lead_r, sizeof(lead_r));
	buf_put(&der, parts.signature, 32);
	buf_put(&der, lead_s, sizeof(lead_s));
	buf_put(&der, parts.signature + 32, 32);
	parts.signature = (uint8_t *)der.p;
	parts.signature_n = der.n;
	WANT_INT("DER", false, jws_verify(key, &parts));
	jws_key_free(key);
}
END_TEST

START_TEST(empty_signature)
{
	static const char *const tokens[] = { RFC7515_RS256_INPUT ".",
		RFC7515_ES256_INPUT ".", RFC8037_INPUT ".",
		NONE_HDR "." PAYLOAD "." };

	for (size_t i = 0; i < EXAMPLES; i++) {
		struct jws_key *key =
		    key_of(examples[i].alg, examples[i].public);

		for (size_t j = 0; j < sizeof(tokens) / sizeof(*tokens); j++)
			WANT_INT(tokens[j], false, verifies(key, tokens[j]));
		jws_key_free(key);
	}
}
END_TEST

/* Workers use keys that the master prepared. */
START_TEST(keys_survive_fork)
{
	for (size_t i = 0; i < EXAMPLES; i++) {
		struct jws_key *key =
		    key_of(examples[i].alg, examples[i].private);
		struct buf out;
		int status;
		pid_t pid;

		buf_init(&out, mem, 0);
		WANT_INT("before", true, verifies(key, examples[i].token));
		pid = fork();
		if (pid == 0) {
			bool ok = jws_sign(key, NULL, "{}", 2, &out) == 0 &&
			    verifies(key, out.p);

			jws_key_free(key);
			_exit(ok ? 0 : 1);
		}
		WANT_INT("wait", pid, waitpid(pid, &status, 0));
		WANT_INT(examples[i].about, 0, status);
		WANT_INT("after", true, verifies(key, examples[i].token));
		jws_key_free(key);
	}
}
END_TEST

TCase *
jws_tests(void)
{
	TCase *t = tcase_create("jws");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_test(t, examples_verify);
	tcase_add_test(t, examples_sign);
	tcase_add_test(t, header_members);
	tcase_add_test(t, public_keys_do_not_sign);
	tcase_add_test(t, signature_bits);
	tcase_add_test(t, changed_characters);
	tcase_add_test(t, cut_tokens);
	tcase_add_test(t, malformed_tokens);
	tcase_add_test(t, header_table);
	tcase_add_test(t, mac_with_the_public_key);
	tcase_add_test(t, other_keys);
	tcase_add_test(t, signature_of_another_algorithm);
	tcase_add_test(t, es256_pairs);
	tcase_add_test(t, es256_in_der);
	tcase_add_test(t, empty_signature);
	tcase_add_test(t, keys_survive_fork);
	return t;
}
