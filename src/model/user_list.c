/*
 * Two ways to the same rows. Without a search, or with one that fits many,
 * the users are walked in order of creation until the page is full; with one
 * that fits few, these are collected from the four indexes and sorted.
 * Conditions that a query does not make are bound so that they always hold.
 *
 * The server is told which index to walk: left to itself it starts at the
 * newest user of the realm, however far back the page is.
 */
#include "model/user_list.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "model/realm.h"

#define FAR_FUTURE (INT64_C(253402214400) * CLOCK_SECOND) /* 9999-12-31 */
#define LONG_AGO   INT64_C(1)

/* USER_LIST_REACH and one more, as SQL has to spell it. */
#define BEYOND "10001"

#define FILTER                                                                 \
	" u.realm_id = ? AND u.created_at >= ? AND u.created_at < ?"           \
	" AND (? IS NULL AND u.status <> 'deleted' OR u.status = ?)"
#define FILTER_BIND "uttss"

#define WALK "user u FORCE INDEX (user_created) WHERE" FILTER
/* The same bindings; only with a status. */
#define WALK_STATUS                                                            \
	"user u FORCE INDEX (user_status) WHERE u.realm_id = ?"                \
	" AND u.created_at >= ? AND u.created_at < ?"                          \
	" AND u.status = COALESCE(?, ?)"

#define MARK                                                                   \
	" AND u.created_at <= ? AND (u.created_at < ? OR u.id < ?)"            \
	" ORDER BY u.created_at DESC, u.id DESC LIMIT ? OFFSET ?"
#define MARK_BIND "ttuii"

/* Deleted users have no keys any more. */
#define SEARCH                                                                 \
	" AND (? IS NULL OR u.email_key LIKE ? ESCAPE '!'"                     \
	" OR u.username_key LIKE ? ESCAPE '!'"                                 \
	" OR u.first_key LIKE LOWER(?) ESCAPE '!'"                             \
	" OR u.last_key LIKE LOWER(?) ESCAPE '!'"                              \
	" OR u.status = 'deleted' AND LOWER(u.email) LIKE LOWER(?)"            \
	" ESCAPE '!')"
#define SEARCH_BIND "ssssss"

#define MATCH(limit)                                                           \
	"(SELECT id FROM user WHERE realm_id = ?"                              \
	" AND email_key LIKE ? ESCAPE '!'" limit ")"                           \
	" UNION (SELECT id FROM user WHERE realm_id = ?"                       \
	" AND username_key LIKE ? ESCAPE '!'" limit ")"                        \
	" UNION (SELECT id FROM user WHERE realm_id = ?"                       \
	" AND first_key LIKE LOWER(?) ESCAPE '!'" limit ")"                    \
	" UNION (SELECT id FROM user WHERE realm_id = ?"                       \
	" AND last_key LIKE LOWER(?) ESCAPE '!'" limit ")"
#define MATCH_BIND "usususus"

static const struct col page_cols[] = {
	USER_COLS(struct user_secret, user),
	COL_END,
};

struct count_row {
	int64_t n;
};

static const struct col count_cols[] = { COL(struct count_row, n), COL_END };

