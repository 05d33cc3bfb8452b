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
	COL_END,
};

const struct stmt outbox_stmts[OUTBOX_STMT__MAX] = {
	[OUTBOX_INSERT] = { SCOPE_NONE, "ussssbtt", NULL,
	    "INSERT INTO outbox (id, channel, template, recipient, locale,"
	    " sealed, created_at, due_at) VALUES (?,?,?,?,?,?,?,?)" },
	[OUTBOX_CLAIM] = { SCOPE_NONE, "utst", NULL,
	    "UPDATE outbox SET claimed_by = ?, due_at = ?,"
	    " attempts = attempts + 1"
	    " WHERE channel = ? AND due_at <= ? ORDER BY due_at LIMIT 1" },
	[OUTBOX_CLAIMED] = { SCOPE_NONE, "u", claimed_cols,
	    "SELECT id, channel, template, recipient, locale, sealed,"
	    " created_at, attempts FROM outbox"
	    " WHERE claimed_by = ? AND done_at IS NULL" },
	[OUTBOX_DONE] = { SCOPE_NONE, "tu", NULL,
	    "UPDATE outbox SET done_at = ?, due_at = NULL,"
	    " claimed_by = NULL, sealed = NULL, last_error = NULL"
	    " WHERE outbox.id = ?" },
	[OUTBOX_FAILED] = { SCOPE_NONE, "tftsu", NULL,
	    "UPDATE outbox SET due_at = ?, dead_at = IF(?, ?, NULL),"
	    " claimed_by = NULL, last_error = ? WHERE outbox.id = ?" },
};

int
outbox_add(struct ctx *cx, const char *channel, const char *template,
    const char *recipient, const char *locale, const char *args)
{
	struct uuid id;
	uint8_t *sealed;
	size_t n;

	if (seal(cx->master, CONTEXT, args, strlen(args), cx->mem, &sealed,
		&n) != 0)
		return ERR_INTERNAL_LOGGED;
	uuid_new(&id, cx->now_us);
	cx->queued = true;
	return db_exec(cx, &outbox_stmts[OUTBOX_INSERT], NULL, &id, channel,
	    template, recipient, locale, sealed, n, cx->now_us, cx->now_us);
}

int
outbox_mail(struct ctx *cx, const char *template, const char *recipient,
    const char *locale, const char *args)
{
	return outbox_add(cx, "mail", template, recipient, locale, args);
}

static int
open_args(struct ctx *cx, struct claimed_row *c)
{
	uint8_t *p;
	size_t n;

	if (c->sealed.p == NULL)
		return 0;
	if (unseal(cx->master, CONTEXT, c->sealed.p, c->sealed.n, cx->secret,
		&p, &n) != 0) {
		log_error("outbox.unseal", KS("template", c->row.template));
		return ERR_INTERNAL_LOGGED;
	}
	c->row.args = arena_strndup(cx->secret, (const char *)p, n);
	return 0;
}

int
outbox_claim(struct ctx *cx, const char *channel, int64_t lease_s,
    struct outbox_row *ret)
{
	struct claimed_row c = { 0 };
	struct uuid claim;
	size_t n;
	int r;

	uuid_new(&claim, cx->now_us);
	r = db_exec(cx, &outbox_stmts[OUTBOX_CLAIM], &n, &claim,
	    cx->now_us + lease_s * CLOCK_SECOND, channel, cx->now_us);
	if (r != 0)
		return r;
	if (n == 0)
		return ERR_NOT_FOUND;
	r = db_row(cx, &outbox_stmts[OUTBOX_CLAIMED], &c, &claim);
	if (r != 0)
		return r;
	r = open_args(cx, &c);
	*ret = c.row;
	return r;
}

int
outbox_done(struct ctx *cx, const struct outbox_row *row)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_DONE], NULL, cx->now_us,
	    &row->id);
}

int
outbox_failed(struct ctx *cx, const struct outbox_row *row, const char *reason,
    int64_t retry_at)
{
	return db_exec(cx, &outbox_stmts[OUTBOX_FAILED], NULL, retry_at,
	    (int)(retry_at == 0), cx->now_us, reason, &row->id);
}
