/* What the parts of the test of src/crypto share. */
#ifndef UNIT_CRYPTO_H
#define UNIT_CRYPTO_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Made before and freed after each test. */
extern struct arena *mem;
void arena_make(void);
void arena_drop(void);

TCase *digest_tests(void);
TCase *password_tests(void);
TCase *jws_tests(void);
TCase *jwk_tests(void);
TCase *seal_tests(void);
TCase *token_cache_tests(void);

#define WANT_INT(about, want, got)                                             \
	do {                                                                   \
		long want_ = (long)(want), got_ = (long)(got);                 \
		ck_assert_msg(want_ == got_, "%s: wanted %ld, got %ld", about, \
		    want_, got_);                                              \
	} while (0)

#define WANT_TEXT(about, want, got)                                            \
	do {                                                                   \
		const char *want_ = (want), *got_ = (got);                     \
		ck_assert_msg(got_ != NULL && strcmp(want_, got_) == 0,        \
		    "%s: wanted %s, got %s", about, want_,                     \
		    got_ == NULL ? "NULL" : got_);                             \
	} while (0)

/* Lower-case hexadecimal of bytes. */
#define WANT_HEX(about, want, p, n)                                            \
	WANT_TEXT(about, want, hex_encode(mem, p, n))

#endif
