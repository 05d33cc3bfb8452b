#include "api/input.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "crypto/password.h"

const char *
password_bytes_check(const char *password)
{
	return strlen(password) <= PASSWORD_MAX_BYTES
	    ? NULL
	    : "must be at most 1024 bytes long";
}

const char *
locale_check(const char *locale)
{
	for (const char *p = locale; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) &&
		    (*p != '-' || p == locale || p[1] == '\0' || p[1] == '-'))
			return "must be a language tag such as en-US";
	}
	return *locale == '\0' ? "must be a language tag such as en-US" : NULL;
}

/* theory.html of the tz database: parts of letters, digits and a few signs. */
const char *
timezone_check(const char *timezone)
{
	static const char why[] =
	    "must be the name of a time zone such as America/New_York";
	int parts = 0;
	size_t n;

	for (const char *p = timezone;; p += n + 1) {
		n = strspn(p,
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		    "0123456789_+-");
		if (n == 0 || ++parts > 3 || (p[n] != '/' && p[n] != '\0'))
			return why;
		if (p[n] == '\0')
			return isalpha((unsigned char)*timezone) ? NULL : why;
	}
}

const char *
phone_check(const char *number)
{
	static const char digits[] = "0123456789";
	size_t n = 0;

	if (*number == '\0')
		return NULL;
	for (const char *p = number; *p != '\0'; p++)
		n += strchr(digits, *p) != NULL;
	if (n < 3 || strspn(number, "0123456789+()-./ ") != strlen(number))
		return "must be a telephone number";
	return NULL;
}

/* What a URL is written with, but for what ends an attribute or a line. */
static bool
is_url_char(char c)
{
	return isalnum((unsigned char)c) ||
	    (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

const char *
web_url_check(const char *url)
{
	static const char why[] =
	    "must be an address that begins with http:// or https://";
	const char *host;

	if (*url == '\0')
		return NULL;
	if (strncasecmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncasecmp(url, "http://", 7) == 0)
		host = url + 7;
	else
		return why;
	for (const char *p = host; *p != '\0'; p++) {
		if (!is_url_char(*p))
			return why;
	}
	if (!isalnum((unsigned char)*host) && *host != '[')
		return why;
	return host[strcspn(host, "/?#@")] == '@' ? why : NULL;
}