const struct stmt user_list_stmts[USER_LIST_STMT__MAX] = {
	[USER_LIST_WALK] = { SCOPE_REALM, FILTER_BIND SEARCH_BIND MARK_BIND,
	    page_cols, "SELECT " USER_SELECT " FROM " WALK SEARCH MARK },
	[USER_LIST_WALK_COUNT] = { SCOPE_REALM, FILTER_BIND SEARCH_BIND,
	    count_cols,
	    "SELECT COUNT(*) FROM (SELECT 1 FROM " WALK SEARCH " LIMIT " BEYOND
	    ") c" },
	[USER_LIST_STATUS] = { SCOPE_REALM, FILTER_BIND SEARCH_BIND MARK_BIND,
	    page_cols, "SELECT " USER_SELECT " FROM " WALK_STATUS SEARCH MARK },
	[USER_LIST_STATUS_COUNT] = { SCOPE_REALM, FILTER_BIND SEARCH_BIND,
	    count_cols,
	    "SELECT COUNT(*) FROM (SELECT 1 FROM " WALK_STATUS SEARCH
	    " LIMIT " BEYOND ") c" },
	[USER_LIST_MATCHES] = { SCOPE_REALM, MATCH_BIND, count_cols,
	    "SELECT COUNT(*) FROM (" MATCH(" LIMIT " BEYOND) ") m" },
	[USER_LIST_MATCHED] = { SCOPE_REALM, MATCH_BIND FILTER_BIND MARK_BIND,
	    page_cols,
	    "SELECT " USER_SELECT " FROM (" MATCH(
		"") ") m"
		    " JOIN user u ON u.id = m.id WHERE" FILTER MARK },
	[USER_LIST_MATCHED_COUNT] = { SCOPE_REALM, MATCH_BIND FILTER_BIND,
	    count_cols,
	    "SELECT COUNT(*) FROM (" MATCH(
		"") ") m"
		    " JOIN user u ON u.id = m.id WHERE" FILTER },
	/* the share of the newest ones that fits, of as many as there are */
	[USER_LIST_ESTIMATE] = { SCOPE_REALM, "u" FILTER_BIND SEARCH_BIND,
	    count_cols,
	    "SELECT CAST(GREATEST(" BEYOND ", t.table_rows * s.n / 10000)"
	    " AS SIGNED) FROM (SELECT COUNT(*) AS n FROM"
	    " (SELECT id, realm_id, created_at, status, email, email_key,"
	    " username_key, first_key, last_key FROM user"
	    " WHERE realm_id = ? ORDER BY created_at DESC, id DESC"
	    " LIMIT 10000) u WHERE" FILTER SEARCH ") s,"
	    " information_schema.tables t"
	    " WHERE t.table_schema = DATABASE() AND t.table_name = 'user'" },
};

/* What to bind for a query. */
struct terms {
	const struct uuid *realm_id;
	const char *status, *like; /* or NULL */
	int64_t from, before;
	struct user_mark after;
	int64_t limit, offset;
};

#define FILTER_ARGS(t)                                                         \
	(t)->realm_id, (t)->from, (t)->before, (t)->status, (t)->status
#define SEARCH_ARGS(t)                                                         \
	(t)->like, (t)->like, (t)->like, (t)->like, (t)->like, (t)->like
#define MATCH_ARGS(t)                                                          \
	(t)->realm_id, (t)->like, (t)->realm_id, (t)->like, (t)->realm_id,     \
	    (t)->like, (t)->realm_id, (t)->like
#define MARK_ARGS(t)                                                           \
	(t)->after.created_at, (t)->after.created_at, &(t)->after.id,          \
	    (t)->limit, (t)->offset

