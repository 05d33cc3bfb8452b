#include "crypto/digest.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "crypto.h"

START_TEST(sha256_examples)
{
	uint8_t hash[SHA256_LEN];

	sha256("abc", 3, hash);
	WANT_HEX("FIPS 180 abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    hash, sizeof(hash));
	sha256(NULL, 0, hash);
	WANT_HEX("nothing",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    hash, sizeof(hash));
}
END_TEST

/* A byte repeated where there is no text. */
struct bytes {
	const char *text;
	uint8_t fill;
	size_t n;
};

static size_t
bytes_make(const struct bytes *b, uint8_t ret[256])
{
	if (b->text == NULL) {
		memset(ret, b->fill, b->n);
		return b->n;
	}
	memcpy(ret, b->text, strlen(b->text));
	return strlen(b->text);
}

/* RFC 4231 §4. The fifth shows the first 16 bytes. */
static const struct {
	const char *name;
	struct bytes key, data;
	const char *want;
	size_t want_n;
} hmacs[] = {
	{ "case 1", { .fill = 0x0b, .n = 20 }, { "Hi There" },
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	    32 },
	{ "case 2", { "Jefe" }, { "what do ya want for nothing?" },
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	    32 },
	{ "case 3", { .fill = 0xaa, .n = 20 }, { .fill = 0xdd, .n = 50 },
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	    32 },
	{ "case 4",
	    { "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	      "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19" },
	    { .fill = 0xcd, .n = 50 },
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	    32 },
	{ "case 5", { .fill = 0x0c, .n = 20 }, { "Test With Truncation" },
	    "a3b6167473100ee06e0c796c2955552b", 16 },
	{ "case 6", { .fill = 0xaa, .n = 131 },
	    { "Test Using Larger Than Block-Size Key - Hash Key First" },
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	    32 },
	{ "case 7", { .fill = 0xaa, .n = 131 },
	    { "This is a test using a larger than block-size key and a "
	      "larger than block-size data. The key needs to be hashed "
	      "before being used by the HMAC algorithm." },
	    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	    32 },
	{ "an empty key is not the one before", { "" }, { "" },
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
	    32 },
};

START_TEST(hmac_examples)
{
	for (size_t i = 0; i < sizeof(hmacs) / sizeof(*hmacs); i++) {
		uint8_t key[256], data[256], got[SHA256_LEN];
		size_t key_n = bytes_make(&hmacs[i].key, key);
		size_t data_n = bytes_make(&hmacs[i].data, data);

		hmac_sha256(key, key_n, data, data_n, got);
		WANT_HEX(hmacs[i].name, hmacs[i].want, got, hmacs[i].want_n);
	}
}
END_TEST

/* RFC 5869 appendix A.3, the example without salt. */
START_TEST(hkdf_example)
{
	uint8_t key[22], got[42];

	memset(key, 0x0b, sizeof(key));
	hkdf_sha256(key, sizeof(key), "", got, sizeof(got));
	WANT_HEX("A.3",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
	    "9d201395faa4b61a96c8",
	    got, sizeof(got));
}
END_TEST

static void
openssl_hkdf(char *info, uint8_t *ret, size_t n)
{
	char digest[] = "SHA256", key[] = "a key";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", digest, 0),
		OSSL_PARAM_construct_octet_string("key", key, 5),
		OSSL_PARAM_construct_octet_string("info", info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);

	ck_assert_int_eq(EVP_KDF_derive(ctx, ret, n, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

START_TEST(hkdf_agrees_with_openssl)
{
	static const size_t lengths[] = { 1, 31, 32, 33, 64, 100, 8160 };
	char info[] = "some purpose";

	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		uint8_t want[8160], got[8160];

		openssl_hkdf(info, want, lengths[i]);
		hkdf_sha256("a key", 5, info, got, lengths[i]);
		ck_assert_msg(memcmp(want, got, lengths[i]) == 0,
		    "%zu bytes differ", lengths[i]);
	}
}
END_TEST

/* RFC 4648 §10, and what tells the alphabets apart. */
static const struct {
	const char *plain;
	size_t n;
	const char *url, *padded;
} encodings[] = {
	{ "", 0, "", "" },
	{ "f", 1, "Zg", "Zg==" },
	{ "fo", 2, "Zm8", "Zm8=" },
	{ "foo", 3, "Zm9v", "Zm9v" },
	{ "foob", 4, "Zm9vYg", "Zm9vYg==" },
	{ "fooba", 5, "Zm9vYmE", "Zm9vYmE=" },
	{ "foobar", 6, "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe\x00", 4, "-__-AA", "+//+AA==" },
};

START_TEST(base64_examples)
{
	for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++) {
		const char *url = encodings[i].url;
		const char *padded = encodings[i].padded;
		size_t n = encodings[i].n, got_n;
		uint8_t *got;

		WANT_TEXT("url", url,
		    base64url_encode(mem, encodings[i].plain, n));
		WANT_TEXT("padded", padded,
		    base64_encode(mem, encodings[i].plain, n));
		WANT_INT(url, 0,
		    base64url_decode(mem, url, strlen(url), &got, &got_n));
		WANT_INT(url, n, got_n);
		ck_assert_mem_eq(got, encodings[i].plain, n);
		WANT_INT(padded, 0,
		    base64_decode(mem, padded, strlen(padded), &got, &got_n));
		WANT_INT(padded, n, got_n);
		ck_assert_mem_eq(got, encodings[i].plain, n);
	}
}
END_TEST

static const struct {
	const char *about, *text;
} not_base64url[] = {
	{ "one character", "Z" },
	{ "five characters", "Zm9vZ" },
	{ "padding", "Zg==" },
	{ "half the padding", "Zg=" },
	{ "padding alone", "====" },
	{ "a blank", "Zm 9v" },
	{ "a blank at the end", "Zm9v " },
	{ "a newline", "Zm9v\n" },
	{ "the other alphabet", "+/+/" },
	{ "a stray bit of four", "Zh" },
	{ "a stray bit of two", "Zm9" },
	{ "all bits stray", "Z_" },
	{ "a byte above 127", "Zm9\xc3" },
	{ "a full stop", "Zm.v" },
}, not_base64[] = {
	{ "no padding", "Zg" },
	{ "half the padding", "Zg=" },
	{ "padding of three", "Z===" },
	{ "padding alone", "====" },
	{ "padding inside", "Zg==Zg==" },
	{ "the other alphabet", "-_-_" },
	{ "a stray bit", "Zh==" },
	{ "another stray bit", "Zm9=" },
	{ "surplus padding", "Zm9v====" },
};

START_TEST(base64_is_strict)
{
	uint8_t *p = NULL;
	size_t n = 77;

	for (size_t i = 0; i < sizeof(not_base64url) / sizeof(*not_base64url);
	     i++)
		WANT_INT(not_base64url[i].about, -1,
		    base64url_decode(mem, not_base64url[i].text,
			strlen(not_base64url[i].text), &p, &n));
	WANT_INT("a NUL", -1, base64url_decode(mem, "Zm9\0", 4, &p, &n));
	for (size_t i = 0; i < sizeof(not_base64) / sizeof(*not_base64); i++)
		WANT_INT(not_base64[i].about, -1,
		    base64_decode(mem, not_base64[i].text,
			strlen(not_base64[i].text), &p, &n));
}
END_TEST

START_TEST(hex_and_compare)
{
	uint8_t a[] = { 0x00, 0x7f, 0xff }, b[] = { 0x00, 0x7f, 0xfe };

	WANT_HEX("bytes", "007fff", a, sizeof(a));
	WANT_INT("same", true, secret_equal(a, a, sizeof(a)));
	WANT_INT("one bit", false, secret_equal(a, b, sizeof(a)));
	WANT_INT("before it", true, secret_equal(a, b, 2));
	WANT_INT("nothing", true, secret_equal(NULL, NULL, 0));
	secret_wipe(a, sizeof(a));
	WANT_HEX("wiped", "000000", a, sizeof(a));
}
END_TEST

TCase *
digest_tests(void)
{
	TCase *t = tcase_create("digest");

	tcase_add_checked_fixture(t, arena_make, arena_drop);
	tcase_add_test(t, sha256_examples);
	tcase_add_test(t, hmac_examples);
	tcase_add_test(t, hkdf_example);
	tcase_add_test(t, hkdf_agrees_with_openssl);
	tcase_add_test(t, base64_examples);
	tcase_add_test(t, base64_is_strict);
	tcase_add_test(t, hex_and_compare);
	return t;
}
