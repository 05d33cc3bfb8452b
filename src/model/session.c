#include "model/session.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/rand.h"
#include "model/device.h"
#include "model/realm.h"

#define TOUCH_EVERY CLOCK_MINUTE
#define KNOWN_FOR   (90 * CLOCK_DAY)

#define SESSION_SELECT                                                         \
	"s.id, s.user_id, s.realm_id, s.salt, s.counter, s.adopted_at,"        \
	" s.keeps_refresh, s.access_ttl_s, s.refresh_ttl_s, s.idle_s,"         \
	" s.auth_time, s.amr, s.created_at, s.last_active_at, s.expires_at,"   \
	" s.revoked_at, s.ip_address, s.user_agent, s.device_info,"            \
	" s.device_id"
#define SESSION_COLS(type, m)                                                  \
	COL(type, m.id), COL(type, m.user_id), COL(type, m.realm_id),          \
	    COL(type, m.salt), COL(type, m.counter), COL(type, m.adopted_at),  \
	    COL(type, m.keeps_refresh), COL(type, m.access_ttl_s),             \
	    COL(type, m.refresh_ttl_s), COL(type, m.idle_s),                   \
	    COL(type, m.auth_time), COL(type, m.amr), COL(type, m.created_at), \
	    COL(type, m.last_active_at), COL(type, m.expires_at),              \
	    COL(type, m.revoked_at), COL(type, m.ip_address),                  \
	    COL(type, m.user_agent), COL(type, m.device_info),                 \
	    COL(type, m.device_id)

static const struct col with_user_cols[] = {
	SESSION_COLS(struct session_user, session),
	USER_COLS(struct session_user, user),
	COL_END,
};

struct session_only {
	struct session s;
};

static const struct col session_cols[] = {
	SESSION_COLS(struct session_only, s),
	COL_END,
};

struct id_row {
	struct uuid id;
};

static const struct col id_cols[] = { COL(struct id_row, id), COL_END };

const struct stmt session_stmts[SESSION_STMT__MAX] = {
	[SESSION_INSERT] = { SCOPE_NONE, "uuuutfiiitstttsssbu", NULL,
	    "INSERT INTO session (id, user_id, realm_id, salt, adopted_at,"
	    " keeps_refresh, access_ttl_s, refresh_ttl_s, idle_s, auth_time,"
	    " amr, created_at, last_active_at, expires_at, ip_address,"
	    " user_agent, device_info, client_hash, device_id)"
	    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)" },
	[SESSION_WITH_USER] = { SCOPE_SESSION, "u", with_user_cols,
	    "SELECT " SESSION_SELECT ", " USER_SELECT
	    " FROM session s JOIN user u ON u.id = s.user_id"
	    " WHERE s.id = ?" },
	[SESSION_ADOPT] = { SCOPE_SESSION, "ttui", NULL,
	    "UPDATE session SET counter = counter + 1, adopted_at = ?,"
	    " last_active_at = ?"
	    " WHERE id = ? AND counter = ? AND revoked_at IS NULL" },
	[SESSION_TOUCH] = { SCOPE_SESSION, "tut", NULL,
	    "UPDATE session SET last_active_at = ?"
	    " WHERE id = ? AND last_active_at < ?" },
	[SESSION_REVOKE] = { SCOPE_USER, "tsuu", NULL,
	    "UPDATE session SET revoked_at = ?, revoked_reason = ?"
	    " WHERE user_id = ? AND id = ? AND revoked_at IS NULL" },
	[SESSION_REVOKE_OTHERS] = { SCOPE_USER, "tsuu", NULL,
	    "UPDATE session SET revoked_at = ?, revoked_reason = ?"
	    " WHERE user_id = ? AND NOT id <=> ? AND revoked_at IS NULL" },
	[SESSION_BEYOND_CAP] = { SCOPE_USER, "uti", id_cols,
	    "SELECT id FROM session WHERE user_id = ?"
	    " AND revoked_at IS NULL AND expires_at > ?"
	    " ORDER BY last_active_at DESC, id DESC"
	    " LIMIT 1000 OFFSET ?" },
	[SESSION_KNOWN_CLIENT] = { SCOPE_USER, "ubt", id_cols,
	    "SELECT id FROM session WHERE user_id = ? AND client_hash = ?"
	    " AND created_at > ? LIMIT 1" },
	[SESSION_LIST] = { SCOPE_USER, "utt", session_cols,
	    "SELECT " SESSION_SELECT " FROM session s WHERE s.user_id = ?"
	    " AND s.revoked_at IS NULL AND s.expires_at > ?"
	    " AND s.last_active_at + INTERVAL s.idle_s SECOND > ?"
	    " ORDER BY s.last_active_at DESC, s.id DESC LIMIT 1000" },
	[SESSION_RECENT] = { SCOPE_USER, "ui", session_cols,
	    "SELECT " SESSION_SELECT " FROM session s WHERE s.user_id = ?"
	    " ORDER BY s.last_active_at DESC, s.id DESC LIMIT ?" },
	[SESSION_OF_USER] = { SCOPE_USER, "uu", session_cols,
	    "SELECT " SESSION_SELECT " FROM session s"
	    " WHERE s.user_id = ? AND s.id = ?" },
	[SESSION_SET_EXPIRY] = { SCOPE_USER, "tuut", NULL,
	    "UPDATE session SET expires_at = ? WHERE user_id = ? AND id = ?"
	    " AND revoked_at IS NULL AND expires_at > ?" },
};

