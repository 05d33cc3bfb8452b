#include "model/event.h"

#include "base/ctx.h"

const struct stmt event_stmts[EVENT_STMT__MAX] = {
	[EVENT_INSERT] = { SCOPE_NONE, "uuuussst", NULL,
	    "INSERT INTO event (id, realm_id, user_id, session_id, kind,"
	    " ip_address, data, created_at) VALUES (?,?,?,?,?,?,?,?)" },
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
