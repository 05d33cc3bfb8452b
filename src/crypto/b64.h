/*
 * Base64 without an arena, strict in both directions: no blanks, no missing
 * or surplus padding, no bits set that the last character cannot carry
 * (RFC 4648 §3.5), so that each text has one reading and each value one text.
 */
#ifndef CRYPTO_B64_H
#define CRYPTO_B64_H

#include <stddef.h>
#include <stdint.h>

enum b64_form {
	B64_URL, /* RFC 4648 §5, without padding: JOSE */
	B64_BARE, /* §4, without padding: PHC strings */
	B64_PADDED, /* §4 */
};

/* Characters and NUL of any form of n bytes; bytes in n characters. */
#define B64_TEXT_MAX(n)  (((n) + 2) / 3 * 4 + 1)
#define B64_BYTES_MAX(n) ((n) / 4 * 3 + 3)

/* ret_text has B64_TEXT_MAX(n) bytes. Returns the length without the NUL. */
size_t b64_encode(enum b64_form, const void *p, size_t n, char *ret_text);
/* ret has B64_BYTES_MAX(text_n) bytes. 0 or -1. */
int b64_decode(enum b64_form, const char *text, size_t text_n, uint8_t *ret,
    size_t *ret_n);

#endif
