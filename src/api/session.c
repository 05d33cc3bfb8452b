/* Sessions: seen, ended and prolonged by their owner, in every dialect. */
#include "api/tables.h"

#include "api/session_view.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/session.h"

/* Where the path has no id, the current one is meant. */
struct session_in {
	uint64_t given;
	struct uuid session_id;
};

#define SESSION_ID_ROW(type)                                                   \
	FIELD(type, session_id, F_ID, .flags = F_PATH, .prefix = "sess")

static const struct field session_in[] = {
	SESSION_ID_ROW(struct session_in),
	FIELD_END,
};

static int
no_session(struct call *c)
{
	return err_set(c->cx, ERR_NOT_FOUND, "Session not found");
}

static int
find_session(struct call *c, struct session *ret)
{
	const struct session_in *in = c->in;
	int r;

	if (!field_given(in, session_in, "session_id")) {
		*ret = c->actor->session;
		return 0;
	}
	r = session_get(c->cx, &c->actor->user.id, &in->session_id, ret);
	return r == ERR_NOT_FOUND ? no_session(c) : r;
}

/* --- lists --- */

struct session_list {
	struct list sessions; /* of struct session_item */
	int64_t total;
};

static const struct field list_view[] = {
	FIELD(struct session_list, sessions, F_LIST, .sub = session_view,
	    .sub_size = sizeof(struct session_item)),
	FIELD(struct session_list, total, F_INT),
	FIELD_END,
};

static const struct field authapi_item_view[] = {
	FIELD_AS(struct session_item, "id", s.id, F_ID, .prefix = "sess"),
	FIELD(struct session_item, device_info, F_RAW),
	FIELD_AS(struct session_item, "ip_address", s.ip_address, F_STRING,
	    .flags = F_NULLABLE),
	FIELD_AS(struct session_item, "last_active", s.last_active_at, F_TIME),
	FIELD_AS(struct session_item, "created_at", s.created_at, F_TIME),
	FIELD_END,
};

static const struct field authapi_list_view[] = {
	FIELD(struct session_list, sessions, F_LIST, .sub = authapi_item_view,
	    .sub_size = sizeof(struct session_item)),
	FIELD_END,
};

static int
find_items(struct call *c, const struct uuid *user_id, struct list *ret)
{
	struct session_item *items;
	const struct session *s;
	struct list rows;
	int r = session_list(c->cx, user_id, &rows);

	if (r != 0)
		return r;
	s = rows.items;
	items = arena_array(c->cx->mem, rows.n, sizeof(*items));
	for (size_t i = 0; i < rows.n; i++)
		session_item_fill(c, &s[i], &items[i]);
	ret->n = rows.n;
	ret->items = items;
	return 0;
}

static int
list_of(struct call *c, const struct uuid *user_id)
{
	struct session_list *out = arena_alloc(c->cx->mem, sizeof(*out));
	int r = find_items(c, user_id, &out->sessions);

	out->total = (int64_t)out->sessions.n;
	return r != 0 ? r : reply(c, out);
}

static int
list_run(struct call *c)
{
	return list_of(c, &c->actor->user.id);
}

static const struct op list_op = {
	.id = "session.list",
	.summary = "Your active sessions, last active first",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = list_view,
	.run = list_run,
};

struct of_user_in {
	uint64_t given;
	struct uuid user_id;
};

static const struct field of_user_in[] = {
	FIELD(struct of_user_in, user_id, F_ID, .flags = F_PATH,
	    .prefix = "usr"),
	FIELD_END,
};

static int
of_user_run(struct call *c)
{
	const struct of_user_in *in = c->in;
	const struct uuid *self = &c->actor->user.id;
	struct user user;
	int r = ERR_NOT_FOUND;

	if (!field_given(in, of_user_in, "user_id") ||
	    uuid_equal(&in->user_id, self))
		return list_of(c, self);
	if (c->actor->user.is_admin)
		r = user_get(c->cx, c->realm, &in->user_id, &user);
	if (r == ERR_NOT_FOUND)
		return err_set(c->cx, ERR_USER_NOT_FOUND, NULL);
	return r != 0 ? r : list_of(c, &user.id);
}

static const struct op of_user_op = {
	.id = "session.of_user",
	.summary =
	    "The active sessions of a user: your own, or as administrator",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.in = of_user_in,
	.in_size = sizeof(struct of_user_in),
	.out = list_view,
	.no_such = ERR_USER_NOT_FOUND,
	.run = of_user_run,
};

/* --- one --- */

static int
get_run(struct call *c)
{
	struct session_item *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct session s;
	int r = find_session(c, &s);

	if (r != 0)
		return r;
	session_item_fill(c, &s, out);
	return reply(c, out);
}

static const struct op get_op = {
	.id = "session.get",
	.summary = "One of your active sessions",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.in = session_in,
	.in_size = sizeof(struct session_in),
	.out = session_view,
	.run = get_run,
};

static int
touch_run(struct call *c)
{
	struct session s;
	int r = find_session(c, &s);

	if (r == 0)
		r = session_touch(c->cx, &s);
	return r != 0 ? r : reply_message(c, "Session refreshed");
}

