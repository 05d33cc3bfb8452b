/* Migrations: what is applied, what is refused, and what is said. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db.h"
#include "db/migrate.h"

#define FILES_MAX 4

struct file {
	const char *name;
	const char *text; /* NULL: it is removed */
};

static char dir[64];
static char said[8192];

static void
say(const char *line)
{
	size_t n = strlen(said);

	snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static void
file_put(const struct file *f)
{
	char path[256];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", dir, f->name);
	if (f->text == NULL) {
		ck_assert_int_eq(unlink(path), 0);
		return;
	}
	to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	ck_assert(fputs(f->text, to) >= 0 && fclose(to) == 0);
}

static void
files_put(const struct file *files)
{
	for (int i = 0; i < FILES_MAX && files[i].name != NULL; i++)
		file_put(&files[i]);
}

static void
folder_make(void)
{
	const char *drop = "DROP TABLE IF EXISTS schema_migration,"
			   " schema_lock, a, b, c";

	snprintf(dir, sizeof(dir), "/tmp/cardea-migrate.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	said[0] = '\0';
	sql(&db.cx, drop);
}

static void
folder_remove(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	ck_assert_int_eq(rmdir(dir), 0);
}

static int
pending(void)
{
	size_t n = 99;

	ck_result(migrate_pending(&db.cx, dir, &n), 0);
	return (int)n;
}

static int64_t
tables(void)
{
	return sql_number(&db.cx,
	    "SELECT COUNT(*) FROM information_schema.tables"
	    " WHERE table_schema = DATABASE()"
	    " AND table_name IN ('a', 'b', 'c')");
}

static const struct file good[FILES_MAX] = {
	{ "0001-a.sql", "CREATE TABLE a (x INT);\nINSERT INTO a VALUES (1);" },
	{ "0002-b-and-c.sql",
	    "-- two tables\nCREATE TABLE b (x INT);\n"
	    "CREATE TABLE c (s VARCHAR(20) DEFAULT ';');\n-- the end\n" },
	{ "README", "not a migration" },
	{ ".0003-hidden.sql", "nor this" },
};

START_TEST(applied_once)
{
	size_t n = 99;

	files_put(good);
	ck_assert_int_eq(pending(), 2);
	ck_result(migrate_run(&db.cx, dir, say, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(said,
	    "applied 0001-a.sql\napplied 0002-b-and-c.sql\n");
	ck_assert_int_eq(tables(), 3);
	ck_assert_int_eq(pending(), 0);
	ck_result(migrate_run(&db.cx, dir, say, &n), 0);
	ck_assert_uint_eq(n, 0);
	file_put(
	    &(struct file) { "0003-more.sql", "INSERT INTO a VALUES (2)" });
	ck_assert_int_eq(pending(), 1);
	ck_result(migrate_run(&db.cx, dir, NULL, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT SUM(x) FROM a"), 3);
	ck_assert_int_eq(sql_number(&db.cx,
			     "SELECT COUNT(*) FROM schema_migration"
			     " WHERE applied_at >= started_at"),
	    3);
	ck_assert(!log_has("migrate."));
}
END_TEST

/* Files that nothing of is applied from. */
static const struct {
	struct file files[FILES_MAX];
	const char *says;
} refusals[] = {
	{ { { "0001-a.sql", "" }, { "0003-c.sql", "" } },
	    "0003-c.sql: the number before it is missing" },
	{ { { "0002-a.sql", "" } },
	    "0002-a.sql: the number before it is missing" },
	{ { { "0001-a.sql", "" }, { "0001-b.sql", "" } },
	    "has the number of another file" },
	{ { { "0000-a.sql", "" } }, "0000-a.sql: is not named NNNN-name.sql" },
	{ { { "1-a.sql", "" } }, "1-a.sql: is not named NNNN-name.sql" },
	{ { { "0001_a.sql", "" } }, "0001_a.sql: is not named" },
	{ { { "0001-.sql", "" } }, "0001-.sql: is not named" },
	{ { { "0001-A.sql", "" } }, "0001-A.sql: is not named" },
	{ { { "0001-a.b.sql", "" } }, "0001-a.b.sql: is not named" },
	{ { { "00001-a.sql", "" } }, "00001-a.sql: is not named" },
};

START_TEST(folder_is_refused)
{
	size_t n = 99;

	files_put(refusals[_i].files);
	ck_result(migrate_run(&db.cx, dir, say, &n), -1);
	ck_assert_msg(strstr(said, refusals[_i].says) != NULL,
	    "got \"%s\", want \"%s\"", said, refusals[_i].says);
	ck_assert(log_has("migrate.refused"));
	ck_assert_uint_eq(n, 99);
}
END_TEST

START_TEST(no_folder)
{
	size_t n;

	ck_result(migrate_run(&db.cx, "/nowhere", say, &n), -1);
	ck_assert_msg(strstr(said, "/nowhere: No such file") != NULL, "%s",
	    said);
	ck_result(migrate_pending(&db.cx, "/nowhere", &n), -1);
}
END_TEST

/* After the good ones were applied. */
static const struct {
	struct file change[FILES_MAX];
	const char *script; /* what befalls the record */
	const char *says;
} changes[] = {
	{ { { "0001-a.sql", "CREATE TABLE a (y INT);" } }, NULL,
	    "0001-a.sql: has changed since it was applied" },
	{ { { "0002-b-and-c.sql", NULL } }, NULL,
	    "0002-b-and-c.sql: was applied, but its file is missing" },
	{ { { NULL } }, "DELETE FROM schema_migration WHERE version = 1",
	    "0002-b-and-c.sql: was applied before the one in front" },
	{ { { NULL } },
	    "UPDATE schema_migration SET applied_at = NULL WHERE version = 2",
	    "0002-b-and-c.sql: was started by " },
};

START_TEST(change_is_refused)
{
	size_t n = 99;

	files_put(good);
	ck_result(migrate_run(&db.cx, dir, NULL, &n), 0);
	files_put(changes[_i].change);
	if (changes[_i].script != NULL)
		sql(&db.cx, changes[_i].script);
	for (int i = 0; i < 2; i++) {
		said[0] = '\0';
		ck_result(migrate_run(&db.cx, dir, say, &n), -1);
		ck_assert_msg(strstr(said, changes[_i].says) != NULL,
		    "got \"%s\", want \"%s\"", said, changes[_i].says);
	}
}
END_TEST

START_TEST(untouched_failure_can_be_mended)
{
	size_t n;

	file_put(&good[0]);
	file_put(&(struct file) { "0002-b.sql", "CREATE TABEL b (x INT);" });
	ck_result(migrate_run(&db.cx, dir, say, &n), -1);
	ck_assert_msg(strstr(said, "0002-b.sql: statement 1: ") != NULL &&
		strstr(said, "TABEL") != NULL &&
		strstr(said, "nothing of it was applied") != NULL,
	    "got \"%s\"", said);
	ck_assert(log_has("TABEL"));
	ck_assert_int_eq(pending(), 1);
	file_put(&(struct file) { "0002-b.sql", "CREATE TABLE b (x INT);" });
	ck_result(migrate_run(&db.cx, dir, say, &n), 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(half_done_failure_needs_a_human)
{
	size_t n;

	file_put(&(struct file) { "0001-a.sql",
	    "CREATE TABLE a (x INT); CREATE TABLE a (y INT);" });
	ck_result(migrate_run(&db.cx, dir, say, &n), -1);
	ck_assert_msg(strstr(said, "0001-a.sql: statement 2: ") != NULL &&
		strstr(said, "already exists") != NULL &&
		strstr(said, "took effect") != NULL,
	    "got \"%s\"", said);
	file_put(&good[0]);
	said[0] = '\0';
	ck_result(migrate_run(&db.cx, dir, say, &n), -1);
	ck_assert_msg(strstr(said, "never finished") != NULL, "%s", said);
	ck_assert_int_eq(pending(), 1);
	sql(&db.cx, "DROP TABLE a; DELETE FROM schema_migration");
	ck_result(migrate_run(&db.cx, dir, say, &n), 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

/* Both start at once; together they apply each file once. */
START_TEST(two_at_once)
{
	size_t n = 99;
	int status = -1;
	pid_t pid;

	files_put(good);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct ctx cx;

		testdb_join(&db, &cx);
		if (migrate_run(&cx, dir, NULL, &n) != 0)
			_exit(99);
		_exit((int)n);
	}
	ck_result(migrate_run(&db.cx, dir, NULL, &n), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq((int)n + WEXITSTATUS(status), 2);
	ck_assert_int_eq(tables(), 3);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT SUM(x) FROM a"), 1);
	ck_assert(!log_has("migrate."));
}
END_TEST

static void
lock_as_other(const char *until)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "UPDATE schema_lock SET owner = 'elsewhere:7',"
	    " leased_until = UTC_TIMESTAMP(6) + INTERVAL %s",
	    until);
	sql(&db.cx, text);
}

static void
say_and_let_go(const char *line)
{
	struct ctx cx;

	say(line);
	if (strncmp(line, "waiting", 7) != 0)
		return;
	testdb_join(&db, &cx);
	sql(&cx, "UPDATE schema_lock SET owner = ''");
	testdb_leave(&cx);
}

START_TEST(lease_is_waited_for)
{
	size_t n;

	file_put(&good[0]);
	ck_result(migrate_run(&db.cx, dir, NULL, &n), 0);
	file_put(&good[1]);
	lock_as_other("100 SECOND");
	ck_result(migrate_run(&db.cx, dir, say_and_let_go, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(said,
	    "waiting for elsewhere:7\napplied 0002-b-and-c.sql\n");
}
END_TEST

START_TEST(lease_runs_out)
{
	size_t n;

	file_put(&good[0]);
	ck_result(migrate_run(&db.cx, dir, NULL, &n), 0);
	file_put(&good[1]);
	lock_as_other("-1 SECOND");
	ck_result(migrate_run(&db.cx, dir, say, &n), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(said, "applied 0002-b-and-c.sql\n");
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))

void
cases_migrate(Suite *s)
{
	TCase *c = db_case(s, "migrations");

	tcase_add_checked_fixture(c, folder_make, folder_remove);
	tcase_add_test(c, applied_once);
	tcase_add_loop_test(c, folder_is_refused, 0, N(refusals));
	tcase_add_test(c, no_folder);
	tcase_add_loop_test(c, change_is_refused, 0, N(changes));
	tcase_add_test(c, untouched_failure_can_be_mended);
	tcase_add_test(c, half_done_failure_needs_a_human);
	tcase_add_test(c, two_at_once);
	tcase_add_test(c, lease_is_waited_for);
	tcase_add_test(c, lease_runs_out);
}
