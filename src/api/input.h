/* Checks of input that several resources use, for field tables. */
#ifndef API_INPUT_H
#define API_INPUT_H

/* At most PASSWORD_MAX_BYTES, whatever the characters. */
const char *password_bytes_check(const char *password);
/* A language tag (RFC 5646) by its letters. */
const char *locale_check(const char *locale);

/* The name of a time zone by its letters, as "America/New_York". */
const char *timezone_check(const char *timezone);
/* "", or digits and what people write between them. */
const char *phone_check(const char *number);
/* "", or an absolute http or https address (RFC 3986) without a user. */
const char *web_url_check(const char *url);

/* An e-mail and a password, as every form of signing in and up has them. */
#define EMAIL_ROW(type, ...)                                                   \
	FIELD(type, email, F_STRING,                                           \
	    .flags = F_TRIM __VA_OPT__(|) __VA_ARGS__, .max = 254,             \
	    .check = email_check, .about = "E-mail address",                   \
	    .example = "ann@example.com", .format = "email")
#define PASSWORD_ROW(type, member)                                             \
	PASSWORD_ROW_LIKE(type, member, "SecurePass123!")
#define NEW_PASSWORD_ROW(type, member)                                         \
	PASSWORD_ROW_LIKE(type, member, "NewPass456!")
#define PASSWORD_ROW_LIKE(type, member, shown)                                 \
	FIELD(type, member, F_STRING, .flags = F_REQUIRED | F_SECRET,          \
	    .min = 1, .max = 1024, .check = password_bytes_check,              \
	    .about = "Password", .example = (shown))

#endif
