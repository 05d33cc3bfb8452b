/*
 * Ids: a UUIDv7 (RFC 9562 section 5.7) inside, stored as BINARY(16); outside
 * the TypeID form, a prefix and 26 characters of Crockford base32 in lower
 * case ("usr_01h455vb4pex5vsknk084sn02q"). With the setting `id_form = uuid`
 * they are printed as a bare UUID whose version nibble reads 4, which is
 * undone on input. Input always takes both forms.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

struct uuid {
	uint8_t b[16];
};

#define ID_TEXT_MAX 48 /* any id with its prefix and NUL */

enum id_form { ID_TYPEID, ID_UUID };

/* Process-wide, set once from the configuration. */
void id_set_form(enum id_form);

/* Time-ordered, also within one millisecond of one process. */
void uuid_new(struct uuid *ret, int64_t now_us);
bool uuid_is_zero(const struct uuid *);
bool uuid_equal(const struct uuid *, const struct uuid *);

void id_format(const char *prefix, const struct uuid *,
    char ret_text[ID_TEXT_MAX]);
/* 0, or -1: malformed, or of another prefix. */
int id_parse(const char *prefix, const char *text, struct uuid *ret);

#endif
