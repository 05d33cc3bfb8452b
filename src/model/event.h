/* What happened to an account that its owner should be able to see. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdint.h>

#include "base/id.h"
#include "db/db.h"

struct ctx;

enum event_stmt { EVENT_INSERT, EVENT_RECENT, EVENT_COUNT, EVENT_STMT__MAX };

extern const struct stmt event_stmts[EVENT_STMT__MAX];

#define EVENT_TOKEN_REUSE  "session.token_reuse"
#define EVENT_NEW_DEVICE   "session.new_device"
#define EVENT_SIGNUP_AGAIN "user.signup_again"

struct event {
	const char *kind;
	struct uuid realm_id, user_id;
	struct uuid session_id; /* zero: none */
	const char *ip_address; /* NULL: none */
	const char *data; /* JSON, or NULL */
	int64_t created_at; /* set when it was read */
};

int event_add(struct ctx *, const struct event *);

/* Of that kind since then, newest first, at most max. */
int event_recent(struct ctx *, const struct uuid *user_id, const char *kind,
    int64_t since_us, int64_t max, struct list *ret);
int event_count(struct ctx *, const struct uuid *user_id, const char *kind,
    int64_t since_us, int64_t *ret);

#endif
