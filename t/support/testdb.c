/*
 * The database's name holds the process and the time, so that programs which
 * share a server do not meet.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "db/db.h"
#include "db/migrate.h"
#include "testdb.h"

#define ARENA_KEEP (64 << 10)

static void die(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

static void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("testdb: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(99);
}

static const char *
srcdir(void)
{
	const char *dir = getenv("top_srcdir");

	return dir != NULL ? dir : ".";
}

void
testdb_need_server(char **argv)
{
	char wrapper[4096];
	size_t n = 0;
	char **args;

	if (getenv("CARDEA_TEST_DB_SOCKET") != NULL)
		return;
	while (argv[n] != NULL)
		n++;
	args = calloc(n + 3, sizeof(*args));
	if (args == NULL)
		abort();
	snprintf(wrapper, sizeof(wrapper), "%s/t/support/with-db", srcdir());
	args[0] = (char[]) { "sh" };
	args[1] = wrapper;
	memcpy(args + 2, argv, n * sizeof(*args));
	execv("/bin/sh", args);
	die("%s cannot be run", wrapper);
}

static void
conf_fill(struct testdb *t)
{
	struct buf problems;
	const char *socket = getenv("CARDEA_TEST_DB_SOCKET");
	const char *user = getenv("CARDEA_TEST_DB_USER");

	buf_init(&problems, t->mem, 256);
	if (conf_load(t->mem, "/dev/null", &t->conf, &problems) != 0)
		die("no configuration: %s", problems.p);
	if (socket == NULL)
		die("CARDEA_TEST_DB_SOCKET is not set; see with-db");
	t->conf.db_socket = socket;
	t->conf.db_user = user;
	t->conf.db_password = NULL;
	t->conf.db_name = NULL;
}

static void
script(struct ctx *cx, const char *what, const char *name)
{
	const char *message = "";

	if (db_script(cx, arena_printf(cx->mem, "%s %s", what, name),
		&message) != 0)
		die("%s %s: %s", what, name, message);
}

/* As the server's administrator would, in no database. */
static void
database_do(const struct testdb *t, const char *what)
{
	struct testdb admin = *t;
	struct ctx cx;

	admin.conf.db_name = NULL;
	testdb_join(&admin, &cx);
	script(&cx, what, t->name);
	testdb_leave(&cx);
}

static void
database_migrate(const struct testdb *t)
{
	struct ctx cx;
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/schema", srcdir());
	testdb_join(t, &cx);
	if (migrate_run(&cx, dir, NULL, NULL) != 0)
		die("%s: the migrations failed", dir);
	testdb_leave(&cx);
}

void
testdb_join(const struct testdb *t, struct ctx *ret)
{
	*ret = (struct ctx) {
		.mem = arena_new(ARENA_KEEP),
		.secret = arena_new_secret(4096),
		.db = db_new(&t->conf),
		.conf = &t->conf,
		.now_us = clock_now_us(),
		.request_id = "req_test",
	};
}

void
testdb_leave(struct ctx *cx)
{
	db_free(cx->db);
	arena_free(cx->secret);
	arena_free(cx->mem);
}

void
testdb_open(struct testdb *t, enum testdb_schema schema)
{
	static unsigned count;

	t->mem = arena_new(ARENA_KEEP);
	conf_fill(t);
	snprintf(t->name, sizeof(t->name), "cardea_test_%ld_%lld_%u",
	    (long)getpid(), (long long)clock_now_us(), count++);
	database_do(t, "CREATE DATABASE");
	t->conf.db_name = t->name;
	if (schema == TESTDB_MIGRATED)
		database_migrate(t);
	testdb_join(t, &t->cx);
}

void
testdb_close(struct testdb *t)
{
	database_do(t, "DROP DATABASE");
	testdb_leave(&t->cx);
	arena_free(t->mem);
}
