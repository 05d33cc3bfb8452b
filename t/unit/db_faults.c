/*
 * What happens when it does not go well: transactions that fail, collide or
 * lose their connection, and a server that goes and comes back.
 */
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "db.h"
#include "db_relay.h"

extern char **environ;

static const struct stmt put = { SCOPE_NONE, "is", NULL,
	"INSERT INTO w (id, s) VALUES (?, ?)" };
static const struct stmt bump = { SCOPE_NONE, "i", NULL,
	"UPDATE w SET n = n + 1 WHERE id = ?" };
static const struct stmt broken = { SCOPE_NONE, "", NULL,
	"DELETE FROM nowhere" };

static void
table_make(void)
{
	sql(&db.cx,
	    "CREATE OR REPLACE TABLE w (id INT PRIMARY KEY,"
	    " n INT NOT NULL DEFAULT 0, s VARCHAR(100))");
	sql(&db.cx, "INSERT INTO w (id) VALUES (1), (2)");
}

static int
put_row(struct ctx *cx, int64_t id)
{
	return db_exec(cx, &put, NULL, id, "x");
}

static int64_t
rows_from(int64_t id)
{
	char text[64];

	snprintf(text, sizeof(text), "SELECT COUNT(*) FROM w WHERE id >= %d",
	    (int)id);
	return sql_number(&db.cx, text);
}

/* Runs once for every try of the transaction that it is given to. */
struct steps {
	int (*step)(struct ctx *, int tries);
	int tries;
};

static int
steps_run(struct ctx *cx, void *arg)
{
	struct steps *s = arg;

	ck_assert(db_in_tx(cx->db));
	return s->step(cx, ++s->tries);
}

/* Failing as it may: what is done inside, and what comes of it. */

static int
step_good(struct ctx *cx, int tries)
{
	(void)tries;
	return put_row(cx, 10);
}

static int
step_refuses(struct ctx *cx, int tries)
{
	int r = put_row(cx, 10);

	(void)tries;
	return r != 0 ? r : err_set(cx, ERR_FORBIDDEN, "not you");
}

static int
step_conflict_passed_on(struct ctx *cx, int tries)
{
	(void)tries;
	return put_row(cx, 10) != 0 ? -1 : put_row(cx, 1);
}

static int
step_conflict_borne(struct ctx *cx, int tries)
{
	(void)tries;
	if (put_row(cx, 1) != ERR_CONFLICT)
		return -1;
	return put_row(cx, 10);
}

/* An internal error cannot be swallowed. */
static int
step_broken(struct ctx *cx, int tries)
{
	(void)tries;
	put_row(cx, 10);
	db_exec(cx, &broken, NULL);
	put_row(cx, 11);
	return 0;
}

static int
step_nested(struct ctx *cx, int tries)
{
	struct steps inner = { step_good, 0 };

	(void)tries;
	return db_tx(cx, steps_run, &inner);
}

static int
step_idle(struct ctx *cx, int tries)
{
	(void)cx;
	(void)tries;
	return 0;
}

static const struct {
	const char *name;
	int (*step)(struct ctx *, int tries);
	int want;
	int rows;
	int sent; /* statements */
} outcomes[] = {
	{ "good", step_good, 0, 1, 3 },
	{ "refuses", step_refuses, ERR_FORBIDDEN, 0, 3 },
	{ "conflict passed on", step_conflict_passed_on, ERR_CONFLICT, 0, 4 },
	{ "conflict borne", step_conflict_borne, 0, 1, 4 },
	{ "broken", step_broken, -1, 0, 3 },
	{ "nested", step_nested, -1, 0, 0 },
	{ "idle", step_idle, 0, 0, 0 },
};

START_TEST(transaction_ends)
{
	struct steps s = { outcomes[_i].step, 0 };
	uint64_t sent;
	int r;

	table_make();
	sent = db_sent(db.cx.db);
	r = db_tx(&db.cx, steps_run, &s);
	sent = db_sent(db.cx.db) - sent;
	ck_assert_msg(r == outcomes[_i].want, "%s: got %s, want %d",
	    outcomes[_i].name, result_name(r), outcomes[_i].want);
	ck_assert_int_eq(rows_from(10), outcomes[_i].rows);
	ck_assert_int_eq((int)sent, outcomes[_i].sent);
	ck_assert_int_eq(s.tries, 1);
	ck_assert(!db_in_tx(db.cx.db));
}
END_TEST

