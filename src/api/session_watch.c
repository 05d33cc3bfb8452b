/* What a user should look at: recent activity, and what seems odd in it. */
#include "api/tables.h"

#include <stdlib.h>
#include <string.h>

#include "api/session_view.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "model/event.h"
#include "out/place.h"

/* --- activity --- */

#define ACTIVITY_DEFAULT 10

struct activity {
	struct uuid session_id;
	const char *activity_type;
	int64_t timestamp;
	const char *ip_address;
	struct agent agent;
	bool revoked;
};

static const struct field activity_view[] = {
	FIELD(struct activity, session_id, F_ID, .prefix = "sess"),
	FIELD(struct activity, activity_type, F_STRING),
	FIELD(struct activity, timestamp, F_TIME),
	FIELD(struct activity, ip_address, F_STRING, .flags = F_NULLABLE),
	FIELD_AS(struct activity, "device", agent.name, F_STRING),
	FIELD_AS(struct activity, "device_type", agent.type, F_STRING),
	FIELD(struct activity, revoked, F_BOOL),
	FIELD_END,
};

struct activities {
	struct list activities;
	int64_t total;
};

static const struct field activities_view[] = {
	FIELD(struct activities, activities, F_LIST, .sub = activity_view,
	    .sub_size = sizeof(struct activity)),
	FIELD(struct activities, total, F_INT),
	FIELD_END,
};

struct activity_in {
	uint64_t given;
	int64_t limit;
};

static const struct field activity_in[] = {
	FIELD(struct activity_in, limit, F_INT, .flags = F_QUERY, .min = 1,
	    .max = 50, .about = "How many at most; 10"),
	FIELD_END,
};

static int
newest_first(const void *a, const void *b)
{
	const struct activity *x = a, *y = b;

	return (x->timestamp < y->timestamp) - (x->timestamp > y->timestamp);
}

/* A session was opened, and perhaps used since. Returns how many it adds. */
static size_t
activity_of(struct call *c, const struct session *s, struct activity *ret)
{
	ret[0] = (struct activity) {
		.session_id = s->id,
		.activity_type = "session_created",
		.timestamp = s->created_at,
		.ip_address = s->ip_address,
		.revoked = s->revoked_at != 0,
	};
	agent_parse(c->cx->mem, s->user_agent, &ret[0].agent);
	if (s->last_active_at <= s->created_at)
		return 1;
	ret[1] = ret[0];
	ret[1].activity_type = "session_active";
	ret[1].timestamp = s->last_active_at;
	return 2;
}

/*
 * The last n activities are those of the n sessions that were active last:
 * a session was opened no later than it was active.
 */
static int
activity_run(struct call *c)
{
	const struct activity_in *in = c->in;
	int64_t max = in->limit == 0 ? ACTIVITY_DEFAULT : in->limit;
	struct activities *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct activity *items;
	const struct session *s;
	struct list rows;
	size_t n = 0;
	int r = session_recent(c->cx, &c->actor->user.id, max, &rows);

	if (r != 0)
		return r;
	s = rows.items;
	items = arena_array(c->cx->mem, 2 * rows.n, sizeof(*items));
	for (size_t i = 0; i < rows.n; i++)
		n += activity_of(c, &s[i], &items[n]);
	if (n > 0)
		qsort(items, n, sizeof(*items), newest_first);
	out->activities.n = n < (size_t)max ? n : (size_t)max;
	out->activities.items = items;
	out->total = (int64_t)out->activities.n;
	return reply(c, out);
}

static const struct op activity_op = {
	.id = "session.activity",
	.summary = "What your sessions did last",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.in = activity_in,
	.in_size = sizeof(struct activity_in),
	.out = activities_view,
	.run = activity_run,
};

/* --- alerts --- */

#define OLD          (30 * CLOCK_DAY)
#define EVENTS_FOR   (30 * CLOCK_DAY)
#define EVENTS_SHOWN 20
#define ALERTS_MAX   (3 + 2 * EVENTS_SHOWN)

struct alert {
	const char *type, *severity, *message;
	struct list locations, session_ids; /* of const char * */
	int64_t created_at; /* 0: it is so now */
};

static const struct field alert_view[] = {
	FIELD(struct alert, type, F_STRING),
	FIELD(struct alert, severity, F_STRING),
	FIELD(struct alert, message, F_STRING),
	FIELD(struct alert, locations, F_LIST, .flags = F_OMIT_NULL),
	FIELD(struct alert, session_ids, F_LIST, .flags = F_OMIT_NULL),
	FIELD(struct alert, created_at, F_TIME, .flags = F_OMIT_NULL),
	FIELD_END,
};

struct alerts {
	struct list alerts;
	int64_t total;
};

static const struct field alerts_view[] = {
	FIELD(struct alerts, alerts, F_LIST, .sub = alert_view,
	    .sub_size = sizeof(struct alert)),
	FIELD(struct alerts, total, F_INT),
	FIELD_END,
};