/* A pattern for LIKE: what is searched for, itself only, and anything. */
static const char *
like_prefix(struct ctx *cx, const char *search)
{
	struct buf b;

	buf_init(&b, cx->mem, strlen(search) + 8);
	for (; *search != '\0'; search++) {
		char c = *search;

		if (c == '%' || c == '_' || c == '!')
			buf_putc(&b, '!');
		buf_putc(&b, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
	}
	buf_putc(&b, '%');
	return b.p;
}

static void
terms_of(struct ctx *cx, const struct realm *realm, const struct user_query *q,
    struct terms *ret)
{
	*ret = (struct terms) {
		.realm_id = &realm->id,
		.status = q->status,
		.from = q->created_after == 0 ? LONG_AGO : q->created_after,
		.before =
		    q->created_before == 0 ? FAR_FUTURE : q->created_before,
		.after = q->after,
		.limit = q->limit + 1,
		.offset = q->offset,
	};
	if (q->search != NULL && *q->search != '\0')
		ret->like = like_prefix(cx, q->search);
	if (uuid_is_zero(&q->after.id)) {
		ret->after.created_at = FAR_FUTURE;
		memset(&ret->after.id, 0xff, sizeof(ret->after.id));
	}
}

/* Few enough to be collected and sorted? Deleted ones are in no index. */
static int
fits_few(struct ctx *cx, const struct terms *t, bool *ret)
{
	struct count_row row;
	int r;

	*ret = false;
	if (t->like == NULL ||
	    (t->status != NULL && strcmp(t->status, "deleted") == 0))
		return 0;
	r = db_row(cx, &user_list_stmts[USER_LIST_MATCHES], &row,
	    MATCH_ARGS(t));
	if (r == 0)
		*ret = row.n <= USER_LIST_REACH;
	return r;
}

/* No more is asked for than what the matches were counted by. */
static bool
is_plain(const struct terms *t)
{
	return t->like != NULL && t->status == NULL && t->from == LONG_AGO &&
	    t->before == FAR_FUTURE;
}

/* Whatever exceeds USER_LIST_REACH may stand for "many". */
static int
count_exact(struct ctx *cx, const struct terms *t, bool few,
    struct count_row *ret)
{
	if (few)
		return db_row(cx, &user_list_stmts[USER_LIST_MATCHED_COUNT],
		    ret, MATCH_ARGS(t), FILTER_ARGS(t));
	if (is_plain(t)) {
		ret->n = USER_LIST_REACH + 1;
		return 0;
	}
	return db_row(cx,
	    &user_list_stmts[t->status == NULL ? USER_LIST_WALK_COUNT
					       : USER_LIST_STATUS_COUNT],
	    ret, FILTER_ARGS(t), SEARCH_ARGS(t));
}

static int
count_total(struct ctx *cx, const struct terms *t, bool few, int64_t *ret)
{
	struct count_row row;
	int r = count_exact(cx, t, few, &row);

	if (r == 0 && row.n > USER_LIST_REACH)
		r = db_row(cx, &user_list_stmts[USER_LIST_ESTIMATE], &row,
		    t->realm_id, FILTER_ARGS(t), SEARCH_ARGS(t));
	if (r == 0)
		*ret = row.n;
	return r;
}

static int
read_page(struct ctx *cx, const struct terms *t, bool few, struct list *ret)
{
	if (few)
		return db_rows(cx, &user_list_stmts[USER_LIST_MATCHED], ret,
		    sizeof(struct user), MATCH_ARGS(t), FILTER_ARGS(t),
		    MARK_ARGS(t));
	return db_rows(cx,
	    &user_list_stmts[t->status == NULL ? USER_LIST_WALK
					       : USER_LIST_STATUS],
	    ret, sizeof(struct user), FILTER_ARGS(t), SEARCH_ARGS(t),
	    MARK_ARGS(t));
}

_Static_assert(offsetof(struct user_secret, user) == 0,
    "page_cols is read into struct user");

int
user_list(struct ctx *cx, const struct realm *realm, const struct user_query *q,
    struct user_page *ret)
{
	struct user_page page = { 0 };
	struct terms t;
	struct user *u;
	bool few;
	int r;

	terms_of(cx, realm, q, &t);
	r = fits_few(cx, &t, &few);
	if (r == 0)
		r = count_total(cx, &t, few, &page.total);
	if (r == 0)
		r = read_page(cx, &t, few, &page.users);
	if (r != 0)
		return r;
	u = page.users.items;
	if (page.users.n > (size_t)q->limit) {
		page.users.n--;
		page.last.created_at = u[page.users.n - 1].created_at;
		page.last.id = u[page.users.n - 1].id;
	}
	for (size_t i = 0; i < page.users.n; i++)
		user_finish(cx, &u[i]);
	*ret = page;
	return 0;
}
