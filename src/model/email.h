/*
 * E-mail addresses: kept as typed, compared by a key of bytes, which is the
 * local part in ASCII lower case and the domain in lower-case punycode. No
 * collation: é is not e.
 */
#ifndef MODEL_EMAIL_H
#define MODEL_EMAIL_H

struct arena;

#define EMAIL_MAX 254

/*
 * For field tables: NULL, or why this is no address (RFC 5321 §4.1.2 without
 * quoted local parts and address literals, RFC 6531 for UTF-8). Takes it
 * trimmed.
 */
const char *email_check(const char *email);

/* The key of an address that passed email_check(). In mem. */
char *email_key(struct arena *mem, const char *email);

/* To know one by who knows it: "a..@example.com". In mem. */
char *email_masked(struct arena *mem, const char *email);

/* 3 to 50 of [A-Za-z0-9_-]: NULL, or why not. */
const char *username_check(const char *username);
/* ASCII lower case. In mem. */
char *username_key(struct arena *mem, const char *username);

#endif
