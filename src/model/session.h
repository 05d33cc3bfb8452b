/*
 * A session: one signed-in client of a user. Refresh tokens are not stored;
 * the row holds the salt they are made with and the counter that is current
 * (see flow/refresh.h). Setting revoked_at ends it for good: every use reads
 * this row, and nothing sets it back.
 */
#ifndef MODEL_SESSION_H
#define MODEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "db/db.h"
#include "model/user.h"

struct ctx;
struct realm;

enum session_stmt {
	SESSION_INSERT,
	SESSION_WITH_USER,
	SESSION_ADOPT,
	SESSION_TOUCH,
	SESSION_REVOKE,
	SESSION_REVOKE_OTHERS,
	SESSION_BEYOND_CAP,
	SESSION_KNOWN_CLIENT,
	SESSION_LIST,
	SESSION_RECENT,
	SESSION_OF_USER,
	SESSION_SET_EXPIRY,
	SESSION_STMT__MAX
};

extern const struct stmt session_stmts[SESSION_STMT__MAX];

#define SESSION_CLIENT_HASH 16
#define CLIENT_AGENT_MAX    512 /* bytes kept of a User-Agent */

struct session {
	struct uuid id, user_id, realm_id;
	struct uuid salt;
	int64_t counter;
	int64_t adopted_at;
	bool keeps_refresh; /* the client never sees a new refresh token */
	int64_t access_ttl_s, refresh_ttl_s, idle_s;
	int64_t auth_time;
	const char *amr; /* RFC 8176 values, blank between */
	int64_t created_at, last_active_at, expires_at, revoked_at;
	const char *ip_address, *user_agent, *device_info;
	struct uuid device_id; /* zero: not known */
	bool new_device; /* set by session_create() alone */
};

struct session_user {
	struct session session;
	struct user user;
};

/* Who is calling, as far as the request shows. */
struct client {
	const char *ip_address, *user_agent; /* NULL when unknown */
	const char *device_info; /* JSON the client sent, or NULL */
	const char *device_id; /* what the client calls its device, or NULL */
	/* keyed hash of address and agent; tells known devices apart */
	uint8_t hash[SESSION_CLIENT_HASH];
};

struct session_new {
	const struct client *client;
	const char *amr;
	bool keeps_refresh;
	int64_t auth_time; /* when the user proved who they are; 0: now */
	int64_t expires_at; /* 0: as late as the realm allows, the most */
};

/*
 * Opens a session, notes its device, and revokes the least recently active
 * ones beyond the cap. In a transaction, which then holds the user's row.
 */
int session_create(struct ctx *, const struct realm *, const struct user *,
    const struct session_new *, struct session *ret);

/* The one SELECT of every authenticated request. ERR_NOT_FOUND. */
int session_find(struct ctx *, const struct uuid *id, struct session_user *ret);

/* The live ones of a user, last active first. */
int session_list(struct ctx *, const struct uuid *user_id, struct list *ret);
/* The last active ones whatever became of them, at most max. */
int session_recent(struct ctx *, const struct uuid *user_id, int64_t max,
    struct list *ret);
/* A live one. ERR_NOT_FOUND when it is not, or not that user's. */
int session_get(struct ctx *, const struct uuid *user_id, const struct uuid *id,
    struct session *ret);

/* The latest end that the realm allows to a session of that age. */
int64_t session_end_max(struct ctx *, const struct realm *, int64_t created_at);
/* Moves the end of a live one; later than that maximum becomes it. */
int session_set_expiry(struct ctx *, const struct realm *, struct session *,
    int64_t expires_at);

/* Neither revoked, nor idle too long, nor past its end. */
bool session_live(const struct session *, int64_t now_us);

/*
 * Makes counter + 1 the current one if counter still is: *ret_won tells
 * whether this call did it.
 */
int session_adopt(struct ctx *, const struct session *, int64_t counter,
    bool *ret_won);
/* Notes activity, at most once a minute. */
int session_touch(struct ctx *, const struct session *);

/* ERR_NOT_FOUND when it is not that user's, or revoked already. */
int session_revoke(struct ctx *, const struct uuid *user_id,
    const struct uuid *id, const char *reason);
/* except may be NULL: all of them. Locks the user's row; in a transaction. */
int session_revoke_others(struct ctx *, const struct uuid *user_id,
    const struct uuid *except, const char *reason, size_t *ret_n);

/* Has this client signed in to this account in the last 90 days? */
int session_client_known(struct ctx *, const struct uuid *user_id,
    const struct client *, bool *ret);

#endif
