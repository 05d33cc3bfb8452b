/*
 * The API's documentation, made from the tables of routes, operations and
 * fields: nothing in it is written twice, and the tests hold every answer
 * against it.
 */
#ifndef DISPATCH_OPENAPI_H
#define DISPATCH_OPENAPI_H

#include <stdbool.h>
#include <stddef.h>

#include "dispatch/op.h"

struct arena;
struct buf;

/* OpenAPI 3.0.3, or 3.1.0, of all routes. */
void openapi_put(struct buf *, bool v31);

/* A Postman collection v2.1 of them; base_url becomes its variable. */
void postman_put(struct buf *, const char *base_url);

/* All routes in the order of the tables; NULL at the end. */
const struct route **openapi_routes(struct arena *);

/* The path with its variables in the case of the route's dialect. */
const char *openapi_path(struct arena *, const struct route *);

/* The status of success. */
int openapi_status(const struct route *);

#endif
