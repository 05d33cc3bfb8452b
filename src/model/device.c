#include "model/device.h"

#include <string.h>

#include "base/agent.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "crypto/digest.h"
#include "model/session.h"

/* A session of it may be in use long after it signed in. */
#define USED_AT                                                                \
	"GREATEST(d.last_seen_at, COALESCE((SELECT MAX(s.last_active_at)"      \
	" FROM session s WHERE s.user_id = d.user_id"                          \
	" AND s.device_id = d.id), d.last_seen_at))"

#define DEVICE_SELECT                                                          \
	"SELECT d.id, d.fingerprint, d.name, d.type, d.os, d.browser,"         \
	" d.ip_address, d.created_at, " USED_AT " AS used_at,"                 \
	" d.trusted_until FROM device d"

static const struct col device_cols[] = {
	COL(struct device, id),
	COL(struct device, fingerprint),
	COL(struct device, name),
	COL(struct device, type),
	COL(struct device, os),
	COL(struct device, browser),
	COL(struct device, ip_address),
	COL(struct device, created_at),
	COL(struct device, last_used_at),
	COL(struct device, trusted_until),
	COL_END,
};

static const struct col id_cols[] = { COL(struct device, id), COL_END };

const struct stmt device_stmts[DEVICE_STMT__MAX] = {
	[DEVICE_BY_FINGERPRINT] = { SCOPE_USER, "us", device_cols,
	    DEVICE_SELECT " WHERE d.user_id = ? AND d.fingerprint = ?" },
	[DEVICE_OTHER] = { SCOPE_USER, "us", id_cols,
	    "SELECT id FROM device WHERE user_id = ? AND fingerprint <> ?"
	    " LIMIT 1" },
	[DEVICE_INSERT] = { SCOPE_NONE, "uussssssttt", NULL,
	    "INSERT INTO device (id, user_id, fingerprint, name, type, os,"
	    " browser, ip_address, created_at, last_seen_at, trusted_until)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)" },
	[DEVICE_SEEN] = { SCOPE_USER, "ssstuu", NULL,
	    "UPDATE device SET os = ?, browser = ?, ip_address = ?,"
	    " last_seen_at = ? WHERE user_id = ? AND id = ?" },
	[DEVICE_DROP_OLD] = { SCOPE_USER, "uui", NULL,
	    "DELETE FROM device WHERE user_id = ? AND id IN"
	    " (SELECT id FROM (SELECT id FROM device WHERE user_id = ?"
	    " ORDER BY last_seen_at DESC, id DESC LIMIT 1000 OFFSET ?)"
	    " AS old)" },
	[DEVICE_LIST] = { SCOPE_USER, "u", device_cols,
	    DEVICE_SELECT " WHERE d.user_id = ?"
			  " ORDER BY used_at DESC, d.id DESC" },
	[DEVICE_GET] = { SCOPE_USER, "uu", device_cols,
	    DEVICE_SELECT " WHERE d.user_id = ? AND d.id = ?" },
	[DEVICE_TRUST] = { SCOPE_USER, "tsuu", NULL,
	    "UPDATE device SET trusted_until = ?, name = COALESCE(?, name)"
	    " WHERE user_id = ? AND id = ?" },
	[DEVICE_UNTRUST] = { SCOPE_USER, "uut", NULL,
	    "UPDATE device SET trusted_until = NULL"
	    " WHERE user_id = ? AND id = ? AND trusted_until > ?" },
	[DEVICE_UNTRUST_ALL] = { SCOPE_USER, "ut", NULL,
	    "UPDATE device SET trusted_until = NULL"
	    " WHERE user_id = ? AND trusted_until > ?" },
};

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* The browser's version is none of it: it changes every few weeks. */
static const char *
fingerprint_of(struct ctx *cx, const struct client *client,
    const struct agent *a)
{
	uint8_t hash[SHA256_LEN];
	const char *text = client->device_id != NULL
	    ? arena_printf(cx->mem, "id\n%s", client->device_id)
	    : arena_printf(cx->mem, "agent\n%s\n%s\n%s", or_empty(a->os),
		  or_empty(a->browser), a->type);

	sha256(text, strlen(text), hash);
	return hex_encode(cx->mem, hash, sizeof(hash));
}

static int
insert(struct ctx *cx, const struct uuid *user_id, const struct client *client,
    const struct agent *a, const char *fingerprint, struct uuid *ret_id)
{
	int r = db_exec(cx, &device_stmts[DEVICE_DROP_OLD], NULL, user_id,
	    user_id, (int64_t)(DEVICE_CAP - 1));

	uuid_new(ret_id, cx->now_us);
	if (r != 0)
		return r;
	return db_exec(cx, &device_stmts[DEVICE_INSERT], NULL, ret_id, user_id,
	    fingerprint, a->name, a->type, a->os, a->browser,
	    client->ip_address, cx->now_us, cx->now_us, (int64_t)0);
}

static int
has_another(struct ctx *cx, const struct uuid *user_id, const char *fingerprint,
    bool *ret)
{
	struct device other;
	int r = db_row(cx, &device_stmts[DEVICE_OTHER], &other, user_id,
	    fingerprint);

	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	*ret = r == 0;
	return 0;
}

int
device_seen(struct ctx *cx, const struct uuid *user_id,
    const struct client *client, struct uuid *ret_id, bool *ret_new)
{
	const char *fingerprint;
	struct device d;
	struct agent a;
	bool another;
	int r;

	agent_parse(cx->mem, client->user_agent, &a);
	fingerprint = fingerprint_of(cx, client, &a);
	r = has_another(cx, user_id, fingerprint, &another);
	if (r != 0)
		return r;
	r = db_row(cx, &device_stmts[DEVICE_BY_FINGERPRINT], &d, user_id,
	    fingerprint);
	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	*ret_new = another &&
	    (r == ERR_NOT_FOUND ||
		d.last_used_at <= cx->now_us - DEVICE_KNOWN_FOR);
	if (r == ERR_NOT_FOUND)
		return insert(cx, user_id, client, &a, fingerprint, ret_id);
	*ret_id = d.id;
	return db_exec(cx, &device_stmts[DEVICE_SEEN], NULL, a.os, a.browser,
	    client->ip_address, cx->now_us, user_id, &d.id);
}

int
device_list(struct ctx *cx, const struct uuid *user_id, struct list *ret)
{
	return db_rows(cx, &device_stmts[DEVICE_LIST], ret,
	    sizeof(struct device), user_id);
}

int
device_get(struct ctx *cx, const struct uuid *user_id, const struct uuid *id,
    struct device *ret)
{
	return db_row(cx, &device_stmts[DEVICE_GET], ret, user_id, id);
}

int
device_trust(struct ctx *cx, const struct uuid *user_id, const struct uuid *id,
    const char *name, int64_t until)
{
	return db_exec(cx, &device_stmts[DEVICE_TRUST], NULL, until, name,
	    user_id, id);
}

int
device_untrust(struct ctx *cx, const struct uuid *user_id,
    const struct uuid *id)
{
	size_t n;
	int r = db_exec(cx, &device_stmts[DEVICE_UNTRUST], &n, user_id, id,
	    cx->now_us);

	if (r != 0)
		return r;
	return n == 1 ? 0 : ERR_NOT_FOUND;
}

int
device_untrust_all(struct ctx *cx, const struct uuid *user_id, size_t *ret_n)
{
	return db_exec(cx, &device_stmts[DEVICE_UNTRUST_ALL], ret_n, user_id,
	    cx->now_us);
}
