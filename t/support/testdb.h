/*
 * A database of its own for a test, in the server that with-db started. It
 * may be opened in a fixture before a test forks: no connection is open then.
 * What cannot be had ends the program with a line that says why.
 */
#ifndef SUPPORT_TESTDB_H
#define SUPPORT_TESTDB_H

#include "base/conf.h"
#include "base/ctx.h"

struct testdb {
	struct conf conf; /* the defaults, and where the database is */
	struct ctx cx;
	struct arena *mem; /* of the configuration */
	char name[64];
};

enum testdb_schema {
	TESTDB_EMPTY,
	TESTDB_MIGRATED, /* with the migrations of schema/ */
};

/*
 * The first thing in main(): without a server it runs the program again
 * under with-db.
 */
void testdb_need_server(char **argv);

void testdb_open(struct testdb *, enum testdb_schema);
/* Drops the database. */
void testdb_close(struct testdb *);

/* A second caller on the same database, with a connection of its own. */
void testdb_join(const struct testdb *, struct ctx *ret);
void testdb_leave(struct ctx *);

#endif
