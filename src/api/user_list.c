/* Finding users, for administrators. */
#include "api/tables.h"

#include <string.h>

#include "api/input.h"
#include "api/view.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "crypto/digest.h"
#include "dispatch/call.h"
#include "model/email.h"
#include "model/user_list.h"

static const char *const statuses[] = { "active", "inactive", "suspended",
	"deleted", NULL };

struct list_in {
	uint64_t given;
	int64_t page, limit;
	const char *search, *status, *cursor;
	struct uuid organization_id;
	int64_t created_after, created_before;
	const char *email;
};

#define PAGE_ROWS(limit_name)                                                  \
	FIELD(struct list_in, page, F_INT, .flags = F_QUERY, .min = 1),        \
	    FIELD_AS(struct list_in, limit_name, limit, F_INT,                 \
		.flags = F_QUERY, .min = 1, .max = 100),                       \
	    FIELD(struct list_in, cursor, F_STRING, .flags = F_QUERY,          \
		.max = 64, .about = "next_cursor of the page before"),         \
	    FIELD(struct list_in, status, F_STRING, .flags = F_QUERY,          \
		.values = statuses,                                            \
		.about = "Without it: all but deleted ones")
#define FILTER_ROWS                                                            \
	FIELD(struct list_in, search, F_STRING, .flags = F_QUERY | F_TRIM,     \
	    .about = "Start of an e-mail address, username, first or"          \
		     " last name"),                                            \
	    FIELD(struct list_in, organization_id, F_ID, .flags = F_QUERY,     \
		.prefix = "org"),                                              \
	    FIELD(struct list_in, created_after, F_TIME, .flags = F_QUERY,     \
		.about = "Then, or later"),                                    \
	    FIELD(struct list_in, created_before, F_TIME, .flags = F_QUERY,    \
		.about = "Earlier than that")

static const struct field list_in[] = {
	PAGE_ROWS("per_page"),
	FILTER_ROWS,
	FIELD_END,
};

static const struct field list_in_v1[] = {
	PAGE_ROWS("limit"),
	FILTER_ROWS,
	FIELD_END,
};

static const struct field search_in[] = {
	FIELD_AS(struct list_in, "q", search, F_STRING,
	    .flags = F_QUERY | F_TRIM | F_REQUIRED | F_NOT_EMPTY,
	    .about = "Start of an e-mail address, username, first or"
		     " last name"),
	PAGE_ROWS("per_page"),
	FIELD_END,
};

struct paging {
	int64_t page, limit, total, pages;
};

struct list_out {
	struct list users;
	struct paging pagination;
	const char *next_cursor;
};

static const struct field list_view[] = {
	FIELD(struct list_out, users, F_LIST, .sub = user_view,
	    .sub_size = sizeof(struct user)),
	FIELD_AS(struct list_out, "total", pagination.total, F_INT),
	FIELD_AS(struct list_out, "page", pagination.page, F_INT),
	FIELD_AS(struct list_out, "per_page", pagination.limit, F_INT),
	FIELD(struct list_out, next_cursor, F_STRING, .flags = F_NULLABLE,
	    .about = "For the next page; null: nothing follows"),
	FIELD_END,
};

static const struct field paging_view[] = {
	FIELD(struct paging, page, F_INT),
	FIELD(struct paging, limit, F_INT),
	FIELD(struct paging, total, F_INT),
	FIELD(struct paging, pages, F_INT),
	FIELD_END,
};

static const struct field list_view_v1[] = {
	FIELD(struct list_out, users, F_LIST, .sub = user_view,
	    .sub_size = sizeof(struct user)),
	FIELD(struct list_out, pagination, F_OBJECT, .sub = paging_view),
	FIELD(struct list_out, next_cursor, F_STRING, .flags = F_NULLABLE,
	    .about = "For the next page; null: nothing follows"),
	FIELD_END,
};

/* What a cursor is made of: nothing that the page did not show. */
struct __attribute__((packed)) cursor {
	uint8_t created_at[8]; /* big endian */
	struct uuid id;
};

static const char *
cursor_text(struct ctx *cx, const struct user_mark *mark)
{
	struct cursor cur = { .id = mark->id };

	if (uuid_is_zero(&mark->id))
		return NULL;
	for (int i = 0; i < 8; i++)
		cur.created_at[i] = (uint8_t)(mark->created_at >> (56 - 8 * i));
	return base64url_encode(cx->mem, &cur, sizeof(cur));
}

static int
cursor_parse(struct ctx *cx, const char *text, struct user_mark *ret)
{
	struct cursor cur;
	uint64_t at = 0;
	uint8_t *p;
	size_t n;

	if (base64url_decode(cx->mem, text, strlen(text), &p, &n) != 0 ||
	    n != sizeof(cur))
		return err_field(cx, "cursor", "format",
		    "must be one that a page gave");
	memcpy(&cur, p, n);
	for (int i = 0; i < 8; i++)
		at = at << 8 | cur.created_at[i];
	/* what a DATETIME cannot be was not given by us */
	if (at == 0 || at > INT64_C(253402300799999999) ||
	    uuid_is_zero(&cur.id))
		return err_field(cx, "cursor", "format",
		    "must be one that a page gave");
	ret->created_at = (int64_t)at;
	ret->id = cur.id;
	return 0;
}

