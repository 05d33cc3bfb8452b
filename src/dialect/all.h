/* The rows of the dialect table, each in the file of its name. */
#ifndef DIALECT_ALL_H
#define DIALECT_ALL_H

#include "dialect/dialect.h"

extern const struct dialect dialect_root;
extern const struct dialect dialect_janua;
extern const struct dialect dialect_authapi;
extern const struct dialect dialect_janua_v1;
extern const struct dialect dialect_auctoritas;

/* The error body of /api/v1, which the root shares. */
void dialect_superset_error(struct buf *, const struct error_view *);
extern const struct field dialect_superset_envelope[];

#endif