START_TEST(conflict_outside)
{
	table_make();
	ck_result(put_row(&db.cx, 1), ERR_CONFLICT);
	ck_assert_ptr_null(db.cx.fail.text);
	ck_assert(!log_has("db."));
}
END_TEST

/* Two processes that lock two rows in opposite order, once. */
struct meeting {
	_Atomic int holds[2];
	_Atomic int tries;
};

static struct meeting *meeting;
static int side;

static void
pause_a_little(void)
{
	static const struct timespec ts = { .tv_nsec = 1000000 };

	nanosleep(&ts, NULL);
}

static int
step_cross(struct ctx *cx, int tries)
{
	int r = db_exec(cx, &bump, NULL, (int64_t)(side + 1));

	meeting->tries++;
	if (r != 0)
		return r;
	meeting->holds[side] = 1;
	while (tries == 1 && !meeting->holds[1 - side])
		pause_a_little();
	return db_exec(cx, &bump, NULL, (int64_t)(2 - side));
}

static int
cross(int which)
{
	struct steps s = { step_cross, 0 };
	struct ctx cx;
	int r;

	side = which;
	testdb_join(&db, &cx);
	r = db_tx(&cx, steps_run, &s);
	testdb_leave(&cx);
	return r;
}

static pid_t
cross_apart(int which)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(cross(which) == 0 ? 0 : 1);
	return pid;
}

static void *
shared_memory(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	return p;
}

