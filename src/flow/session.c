#include "flow/session.h"

#include "base/agent.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "flow/authenticate.h"
#include "flow/mail.h"
#include "flow/refresh.h"
#include "model/event.h"
#include "out/place.h"
#include "json/json.h"

/* Whatever else happens, the event is kept. */
static int
note_device(struct ctx *cx, const struct session *s, const char *device)
{
	struct event e = {
		.kind = EVENT_NEW_DEVICE,
		.realm_id = s->realm_id,
		.user_id = s->user_id,
		.session_id = s->id,
		.ip_address = s->ip_address,
	};
	struct buf data;
	bool first = true;

	buf_init(&data, cx->mem, 128);
	buf_putc(&data, '{');
	json_put_key(&data, "device", &first);
	json_put_string(&data, device);
	buf_putc(&data, '}');
	e.data = data.p;
	return event_add(cx, &e);
}

static int
tell_owner(struct ctx *cx, const struct user *user, const struct session *s)
{
	struct mail_facts facts = { .ip_address = s->ip_address };
	struct place place;
	struct agent agent;
	int64_t today;
	int r;

	agent_parse(cx->mem, s->user_agent, &agent);
	r = note_device(cx, s, agent.name);
	if (r == 0)
		r = event_count(cx, &user->id, EVENT_NEW_DEVICE,
		    cx->now_us - CLOCK_DAY, &today);
	if (r != 0 || today > NEW_DEVICE_MAILS)
		return r;
	place_find(cx, s->ip_address, &place);
	facts.device = agent.name;
	facts.location = place_text(cx->mem, &place);
	return mail_notice_of(cx, MAIL_NEW_DEVICE, user, &facts);
}

int
session_open(struct ctx *cx, const struct realm *realm, const struct user *user,
    const struct session_new *new, struct session *ret,
    struct tokens *ret_tokens)
{
	int r = session_create(cx, realm, user, new, ret);

	if (r == 0 && ret->new_device)
		r = tell_owner(cx, user, ret);
	return r != 0 ? r : refresh_issue(cx, ret, ret_tokens);
}

int
session_open_extra(struct ctx *cx, const struct actor *actor,
    const struct client *client, int64_t expires_at, struct session_extra *ret)
{
	struct session_new new = {
		.client = client,
		.amr = actor->session.amr,
		.auth_time = actor->session.auth_time,
		.expires_at = expires_at,
	};

	struct session still;
	int r;

	if (!actor_recent(cx, actor))
		return err_set(cx, ERR_REAUTHENTICATION_REQUIRED, NULL);
	r = actor_hold(cx, actor);
	if (r == 0)
		r = session_get(cx, &actor->user.id, &actor->session.id,
		    &still);
	if (r == ERR_NOT_FOUND)
		return err_set(cx, ERR_UNAUTHORIZED, NULL);
	return r != 0 ? r
		      : session_open(cx, actor->realm, &actor->user, &new,
			    &ret->session, &ret->tokens);
}

int
session_move_end(struct ctx *cx, const struct actor *actor,
    const struct uuid *id, int64_t expires_at, struct session *ret)
{
	int r = session_get(cx, &actor->user.id, id, ret);

	if (r == 0 && !actor_recent(cx, actor))
		r = err_set(cx, ERR_REAUTHENTICATION_REQUIRED, NULL);
	return r != 0 ? r
		      : session_set_expiry(cx, actor->realm, ret, expires_at);
}
