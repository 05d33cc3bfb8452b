/*
 * Field tables as JSON Schema, in the words of OpenAPI 3.0 or 3.1. Tables
 * that were named are referred to; others stand where they are used.
 */
#ifndef DISPATCH_SCHEMA_H
#define DISPATCH_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/field.h"
#include "dialect/dialect.h"

struct arena;
struct buf;

enum schema_way {
	SCHEMA_IN, /* what is decoded: with its limits, all nullable */
	SCHEMA_OUT, /* what is shown: all required, unless F_OMIT_NULL */
};

struct schema_name {
	const struct field *rows;
	enum dialect_id dialect;
	enum schema_way way;
	const char *text;
};

struct schemas {
	struct arena *mem;
	bool v31; /* OpenAPI 3.1, else 3.0 */
	struct schema_name *names;
	size_t n, max;
};

void schemas_init(struct schemas *, struct arena *, bool v31);

/*
 * Names a table, and the tables in it after their rows. The name is
 * "dialect.Like", made unique. Knows what was named before.
 */
void schemas_name(struct schemas *, const struct field *, enum dialect_id,
    enum schema_way, const char *like);

/* "key": a reference to the table, or all of it when it has no name. */
void schema_use(struct buf *, const struct schemas *, const char *key,
    const struct field *, enum dialect_id, enum schema_way);

/* "key": one row as path, query and header have it. */
void schema_put_row(struct buf *, const struct schemas *, const char *key,
    const struct field *, enum dialect_id);

/* "schemas":{…} with all that were named. */
void schemas_put(struct buf *, const struct schemas *);

/* A row that stands in the body, not in path, query or header. */
bool schema_in_body(const struct field *);
bool schema_has_body(const struct field *rows); /* NULL: no */

/*
 * An example of the input: the rows that are required, and others that have
 * an example of their own.
 */
void schema_put_example(struct buf *, const struct field *, enum field_case);
/* An example of one row, as JSON; NULL when there is none. */
const char *schema_example(struct arena *, const struct field *);

/* "session.revoke" as "SessionRevoke". */
const char *schema_camel(struct arena *, const char *name);

#endif
