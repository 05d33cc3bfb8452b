/*
 * due_at is when a row may next be taken: at first the time it was queued,
 * while leased the end of the lease, NULL once it is done or dead. So a
 * lease whose holder died is taken over by itself.
 */
#include "model/outbox.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "crypto/seal.h"

#define CONTEXT "outbox.args"
#define MAIL    "mail"
#define BATCH   500

struct claimed_row {
	struct outbox_row row;
	struct blob sealed;
};

static const struct col claimed_cols[] = {
	COL(struct claimed_row, row.id),
	COL(struct claimed_row, row.channel),
	COL(struct claimed_row, row.template),
	COL(struct claimed_row, row.recipient),
	COL(struct claimed_row, row.locale),
	COL(struct claimed_row, sealed),
	COL(struct claimed_row, row.created_at),
	COL(struct claimed_row, row.attempts),
	COL(struct claimed_row, row.claim),
	COL_END,
};

struct info_row {
	struct outbox_info info;
	struct blob sealed;
};

#define INFO_COLS                                                              \
	COL(struct info_row, info.row.id),                                     \
	    COL(struct info_row, info.row.channel),                            \
	    COL(struct info_row, info.row.template),                           \
	    COL(struct info_row, info.row.recipient),                          \
	    COL(struct info_row, info.row.locale),                             \
	    COL(struct info_row, info.row.created_at),                         \
	    COL(struct info_row, info.row.attempts),                           \
	    COL(struct info_row, info.row.claim),                              \
	    COL(struct info_row, info.due_at),                                 \
	    COL(struct info_row, info.done_at),                                \
	    COL(struct info_row, info.dead_at),                                \
	    COL(struct info_row, info.last_error)

static const struct col info_cols[] = {
	INFO_COLS,
	COL(struct info_row, sealed),
	COL_END,
};

/* Into a struct outbox_info, which an info_row starts with. */
static const struct col list_cols[] = { INFO_COLS, COL_END };

_Static_assert(offsetof(struct info_row, info) == 0, "see list_cols");

#define INFO_SELECT                                                            \
	"SELECT id, channel, template, recipient, locale, created_at,"         \
	" attempts, claimed_by, due_at, done_at, dead_at, last_error"

const struct stmt outbox_stmts[OUTBOX_STMT__MAX] = {
	[OUTBOX_INSERT] = { SCOPE_NONE, "uussssbtt", NULL,
	    "INSERT INTO outbox (id, user_id, channel, template, recipient,"
	    " locale, sealed, created_at, due_at)"
	    " VALUES (?,?,?,?,?,?,?,?,?)" },
	[OUTBOX_CLAIM] = { SCOPE_NONE, "utst", NULL,
	    "UPDATE outbox SET claimed_by = ?, due_at = ?,"
	    " attempts = attempts + 1"
	    " WHERE channel = ? AND due_at <= ? ORDER BY due_at LIMIT 1" },
	/* the end of the lease is in an index, the claim is not */
	[OUTBOX_CLAIMED] = { SCOPE_NONE, "tu", claimed_cols,
	    "SELECT id, channel, template, recipient, locale, sealed,"
	    " created_at, attempts, claimed_by FROM outbox"
	    " WHERE due_at = ? AND claimed_by = ?" },
	[OUTBOX_DONE] = { SCOPE_NONE, "tu", NULL,
	    "UPDATE outbox SET done_at = ?, due_at = NULL,"
	    " claimed_by = NULL, sealed = NULL, last_error = NULL"
	    " WHERE outbox.id = ?" },
	[OUTBOX_FORGET] = { SCOPE_NONE, "u", NULL,
	    "DELETE FROM outbox WHERE outbox.id = ?" },
	[OUTBOX_DROP_UNSENT] = { SCOPE_USER, "u", NULL,
	    "DELETE FROM outbox WHERE user_id = ? AND done_at IS NULL" },
	[OUTBOX_FAILED] = { SCOPE_NONE, "tftsuu", NULL,
	    "UPDATE outbox SET due_at = ?, dead_at = IF(?, ?, NULL),"
	    " claimed_by = NULL, last_error = ?"
	    " WHERE outbox.id = ? AND claimed_by = ?" },
	[OUTBOX_GET] = { SCOPE_NONE, "us", info_cols,
	    INFO_SELECT ", sealed FROM outbox"
			" WHERE outbox.id = ? AND channel = ?" },
	[OUTBOX_LIST] = { SCOPE_NONE, "sfffi", list_cols,
	    INFO_SELECT " FROM outbox WHERE channel = ?"
			" AND (? AND due_at IS NOT NULL"
			" OR ? AND dead_at IS NOT NULL"
			" OR ? AND done_at IS NOT NULL)"
			" ORDER BY created_at DESC, id DESC LIMIT ?" },
	[OUTBOX_RETRY] = { SCOPE_NONE, "tust", NULL,
	    "UPDATE outbox SET due_at = ?, dead_at = NULL, attempts = 0"
	    " WHERE outbox.id = ? AND channel = ? AND done_at IS NULL"
	    " AND (claimed_by IS NULL OR due_at <= ?)" },
	[OUTBOX_RETRY_DEAD] = { SCOPE_NONE, "tsi", NULL,
	    "UPDATE outbox SET due_at = ?, dead_at = NULL, attempts = 0"
	    " WHERE channel = ? AND dead_at IS NOT NULL LIMIT ?" },
};

