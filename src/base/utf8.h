/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond
 * U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_MAX 4 /* bytes of one character */

/* Bytes of the well-formed character at p, within n; 0 if there is none. */
size_t utf8_length(const char *p, size_t n);
/* The character that utf8_length() found to have n bytes. */
uint32_t utf8_get(const char *p, size_t n);
/* Writes the character, which must be one; returns its bytes. */
size_t utf8_put(char ret_p[UTF8_MAX], uint32_t c);

bool utf8_valid(const char *p, size_t n);
/* Characters (code points) of valid text. */
size_t utf8_count(const char *s);
/* C0, DEL, C1, or a line or paragraph separator? */
bool utf8_is_control(uint32_t c);

#endif
