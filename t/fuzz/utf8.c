/*
 * Text of characters: each is written as it was read, the count is theirs,
 * and what is no character makes the text invalid. Any number up to U+10FFFF
 * that is no surrogate comes back.
 */
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "fuzz.h"

static void
check_number(uint32_t c)
{
	char text[UTF8_MAX];
	size_t n;

	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return;
	n = utf8_put(text, c);
	HOLDS(utf8_length(text, n) == n && utf8_get(text, n) == c);
	HOLDS(utf8_length(text, n - 1) == 0);
}

static void
check_text(const char *text, size_t n)
{
	char again[UTF8_MAX];
	size_t at = 0, w, characters = 0;

	while (at < n && (w = utf8_length(text + at, n - at)) > 0) {
		HOLDS(utf8_put(again, utf8_get(text + at, w)) == w);
		HOLDS(memcmp(again, text + at, w) == 0);
		at += w;
		characters++;
	}
	HOLDS(utf8_valid(text, n) == (at == n));
	if (at == n && strlen(text) == n)
		HOLDS(utf8_count(text) == characters);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	uint32_t c;

	if (n >= sizeof(c)) {
		memcpy(&c, p, sizeof(c));
		check_number(c & 0x1fffff);
	}
	check_text(fuzz_rest(&in, mem), n);
	arena_free(mem);
	return 0;
}
