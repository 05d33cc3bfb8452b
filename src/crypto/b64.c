/*
 * The forms differ in two characters and the padding, which is peeled off
 * first; then all are read the same way, six bits a character.
 */
#include "crypto/b64.h"

#include <stdbool.h>
#include <string.h>

#define COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const struct {
	const char *alphabet;
	bool padded;
} forms[] = {
	[B64_URL] = { COMMON "-_", false },
	[B64_BARE] = { COMMON "+/", false },
	[B64_PADDED] = { COMMON "+/", true },
};

#define NO_VALUE 64

/* The value of each character, made at the first use. */
static const uint8_t *
char_values(enum b64_form form)
{
	static uint8_t values[sizeof(forms) / sizeof(*forms)][256];
	uint8_t *v = values[form];

	if (v[0] == NO_VALUE)
		return v;
	memset(v, NO_VALUE, sizeof(values[form]));
	for (uint8_t i = 0; i < 64; i++)
		v[(uint8_t)forms[form].alphabet[i]] = i;
	return v;
}

size_t
b64_encode(enum b64_form form, const void *p, size_t n, char *ret_text)
{
	const char *alphabet = forms[form].alphabet;
	const uint8_t *in = p;
	char *out = ret_text;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = alphabet[bits << (6 - have) & 63];
	while (forms[form].padded && (out - ret_text) % 4 != 0)
		*out++ = '=';
	*out = '\0';
	return (size_t)(out - ret_text);
}

/* The characters before the padding; -1 when it is not what n asks for. */
static int
strip_padding(const char *text, size_t n, size_t *ret_n)
{
	size_t pad = 0;

	if (n % 4 != 0)
		return -1;
	while (pad < 2 && pad < n && text[n - 1 - pad] == '=')
		pad++;
	*ret_n = n - pad;
	return 0;
}

int
b64_decode(enum b64_form form, const char *text, size_t text_n, uint8_t *ret,
    size_t *ret_n)
{
	const uint8_t *values = char_values(form);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	if (forms[form].padded && strip_padding(text, text_n, &text_n) != 0)
		return -1;
	if (text_n % 4 == 1)
		return -1;
	for (size_t i = 0; i < text_n; i++) {
		uint8_t v = values[(uint8_t)text[i]];

		if (v == NO_VALUE)
			return -1;
		bits = bits << 6 | v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (uint8_t)(bits >> have);
		}
	}
	if ((bits & ((1U << have) - 1)) != 0)
		return -1;
	*ret_n = n;
	return 0;
}
