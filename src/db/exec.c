/*
 * Running a statement, again where that is safe. Outside a transaction:
 *
 *	nothing was sent, or it was undone	once more, whatever it is
 *	lost while the server worked		a SELECT once more; of a
 *						write nobody knows
 *	no connection				one attempt, then 503
 *
 * Inside one a failed statement dooms the transaction, and db_tx() decides;
 * a duplicate key alone is left to the caller.
 */
#include <mysqld_error.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "db/private.h"

#define ROWS_FIRST   8
#define BIND_LETTERS "usbitf" /* see struct stmt */

/* One call: the statement and where its rows go, if anywhere. */
struct run {
	const struct stmt *stmt;
	void *row; /* the first row */
	char *rows; /* all of them, in steps of size */
	size_t size, cap;
	size_t n; /* rows read, or changed */
};

static int
row_store(struct ctx *cx, struct cached *c, void *row)
{
	for (size_t i = 0; i < c->n_cells; i++)
		if (col_store(cx, c, i, row) != 0)
			return -1;
	return 0;
}

static void *
rows_next(struct ctx *cx, struct run *run)
{
	size_t cap = run->cap == 0 ? ROWS_FIRST : run->cap * 2;
	char *rows;

	if (run->n < run->cap)
		return run->rows + run->n * run->size;
	rows = arena_array(cx->mem, cap, run->size);
	if (run->n > 0)
		memcpy(rows, run->rows, run->n * run->size);
	run->rows = rows;
	run->cap = cap;
	return rows + run->n * run->size;
}

static int
run_row(struct ctx *cx, struct run *run, struct cached *c)
{
	void *to = NULL;

	if (run->size > 0)
		to = rows_next(cx, run);
	else if (run->n == 0)
		to = run->row;
	if (to != NULL && row_store(cx, c, to) != 0)
		return -1;
	run->n++;
	return 0;
}

/* To the end even for one row: only then is the statement known to be done. */
static enum fault
run_fetch(struct ctx *cx, struct run *run, struct cached *c)
{
	int r;

	run->n = 0;
	while ((r = mysql_stmt_fetch(c->st)) == 0 || r == MYSQL_DATA_TRUNCATED)
		if (run_row(cx, run, c) != 0)
			return fault_note(cx->db, ER_WRONG_VALUE, "HY000",
			    "a value does not fit its place in the row");
	if (r != MYSQL_NO_DATA)
		return fault_of_stmt(cx->db, c->st);
	return run->row != NULL && run->n == 0 ? FAULT_EMPTY : FAULT_NONE;
}

/* Whatever was not fetched goes, so that the connection is free again. */
static enum fault
run_results(struct ctx *cx, struct run *run, struct cached *c)
{
	enum fault fault = stmt_bind(cx->db, c);

	if (fault == FAULT_NONE)
		fault = run_fetch(cx, run, c);
	if (fault == FAULT_OTHER)
		mysql_stmt_free_result(c->st);
	return fault;
}

static enum fault
run_execute(struct ctx *cx, struct run *run, struct cached *c)
{
	struct db *db = cx->db;

	db->sent++;
	db->used_us = clock_mono_us();
	if ((db->n_params > 0 &&
		mysql_stmt_bind_param(c->st, db->binds) != 0) ||
	    mysql_stmt_execute(c->st) != 0)
		return fault_of_stmt(db, c->st);
	if (c->n_cells > 0)
		return run_results(cx, run, c);
	run->n = (size_t)mysql_stmt_affected_rows(c->st);
	return FAULT_NONE;
}

static enum fault
run_once(struct ctx *cx, struct run *run)
{
	struct cached *c;
	enum fault fault = tx_ready(cx->db);

	if (fault == FAULT_NONE)
		fault = stmt_find(cx->db, run->stmt, &c);
	if (fault == FAULT_NONE) {
		fault = run_execute(cx, run, c);
		if (fault == FAULT_STALE)
			stmt_forget(cx->db, c);
	}
	connection_heed(cx->db, fault);
	return fault;
}

static bool
stmt_reads(const struct stmt *stmt)
{
	return strncasecmp(stmt->text, "SELECT", 6) == 0;
}

static bool
run_again(const struct db *db, const struct run *run, enum fault fault,
    int tries)
{
	if (tries >= fault_tries(fault, db->complaint.number))
		return false;
	if (db->tx != TX_CLOSED)
		return fault == FAULT_STALE;
	return fault != FAULT_LOST || stmt_reads(run->stmt);
}