static int
drop_beyond_cap(struct ctx *cx, const struct uuid *user_id)
{
	struct list ids;
	const struct id_row *row;
	int r = db_rows(cx, &session_stmts[SESSION_BEYOND_CAP], &ids,
	    sizeof(struct id_row), user_id, cx->now_us,
	    cx->conf->session_cap - 1);

	row = ids.items;
	for (size_t i = 0; r == 0 && i < ids.n; i++)
		r = session_revoke(cx, user_id, &row[i].id, "cap");
	return r;
}

int
session_create(struct ctx *cx, const struct realm *realm,
    const struct user *user, const struct session_new *new, struct session *ret)
{
	struct realm_lifetimes life;
	struct session s = {
		.user_id = user->id,
		.realm_id = realm->id,
		.adopted_at = cx->now_us,
		.keeps_refresh = new->keeps_refresh,
		.auth_time = new->auth_time == 0 ? cx->now_us : new->auth_time,
		.amr = new->amr,
		.created_at = cx->now_us,
		.last_active_at = cx->now_us,
		.ip_address = new->client->ip_address,
		.user_agent = new->client->user_agent,
		.device_info = new->client->device_info,
	};
	int r;

	realm_lifetimes(realm, cx->conf, &life);
	s.access_ttl_s = life.access_s;
	s.refresh_ttl_s = life.refresh_s;
	s.idle_s = life.idle_s;
	s.expires_at = session_end_max(cx, realm, cx->now_us);
	if (new->expires_at != 0 && new->expires_at < s.expires_at)
		s.expires_at = new->expires_at;
	uuid_new(&s.id, cx->now_us);
	rand_bytes(s.salt.b, sizeof(s.salt.b));

	r = user_lock_row(cx, &user->id);
	if (r == 0)
		r = drop_beyond_cap(cx, &user->id);
	if (r == 0)
		r = device_seen(cx, &user->id, new->client, &s.device_id,
		    &s.new_device);
	if (r == 0)
		r = db_exec(cx, &session_stmts[SESSION_INSERT], NULL, &s.id,
		    &s.user_id, &s.realm_id, &s.salt, s.adopted_at,
		    (int)s.keeps_refresh, s.access_ttl_s, s.refresh_ttl_s,
		    s.idle_s, s.auth_time, s.amr, s.created_at,
		    s.last_active_at, s.expires_at, s.ip_address, s.user_agent,
		    s.device_info, new->client->hash, sizeof(new->client->hash),
		    &s.device_id);
	if (r == 0)
		*ret = s;
	return r;
}