static const struct op touch_op = {
	.id = "session.touch",
	.summary = "Note that a session of yours is in use",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.in = session_in,
	.in_size = sizeof(struct session_in),
	.run = touch_run,
};

/* --- the end of them --- */

static int
revoke_run(struct call *c)
{
	struct session s;
	int r = find_session(c, &s);

	if (r == 0)
		r = session_revoke(c->cx, &s.user_id, &s.id, "revoked");
	if (r == ERR_NOT_FOUND)
		return no_session(c);
	return r != 0 ? r : reply_message(c, "Session revoked");
}

static const struct op revoke_op = {
	.id = "session.revoke",
	.summary = "End one of your sessions; the current one signs out",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = session_in,
	.in_size = sizeof(struct session_in),
	.run = revoke_run,
};

struct revoke_others_in {
	uint64_t given;
	bool include_current;
};

static const struct field revoke_others_in[] = {
	FIELD(struct revoke_others_in, include_current, F_BOOL,
	    .flags = F_QUERY, .about = "End the current session too"),
	FIELD_END,
};

/* Those that are over anyway are ended, too, but nobody counts them. */
static int
revoke_others_run(struct call *c)
{
	const struct revoke_others_in *in = c->in;
	const struct uuid *user_id = &c->actor->user.id;
	struct list live;
	int r = session_list(c->cx, user_id, &live);

	if (r == 0)
		r = session_revoke_others(c->cx, user_id,
		    in->include_current ? NULL : &c->actor->session.id,
		    "revoked", NULL);
	if (r != 0)
		return r;
	return reply_count(c, "session",
	    (int64_t)live.n - (in->include_current ? 0 : 1));
}

static const struct op revoke_others_op = {
	.id = "session.revoke_others",
	.summary = "End all your other sessions",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = revoke_others_in,
	.in_size = sizeof(struct revoke_others_in),
	.out = count_view,
	.run = revoke_others_run,
};

/* --- who am I: for pages that have a cookie or a bearer --- */

struct info_user {
	struct user user;
	struct list roles, permissions; /* of const char * */
};

struct info {
	bool authenticated;
	struct info_user user;
	struct session session;
};

static const struct field info_user_view[] = {
	FIELD_AS(struct info_user, "id", user.id, F_ID, .prefix = "usr"),
	FIELD_AS(struct info_user, "email", user.email, F_STRING),
	FIELD_AS(struct info_user, "username", user.username, F_STRING,
	    .flags = F_NULLABLE),
	FIELD_AS(struct info_user, "first_name", user.first_name, F_STRING,
	    .flags = F_NULLABLE),
	FIELD_AS(struct info_user, "last_name", user.last_name, F_STRING,
	    .flags = F_NULLABLE),
	FIELD_AS(struct info_user, "email_verified", user.email_verified,
	    F_BOOL),
	FIELD(struct info_user, roles, F_LIST),
	FIELD(struct info_user, permissions, F_LIST),
	FIELD_AS(struct info_user, "is_admin", user.is_admin, F_BOOL),
	FIELD_END,
};

static const struct field info_session_view[] = {
	FIELD(struct session, id, F_ID, .prefix = "sess"),
	FIELD(struct session, expires_at, F_TIME),
	FIELD_END,
};

static const struct field info_view[] = {
	FIELD(struct info, authenticated, F_BOOL),
	FIELD(struct info, user, F_OBJECT, .sub = info_user_view),
	FIELD(struct info, session, F_OBJECT, .sub = info_session_view),
	FIELD_END,
};

static int
info_run(struct call *c)
{
	static const char *const roles[] = { "user", "admin" };
	struct info *out = arena_alloc(c->cx->mem, sizeof(*out));

	out->authenticated = true;
	out->user.user = c->actor->user;
	out->user.roles.n = c->actor->user.is_admin ? 2 : 1;
	out->user.roles.items = arena_memdup(c->cx->mem, roles, sizeof(roles));
	out->session = c->actor->session;
	return reply(c, out);
}

static const struct op info_op = {
	.id = "session.info",
	.summary = "Who is signed in, by bearer or by cookie",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = info_view,
	.run = info_run,
};

/* --- Auctoritas: sessions with an end of the user's choice --- */

#define LEGACY_ROWS(type, m)                                                   \
	FIELD_AS(type, "id", m s.id, F_ID, .prefix = "sess"),                  \
	    FIELD_AS(type, "created_at", m s.created_at, F_TIME),              \
	    FIELD_AS(type, "expires_at", m s.expires_at, F_TIME),              \
	    FIELD_AS(type, "revoked", m revoked, F_BOOL)

struct legacy_opened {
	struct session_item item;
	struct tokens tokens;
};

static const struct field legacy_view[] = {
	LEGACY_ROWS(struct session_item, ),
	FIELD_END,
};

static const struct field legacy_opened_view[] = {
	LEGACY_ROWS(struct legacy_opened, item.),
	FIELD_AS(struct legacy_opened, "access_token", tokens.access_token,
	    F_STRING),
	FIELD_AS(struct legacy_opened, "refresh_token", tokens.refresh_token,
	    F_STRING),
	FIELD_END,
};

