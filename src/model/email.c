#include "model/email.h"

#include <ctype.h>
#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

static const char not_an_address[] = "must be a valid email address";

/* RFC 5322 atext, and any character beyond ASCII (RFC 6531). */
static bool
is_atext(unsigned char c)
{
	return c >= 0x80 || isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c);
}

static bool
local_part_good(const char *p, size_t n)
{
	size_t w;

	if (n == 0 || n > 64 || p[0] == '.' || p[n - 1] == '.')
		return false;
	for (size_t i = 0; i < n; i += w) {
		w = utf8_length(p + i, n - i);
		if (w == 0 || utf8_is_control(utf8_get(p + i, w)))
			return false;
		if (p[i] == '.' ? p[i + 1] == '.'
				: !is_atext((unsigned char)p[i]))
			return false;
	}
	return true;
}

/* Labels of letters, digits and hyphens, at least two, none all digits last. */
static bool
domain_good(const char *domain)
{
	size_t labels = 0, n = 0;
	bool letter = false;

	for (const char *p = domain;; p++) {
		if (*p == '.' || *p == '\0') {
			if (n == 0 || n > 63 || p[-1] == '-')
				return false;
			labels++;
			if (*p == '\0')
				return labels >= 2 && letter;
			n = 0;
			letter = false;
			continue;
		}
		if (!isalnum((unsigned char)*p) && !(*p == '-' && n > 0))
			return false;
		letter = letter || isalpha((unsigned char)*p) || *p == '-';
		n++;
	}
}

/* Lower-case punycode; NULL when IDNA refuses. To be given to idn2_free(). */
static char *
domain_to_ascii(const char *domain)
{
	char *ascii = NULL;

	if (idn2_to_ascii_8z(domain, &ascii,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	return ascii;
}

const char *
email_check(const char *email)
{
	const char *at = strrchr(email, '@');
	char *ascii;
	bool good;

	if (at == NULL || strlen(email) > EMAIL_MAX ||
	    !local_part_good(email, (size_t)(at - email)))
		return not_an_address;
	ascii = domain_to_ascii(at + 1);
	if (ascii == NULL)
		return not_an_address;
	good = domain_good(ascii);
	idn2_free(ascii);
	return good ? NULL : not_an_address;
}

static void
lower_ascii(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	}
}

char *
email_key(struct arena *mem, const char *email)
{
	const char *at = strrchr(email, '@');
	char *ascii = at == NULL ? NULL : domain_to_ascii(at + 1);
	char *key;

	if (ascii == NULL)
		return arena_strdup(mem, email);
	key = arena_printf(mem, "%.*s@%s", (int)(at - email), email, ascii);
	idn2_free(ascii);
	lower_ascii(key, strlen(key));
	return key;
}

char *
email_masked(struct arena *mem, const char *email)
{
	const char *at = strrchr(email, '@');
	size_t n = utf8_length(email, strnlen(email, UTF8_MAX));

	if (at == NULL || at == email || n == 0)
		return arena_strdup(mem, "?");
	return arena_printf(mem, "%.*s..%s", (int)n, email, at);
}

const char *
username_check(const char *username)
{
	size_t n = strlen(username);

	if (n < 3 || n > 50)
		return "must be 3 to 50 characters long";
	if (strspn(username,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-") != n)
		return "may hold letters, digits, _ and - only";
	return NULL;
}

char *
username_key(struct arena *mem, const char *username)
{
	char *key = arena_strdup(mem, username);

	lower_ascii(key, strlen(key));
	return key;
}
