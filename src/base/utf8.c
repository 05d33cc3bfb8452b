/*
 * The table of well-formed sequences is RFC 3629 section 4: what may follow
 * the first byte differs only for E0, ED, F0 and F4.
 */
#include "base/utf8.h"

static bool
is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

static bool
is_second(unsigned char first, unsigned char c)
{
	switch (first) {
	case 0xE0:
		return c >= 0xA0 && c <= 0xBF;
	case 0xED:
		return c >= 0x80 && c <= 0x9F;
	case 0xF0:
		return c >= 0x90 && c <= 0xBF;
	case 0xF4:
		return c >= 0x80 && c <= 0x8F;
	default:
		return is_tail(c);
	}
}

static size_t
wanted(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xC2 && first <= 0xDF)
		return 2;
	if (first >= 0xE0 && first <= 0xEF)
		return 3;
	return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

size_t
utf8_length(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t i, w = n == 0 ? 0 : wanted(u[0]);

	if (w == 0 || w > n)
		return 0;
	if (w > 1 && !is_second(u[0], u[1]))
		return 0;
	for (i = 2; i < w; i++) {
		if (!is_tail(u[i]))
			return 0;
	}
	return w;
}

uint32_t
utf8_get(const char *p, size_t n)
{
	static const unsigned char lead[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *u = (const unsigned char *)p;
	uint32_t c = u[0] & lead[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | (u[i] & 0x3F);
	return c;
}

size_t
utf8_put(char ret_p[UTF8_MAX], uint32_t c)
{
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t i, n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (i = n - 1; i > 0; i--) {
		ret_p[i] = (char)(0x80 | (c & 0x3F));
		c >>= 6;
	}
	ret_p[0] = (char)(lead[n] | c);
	return n;
}

bool
utf8_valid(const char *p, size_t n)
{
	size_t i, w;

	for (i = 0; i < n; i += w) {
		w = utf8_length(p + i, n - i);
		if (w == 0)
			return false;
	}
	return true;
}

size_t
utf8_count(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += !is_tail((unsigned char)*s);
	return n;
}

bool
utf8_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 ||
	    c == 0x2029;
}
