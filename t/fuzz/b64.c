/*
 * One reading a text, one text a value: what is decoded encodes to the very
 * text, and any bytes come back from theirs, in all forms.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/b64.h"
#include "fuzz.h"

static void
check_text(struct arena *mem, enum b64_form form, const char *text, size_t n)
{
	uint8_t *p = malloc(B64_BYTES_MAX(n));
	char *again;
	size_t got;

	HOLDS(p != NULL);
	if (b64_decode(form, text, n, p, &got) == 0) {
		HOLDS(got <= B64_BYTES_MAX(n));
		again = arena_alloc(mem, B64_TEXT_MAX(got));
		HOLDS(b64_encode(form, p, got, again) == n);
		HOLDS(memcmp(text, again, n) == 0);
	}
	free(p);
}

static void
check_bytes(enum b64_form form, const uint8_t *p, size_t n)
{
	char *text = malloc(B64_TEXT_MAX(n));
	uint8_t *back;
	size_t text_n, got;

	HOLDS(text != NULL);
	text_n = b64_encode(form, p, n, text);
	HOLDS(text_n < B64_TEXT_MAX(n) && strlen(text) == text_n);
	back = malloc(B64_BYTES_MAX(text_n));
	HOLDS(back != NULL);
	HOLDS(b64_decode(form, text, text_n, back, &got) == 0 && got == n);
	HOLDS(n == 0 || memcmp(back, p, n) == 0);
	free(back);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const enum b64_form forms[] = { B64_URL, B64_BARE, B64_PADDED };
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *text = fuzz_rest(&in, mem);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		check_text(mem, forms[i], text, n);
		check_bytes(forms[i], p, n);
	}
	arena_free(mem);
	return 0;
}
