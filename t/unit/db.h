/* Between the files of the suite: what each test case starts with. */
#ifndef UNIT_DB_H
#define UNIT_DB_H

#include <check.h>

#include "../support/testdb.h"
#include "base/arena.h"
#include "db/db.h"

/* Made before a test case and dropped after it; see db_case(). */
extern struct testdb db;

/* A test case whose database holds the tables that the script makes. */
TCase *db_case(Suite *, const char *name);

/* Runs a script that must succeed. */
void sql(struct ctx *, const char *text);
/* The number that a query without arguments answers. */
int64_t sql_number(struct ctx *, const char *text);

/* Ends another caller's connection and waits until it is gone. */
void connection_kill(struct ctx *victim);

/* Was such a line logged since the test began? */
bool log_has(const char *words);
int log_count(const char *words);

/* "ERR_CONFLICT", "0", … */
const char *result_name(int r);

#define ck_result(got, want)                                                   \
	do {                                                                   \
		int got_ = (got), want_ = (want);                              \
		ck_assert_msg(got_ == want_, "%s: got %s, want %s", #got,      \
		    result_name(got_), result_name(want_));                    \
	} while (0)

void cases_values(Suite *);
void cases_faults(Suite *);
void cases_migrate(Suite *);

#endif
