#include "flow/account.h"

#include <string.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "flow/authenticate.h"
#include "flow/mail.h"
#include "flow/recovery.h"
#include "model/avatar.h"
#include "model/link.h"
#include "model/outbox.h"
#include "model/realm.h"

static bool
is_own(const struct actor *actor, const struct uuid *id)
{
	return uuid_is_zero(id) || uuid_equal(id, &actor->user.id);
}

static int
read_user(struct ctx *cx, const struct actor *actor, const struct uuid *id,
    struct user *ret)
{
	int r = user_get(cx, actor->realm, id, ret);

	return r == ERR_NOT_FOUND ? err_set(cx, ERR_USER_NOT_FOUND, NULL) : r;
}

int
account_find(struct ctx *cx, const struct actor *actor, const struct uuid *id,
    struct user *ret)
{
	if (is_own(actor, id)) {
		*ret = actor->user;
		return 0;
	}
	if (!actor->user.is_admin)
		return err_set(cx, ERR_USER_NOT_FOUND, NULL);
	return read_user(cx, actor, id, ret);
}

int
account_hold(struct ctx *cx, const struct actor *actor, const struct uuid *id,
    struct user *ret)
{
	bool own = is_own(actor, id);
	int r;

	if (!own && !actor->user.is_admin)
		return err_set(cx, ERR_USER_NOT_FOUND, NULL);
	id = own ? &actor->user.id : id;
	r = user_lock_row(cx, id);
	if (r == 0)
		r = read_user(cx, actor, id, ret);
	if (r == 0 && strcmp(ret->status, "deleted") == 0)
		r = err_set(cx, ERR_USER_NOT_FOUND, NULL);
	return r;
}

/* Both may be NULL. */
static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int
account_save(struct ctx *cx, struct user *u, const char *old_image)
{
	int r = 0;

	if (!same_text(u->profile_image_url, old_image))
		r = avatar_drop(cx, &u->id);
	return r != 0 ? r : user_save(cx, u);
}

/* The address is somebody's already. */
static int
move_refused(struct ctx *cx, const struct user *owner)
{
	if (cx->conf->signup_disclosure)
		return err_set(cx, ERR_EMAIL_ALREADY_REGISTERED, NULL);
	return mail_notice(cx, MAIL_EXISTS, owner);
}

int
account_move(struct ctx *cx, const struct actor *actor, const struct user *u,
    const char *email)
{
	struct user there = *u;
	struct user_secret owner;
	struct session still;
	const char *token;
	int r = session_get(cx, &actor->user.id, &actor->session.id, &still);

	if (r == ERR_NOT_FOUND)
		return err_set(cx, ERR_UNAUTHORIZED, NULL);
	if (r == 0)
		r = user_find_signin(cx, actor->realm, email, NULL, &owner);
	if (r == 0 && !uuid_equal(&owner.user.id, &u->id))
		return move_refused(cx, &owner.user);
	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	r = link_create(cx, u, LINK_VERIFY, email, cx->conf->verification_ttl_s,
	    &token);
	there.email = email;
	return r != 0 ? r : mail_link(cx, MAIL_VERIFY, &there, token);
}

struct deletion {
	const struct actor *actor;
	const struct uuid *id;
};

static int
delete_tx(struct ctx *cx, void *arg)
{
	const struct deletion *d = arg;
	struct user u;
	int r = 0;

	if (is_own(d->actor, d->id))
		r = actor_hold(cx, d->actor);
	if (r == 0)
		r = account_hold(cx, d->actor, d->id, &u);
	if (r == 0 && u.is_admin)
		r = user_spare_admin(cx, d->actor->realm, &u.id);
	if (r == 0)
		r = user_delete(cx, &u.id);
	if (r == 0)
		r = session_revoke_others(cx, &u.id, NULL, "account_deleted",
		    NULL);
	if (r == 0)
		r = link_void(cx, &u.id, NULL);
	if (r == 0)
		r = outbox_drop_unsent(cx, &u.id);
	return r != 0 ? r : avatar_drop(cx, &u.id);
}

int
account_delete(struct ctx *cx, const struct actor *actor, const struct uuid *id,
    const char *password)
{
	struct deletion d = { actor, id };
	int64_t recent =
	    cx->now_us - cx->conf->reauthentication_s * CLOCK_SECOND;
	int r = 0;

	if (is_own(actor, id) && password != NULL)
		r = password_confirm(cx, actor, password);
	else if (is_own(actor, id) && actor->session.auth_time < recent)
		r = err_set(cx, ERR_REAUTHENTICATION_REQUIRED, NULL);
	return r != 0 ? r : db_tx(cx, delete_tx, &d);
}

int
account_suspend(struct ctx *cx, const struct actor *actor,
    const struct uuid *id, const char *reason, int64_t duration_s,
    struct user *ret)
{
	int64_t until =
	    duration_s == 0 ? 0 : cx->now_us + duration_s * CLOCK_SECOND;
	int r;

	if (is_own(actor, id))
		return err_set(cx, ERR_BAD_REQUEST,
		    "You cannot suspend yourself");
	r = account_hold(cx, actor, id, ret);
	if (r == 0 && ret->is_admin)
		r = user_spare_admin(cx, actor->realm, id);
	if (r == 0)
		r = user_suspend(cx, id, reason, until);
	if (r == 0)
		r = session_revoke_others(cx, id, NULL, "suspended", NULL);
	if (r == 0)
		r = link_void(cx, id, NULL);
	return r != 0 ? r : read_user(cx, actor, id, ret);
}

int
account_restore(struct ctx *cx, const struct actor *actor,
    const struct uuid *id, struct user *ret)
{
	int r = account_hold(cx, actor, id, ret);

	if (r == 0)
		r = user_restore(cx, &ret->id);
	if (r == ERR_NOT_FOUND)
		return err_set(cx, ERR_BAD_REQUEST, "User is not suspended");
	return r != 0 ? r : read_user(cx, actor, &ret->id, ret);
}

int
account_unlock(struct ctx *cx, const struct actor *actor, const struct uuid *id,
    struct user *ret)
{
	int r = account_hold(cx, actor, id, ret);

	if (r == 0)
		r = user_unlock(cx, &ret->id);
	return r != 0 ? r : read_user(cx, actor, &ret->id, ret);
}
