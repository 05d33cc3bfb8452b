/* All statements, for the test that prepares them against the schema. */
#ifndef MODEL_STMTS_H
#define MODEL_STMTS_H

#include <stddef.h>

#include "db/db.h"

struct stmt_set {
	const char *noun; /* NULL ends the list */
	const struct stmt *stmts;
	size_t n;
};

extern const struct stmt_set model_stmts[];

#endif
