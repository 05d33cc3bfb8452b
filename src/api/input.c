#include "api/input.h"

#include <ctype.h>
#include <string.h>

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
