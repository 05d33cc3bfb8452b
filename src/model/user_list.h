/*
 * Lists of a realm's users, newest first. A page is found by its number, as
 * far as row USER_LIST_REACH, or by the mark of the page before it.
 */
#ifndef MODEL_USER_LIST_H
#define MODEL_USER_LIST_H

#include <stdint.h>

#include "base/list.h"
#include "model/user.h"

enum user_list_stmt {
	USER_LIST_WALK,
	USER_LIST_WALK_COUNT,
	USER_LIST_STATUS,
	USER_LIST_STATUS_COUNT,
	USER_LIST_MATCHES,
	USER_LIST_MATCHED,
	USER_LIST_MATCHED_COUNT,
	USER_LIST_ESTIMATE,
	USER_LIST_STMT__MAX
};

extern const struct stmt user_list_stmts[USER_LIST_STMT__MAX];

#define USER_LIST_REACH 10000

/* Where a page ended. */
struct user_mark {
	int64_t created_at;
	struct uuid id; /* zero: no mark */
};

struct user_query {
	const char *status; /* NULL: all but deleted ones */
	/* NULL, or the start of an e-mail address, username, first or last
	 * name; without case */
	const char *search;
	int64_t created_after, created_before; /* from, and up to; 0: open */
	struct user_mark after;
	int64_t offset, limit;
};

struct user_page {
	struct list users; /* of struct user */
	int64_t total; /* exact up to USER_LIST_REACH, then an estimate */
	struct user_mark last; /* zero: nothing follows */
};

int user_list(struct ctx *, const struct realm *, const struct user_query *,
    struct user_page *ret);

#endif
