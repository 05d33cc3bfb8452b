/* The devices of a user, and which of them they trust. */
#include "api/tables.h"

#include "api/session_view.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "model/device.h"
#include "out/place.h"

#define TRUST_DAYS 30

struct device_item {
	struct device d;
	const char *last_location;
	bool trusted, is_current_device;
	int64_t trust_expires_at; /* 0: not trusted */
};

#define ITEM(name, member, kind, ...)                                          \
	FIELD_AS(struct device_item, name, member, kind, __VA_ARGS__)

static const struct field device_view[] = {
	FIELD_AS(struct device_item, "id", d.id, F_ID, .prefix = "dev"),
	ITEM("device_name", d.name, F_STRING),
	ITEM("device_type", d.type, F_STRING),
	ITEM("os", d.os, F_STRING, .flags = F_NULLABLE),
	ITEM("browser", d.browser, F_STRING, .flags = F_NULLABLE),
	ITEM("device_fingerprint", d.fingerprint, F_STRING),
	ITEM("last_ip_address", d.ip_address, F_STRING, .flags = F_NULLABLE),
	ITEM("last_location", last_location, F_STRING, .flags = F_NULLABLE),
	ITEM("last_used_at", d.last_used_at, F_TIME),
	ITEM("trusted", trusted, F_BOOL),
	ITEM("trust_expires_at", trust_expires_at, F_TIME, .flags = F_NULLABLE),
	ITEM("is_current_device", is_current_device, F_BOOL),
	ITEM("created_at", d.created_at, F_TIME),
	FIELD_END,
};

static void
fill(struct call *c, const struct device *d, struct device_item *ret)
{
	struct place place;

	place_find(c->cx, d->ip_address, &place);
	ret->d = *d;
	ret->last_location = place_text(c->cx->mem, &place);
	ret->trusted = d->trusted_until > c->cx->now_us;
	ret->trust_expires_at = ret->trusted ? d->trusted_until : 0;
	ret->is_current_device =
	    uuid_equal(&d->id, &c->actor->session.device_id);
}

static int
no_device(struct call *c)
{
	return err_set(c->cx, ERR_NOT_FOUND, "Device not found");
}

struct device_list {
	struct list devices; /* of struct device_item */
	int64_t total;
};

static const struct field list_view[] = {
	FIELD(struct device_list, devices, F_LIST, .sub = device_view,
	    .sub_size = sizeof(struct device_item)),
	FIELD(struct device_list, total, F_INT),
	FIELD_END,
};

static int
list_run(struct call *c)
{
	struct device_list *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct device_item *items;
	const struct device *d;
	struct list rows;
	int r = device_list(c->cx, &c->actor->user.id, &rows);

	if (r != 0)
		return r;
	d = rows.items;
	items = arena_array(c->cx->mem, rows.n, sizeof(*items));
	for (size_t i = 0; i < rows.n; i++)
		fill(c, &d[i], &items[i]);
	out->devices.n = rows.n;
	out->devices.items = items;
	out->total = (int64_t)rows.n;
	return reply(c, out);
}

static const struct op list_op = {
	.id = "device.list",
	.summary = "The devices you have signed in on, last used first",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = list_view,
	.run = list_run,
};

static int
reply_current(struct call *c)
{
	struct device_item *out = arena_alloc(c->cx->mem, sizeof(*out));
	struct device d;
	int r = device_get(c->cx, &c->actor->user.id,
	    &c->actor->session.device_id, &d);

	if (r == ERR_NOT_FOUND)
		return no_device(c);
	if (r != 0)
		return r;
	fill(c, &d, out);
	return reply(c, out);
}

static const struct op current_op = {
	.id = "device.current",
	.summary = "The device of this session",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = device_view,
	.errors = ERRORS(ERR_NOT_FOUND),
	.run = reply_current,
};

struct trust_in {
	uint64_t given;
	const char *device_name;
	int64_t days;
};

static const struct field trust_in[] = {
	FIELD(struct trust_in, device_name, F_STRING,
	    .flags = F_TRIM | F_NOT_EMPTY | F_ONE_LINE, .max = DEVICE_NAME_MAX,
	    .example = "Ann's laptop"),
	FIELD(struct trust_in, days, F_INT, .min = 1, .max = 365,
	    .about = "For how long; 30"),
	FIELD_END,
};

static int
trust_run(struct call *c)
{
	const struct trust_in *in = c->in;
	int64_t days = in->days == 0 ? TRUST_DAYS : in->days;
	int r = device_trust(c->cx, &c->actor->user.id,
	    &c->actor->session.device_id, in->device_name,
	    c->cx->now_us + days * CLOCK_DAY);

	return r != 0 ? r : reply_current(c);
}

static const struct op trust_op = {
	.id = "device.trust",
	.summary = "Trust the device of this session",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = trust_in,
	.in_size = sizeof(struct trust_in),
	.out = device_view,
	.errors = ERRORS(ERR_NOT_FOUND),
	.run = trust_run,
};

struct untrust_in {
	uint64_t given;
	struct uuid device_id;
};

static const struct field untrust_in[] = {
	FIELD(struct untrust_in, device_id, F_ID, .flags = F_PATH,
	    .prefix = "dev"),
	FIELD_END,
};

static int
untrust_run(struct call *c)
{
	const struct untrust_in *in = c->in;
	int r = device_untrust(c->cx, &c->actor->user.id, &in->device_id);

	if (r == ERR_NOT_FOUND)
		return no_device(c);
	return r != 0 ? r : reply_message(c, "Device is no longer trusted");
}

static const struct op untrust_op = {
	.id = "device.untrust",
	.summary = "Trust one of your devices no longer",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = untrust_in,
	.in_size = sizeof(struct untrust_in),
	.run = untrust_run,
};

static int
untrust_all_run(struct call *c)
{
	size_t n;
	int r = device_untrust_all(c->cx, &c->actor->user.id, &n);

	return r != 0 ? r : reply_count(c, "trusted device", (int64_t)n);
}

static const struct op untrust_all_op = {
	.id = "device.untrust_all",
	.summary = "Trust none of your devices",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.out = count_view,
	.run = untrust_all_run,
};

#define DEVICES "/api/v1/devices"

const struct route device_routes[] = {
	{ D_JANUA, GET, DEVICES, &list_op },
	{ D_JANUA, GET, DEVICES "/current", &current_op },
	{ D_JANUA, POST, DEVICES "/trust", &trust_op },
	{ D_JANUA, DELETE, DEVICES "/trusted", &untrust_all_op },
	{ D_JANUA, DELETE, DEVICES "/trusted/{device_id}", &untrust_op },
	{ .op = NULL },
};
