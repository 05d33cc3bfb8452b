/*
 * A field is spelled once: a row says its name, its kind, where it lives in a
 * plain C struct and what must hold. The same table decodes JSON, query and
 * path input, validates it, writes JSON and makes the API's documentation.
 *
 * Names are canonical snake_case; a dialect in camelCase shows and takes
 * them recased, unless the row is F_VERBATIM.
 *
 * The struct that input is decoded into starts with `uint64_t given`, where
 * bit i tells that row i was in the input (null counts). An input table has
 * at most 64 rows. A nested struct may start with it, too: it is kept there
 * when no row of the sub-table has its place.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	F_STRING, /* const char *, NULL is null */
	F_BOOL, /* bool */
	F_INT, /* int64_t */
	F_ID, /* struct uuid, zero is null; see .prefix */
	F_TIME, /* int64_t of microseconds, 0 is null */
	F_OBJECT, /* a struct embedded at the offset; see .sub */
	F_REF, /* a pointer to a struct, NULL is null; see .sub */
	F_LIST, /* struct list of structs, or of const char * without .sub */
	F_RAW, /* const char *: JSON text of the user's, passed untouched */
};

enum field_flag {
	F_REQUIRED = 1 << 0, /* input: must be there and not null */
	F_TRIM = 1 << 1, /* input: blanks at both ends go */
	F_SECRET = 1 << 2, /* input: kept in the secret arena */
	F_VERBATIM = 1 << 3, /* the name is never recased */
	F_OMIT_NULL = 1 << 4, /* output: absent when null, false, 0 or [] */
	F_PATH = 1 << 5, /* input: from the path; malformed is a 404 */
	F_QUERY = 1 << 6, /* input: from the query string */
	F_HEADER = 1 << 7, /* input: from the header .alias */
	F_NOT_EMPTY = 1 << 8, /* input: "" counts as missing */
	F_ONE_LINE = 1 << 9, /* input: no control characters */
	F_RAW_OBJECT = 1 << 10, /* F_RAW input: must be an object */
	F_ME = 1 << 11, /* an id in the path: "me" leaves it zero */
	F_NULLABLE = 1 << 15, /* output: may be null */
};

enum field_case { CASE_SNAKE, CASE_CAMEL };

struct field {
	const char *name; /* NULL ends the table */
	enum field_kind kind;
	uint16_t offset;
	uint16_t flags;
	/* characters of a string, value of an integer, items of a list, bytes
	 * of raw JSON; both 0 (or max < min): a string at most 255, a list at
	 * most 1000 items, else unbounded. The strings of a list: at most 255 */
	int64_t min, max;
	/* also taken as input under this exact name, when the row's own name
	 * is absent */
	const char *alias;
	const char *prefix; /* of an id */
	const char *const *values; /* the only ones allowed, NULL ends them */
	const struct field *sub;
	size_t sub_size; /* of the struct that sub describes */
	/* NULL, or why this string will not do */
	const char *(*check)(const char *value);
	/* for the API's documentation: the example is JSON where that is no
	 * string, the format one that OpenAPI knows ("email", "uri") */
	const char *about;
	const char *example;
	const char *format;
};

#define FIELD(type, member, k, ...)                                            \
	{                                                                      \
		.name = #member, .kind = (k),                                  \
		.offset = (uint16_t)offsetof(type, member), __VA_ARGS__        \
	}
/* A row whose name differs from the member's. */
#define FIELD_AS(type, shown, member, k, ...)                                  \
	{                                                                      \
		.name = (shown), .kind = (k),                                  \
		.offset = (uint16_t)offsetof(type, member), __VA_ARGS__        \
	}
#define FIELD_END                                                              \
	{                                                                      \
		.name = NULL                                                   \
	}

#define FIELD_NAME_MAX 64

/* Writes the row's name as this case spells it; returns its length. */
size_t field_name(const struct field *, enum field_case,
    char ret_name[FIELD_NAME_MAX]);

/* Was the row in the input? For example field_given(in, rows, "bio"). */
bool field_given(const void *in, const struct field *rows, const char *name);

#endif
