/* The database floor: statements, transactions, lost connections, schema. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "db.h"

struct testdb db;

static char logged[64 << 10];

static void
log_keep(enum log_level level, const char *line)
{
	size_t n = strlen(logged);

	if (level >= LOG_WARN)
		snprintf(logged + n, sizeof(logged) - n, "%s\n", line);
}

bool
log_has(const char *words)
{
	return strstr(logged, words) != NULL;
}

int
log_count(const char *words)
{
	const char *at = logged;
	int n = 0;

	while ((at = strstr(at, words)) != NULL) {
		at++;
		n++;
	}
	return n;
}

const char *
result_name(int r)
{
	static char number[16];

	switch (r) {
	case ERR_NOT_FOUND:
		return "ERR_NOT_FOUND";
	case ERR_CONFLICT:
		return "ERR_CONFLICT";
	case ERR_UNAVAILABLE:
		return "ERR_UNAVAILABLE";
	case ERR_COMMIT_UNKNOWN:
		return "ERR_COMMIT_UNKNOWN";
	default:
		snprintf(number, sizeof(number), "%d", r);
		return number;
	}
}

void
sql(struct ctx *cx, const char *text)
{
	const char *message = "";
	int r = db_script(cx, text, &message);

	ck_assert_msg(r == 0, "%s: %s", text, message);
}

int64_t
sql_number(struct ctx *cx, const char *text)
{
	struct row {
		int64_t n;
	} row = { -1 };
	static const struct col cols[] = { COL(struct row, n), COL_END };
	struct stmt stmt = { SCOPE_NONE, "", cols, text };

	ck_result(db_row(cx, &stmt, &row), 0);
	return row.n;
}

static bool
connection_lives(struct ctx *cx, int64_t id)
{
	struct row {
		int64_t n;
	} row = { -1 };
	static const struct col cols[] = { COL(struct row, n), COL_END };
	static const struct stmt stmt = { SCOPE_NONE, "i", cols,
		"SELECT COUNT(*) FROM information_schema.processlist"
		" WHERE id = ?" };

	ck_result(db_row(cx, &stmt, &row, id), 0);
	return row.n > 0;
}

void
connection_kill(struct ctx *victim)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t id = sql_number(victim, "SELECT CONNECTION_ID()");
	struct ctx killer;
	char text[64];

	testdb_join(&db, &killer);
	snprintf(text, sizeof(text), "KILL %" PRId64, id);
	sql(&killer, text);
	while (connection_lives(&killer, id))
		nanosleep(&pause, NULL);
	testdb_leave(&killer);
}

static void
database_make(void)
{
	testdb_open(&db, TESTDB_EMPTY);
}

static void
database_drop(void)
{
	testdb_close(&db);
}

static void
test_begin(void)
{
	logged[0] = '\0';
	log_set_sink(log_keep);
}

static void
test_end(void)
{
	testdb_leave(&db.cx);
	arena_free(db.mem);
}

TCase *
db_case(Suite *s, const char *name)
{
	TCase *c = tcase_create(name);

	tcase_add_unchecked_fixture(c, database_make, database_drop);
	tcase_add_checked_fixture(c, test_begin, test_end);
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	return c;
}

int
main(int argc, char **argv)
{
	Suite *s = suite_create("db");
	SRunner *runner = srunner_create(s);
	int failed;

	(void)argc;
	testdb_need_server(argv);
	db_library_init();
	cases_values(s);
	cases_faults(s);
	cases_migrate(s);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	db_library_end();
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
