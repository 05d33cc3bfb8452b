/*
 * JSON in and out, driven by field tables (base/field.h); no trees.
 *
 * Input is scanned whole before anything is decoded: RFC 8259 grammar,
 * strict UTF-8 without surrogates, no NUL (escaped or raw), no duplicate
 * keys (compared unescaped), at most JSON_DEPTH levels and JSON_KEYS keys.
 * Numbers that do not fit are errors, never clamped.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/field.h"

struct arena;
struct ctx;
struct list;

#define JSON_DEPTH 32
#define JSON_KEYS  200

enum json_fault {
	JSON_OK,
	JSON_SYNTAX, /* not RFC 8259, trailing bytes, empty */
	JSON_UTF8,
	JSON_NUL,
	JSON_TOO_DEEP,
	JSON_TOO_MANY_KEYS,
	JSON_DUPLICATE_KEY,
};

/* ret_at: the byte where it went wrong. */
enum json_fault json_scan(const char *p, size_t n, size_t *ret_at);
const char *json_fault_text(enum json_fault);

/* --- decoding; the text must have passed json_scan() --- */

/*
 * Decodes the top-level object into the struct at out (zeroed by the
 * caller), rows with F_PATH, F_QUERY or F_HEADER left alone. Unknown members
 * are ignored. Every fault is added by err_field() under the name the client
 * used; required rows that are absent too. Returns 0, ERR_VALIDATION_ERROR,
 * or ERR_MALFORMED_JSON when the text is not an object.
 */
int json_decode(struct ctx *, const char *p, size_t n, const struct field *,
    enum field_case, void *out);

/*
 * One value that came as text: path, query or header. Same rules and faults,
 * but a fault in the path is ERR_NOT_FOUND and names no field. A list has
 * commas, without .sub. Returns 0, ERR_VALIDATION_ERROR or ERR_NOT_FOUND.
 */
int field_decode_text(struct ctx *, const struct field *, size_t row,
    enum field_case, const char *text, void *out);

/* After all sources: rows that are required and were not given. */
int field_require(struct ctx *, const struct field *, enum field_case,
    const void *out, bool body_too);

/*
 * A member of the top-level object, as JSON text inside p; false if absent.
 * For peeking (which of two members a body has), and for small documents
 * such as the header of a JWS.
 */
bool json_member(const char *p, size_t n, const char *key, const char **ret_p,
    size_t *ret_n);
/* A JSON string unescaped into mem; NULL when it is not a string. */
char *json_string(struct arena *mem, const char *p, size_t n);
/* 0, or -1 when it is not an integer that fits. */
int json_int(const char *p, size_t n, int64_t *ret);

/* --- writing --- */

void json_put_string(struct buf *, const char *s); /* NULL writes null */
void json_put_bool(struct buf *, bool);
void json_put_time(struct buf *, int64_t us); /* 0 writes null */

/* The struct at in as an object, by its table. */
void json_put_object(struct buf *, const struct field *, enum field_case,
    const void *in);
/* A list of such structs, each of that size, as an array. */
void json_put_list(struct buf *, const struct field *, size_t size,
    enum field_case, const struct list *);
/* Its members alone, comma separated and without braces. */
void json_put_members(struct buf *, const struct field *, enum field_case,
    const void *in);

/*
 * For documents without a table: writes the comma where one is needed, then
 * "name": and leaves the value to the caller. first starts true.
 */
void json_put_key(struct buf *, const char *name, bool *first);

#endif
