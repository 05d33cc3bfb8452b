/*
 * An address that is taken has a key that is an address and its own key, can
 * get mail, and is not shown whole in a log. Its case and the spelling of
 * its domain make no difference.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "model/email.h"
#include "out/message.h"

static void
check_masked(struct arena *mem, const char *email)
{
	const char *masked = email_masked(mem, email);
	size_t n = (size_t)(strrchr(email, '@') - email);

	HOLDS(utf8_count(arena_strndup(mem, email, n)) < 2 ||
	    strncmp(masked, email, n) != 0);
	HOLDS(utf8_valid(masked, strlen(masked)));
}

static void
check_mail(struct arena *mem, const char *email, const char *key)
{
	const char *to = arena_printf(mem, "%.*s%s",
	    (int)(strrchr(email, '@') - email), email, strrchr(key, '@'));
	struct message m = {
		.id = "mail_1",
		.from = "no-reply@example.org",
		.to = to,
		.locale = "en",
		.subject = "s",
		.text = "t\n",
	};
	struct buf out;

	buf_init(&out, mem, 512);
	HOLDS(message_write(&m, &out) == 0);
}

static void
check_email(struct arena *mem, const char *email)
{
	const char *key;
	char *upper;

	if (email_check(email) != NULL)
		return;
	HOLDS(strlen(email) <= EMAIL_MAX);
	key = email_key(mem, email);
	for (const char *p = key; *p != '\0'; p++)
		HOLDS(!isupper((unsigned char)*p));
	for (const char *p = strrchr(key, '@'); *p != '\0'; p++)
		HOLDS((unsigned char)*p < 0x80);
	HOLDS(strcmp(email_key(mem, key), key) == 0);
	upper = arena_strdup(mem, email);
	for (char *p = upper; *p != '\0'; p++)
		*p = (char)((unsigned char)*p < 0x80 ? toupper(*p) : *p);
	HOLDS(strcmp(email_key(mem, upper), key) == 0);
	check_masked(mem, email);
	check_mail(mem, email, key);
}

static void
check_username(struct arena *mem, const char *name)
{
	const char *key;

	if (username_check(name) != NULL)
		return;
	key = username_key(mem, name);
	HOLDS(username_check(key) == NULL);
	HOLDS(strcmp(username_key(mem, key), key) == 0);
}

/* Strings come from JSON or a query: UTF-8, always. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *text = fuzz_rest(&in, mem);

	if (utf8_valid(text, strlen(text))) {
		check_email(mem, text);
		check_username(mem, text);
	}
	email_key(mem, text);
	email_masked(mem, text);
	arena_free(mem);
	return 0;
}
