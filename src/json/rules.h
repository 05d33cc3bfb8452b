/*
 * Inside src/json: what a row of a field table demands of a value, whether
 * it came as JSON or as text.
 */
#ifndef JSON_RULES_H
#define JSON_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/field.h"
#include "json/walk.h"

struct arena;
struct ctx;

/* Lists from outside without a maximum of their own. */
#define RULES_ITEMS_MAX 1000

/* Where a value stands: "items[3].name" has three of these. */
struct site {
	const struct site *up;
	const char *name; /* as the client spelled it; NULL: it is the index */
	size_t index;
};

struct intake {
	struct ctx *cx;
	enum field_case name_case;
	bool silent; /* faults are counted, not told */
	size_t faults;
};

void rules_fault(struct intake *, const struct site *, const char *type,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Rows that come with the body. */
bool rules_in_body(const struct field *);
/* The secret arena for F_SECRET. */
struct arena *rules_mem(const struct intake *, const struct field *);

/* Trimmed in place if the row wants it. */
char *rules_trim(const struct field *, char *text);
/* Is this an "" that counts as missing? */
bool rules_missing(const struct field *, const char *text);

/* These tell every fault and leave at untouched then. */
void rules_string(struct intake *, const struct site *, const struct field *,
    const char *text, const char **at);
void rules_int(struct intake *, const struct site *, const struct field *,
    struct json_span number, int64_t *at);
void rules_id(struct intake *, const struct site *, const struct field *,
    const char *text, void *at);
void rules_time(struct intake *, const struct site *, const struct field *,
    const char *text, int64_t *at);
void rules_raw(struct intake *, const struct site *, const struct field *,
    struct json_span value, const char **at);
bool rules_count(struct intake *, const struct site *, const struct field *,
    size_t n_items);

#endif
