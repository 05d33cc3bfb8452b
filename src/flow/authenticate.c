#include "flow/authenticate.h"

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "flow/token.h"
#include "model/realm.h"

static bool
fits(struct ctx *cx, const struct realm *realm,
    const struct token_claims *claims, const struct session_user *su)
{
	return uuid_equal(&su->session.realm_id, &realm->id) &&
	    uuid_equal(&su->session.user_id, &claims->user_id) &&
	    claims->rtc >= 0 && claims->rtc <= su->session.counter + 1 &&
	    session_live(&su->session, cx->now_us) && user_active(&su->user);
}

int
authenticate(struct ctx *cx, const struct realm *realm,
    const char *access_token, struct actor *ret)
{
	struct token_claims claims;
	struct session_user su;
	bool won;
	int r = token_verify(cx, realm, access_token, &claims);

	if (r != 0)
		return r;
	r = session_find(cx, &claims.session_id, &su);
	if (r == ERR_NOT_FOUND || (r == 0 && !fits(cx, realm, &claims, &su)))
		return err_set(cx, ERR_UNAUTHORIZED, NULL);
	if (r == 0 && claims.rtc == su.session.counter + 1)
		r = session_adopt(cx, &su.session, su.session.counter, &won);
	else if (r == 0)
		r = session_touch(cx, &su.session);
	if (r != 0)
		return r;
	ret->realm = realm;
	ret->session = su.session;
	ret->user = su.user;
	return 0;
}

bool
actor_recent(const struct ctx *cx, const struct actor *actor)
{
	return cx->now_us - actor->session.auth_time <=
	    cx->conf->reauthentication_s * CLOCK_SECOND;
}

int
actor_hold(struct ctx *cx, const struct actor *actor)
{
	struct session still;
	int r = user_hold(cx, &actor->user);

	if (r != ERR_UNAVAILABLE ||
	    session_get(cx, &actor->user.id, &actor->session.id, &still) !=
		ERR_NOT_FOUND)
		return r;
	ctx_fail_clear(cx);
	return err_set(cx, ERR_UNAUTHORIZED, NULL);
}