static void
list_add(struct list *to, const char *text)
{
	const char **items = to->items;

	for (size_t i = 0; i < to->n; i++) {
		if (strcmp(items[i], text) == 0)
			return;
	}
	items[to->n++] = text;
}

static const char *
id_text(struct call *c, const struct uuid *id)
{
	char text[ID_TEXT_MAX];

	id_format("sess", id, text);
	return arena_strdup(c->cx->mem, text);
}

static const char *
where(struct call *c, const struct session *s)
{
	struct place place;
	const char *text;

	place_find(c->cx, s->ip_address, &place);
	text = place_text(c->cx->mem, &place);
	return text != NULL ? text : s->ip_address;
}

static bool
is_old(struct call *c, const struct session *s)
{
	return s->created_at <= c->cx->now_us - OLD;
}

static bool
is_program(struct call *c, const struct session *s)
{
	struct agent agent;

	agent_parse(c->cx->mem, s->user_agent, &agent);
	return strcmp(agent.type, AGENT_BOT) == 0;
}

/* What to say of the sessions that a test finds. */
static const struct {
	const char *type, *message;
	bool (*test)(struct call *, const struct session *);
} tests[] = {
	{ "old_sessions", "Sessions that were opened more than 30 days ago",
	    is_old },
	{ "suspicious_user_agent", "Sessions of programs, not of browsers",
	    is_program },
};

static void
add_tested(struct call *c, const struct list *rows, struct list *out)
{
	const struct session *s = rows->items;

	for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++) {
		struct alert *a = (struct alert *)out->items + out->n;

		a->type = tests[t].type;
		a->severity = "warning";
		a->message = tests[t].message;
		a->session_ids.items =
		    arena_array(c->cx->mem, rows->n, sizeof(char *));
		for (size_t i = 0; i < rows->n; i++) {
			if (tests[t].test(c, &s[i]))
				list_add(&a->session_ids, id_text(c, &s[i].id));
		}
		if (a->session_ids.n > 0)
			out->n++;
	}
}

static void
add_locations(struct call *c, const struct list *rows, struct list *out)
{
	struct alert *a = (struct alert *)out->items + out->n;
	const struct session *s = rows->items;

	*a = (struct alert) {
		.type = "multiple_locations",
		.severity = "info",
		.message = "You are signed in at more than one place",
	};
	a->locations.items = arena_array(c->cx->mem, rows->n, sizeof(char *));
	for (size_t i = 0; i < rows->n; i++) {
		const char *text = where(c, &s[i]);

		if (text != NULL)
			list_add(&a->locations, text);
	}
	if (a->locations.n > 1)
		out->n++;
}

static const struct {
	const char *kind, *type, *severity, *message;
} events[] = {
	{ EVENT_TOKEN_REUSE, "token_reuse", "critical",
	    "A refresh token was used twice; its session was ended" },
	{ EVENT_NEW_DEVICE, "new_device", "info",
	    "You signed in on a new device" },
};

static int
add_events(struct call *c, size_t kind, struct list *out)
{
	struct list rows;
	const struct event *e;
	int r = event_recent(c->cx, &c->actor->user.id, events[kind].kind,
	    c->cx->now_us - EVENTS_FOR, EVENTS_SHOWN, &rows);

	e = rows.items;
	for (size_t i = 0; r == 0 && i < rows.n; i++) {
		struct alert *a = (struct alert *)out->items + out->n++;

		*a = (struct alert) {
			.type = events[kind].type,
			.severity = events[kind].severity,
			.message = events[kind].message,
			.created_at = e[i].created_at,
		};
		a->session_ids.items = arena_alloc(c->cx->mem, sizeof(char *));
		list_add(&a->session_ids, id_text(c, &e[i].session_id));
	}
	return r;
}

static int
alerts_run(struct call *c)
{
	struct alerts *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct list rows;
	int r = session_list(c->cx, &c->actor->user.id, &rows);

	out->alerts.items =
	    arena_array(c->cx->mem, ALERTS_MAX, sizeof(struct alert));
	if (r == 0)
		r = add_events(c, 0, &out->alerts);
	if (r == 0)
		r = add_events(c, 1, &out->alerts);
	if (r != 0)
		return r;
	add_tested(c, &rows, &out->alerts);
	add_locations(c, &rows, &out->alerts);
	out->total = (int64_t)out->alerts.n;
	return reply(c, out);
}

static const struct op alerts_op = {
	.id = "session.alerts",
	.summary = "What is odd about your sessions",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = alerts_view,
	.run = alerts_run,
};

const struct route session_watch_routes[] = {
	{ D_JANUA, GET, "/api/v1/sessions/activity/recent", &activity_op },
	{ D_JANUA, GET, "/api/v1/sessions/security/alerts", &alerts_op },
	{ .op = NULL },
};
