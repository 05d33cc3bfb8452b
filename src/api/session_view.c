/* Device and place are worked out whenever they are shown: better tables and
 * a newer database speak for old sessions, too. */
#include "api/session_view.h"

#include "base/arena.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "out/place.h"

static const struct field device_view[] = {
	FIELD(struct agent, type, F_STRING),
	FIELD(struct agent, name, F_STRING),
	FIELD(struct agent, os, F_STRING, .flags = F_NULLABLE),
	FIELD(struct agent, browser, F_STRING, .flags = F_NULLABLE),
	FIELD_END,
};

static const struct field location_view[] = {
	FIELD(struct session_location, city, F_STRING, .flags = F_NULLABLE),
	FIELD(struct session_location, country, F_STRING, .flags = F_NULLABLE),
	FIELD(struct session_location, ip, F_STRING, .flags = F_NULLABLE),
	FIELD_END,
};

#define ITEM(name, member, kind, ...)                                          \
	FIELD_AS(struct session_item, name, member, kind, __VA_ARGS__)

const struct field session_view[] = {
	FIELD_AS(struct session_item, "id", s.id, F_ID, .prefix = "sess"),
	FIELD(struct session_item, device, F_OBJECT, .sub = device_view),
	FIELD(struct session_item, location, F_OBJECT, .sub = location_view),
	ITEM("ip_address", s.ip_address, F_STRING, .flags = F_NULLABLE),
	ITEM("user_agent", s.user_agent, F_STRING, .flags = F_NULLABLE),
	ITEM("device_name", device.name, F_STRING),
	ITEM("device_type", device.type, F_STRING),
	ITEM("browser", device.browser, F_STRING, .flags = F_NULLABLE),
	ITEM("os", device.os, F_STRING, .flags = F_NULLABLE),
	ITEM("is_current", is_current, F_BOOL),
	ITEM("created_at", s.created_at, F_TIME),
	ITEM("last_active_at", s.last_active_at, F_TIME),
	ITEM("last_activity_at", s.last_active_at, F_TIME),
	ITEM("expires_at", s.expires_at, F_TIME),
	ITEM("revoked", revoked, F_BOOL),
	FIELD_END,
};

void
session_item_fill(struct call *c, const struct session *s,
    struct session_item *ret)
{
	struct place place;

	place_find(c->cx, s->ip_address, &place);
	agent_parse(c->cx->mem, s->user_agent, &ret->device);
	ret->s = *s;
	ret->location = (struct session_location) {
		.city = place.city,
		.country = place.country,
		.ip = s->ip_address,
	};
	ret->device_info = s->device_info != NULL ? s->device_info : "{}";
	ret->is_current = uuid_equal(&s->id, &c->actor->session.id);
	ret->revoked = s->revoked_at != 0;
}

struct count {
	bool success;
	const char *message;
	int64_t n;
};

const struct field count_view[] = {
	FIELD(struct count, success, F_BOOL),
	FIELD(struct count, message, F_STRING),
	FIELD_AS(struct count, "revoked_count", n, F_INT),
	FIELD_AS(struct count, "revokedCount", n, F_INT, .flags = F_VERBATIM),
	FIELD_END,
};

int
reply_count(struct call *c, const char *noun, int64_t n)
{
	struct count *out = arena_alloc(c->cx->mem, sizeof(*out));

	out->success = true;
	out->message = arena_printf(c->cx->mem, "Revoked %d %s%s", (int)n, noun,
	    n == 1 ? "" : "s");
	out->n = n;
	return reply(c, out);
}
