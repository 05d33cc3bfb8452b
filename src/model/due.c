#include "model/due.h"

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/shared.h"
#include "model/key.h"

#define KEEP_SESSION (30 * CLOCK_DAY)
#define KEEP_LINK    (30 * CLOCK_DAY)
#define KEEP_ATTEMPT CLOCK_DAY
#define BATCH        500

/* Sweeps may be late, so that one an hour does for what ends all the time. */
#define SWEEP_LATE CLOCK_HOUR

struct due_row {
	int64_t outbox_at, keys_version, keys_until;
	int64_t session_at, link_at, attempt_at, mail_at;
	int64_t dead_at, event_at;
	int64_t deleted_at, suspended_until;
};

static const struct col due_cols[] = {
	COL(struct due_row, outbox_at),
	COL(struct due_row, keys_version),
	COL(struct due_row, keys_until),
	COL(struct due_row, session_at),
	COL(struct due_row, link_at),
	COL(struct due_row, attempt_at),
	COL(struct due_row, mail_at),
	COL(struct due_row, dead_at),
	COL(struct due_row, event_at),
	COL(struct due_row, deleted_at),
	COL(struct due_row, suspended_until),
	COL_END,
};

/* Each of the inner ones reads the first entry of an index. */
const struct stmt due_stmts[DUE_STMT__MAX] = {
	[DUE_NEXT] = { SCOPE_NONE, "", due_cols,
	    "SELECT (SELECT MIN(due_at) FROM outbox),"
	    " (SELECT number FROM version WHERE name = 'signing_key'),"
	    " (SELECT MAX(signs_until) FROM signing_key),"
	    " (SELECT MIN(expires_at) FROM session),"
	    " (SELECT MIN(expires_at) FROM link),"
	    " (SELECT MIN(last_at) FROM signin_attempt),"
	    " (SELECT MIN(done_at) FROM outbox),"
	    " (SELECT MIN(dead_at) FROM outbox),"
	    " (SELECT MIN(created_at) FROM event),"
	    " (SELECT MIN(deleted_at) FROM user),"
	    " (SELECT MIN(suspended_until) FROM user)" },
	[DUE_SWEEP_SESSION] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM session WHERE expires_at <= ?"
	    " ORDER BY expires_at LIMIT ?" },
	[DUE_SWEEP_LINK] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM link WHERE expires_at <= ?"
	    " ORDER BY expires_at LIMIT ?" },
	[DUE_SWEEP_ATTEMPT] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM signin_attempt WHERE last_at <= ?"
	    " ORDER BY last_at LIMIT ?" },
	[DUE_SWEEP_OUTBOX] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM outbox WHERE done_at <= ?"
	    " ORDER BY done_at LIMIT ?" },
	[DUE_SWEEP_DEAD] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM outbox WHERE dead_at <= ?"
	    " ORDER BY dead_at LIMIT ?" },
	[DUE_SWEEP_EVENT] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM event WHERE created_at <= ?"
	    " ORDER BY created_at LIMIT ?" },
	[DUE_ERASE_USER] = { SCOPE_NONE, "ti", NULL,
	    "DELETE FROM user WHERE deleted_at <= ?"
	    " ORDER BY deleted_at LIMIT ?" },
	[DUE_RESTORE_USER] = { SCOPE_NONE, "ti", NULL,
	    "UPDATE user SET status = 'active', suspended_until = NULL,"
	    " suspended_reason = NULL WHERE suspended_until <= ?"
	    " ORDER BY suspended_until LIMIT ?" },
};

/* at + after, or never. */
static void
earliest(int64_t *next, int64_t at, int64_t after)
{
	if (at != 0 && (*next == 0 || at + after < *next))
		*next = at + after;
}

/* What is over goes after keep. */
static void
sweep_due(int64_t *next, int64_t at, int64_t keep)
{
	earliest(next, at, keep + SWEEP_LATE);
}

int
jobs_due(struct ctx *cx, int64_t *ret_next_us)
{
	const struct conf *conf = cx->conf;
	struct due_row row;
	int64_t next = 0;
	int r = db_row(cx, &due_stmts[DUE_NEXT], &row);

	if (r != 0)
		return r;
	atomic_store(&cx->shared->keys_version, (uint32_t)row.keys_version);
	earliest(&next, row.outbox_at, 0);
	earliest(&next, row.keys_until, -2 * KEY_PUBLISH_AHEAD);
	sweep_due(&next, row.session_at, KEEP_SESSION);
	sweep_due(&next, row.link_at, KEEP_LINK);
	sweep_due(&next, row.attempt_at, KEEP_ATTEMPT);
	sweep_due(&next, row.mail_at, conf->keep_sent_mail_s * CLOCK_SECOND);
	sweep_due(&next, row.dead_at, conf->keep_dead_mail_s * CLOCK_SECOND);
	sweep_due(&next, row.event_at, conf->keep_events_s * CLOCK_SECOND);
	earliest(&next, row.deleted_at, conf->erase_after_s * CLOCK_SECOND);
	earliest(&next, row.suspended_until, 0);
	*ret_next_us = next;
	return 0;
}

int
due_keys(struct ctx *cx, int64_t *ret_next_us)
{
	*ret_next_us = 0;
	return key_rotate(cx, false, false, NULL);
}

int
due_sweep(struct ctx *cx, int64_t *ret_next_us)
{
	const struct conf *conf = cx->conf;
	const struct {
		enum due_stmt stmt;
		int64_t keep;
	} sweeps[] = {
		{ DUE_SWEEP_SESSION, KEEP_SESSION },
		{ DUE_SWEEP_LINK, KEEP_LINK },
		{ DUE_SWEEP_ATTEMPT, KEEP_ATTEMPT },
		{ DUE_SWEEP_OUTBOX, conf->keep_sent_mail_s * CLOCK_SECOND },
		{ DUE_SWEEP_DEAD, conf->keep_dead_mail_s * CLOCK_SECOND },
		{ DUE_SWEEP_EVENT, conf->keep_events_s * CLOCK_SECOND },
		{ DUE_ERASE_USER, conf->erase_after_s * CLOCK_SECOND },
		{ DUE_RESTORE_USER, 0 },
	};
	bool more = false;
	size_t n;

	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		int r = db_exec(cx, &due_stmts[sweeps[i].stmt], &n,
		    cx->now_us - sweeps[i].keep, (int64_t)BATCH);

		if (r != 0)
			return r;
		more = more || n == BATCH;
	}
	*ret_next_us = more ? cx->now_us : 0;
	return 0;
}