START_TEST(deadlock_is_tried_again)
{
	int status = -1;
	pid_t pid;

	table_make();
	meeting = shared_memory(sizeof(*meeting));
	pid = cross_apart(1);
	ck_result(cross(0), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_ge(meeting->tries, 3);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT SUM(n) FROM w"), 4);
	munmap(meeting, sizeof(*meeting));
}
END_TEST

static struct ctx other;

static int
step_wait_in_vain(struct ctx *cx, int tries)
{
	int r = db_exec(cx, &bump, NULL, INT64_C(1));

	(void)tries;
	ck_result(r, 0);
	ck_result(db_exec(&other, &bump, NULL, INT64_C(1)), ERR_UNAVAILABLE);
	ck_assert_int_ge(other.fail.retry_after_s, 1);
	ck_assert_int_le(other.fail.retry_after_s, 3);
	return 0;
}

START_TEST(lock_is_not_waited_for_for_ever)
{
	struct steps s = { step_wait_in_vain, 0 };

	table_make();
	db.conf.db_timeout_s = 2;
	testdb_join(&db, &other);
	ck_result(db_tx(&db.cx, steps_run, &s), 0);
	ck_result(db_exec(&other, &bump, NULL, INT64_C(1)), 0);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT SUM(n) FROM w"), 2);
	testdb_leave(&other);
}
END_TEST

/* Another process holds a row until it is told to let go. */
static struct {
	_Atomic int holds, let_go;
} * holder;
static pid_t holder_pid;

static int
step_hold(struct ctx *cx, int tries)
{
	int r = db_exec(cx, &bump, NULL, INT64_C(1));

	(void)tries;
	holder->holds = 1;
	while (!holder->let_go)
		pause_a_little();
	return r;
}

static void
hold_apart(void)
{
	struct steps s = { step_hold, 0 };
	struct ctx cx;

	holder = shared_memory(sizeof(*holder));
	holder_pid = fork();
	ck_assert_int_ge(holder_pid, 0);
	if (holder_pid == 0) {
		testdb_join(&db, &cx);
		_exit(db_tx(&cx, steps_run, &s) == 0 ? 0 : 1);
	}
	while (!holder->holds)
		pause_a_little();
}

static int
step_wait_twice(struct ctx *cx, int tries)
{
	int r = put_row(cx, 10);

	if (r == 0 && tries == 2) {
		holder->let_go = 1;
		waitpid(holder_pid, NULL, 0);
	}
	return r != 0 ? r : db_exec(cx, &bump, NULL, INT64_C(1));
}

/* A lock time-out undoes one statement only: the rest must go as well. */
START_TEST(lock_timeout_is_tried_again)
{
	struct steps s = { step_wait_twice, 0 };

	table_make();
	db.conf.db_timeout_s = 2;
	testdb_join(&db, &other);
	hold_apart();
	ck_result(db_tx(&other, steps_run, &s), 0);
	ck_assert_int_eq(s.tries, 2);
	ck_assert_int_eq(rows_from(10), 1);
	ck_assert_int_eq(sql_number(&db.cx, "SELECT SUM(n) FROM w"), 2);
	testdb_leave(&other);
}
END_TEST

/* Killed between two calls, nobody notices. */

static int
call_select(void)
{
	return sql_number(&db.cx, "SELECT 1") == 1 ? 0 : -1;
}

static int
call_write(void)
{
	return put_row(&db.cx, 10);
}

static int
call_tx(void)
{
	struct steps s = { step_good, 0 };

	return db_tx(&db.cx, steps_run, &s);
}

static int
call_ping(void)
{
	return db_ping(&db.cx);
}

static const struct {
	int (*call)(void);
	int rows;
} calls[] = {
	{ call_select, 0 },
	{ call_write, 1 },
	{ call_tx, 1 },
	{ call_ping, 0 },
};

START_TEST(killed_between_calls)
{
	table_make();
	ck_result(call_select(), 0);
	ck_result(put_row(&db.cx, 1), ERR_CONFLICT);
	connection_kill(&db.cx);
	ck_result(calls[_i].call(), 0);
	ck_assert_int_eq(rows_from(10), calls[_i].rows);
}
END_TEST

static int
step_killed_early(struct ctx *cx, int tries)
{
	if (tries == 1)
		connection_kill(cx);
	return put_row(cx, 10);
}

static int
step_killed_between(struct ctx *cx, int tries)
{
	int r = put_row(cx, 10);

	if (tries == 1)
		connection_kill(cx);
	return r != 0 ? r : put_row(cx, 11);
}

static int
step_killed_before_commit(struct ctx *cx, int tries)
{
	int r = put_row(cx, 10);

	if (tries == 1)
		connection_kill(cx);
	return r;
}

/* The error is not passed on, and yet nothing half done is committed. */
static int
step_killed_and_blind(struct ctx *cx, int tries)
{
	put_row(cx, 10);
	if (tries == 1)
		connection_kill(cx);
	put_row(cx, 11);
	put_row(cx, 12);
	return 0;
}

static int
step_killed_always(struct ctx *cx, int tries)
{
	(void)tries;
	put_row(cx, 10);
	connection_kill(cx);
	return put_row(cx, 11);
}

static const struct {
	int (*step)(struct ctx *, int tries);
	int want, rows;
} killings[] = {
	{ step_killed_early, 0, 1 },
	{ step_killed_between, 0, 2 },
	{ step_killed_before_commit, 0, 1 },
	{ step_killed_and_blind, 0, 3 },
	{ step_killed_always, ERR_UNAVAILABLE, 0 },
};

START_TEST(killed_inside_transaction)
{
	struct steps s = { killings[_i].step, 0 };

	table_make();
	ck_result(db_tx(&db.cx, steps_run, &s), killings[_i].want);
	ck_assert_int_eq(s.tries, 2);
	ck_assert_int_eq(rows_from(10), killings[_i].rows);
}
END_TEST

/* The line is cut while the server works. */

static int
read_marked(struct ctx *cx, void *arg)
{
	struct row {
		int n;
	} row;
	static const struct col cols[] = { COL(struct row, n), COL_END };
	static const struct stmt stmt = { SCOPE_NONE, "s", cols,
		"SELECT 1 FROM w WHERE s = ?" };
	int r;

	(void)arg;
	r = db_row(cx, &stmt, &row, "mark");
	return r == ERR_NOT_FOUND ? 0 : r;
}

static int
write_marked(struct ctx *cx, void *arg)
{
	if (arg != NULL)
		++*(int *)arg;
	return db_exec(cx, &put, NULL, INT64_C(10), "mark");
}

static int
tx_marked(struct ctx *cx, void *arg)
{
	return db_tx(cx, write_marked, arg);
}

static const struct {
	const char *name;
	int (*call)(struct ctx *, void *);
	const char *word;
	bool reply; /* it is the reply that is lost */
	int times;
	int want;
	int rows;
	int tries; /* of the transaction */
} cuts[] = {
	{ "read", read_marked, "mark", false, 1, 0, 0, 0 },
	{ "read, reply", read_marked, "mark", true, 1, 0, 0, 0 },
	{ "read, twice", read_marked, "mark", true, 2, ERR_UNAVAILABLE, 0, 0 },
	{ "write", write_marked, "mark", false, 1, ERR_COMMIT_UNKNOWN, 0, 1 },
	{ "write, reply", write_marked, "mark", true, 1, ERR_COMMIT_UNKNOWN, 1,
	    1 },
	{ "prepare", write_marked, "INSERT INTO w", true, 1, 0, 1, 1 },
	{ "prepare, twice", write_marked, "INSERT INTO w", true, 2,
	    ERR_UNAVAILABLE, 0, 1 },
	{ "tx begins", tx_marked, "START", false, 1, 0, 1, 1 },
	{ "tx begins, reply", tx_marked, "START", true, 1, 0, 1, 1 },
	{ "tx writes", tx_marked, "mark", false, 1, 0, 1, 2 },
	{ "tx writes, reply", tx_marked, "mark", true, 1, 0, 1, 2 },
	{ "tx writes, twice", tx_marked, "mark", true, 2, ERR_UNAVAILABLE, 0,
	    2 },
	{ "tx prepares", tx_marked, "INSERT INTO w", true, 1, 0, 1, 2 },
	{ "tx commits", tx_marked, "COMMIT", false, 1, ERR_COMMIT_UNKNOWN, 0,
	    1 },
	{ "tx commits, reply", tx_marked, "COMMIT", true, 1, ERR_COMMIT_UNKNOWN,
	    1, 1 },
};

START_TEST(line_is_cut)
{
	struct testdb through = db;
	char path[108];
	struct relay *relay;
	struct ctx cx;
	int tries = 0, r;

	table_make();
	snprintf(path, sizeof(path), "%s.relay", db.conf.db_socket);
	relay = relay_start(path, db.conf.db_socket);
	through.conf.db_socket = path;
	testdb_join(&through, &cx);
	ck_result(db_ping(&cx), 0);
	relay_cut(relay, cuts[_i].word, cuts[_i].reply, cuts[_i].times);
	r = cuts[_i].call(&cx, &tries);
	ck_assert_msg(r == cuts[_i].want, "%s: got %s, want %s", cuts[_i].name,
	    result_name(r), result_name(cuts[_i].want));
	ck_assert_int_eq(tries, cuts[_i].tries);
	ck_assert_int_eq(rows_from(10), cuts[_i].rows);
	ck_assert_int_eq(cx.fail.retry_after_s > 0, r != 0);
	testdb_leave(&cx);
	relay_stop(relay);
	unlink(path);
}
END_TEST

static const struct stmt slow_write = { SCOPE_NONE, "", NULL, "DO SLEEP(5)" };

/* What took too long once is not asked a second time. */
START_TEST(reply_takes_too_long)
{
	struct row {
		int n;
	} row;
	static const struct col cols[] = { COL(struct row, n), COL_END };
	static const struct stmt slow_read = { SCOPE_NONE, "", cols,
		"SELECT SLEEP(5)" };
	uint64_t sent;

	db.conf.db_timeout_s = 1;
	testdb_join(&db, &other);
	ck_result(db_ping(&other), 0);
	sent = db_sent(other.db);
	ck_result(db_row(&other, &slow_read, &row), ERR_UNAVAILABLE);
	ck_assert_uint_eq(db_sent(other.db) - sent, 1);
	ck_result(db_exec(&other, &slow_write, NULL), ERR_COMMIT_UNKNOWN);
	testdb_leave(&other);
}
END_TEST

/* A server that is stopped and started. */

static void
server_do(const char *what, const char *folder)
{
	const char *top = getenv("top_srcdir");
	char script[4096];
	char *const args[] = { (char[]) { "sh" }, script,
		(char *)(uintptr_t)what, (char *)(uintptr_t)folder, NULL };
	int status = -1;
	pid_t pid;

	snprintf(script, sizeof(script), "%s/t/support/with-db",
	    top != NULL ? top : ".");
	ck_assert_int_eq(posix_spawn(&pid, "/bin/sh", NULL, NULL, args,
			     environ),
	    0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "with-db %s: %d", what, status);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static void
server_folder(char *ret, size_t size)
{
	const char *folder = getenv("CARDEA_TEST_DB_FOLDER");

	if (folder != NULL) {
		snprintf(ret, size, "%s/own", folder);
		return;
	}
	snprintf(ret, size, "/tmp/cardea-db.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(ret));
}

static int
select_one(struct ctx *cx, void *arg)
{
	struct row {
		int64_t n;
	} row;
	static const struct col cols[] = { COL(struct row, n), COL_END };
	static const struct stmt stmt = { SCOPE_NONE, "", cols, "SELECT 1" };

	(void)arg;
	return db_row(cx, &stmt, &row);
}

START_TEST(server_goes_and_comes_back)
{
	struct testdb own = db;
	char folder[64], path[80];
	struct ctx cx;

	/* a server outlives the script that starts it, and becomes ours */
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	server_folder(folder, sizeof(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	own.conf.db_socket = path;
	own.conf.db_name = NULL;
	testdb_join(&own, &cx);
	server_do("--start", folder);
	ck_result(select_one(&cx, NULL), 0);
	server_do("--stop", folder);
	for (int i = 0; i < 3; i++) {
		ctx_fail_clear(&cx);
		ck_result(select_one(&cx, NULL), ERR_UNAVAILABLE);
		ck_assert_int_ge(cx.fail.retry_after_s, 1);
		ck_assert_int_le(cx.fail.retry_after_s, 3);
		ck_result(db_tx(&cx, select_one, NULL), ERR_UNAVAILABLE);
		ck_result(db_ping(&cx), ERR_UNAVAILABLE);
	}
	ck_assert_int_eq(log_count("db.away"), 1);
	server_do("--start", folder);
	ck_result(select_one(&cx, NULL), 0);
	server_do("--stop", folder);
	server_do("--start", folder);
	ck_result(db_tx(&cx, select_one, NULL), 0);
	testdb_leave(&cx);
	server_do("--remove", folder);
}
END_TEST

START_TEST(refused_login_is_logged)
{
	struct testdb wrong = db;
	struct ctx cx;

	wrong.conf.db_user = "nobody_of_that_name";
	wrong.conf.db_password = "hush-hush";
	testdb_join(&wrong, &cx);
	ck_result(select_one(&cx, NULL), ERR_UNAVAILABLE);
	ck_assert(log_has("Access denied"));
	ck_assert(!log_has("hush-hush"));
	testdb_leave(&cx);
}
END_TEST

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))

void
cases_faults(Suite *s)
{
	TCase *c = db_case(s, "transactions");

	tcase_add_loop_test(c, transaction_ends, 0, N(outcomes));
	tcase_add_test(c, conflict_outside);
	tcase_add_test(c, deadlock_is_tried_again);
	tcase_add_test(c, lock_is_not_waited_for_for_ever);
	tcase_add_test(c, lock_timeout_is_tried_again);

	c = db_case(s, "connections");
	tcase_add_loop_test(c, killed_between_calls, 0, N(calls));
	tcase_add_loop_test(c, killed_inside_transaction, 0, N(killings));
	tcase_add_loop_test(c, line_is_cut, 0, N(cuts));
	tcase_add_test(c, reply_takes_too_long);
	tcase_add_test(c, server_goes_and_comes_back);
	tcase_add_test(c, refused_login_is_logged);
}