static int
add(struct ctx *cx, const char *channel, const struct uuid *user_id,
    const char *template, const char *recipient, const char *locale,
    const char *args)
{
	struct uuid id;
	uint8_t *sealed;
	size_t n;

	if (seal(cx->master, CONTEXT, args, strlen(args), cx->mem, &sealed,
		&n) != 0)
		return ERR_INTERNAL_LOGGED;
	uuid_new(&id, cx->now_us);
	cx->queued = true;
	return db_exec(cx, &outbox_stmts[OUTBOX_INSERT], NULL, &id, user_id,
	    channel, template, recipient, locale, sealed, n, cx->now_us,
	    cx->now_us);
}

int
outbox_add(struct ctx *cx, const char *channel, const char *template,
    const char *recipient, const char *locale, const char *args)
{
	return add(cx, channel, NULL, template, recipient, locale, args);
}

int
outbox_mail(struct ctx *cx, const struct uuid *user_id, const char *template,
    const char *recipient, const char *locale, const char *args)
{
	return add(cx, MAIL, user_id, template, recipient, locale, args);
}

static void
open_args(struct ctx *cx, const struct blob *sealed, struct outbox_row *row)
{
	uint8_t *p;
	size_t n;

	if (sealed->p == NULL)
		return;
	if (unseal(cx->master, CONTEXT, sealed->p, sealed->n, cx->secret, &p,
		&n) == 0)
		row->args = arena_strndup(cx->secret, (const char *)p, n);
	else
		log_error("outbox.unseal", KS("template", row->template));
}

int
outbox_claim(struct ctx *cx, const char *channel, int64_t lease_s,
    struct outbox_row *ret)
{
	struct claimed_row c = { 0 };
	int64_t until = cx->now_us + lease_s * CLOCK_SECOND;
	struct uuid claim;
	size_t n;
	int r;

	uuid_new(&claim, cx->now_us);
	r = db_exec(cx, &outbox_stmts[OUTBOX_CLAIM], &n, &claim, until, channel,
	    cx->now_us);
	if (r != 0)
		return r;
	if (n == 0)
		return ERR_NOT_FOUND;
	r = db_row(cx, &outbox_stmts[OUTBOX_CLAIMED], &c, until, &claim);
	if (r != 0)
		return r;
	open_args(cx, &c.sealed, &c.row);
	*ret = c.row;
	return 0;
}

int
outbox_done(struct ctx *cx, const struct outbox_row *row)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_DONE], NULL, cx->now_us,
	    &row->id);
}

int
outbox_forget(struct ctx *cx, const struct outbox_row *row)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_FORGET], NULL, &row->id);
}

int
outbox_drop_unsent(struct ctx *cx, const struct uuid *user_id)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_DROP_UNSENT], NULL, user_id);
}

int
outbox_failed(struct ctx *cx, const struct outbox_row *row, const char *reason,
    int64_t retry_at)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_FAILED], NULL, retry_at,
	    (int)(retry_at == 0), cx->now_us, reason, &row->id, &row->claim);
}

const char *
outbox_state(const struct ctx *cx, const struct outbox_info *info)
{
	if (info->done_at != 0)
		return "sent";
	if (info->dead_at != 0)
		return "dead";
	if (!uuid_is_zero(&info->row.claim) && info->due_at > cx->now_us)
		return "sending";
	return "waiting";
}

int
outbox_get(struct ctx *cx, const struct uuid *id, struct outbox_info *ret)
{
	struct info_row row = { 0 };
	int r = db_row(cx, &outbox_stmts[OUTBOX_GET], &row, id, MAIL);

	if (r == ERR_NOT_FOUND)
		return err_set(cx, ERR_NOT_FOUND, "no such mail");
	if (r != 0)
		return r;
	open_args(cx, &row.sealed, &row.info.row);
	*ret = row.info;
	return 0;
}

int
outbox_list(struct ctx *cx, int filter, int64_t limit, struct list *ret)
{
	return db_rows(cx, &outbox_stmts[OUTBOX_LIST], ret,
	    sizeof(struct outbox_info), MAIL, (filter & OUTBOX_PENDING) != 0,
	    (filter & OUTBOX_DEAD) != 0, (filter & OUTBOX_SENT) != 0, limit);
}

int
outbox_retry(struct ctx *cx, const struct uuid *id)
{
	size_t n;
	int r = db_exec(cx, &outbox_stmts[OUTBOX_RETRY], &n, cx->now_us, id,
	    MAIL, cx->now_us);

	if (r == 0 && n == 0)
		r = err_set(cx, ERR_NOT_FOUND,
		    "no such mail, or it is sent or being sent");
	return r;
}

int
outbox_retry_dead(struct ctx *cx, size_t *ret_n)
{
	size_t n;

	*ret_n = 0;
	do {
		int r = db_exec(cx, &outbox_stmts[OUTBOX_RETRY_DEAD], &n,
		    cx->now_us, MAIL, (int64_t)BATCH);

		if (r != 0)
			return r;
		*ret_n += n;
	} while (n == BATCH);
	return 0;
}
