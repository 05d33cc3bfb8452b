/*
 * What an error number means for what may be done next. A number that is not
 * in the table is a mistake of ours or a broken server: internal, logged.
 *
 * The server's message is logged only where it cannot hold a client's data,
 * that is when a statement is prepared or a connection is opened.
 */
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/rand.h"
#include "db/private.h"

#define TRIES_MAX 5

static const struct fault_row {
	unsigned number;
	enum fault fault;
	int tries; /* in all */
} fault_rows[] = {
	{ ER_DUP_KEY, FAULT_CONFLICT, 1 },
	{ ER_DUP_ENTRY, FAULT_CONFLICT, 1 },
	{ ER_DUP_ENTRY_WITH_KEY_NAME, FAULT_CONFLICT, 1 },

	{ ER_LOCK_DEADLOCK, FAULT_REPEAT, TRIES_MAX },
	{ ER_LOCK_WAIT_TIMEOUT, FAULT_REPEAT, 2 },
	{ ER_CHECKREAD, FAULT_REPEAT, TRIES_MAX },
	{ ER_TABLE_DEF_CHANGED, FAULT_REPEAT, TRIES_MAX },
	{ ER_ERROR_DURING_COMMIT, FAULT_REPEAT, TRIES_MAX },
	/* Galera: this node is not ready */
	{ ER_UNKNOWN_COM_ERROR, FAULT_REPEAT, TRIES_MAX },

	{ ER_NEED_REPREPARE, FAULT_STALE, 2 },
	{ ER_UNKNOWN_STMT_HANDLER, FAULT_STALE, 2 },
	{ CR_NEW_STMT_METADATA, FAULT_STALE, 2 },

	{ ER_QUERY_INTERRUPTED, FAULT_KILLED, 2 },
	{ ER_CONNECTION_KILLED, FAULT_KILLED, 2 },
	{ ER_SERVER_SHUTDOWN, FAULT_KILLED, 2 },
	{ ER_FORCING_CLOSE, FAULT_KILLED, 2 },

	{ CR_SERVER_GONE_ERROR, FAULT_UNSENT, 2 },
	{ CR_SERVER_LOST, FAULT_LOST, 2 },
	{ CR_SERVER_LOST_EXTENDED, FAULT_LOST, 2 },
};

static const struct fault_row *
fault_find(unsigned number)
{
	size_t n = sizeof(fault_rows) / sizeof(fault_rows[0]);

	for (size_t i = 0; i < n; i++)
		if (fault_rows[i].number == number)
			return &fault_rows[i];
	return NULL;
}

enum fault
fault_of(unsigned number)
{
	const struct fault_row *row = fault_find(number);

	return row == NULL ? FAULT_OTHER : row->fault;
}

int
fault_tries(enum fault fault, unsigned number)
{
	const struct fault_row *row = fault_find(number);

	if (fault == FAULT_UNSENT)
		return 2;
	if (row == NULL || row->fault != fault)
		return 1;
	return row->tries;
}

bool
fault_lost_connection(enum fault fault)
{
	return fault == FAULT_UNSENT || fault == FAULT_LOST ||
	    fault == FAULT_SLOW || fault == FAULT_KILLED;
}

enum fault
fault_note(struct db *db, unsigned number, const char *state, const char *text)
{
	struct complaint *c = &db->complaint;

	c->number = number;
	snprintf(c->state, sizeof(c->state), "%s", state);
	snprintf(c->text, sizeof(c->text), "%s", text);
	c->plain = false;
	return fault_of(number);
}

/* A reply that took longer than our time-out would do so again. */
static enum fault
fault_timed(struct db *db, enum fault fault)
{
	unsigned timeout_s = 0;

	if (fault != FAULT_LOST || db->my == NULL)
		return fault;
	mysql_get_option(db->my, MYSQL_OPT_READ_TIMEOUT, &timeout_s);
	if (timeout_s == 0 ||
	    clock_mono_us() - db->used_us < timeout_s * CLOCK_SECOND)
		return fault;
	return FAULT_SLOW;
}

enum fault
fault_of_connection(struct db *db)
{
	return fault_timed(db,
	    fault_note(db, mysql_errno(db->my), mysql_sqlstate(db->my),
		mysql_error(db->my)));
}

/* A fetch that fails leaves its error with the connection alone. */
enum fault
fault_of_stmt(struct db *db, MYSQL_STMT *st)
{
	if (mysql_stmt_errno(st) == 0)
		return fault_of_connection(db);
	return fault_timed(db,
	    fault_note(db, mysql_stmt_errno(st), mysql_stmt_sqlstate(st),
		mysql_stmt_error(st)));
}

static void
fault_write(enum log_level level, const char *event, const struct complaint *c,
    const char *text)
{
	char words[81];

	snprintf(words, sizeof(words), "%s", text);
	log_at(level, event, KI("errno", c->number), KS("state", c->state),
	    KS("stmt", words), KS("message", c->plain ? c->text : NULL));
}

int
fault_log(struct db *db, const char *text)
{
	fault_write(LOG_ERROR, "db.error", &db->complaint, text);
	return ERR_INTERNAL_LOGGED;
}

void
fault_warn(struct db *db, const char *event, const char *text)
{
	fault_write(LOG_WARN, event, &db->complaint, text);
}

int
fault_unavailable(struct ctx *cx)
{
	return err_retry(cx, ERR_UNAVAILABLE, 1 + rand_below(3));
}

int
fault_commit_unknown(struct ctx *cx)
{
	return err_retry(cx, ERR_COMMIT_UNKNOWN, 1 + rand_below(3));
}

void
fault_wait(enum fault fault, int tries)
{
	struct timespec ts = { 0 };

	if (fault != FAULT_REPEAT)
		return;
	ts.tv_nsec = (long)rand_below(4000000U << tries);
	nanosleep(&ts, NULL);
}