static int
run_failed(struct ctx *cx, const struct run *run, enum fault fault)
{
	struct db *db = cx->db;

	if (db->tx != TX_CLOSED) {
		tx_doom(db, fault);
		return fault_unavailable(cx);
	}
	if (fault == FAULT_AWAY)
		return fault_unavailable(cx);
	fault_warn(db, "db.gave_up", run->stmt->text);
	if ((fault == FAULT_LOST || fault == FAULT_SLOW) &&
	    !stmt_reads(run->stmt))
		return fault_commit_unknown(cx);
	return fault_unavailable(cx);
}

static int
run_result(struct ctx *cx, const struct run *run, enum fault fault)
{
	switch (fault) {
	case FAULT_NONE:
		return 0;
	case FAULT_EMPTY:
		return ERR_NOT_FOUND;
	case FAULT_CONFLICT:
		return ERR_CONFLICT;
	case FAULT_OTHER:
		tx_doom(cx->db, fault);
		return fault_log(cx->db, run->stmt->text);
	case FAULT_STALE:
	case FAULT_REPEAT:
	case FAULT_KILLED:
	case FAULT_UNSENT:
	case FAULT_LOST:
	case FAULT_SLOW:
	case FAULT_AWAY:
	case FAULT_UNKNOWN:
		break;
	}
	return run_failed(cx, run, fault);
}

static int
run_stmt(struct ctx *cx, struct run *run, va_list ap)
{
	struct db *db = cx->db;
	enum fault fault;
	int tries = 1;

	if (db->tx == TX_DOOMED)
		return db->tx_fault == FAULT_OTHER ? ERR_INTERNAL_LOGGED
						   : fault_unavailable(cx);
	if (db->hook != NULL && db->tx != TX_STARTED)
		db->hook(db->hook_arg);
	fault = bind_take(db, run->stmt, ap);
	if (fault == FAULT_NONE)
		fault = run_once(cx, run);
	for (; run_again(db, run, fault, tries); tries++) {
		fault_wait(fault, tries);
		fault = run_once(cx, run);
	}
	return run_result(cx, run, fault);
}

void
db_set_hook(struct db *db, void (*hook)(void *arg), void *arg)
{
	db->hook = hook;
	db->hook_arg = arg;
}

int
db_exec(struct ctx *cx, const struct stmt *stmt, size_t *ret_n, ...)
{
	struct run run = { .stmt = stmt };
	va_list ap;
	int r;

	va_start(ap, ret_n);
	r = run_stmt(cx, &run, ap);
	va_end(ap);
	if (r == 0 && ret_n != NULL)
		*ret_n = run.n;
	return r;
}

int
db_row(struct ctx *cx, const struct stmt *stmt, void *row, ...)
{
	struct run run = { .stmt = stmt, .row = row };
	va_list ap;
	int r;

	va_start(ap, row);
	r = run_stmt(cx, &run, ap);
	va_end(ap);
	return r;
}

int
db_rows(struct ctx *cx, const struct stmt *stmt, struct list *ret, size_t size,
    ...)
{
	struct run run = { .stmt = stmt, .size = size };
	va_list ap;
	int r;

	va_start(ap, size);
	r = run_stmt(cx, &run, ap);
	va_end(ap);
	if (r == 0)
		*ret = (struct list) { .n = run.n, .items = run.rows };
	return r;
}

int
db_ping(struct ctx *cx)
{
	struct db *db = cx->db;
	enum fault fault = FAULT_NONE;

	if (db->tx != TX_CLOSED)
		return 0;
	for (int tries = 1; tries <= 2; tries++) {
		fault = connection_open(db);
		if (fault != FAULT_NONE)
			break;
		db->used_us = clock_mono_us();
		if (mysql_ping(db->my) == 0)
			return 0;
		fault = fault_of_connection(db);
		connection_drop(db);
	}
	return fault == FAULT_OTHER ? fault_log(db, "ping")
				    : fault_unavailable(cx);
}

int
db_check(struct ctx *cx, const struct stmt *stmt, const char **ret_message)
{
	struct db *db = cx->db;
	MYSQL_STMT *st;
	enum fault fault;

	if (stmt->bind[strspn(stmt->bind, BIND_LETTERS)] != '\0') {
		*ret_message = "bind has an unknown letter";
		return -1;
	}
	fault = connection_open(db);

	if (fault == FAULT_NONE)
		fault = stmt_prepare(db, stmt, &st);
	if (fault == FAULT_NONE) {
		mysql_stmt_close(st);
		return 0;
	}
	*ret_message = arena_strdup(cx->mem, db->complaint.text);
	return -1;
}
