#include "model/event.h"

#include "base/ctx.h"

static const struct col event_cols[] = {
	COL(struct event, kind),
	COL(struct event, realm_id),
	COL(struct event, user_id),
	COL(struct event, session_id),
	COL(struct event, ip_address),
	COL(struct event, data),
	COL(struct event, created_at),
	COL_END,
};

struct count_row {
	int64_t n;
};

static const struct col count_cols[] = { COL(struct count_row, n), COL_END };

const struct stmt event_stmts[EVENT_STMT__MAX] = {
	[EVENT_INSERT] = { SCOPE_NONE, "uuuussst", NULL,
	    "INSERT INTO event (id, realm_id, user_id, session_id, kind,"
	    " ip_address, data, created_at) VALUES (?,?,?,?,?,?,?,?)" },
	[EVENT_RECENT] = { SCOPE_USER, "usti", event_cols,
	    "SELECT kind, realm_id, user_id, session_id, ip_address, data,"
	    " created_at FROM event"
	    " WHERE user_id = ? AND kind = ? AND created_at > ?"
	    " ORDER BY created_at DESC, id DESC LIMIT ?" },
	[EVENT_COUNT] = { SCOPE_USER, "ust", count_cols,
	    "SELECT COUNT(*) FROM event"
	    " WHERE user_id = ? AND kind = ? AND created_at > ?" },
};

int
event_add(struct ctx *cx, const struct event *e)
{
	struct uuid id;

	uuid_new(&id, cx->now_us);
	return db_exec(cx, &event_stmts[EVENT_INSERT], NULL, &id, &e->realm_id,
	    &e->user_id, &e->session_id, e->kind, e->ip_address, e->data,
	    cx->now_us);
}

int
event_recent(struct ctx *cx, const struct uuid *user_id, const char *kind,
    int64_t since_us, int64_t max, struct list *ret)
{
	return db_rows(cx, &event_stmts[EVENT_RECENT], ret,
	    sizeof(struct event), user_id, kind, since_us, max);
}

int
event_count(struct ctx *cx, const struct uuid *user_id, const char *kind,
    int64_t since_us, int64_t *ret)
{
	struct count_row row;
	int r = db_row(cx, &event_stmts[EVENT_COUNT], &row, user_id, kind,
	    since_us);

	if (r == 0)
		*ret = row.n;
	return r;
}