int64_t
session_end_max(struct ctx *cx, const struct realm *realm, int64_t created_at)
{
	struct realm_lifetimes life;

	realm_lifetimes(realm, cx->conf, &life);
	return created_at + life.absolute_s * CLOCK_SECOND;
}

int
session_list(struct ctx *cx, const struct uuid *user_id, struct list *ret)
{
	return db_rows(cx, &session_stmts[SESSION_LIST], ret,
	    sizeof(struct session), user_id, cx->now_us, cx->now_us);
}

int
session_recent(struct ctx *cx, const struct uuid *user_id, int64_t max,
    struct list *ret)
{
	return db_rows(cx, &session_stmts[SESSION_RECENT], ret,
	    sizeof(struct session), user_id, max);
}

int
session_get(struct ctx *cx, const struct uuid *user_id, const struct uuid *id,
    struct session *ret)
{
	struct session_only row = { 0 };
	int r = db_row(cx, &session_stmts[SESSION_OF_USER], &row, user_id, id);

	if (r != 0)
		return r;
	if (!session_live(&row.s, cx->now_us))
		return ERR_NOT_FOUND;
	*ret = row.s;
	return 0;
}

int
session_set_expiry(struct ctx *cx, const struct realm *realm, struct session *s,
    int64_t expires_at)
{
	int64_t max = session_end_max(cx, realm, s->created_at);
	int r;

	if (expires_at > max)
		expires_at = max;
	r = db_exec(cx, &session_stmts[SESSION_SET_EXPIRY], NULL, expires_at,
	    &s->user_id, &s->id, cx->now_us);
	if (r == 0)
		s->expires_at = expires_at;
	return r;
}

int
session_find(struct ctx *cx, const struct uuid *id, struct session_user *ret)
{
	int r = db_row(cx, &session_stmts[SESSION_WITH_USER], ret, id);

	if (r == 0)
		user_finish(cx, &ret->user);
	return r;
}

bool
session_live(const struct session *s, int64_t now_us)
{
	return s->revoked_at == 0 && now_us < s->expires_at &&
	    now_us < s->last_active_at + s->idle_s * CLOCK_SECOND;
}

int
session_adopt(struct ctx *cx, const struct session *s, int64_t counter,
    bool *ret_won)
{
	size_t n;
	int r = db_exec(cx, &session_stmts[SESSION_ADOPT], &n, cx->now_us,
	    cx->now_us, &s->id, counter);

	if (r == 0)
		*ret_won = n == 1;
	return r;
}

int
session_touch(struct ctx *cx, const struct session *s)
{
	int64_t before = cx->now_us - TOUCH_EVERY;

	if (s->last_active_at >= before)
		return 0;
	return db_exec(cx, &session_stmts[SESSION_TOUCH], NULL, cx->now_us,
	    &s->id, before);
}

int
session_revoke(struct ctx *cx, const struct uuid *user_id,
    const struct uuid *id, const char *reason)
{
	size_t n;
	int r = db_exec(cx, &session_stmts[SESSION_REVOKE], &n, cx->now_us,
	    reason, user_id, id);

	if (r != 0)
		return r;
	return n == 1 ? 0 : ERR_NOT_FOUND;
}

int
session_revoke_others(struct ctx *cx, const struct uuid *user_id,
    const struct uuid *except, const char *reason, size_t *ret_n)
{
	int r = user_lock_row(cx, user_id);

	return r != 0 ? r
		      : db_exec(cx, &session_stmts[SESSION_REVOKE_OTHERS],
			    ret_n, cx->now_us, reason, user_id, except);
}

int
session_client_known(struct ctx *cx, const struct uuid *user_id,
    const struct client *client, bool *ret)
{
	struct id_row row;
	int r = db_row(cx, &session_stmts[SESSION_KNOWN_CLIENT], &row, user_id,
	    client->hash, sizeof(client->hash), cx->now_us - KNOWN_FOR);

	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	*ret = r == 0;
	return 0;
}
