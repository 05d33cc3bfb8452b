#include "model/attempt.h"

#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "crypto/seal.h"

struct attempt_row {
	int64_t failures, pending, last_at;
};

static const struct col attempt_cols[] = {
	COL(struct attempt_row, failures),
	COL(struct attempt_row, pending),
	COL(struct attempt_row, last_at),
	COL_END,
};

/*
 * failures counts what has failed and what is on its way, pending the latter
 * alone. MariaDB assigns from left to right: pending sees the old count of
 * failures, last_at the new one. Attempts while locked leave both alone, so
 * that they do not prolong the lock.
 */
const struct stmt attempt_stmts[ATTEMPT_STMT__MAX] = {
	[ATTEMPT_RESERVE] = { SCOPE_KEY, "bttitiit", attempt_cols,
	    "INSERT INTO signin_attempt (attempt_key, failures, pending,"
	    " last_at) VALUES (?, 1, 1, ?) ON DUPLICATE KEY UPDATE"
	    " pending = IF(last_at <= ?, 1, pending + (failures < ?)),"
	    " failures = IF(last_at <= ?, 1, LEAST(failures + 1, ? + 1)),"
	    " last_at = IF(failures > ?, last_at, ?)"
	    " RETURNING failures, pending, last_at" },
	[ATTEMPT_FAILED] = { SCOPE_KEY, "b", NULL,
	    "UPDATE signin_attempt SET pending = pending - 1"
	    " WHERE attempt_key = ? AND pending > 0" },
	/* who was refused meanwhile is counted, but reserved nothing */
	[ATTEMPT_GIVE_BACK] = { SCOPE_KEY, "ib", NULL,
	    "UPDATE signin_attempt SET failures = LEAST(failures, ?) - 1,"
	    " pending = pending - 1"
	    " WHERE attempt_key = ? AND pending > 0" },
	[ATTEMPT_CLEAR] = { SCOPE_KEY, "b", NULL,
	    "DELETE FROM signin_attempt WHERE attempt_key = ?" },
};

int
attempt_name(struct ctx *cx, struct attempt *a, const char *what)
{
	return master_key_mac(cx->master, master_key_version(cx->master),
		   "attempt", what, strlen(what), a->key) == 0
	    ? 0
	    : ERR_INTERNAL_LOGGED;
}

int
attempt_reserve(struct ctx *cx, struct attempt *ret)
{
	struct attempt_row row;
	int64_t limit = cx->conf->lockout_failures;
	int64_t lock = cx->conf->lockout_s * CLOCK_SECOND;
	int r = db_row(cx, &attempt_stmts[ATTEMPT_RESERVE], &row, ret->key,
	    sizeof(ret->key), cx->now_us, cx->now_us - lock, limit,
	    cx->now_us - lock, limit, limit, cx->now_us);

	if (r != 0)
		return r;
	ret->locked = row.failures > limit;
	ret->crowded = ret->locked && row.pending > 0;
	ret->remaining = ret->locked ? 0 : limit - row.failures;
	ret->locked_for_s =
	    (row.last_at + lock - cx->now_us) / CLOCK_SECOND + 1;
	return 0;
}

int
attempt_failed(struct ctx *cx, const struct attempt *a)
{
	return db_exec(cx, &attempt_stmts[ATTEMPT_FAILED], NULL, a->key,
	    sizeof(a->key));
}

int
attempt_give_back(struct ctx *cx, const struct attempt *a)
{
	return db_exec(cx, &attempt_stmts[ATTEMPT_GIVE_BACK], NULL,
	    cx->conf->lockout_failures, a->key, sizeof(a->key));
}

int
attempt_clear(struct ctx *cx, const struct attempt *a)
{
	return db_exec(cx, &attempt_stmts[ATTEMPT_CLEAR], NULL, a->key,
	    sizeof(a->key));
}
