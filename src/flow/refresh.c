#include "flow/refresh.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "flow/token.h"
#include "model/event.h"
#include "model/realm.h"
#include "model/session.h"

#define PREFIX     "rt_"
#define MAC_LEN    16
#define LATE_TAB   (30 * CLOCK_SECOND)
#define ADOPT_TRYS 3

/* The bytes that base64url carries. */
struct __attribute__((packed)) wire {
	uint8_t key_version;
	uint8_t session_id[16];
	uint8_t counter[4]; /* big endian */
	uint8_t mac[MAC_LEN];
};

static int
wire_mac(struct ctx *cx, const struct wire *w, const struct uuid *salt,
    uint8_t ret[MAC_LEN])
{
	uint8_t full[SHA256_LEN];
	uint8_t text[offsetof(struct wire, mac) + sizeof(salt->b)];

	memcpy(text, w, offsetof(struct wire, mac));
	memcpy(text + offsetof(struct wire, mac), salt->b, sizeof(salt->b));
	if (master_key_mac(cx->master, w->key_version, "refresh token", text,
		sizeof(text), full) != 0)
		return -1;
	memcpy(ret, full, MAC_LEN);
	return 0;
}

static const char *
token_text(struct ctx *cx, const struct session *s, int64_t counter)
{
	struct wire w = { .key_version = master_key_version(cx->master) };

	memcpy(w.session_id, s->id.b, sizeof(w.session_id));
	for (int i = 0; i < 4; i++)
		w.counter[i] = (uint8_t)(counter >> (24 - 8 * i));
	if (wire_mac(cx, &w, &s->salt, w.mac) != 0)
		return NULL;
	return arena_printf(cx->mem, PREFIX "%s",
	    base64url_encode(cx->mem, &w, sizeof(w)));
}

static int
token_parse(struct ctx *cx, const char *token, struct wire *ret)
{
	uint8_t *p;
	size_t n;

	if (strncmp(token, PREFIX, strlen(PREFIX)) != 0 || strlen(token) > 64)
		return -1;
	token += strlen(PREFIX);
	if (base64url_decode(cx->mem, token, strlen(token), &p, &n) != 0 ||
	    n != sizeof(*ret))
		return -1;
	memcpy(ret, p, n);
	return 0;
}

static int64_t
wire_counter(const struct wire *w)
{
	int64_t counter = 0;

	for (int i = 0; i < 4; i++)
		counter = counter << 8 | w->counter[i];
	return counter;
}

/* The refresh token of `counter` and an access token that came with rtc. */
static int
issue(struct ctx *cx, const struct session *s, int64_t counter, int64_t rtc,
    struct tokens *ret)
{
	struct tokens t = {
		.refresh_token = token_text(cx, s, counter),
		.refresh_expires_in = s->refresh_ttl_s,
		.token_type = "bearer",
		.token_type_title = "Bearer",
	};
	int r = token_mint(cx, s, rtc, &t.access_token, &t.expires_in);

	if (r != 0)
		return r;
	if (t.refresh_token == NULL) {
		log_error("refresh.mac", KS("hint", "master key file"));
		return ERR_INTERNAL_LOGGED;
	}
	*ret = t;
	return 0;
}

int
refresh_issue(struct ctx *cx, const struct session *s, struct tokens *ret)
{
	return issue(cx, s, s->counter, s->counter, ret);
}

/* The session that a genuine token names. ERR_NOT_FOUND. */
static int
find_genuine(struct ctx *cx, const struct realm *realm, const struct wire *w,
    struct session_user *ret)
{
	struct uuid id;
	uint8_t mac[MAC_LEN];
	int r;

	memcpy(id.b, w->session_id, sizeof(id.b));
	r = session_find(cx, &id, ret);
	if (r != 0)
		return r;
	if (wire_mac(cx, w, &ret->session.salt, mac) != 0 ||
	    !secret_equal(mac, w->mac, MAC_LEN) ||
	    !uuid_equal(&ret->session.realm_id, &realm->id))
		return ERR_NOT_FOUND;
	return 0;
}

int
refresh_find(struct ctx *cx, const struct realm *realm, const char *token,
    struct session_user *ret)
{
	struct wire w;

	if (token_parse(cx, token, &w) != 0)
		return ERR_NOT_FOUND;
	return find_genuine(cx, realm, &w, ret);
}

static int
revoke_reused_tx(struct ctx *cx, void *arg)
{
	const struct session *s = arg;
	struct event e = {
		.kind = EVENT_TOKEN_REUSE,
		.realm_id = s->realm_id,
		.user_id = s->user_id,
		.session_id = s->id,
	};
	int r = session_revoke(cx, &s->user_id, &s->id, "token_reuse");

	if (r == ERR_NOT_FOUND)
		return 0;
	return r != 0 ? r : event_add(cx, &e);
}

static int
refuse(struct ctx *cx)
{
	return err_set(cx, ERR_INVALID_REFRESH_TOKEN, NULL);
}

static int
refuse_reused(struct ctx *cx, struct session *s)
{
	char id[ID_TEXT_MAX];
	int r = db_tx(cx, revoke_reused_tx, s);

	id_format("sess", &s->id, id);
	log_warn("refresh.reuse", KS("session", id));
	return r != 0 ? r : refuse(cx);
}

/* The presented token is the current one. */
static int
answer_current(struct ctx *cx, const struct session *s, struct tokens *ret)
{
	int64_t next = s->counter + 1;
	int r;

	if (cx->now_us >= s->adopted_at + s->refresh_ttl_s * CLOCK_SECOND)
		return refuse(cx);
	r = session_touch(cx, s);
	if (r != 0)
		return r;
	return issue(cx, s, next, s->keeps_refresh ? s->counter : next, ret);
}

int
refresh_use(struct ctx *cx, const struct realm *realm, const char *token,
    struct session_user *ret_session, struct tokens *ret)
{
	struct session *s = &ret_session->session;
	struct wire w;
	int64_t n;
	bool won;
	int r;

	if (token_parse(cx, token, &w) != 0)
		return refuse(cx);
	n = wire_counter(&w);
	for (int i = 0; i < ADOPT_TRYS; i++) {
		r = find_genuine(cx, realm, &w, ret_session);
		if (r != 0)
			return r == ERR_NOT_FOUND ? refuse(cx) : r;
		if (!session_live(s, cx->now_us) ||
		    !user_active(&ret_session->user))
			return refuse(cx);
		if (n == s->counter)
			return answer_current(cx, s, ret);
		if (n == s->counter - 1 &&
		    cx->now_us < s->adopted_at + LATE_TAB)
			return issue(cx, s, s->counter, s->counter, ret);
		if (n < s->counter)
			return refuse_reused(cx, s);
		if (n != s->counter + 1)
			return refuse(cx);
		r = session_adopt(cx, s, s->counter, &won);
		if (r != 0)
			return r;
	}
	return refuse(cx);
}
