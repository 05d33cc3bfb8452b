/* What happened to an account that its owner should be able to see. */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include "base/id.h"
#include "db/db.h"

struct ctx;

enum event_stmt { EVENT_INSERT, EVENT_STMT__MAX };

extern const struct stmt event_stmts[EVENT_STMT__MAX];

#define EVENT_TOKEN_REUSE "session.token_reuse"

struct event {
	const char *kind;
	struct uuid realm_id, user_id;
	struct uuid session_id; /* zero: none */
	const char *ip_address; /* NULL: none */
	const char *data; /* JSON, or NULL */
};

int event_add(struct ctx *, const struct event *);

#endif
