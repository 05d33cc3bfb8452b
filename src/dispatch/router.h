/*
 * Routes in a tree of path segments, built once from the tables before any
 * fork. Method and path are matched together: leftmost static segment first,
 * and a static row without the method does not hide a variable row that has
 * it. One trailing slash more or less makes no difference.
 */
#ifndef DISPATCH_ROUTER_H
#define DISPATCH_ROUTER_H

#include <stdio.h>

#include "dispatch/op.h"

struct call;
struct arena;

/* All tables, NULL at the end: api/routes.c. */
extern const struct route *const route_tables[];

/* What nginx serves from files, for the list of routes. */
extern const char *const static_routes[];

/* 0, or <0 after a log line for every mistake in the tables. */
int router_init(const struct route *const *tables);

/*
 * Fills in route, op, dialect and vars of the call. ERR_NOT_FOUND, or
 * ERR_METHOD_NOT_ALLOWED with *ret_allow the methods that there are
 * ("GET, HEAD, POST"); the dialect is set in any case. With OPTIONS it is
 * always one of these two.
 */
int router_match(struct call *, const char **ret_allow);

/* `dialect METHOD /path operation` a line, sorted. */
void routes_print(FILE *);

/* The largest body that any operation takes. */
size_t router_body_max(void);

#endif