static int
too_far(struct ctx *cx)
{
	err_detail_text(cx, "field", "page");
	return err_set(cx, ERR_BAD_REQUEST,
	    "Pages end at row 10000; go on with the cursor that a page gives");
}

static int
query_of(struct call *c, int64_t limit, struct user_query *ret)
{
	const struct list_in *in = c->in;

	*ret = (struct user_query) {
		.status = in->status,
		.search = in->search,
		.created_after = in->created_after,
		.created_before = in->created_before,
		.limit = limit,
	};
	if (in->cursor != NULL)
		return cursor_parse(c->cx, in->cursor, &ret->after);
	if (in->page > USER_LIST_REACH / limit)
		return too_far(c->cx);
	ret->offset = in->page <= 1 ? 0 : (in->page - 1) * limit;
	return 0;
}

static int
run_list(struct call *c, int64_t limit)
{
	const struct list_in *in = c->in;
	struct list_out *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct user_page page = { 0 };
	struct user_query query;
	int r;

	if (in->limit != 0)
		limit = in->limit;
	r = query_of(c, limit, &query);
	/* no organization has users yet */
	if (r == 0 && uuid_is_zero(&in->organization_id))
		r = user_list(c->cx, c->realm, &query, &page);
	if (r != 0)
		return r;
	out->users = page.users;
	out->pagination = (struct paging) {
		.page = in->page == 0 ? 1 : in->page,
		.limit = limit,
		.total = page.total,
		.pages = (page.total + limit - 1) / limit,
	};
	out->next_cursor = cursor_text(c->cx, &page.last);
	return reply(c, out);
}

static int
list_run(struct call *c)
{
	return run_list(c, 20);
}

static int
list_run_v1(struct call *c)
{
	return run_list(c, 50);
}

#define LIST_ABOUT                                                             \
	"Pages reach row 10000; the cursor goes on from there. The total is"   \
	" exact up to that, then an estimate."

static const struct op list_op = {
	.id = "user.list",
	.summary = "Users of the realm, newest first",
	.auth = AUTH_ADMIN,
	.tx = TX_NONE,
	.in = list_in,
	.in_size = sizeof(struct list_in),
	.out = list_view,
	.about = LIST_ABOUT,
	.errors = ERRORS(ERR_BAD_REQUEST),
	.run = list_run,
};

static const struct op list_op_v1 = {
	.id = "user.list_v1",
	.summary = "Users of the realm, newest first",
	.auth = AUTH_ADMIN,
	.tx = TX_NONE,
	.in = list_in_v1,
	.in_size = sizeof(struct list_in),
	.out = list_view_v1,
	.about = LIST_ABOUT,
	.errors = ERRORS(ERR_BAD_REQUEST),
	.run = list_run_v1,
};

static const struct op search_op = {
	.id = "user.search",
	.summary = "Users whose names or addresses start like this",
	.auth = AUTH_ADMIN,
	.tx = TX_NONE,
	.in = search_in,
	.in_size = sizeof(struct list_in),
	.out = list_view,
	.about = LIST_ABOUT,
	.errors = ERRORS(ERR_BAD_REQUEST),
	.run = list_run,
};

/* --- by e-mail --- */

static const struct field by_email_in[] = {
	FIELD(struct list_in, email, F_STRING,
	    .flags = F_QUERY | F_TRIM | F_REQUIRED, .max = EMAIL_MAX,
	    .check = email_check, .example = "ann@example.com"),
	FIELD_END,
};

static int
by_email_run(struct call *c)
{
	const struct list_in *in = c->in;
	struct user_secret *found = arena_alloc(c->cx->mem, sizeof(*found));
	int r = user_find_signin(c->cx, c->realm, in->email, NULL, found);

	if (r == ERR_NOT_FOUND)
		return err_set(c->cx, ERR_USER_NOT_FOUND, NULL);
	return r != 0 ? r : reply(c, &found->user);
}

static const struct op by_email_op = {
	.id = "user.by_email",
	.summary = "The user who has this address",
	.auth = AUTH_ADMIN,
	.tx = TX_NONE,
	.in = by_email_in,
	.in_size = sizeof(struct list_in),
	.out = user_view,
	.errors = ERRORS(ERR_USER_NOT_FOUND),
	.run = by_email_run,
};

const struct route user_list_routes[] = {
	{ D_JANUA, GET, "/api/v1/users", &list_op },
	{ D_JANUA, GET, "/api/v1/users/search", &search_op },
	{ D_JANUA, GET, "/api/v1/users/by-email", &by_email_op },
	{ D_JANUA_V1, GET, "/v1/users", &list_op_v1 },
	{ .op = NULL },
};