static int
legacy_list_run(struct call *c)
{
	struct list *out = arena_alloc(c->cx->mem, sizeof(*out));
	int r = find_items(c, &c->actor->user.id, out);

	return r != 0 ? r : reply(c, out);
}

static const struct op legacy_list_op = {
	.id = "session.legacy_list",
	.summary = "Your active sessions",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = legacy_view,
	.out_list = sizeof(struct session_item),
	.run = legacy_list_run,
};

struct end_in {
	uint64_t given;
	struct uuid session_id;
	int64_t expires_at;
};

#define END_ROW                                                                \
	FIELD(struct end_in, expires_at, F_TIME, .flags = F_REQUIRED,          \
	    .about = "When it ends; no later than sessions may",               \
	    .example = "2030-12-31T23:59:59Z")

static const struct field open_in[] = { END_ROW, FIELD_END };

static const struct field move_in[] = {
	SESSION_ID_ROW(struct end_in),
	END_ROW,
	FIELD_END,
};

static int
check_end(struct call *c)
{
	const struct end_in *in = c->in;

	if (in->expires_at > c->cx->now_us)
		return 0;
	return call_fault(c, "expires_at", "value", "must be in the future");
}

static int
open_run(struct call *c)
{
	const struct end_in *in = c->in;
	struct legacy_opened *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct session_extra extra;
	struct client client;
	int r = check_end(c);

	if (r == 0)
		r = call_client(c, NULL, &client);
	if (r == 0)
		r = session_open_extra(c->cx, c->actor, &client, in->expires_at,
		    &extra);
	if (r != 0)
		return r;
	session_item_fill(c, &extra.session, &out->item);
	out->tokens = extra.tokens;
	return reply(c, out);
}

static const struct op open_op = {
	.id = "session.open",
	.summary = "Open a session for another client of yours",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = open_in,
	.in_size = sizeof(struct end_in),
	.out = legacy_opened_view,
	.status = 201,
	.errors = ERRORS(ERR_REAUTHENTICATION_REQUIRED),
	.run = open_run,
};

static int
move_run(struct call *c)
{
	const struct end_in *in = c->in;
	struct session_item *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct session s;
	int r = check_end(c);

	if (r == 0)
		r = session_move_end(c->cx, c->actor, &in->session_id,
		    in->expires_at, &s);
	if (r == ERR_NOT_FOUND)
		return no_session(c);
	if (r != 0)
		return r;
	session_item_fill(c, &s, out);
	return reply(c, out);
}

static const struct op move_op = {
	.id = "session.move_end",
	.summary = "Move the end of one of your sessions",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = move_in,
	.in_size = sizeof(struct end_in),
	.out = legacy_view,
	.errors = ERRORS(ERR_REAUTHENTICATION_REQUIRED),
	.run = move_run,
};

#define SESSIONS "/api/v1/sessions"
#define ONE      "/{session_id}"

const struct route session_routes[] = {
	{ D_JANUA, GET, SESSIONS, &list_op },
	{ D_JANUA, GET, SESSIONS "/current", &get_op },
	{ D_JANUA, GET, SESSIONS ONE, &get_op },
	{ D_JANUA, DELETE, SESSIONS ONE, &revoke_op },
	{ D_JANUA, DELETE, SESSIONS, &revoke_others_op },
	{ D_JANUA, DELETE, SESSIONS "/all", &revoke_others_op },
	{ D_JANUA, POST, SESSIONS "/revoke-all", &revoke_others_op },
	{ D_JANUA, POST, SESSIONS "/refresh", &touch_op },
	{ D_JANUA, POST, SESSIONS ONE "/refresh", &touch_op },
	{ D_JANUA, GET, "/api/v1/users/me/sessions", &of_user_op },
	{ D_JANUA, GET, "/api/v1/users/{user_id}/sessions", &of_user_op },
	{ D_JANUA, GET, "/api/v1/auth/session", &info_op,
	    .cookie_realm = "auctoritas" },
	{ D_JANUA, DELETE, "/api/v1/devices/sessions", &revoke_others_op },
	{ D_JANUA, DELETE, "/api/v1/devices/sessions" ONE, &revoke_op },
	{ D_AUTHAPI, GET, "/v1/auth/sessions", &list_op,
	    .out = authapi_list_view },
	{ D_AUTHAPI, DELETE, "/v1/auth/sessions", &revoke_others_op },
	{ D_AUTHAPI, DELETE, "/v1/auth/sessions" ONE, &revoke_op },
	{ D_AUCTORITAS, GET, "/api/sessions", &legacy_list_op },
	{ D_AUCTORITAS, POST, "/api/sessions", &open_op },
	{ D_AUCTORITAS, PATCH, "/api/sessions" ONE, &move_op },
	{ D_AUCTORITAS, DELETE, "/api/sessions" ONE, &revoke_op,
	    .status = 204 },
	{ .op = NULL },
};
