/*
 * The checks of single texts that people give: what is taken is of the signs
 * it is described with, in one line, and cannot end an attribute.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "api/input.h"
#include "base/arena.h"
#include "fuzz.h"

/* A check and the signs, beside letters and digits, that it may let in. */
static const struct {
	const char *(*check)(const char *);
	const char *signs;
	bool may_be_empty;
} rows[] = {
	{ locale_check, "-", false },
	{ timezone_check, "/_+-", false },
	{ phone_check, "+()-./ ", true },
	{ web_url_check, "-._~:/?#[]@!$&'()*+,;=%", true },
};

static bool
is_of(const char *text, const char *signs)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80 ||
		    (!isalnum((unsigned char)*text) &&
			strchr(signs, *text) == NULL))
			return false;
	return true;
}

static void
check_host(const char *url)
{
	const char *host = strstr(url, "://");
	size_t n;

	if (*url == '\0' || web_url_check(url) != NULL)
		return;
	HOLDS(host != NULL && (host - url == 4 || host - url == 5));
	host += 3;
	n = strcspn(host, "/?#");
	HOLDS(n > 0 && memchr(host, '@', n) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *text = fuzz_rest(&in, mem), *why;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		why = rows[i].check(text);
		HOLDS(why == NULL || *why != '\0');
		if (why == NULL) {
			HOLDS(is_of(text, rows[i].signs));
			HOLDS(*text != '\0' || rows[i].may_be_empty);
		}
	}
	check_host(text);
	HOLDS((password_bytes_check(text) == NULL) == (strlen(text) <= 1024));
	arena_free(mem);
	return 0;
}
