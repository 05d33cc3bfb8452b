#include "flow/recovery.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "flow/authenticate.h"
#include "flow/mail.h"
#include "flow/password.h"
#include "model/attempt.h"
#include "model/email.h"
#include "model/link.h"
#include "model/outbox.h"
#include "model/realm.h"

#define CHANNEL "recovery"
#define LEASE_S 60
#define BATCH   50

int
recovery_ask(struct ctx *cx, const struct realm *realm, const char *what,
    const char *email)
{
	return outbox_add(cx, CHANNEL, what, email, "-", realm->name);
}

/* One request on its way; args is the realm's name. */
struct request {
	struct outbox_row row;
	struct user_secret found;
};

static bool
wants_link(const struct request *rq)
{
	const struct user *u = &rq->found.user;

	if (!user_active(u))
		return false;
	return strcmp(rq->row.template, RECOVERY_RESET) == 0 ||
	    !u->email_verified;
}

static int
make_link(struct ctx *cx, const struct request *rq)
{
	bool reset = strcmp(rq->row.template, RECOVERY_RESET) == 0;
	const struct user *u = &rq->found.user;
	const char *token;
	int r = link_create(cx, u, reset ? LINK_RESET : LINK_VERIFY, u->email,
	    reset ? cx->conf->reset_ttl_s : cx->conf->verification_ttl_s,
	    &token);

	return r != 0 ? r : mail_link(cx, rq->row.template, u, token);
}

/* As the user is once nobody else can change it: suspend it, say. */
static int
find_held(struct ctx *cx, const struct realm *realm, struct request *rq)
{
	struct user *u = &rq->found.user;
	int r =
	    user_find_signin(cx, realm, rq->row.recipient, NULL, &rq->found);

	if (r == 0)
		r = user_lock_row(cx, &u->id);
	return r != 0 ? r : user_get(cx, realm, &u->id, u);
}

static int
serve_tx(struct ctx *cx, void *arg)
{
	struct request *rq = arg;
	const struct realm *realm =
	    rq->row.args == NULL ? NULL : realm_find_name(rq->row.args);
	int r = ERR_NOT_FOUND;

	if (realm != NULL)
		r = find_held(cx, realm, rq);
	if (r == 0 && wants_link(rq))
		r = make_link(cx, rq);
	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	return outbox_forget(cx, &rq->row);
}

int
recovery_job(struct ctx *cx, int64_t *ret_next_us)
{
	struct request rq;
	int r = 0;

	*ret_next_us = 0;
	for (int i = 0; i < BATCH; i++) {
		r = outbox_claim(cx, CHANNEL, LEASE_S, &rq.row);
		if (r == ERR_NOT_FOUND)
			return 0;
		if (r == 0)
			r = db_tx(cx, serve_tx, &rq);
		if (r != 0)
			return r;
	}
	*ret_next_us = cx->now_us;
	return 0;
}

/* Wrong ones count for the session that tries, never for the account. */
int
password_confirm(struct ctx *cx, const struct actor *actor, const char *current)
{
	struct attempt attempt;
	char id[ID_TEXT_MAX];
	const char *phc, *new_phc;
	bool match;
	int r;

	id_format("sess", &actor->session.id, id);
	r = attempt_name(cx, &attempt,
	    arena_printf(cx->mem, "password\n%s", id));
	if (r == 0)
		r = attempt_reserve(cx, &attempt);
	if (r != 0)
		return r;
	if (attempt.crowded)
		return err_retry(cx, ERR_UNAVAILABLE, 1);
	if (attempt.locked)
		return err_retry(cx, ERR_RATE_LIMIT_EXCEEDED,
		    attempt.locked_for_s);
	r = user_password(cx, &actor->user.id, &phc);
	if (r == 0)
		r = password_match(cx, phc, current, &match, &new_phc);
	if (r != 0) {
		(void)attempt_give_back(cx, &attempt);
		return r;
	}
	if (!match) {
		r = attempt_failed(cx, &attempt);
		return r != 0 ? r : err_set(cx, ERR_WRONG_PASSWORD, NULL);
	}
	return attempt_clear(cx, &attempt);
}

struct change {
	const struct actor *actor;
	const char *phc;
};

static int
change_tx(struct ctx *cx, void *arg)
{
	struct change *ch = arg;
	const struct user *u = &ch->actor->user;
	int r = actor_hold(cx, ch->actor);

	if (r == 0)
		r = user_set_password(cx, &u->id, ch->phc);
	if (r == 0)
		r = session_revoke_others(cx, &u->id, &ch->actor->session.id,
		    "password_change", NULL);
	if (r == 0)
		r = link_void_powers(cx, u);
	if (r == 0)
		r = user_unlock(cx, &u->id);
	return r != 0 ? r : mail_notice(cx, MAIL_PASSWORD_CHANGED, u);
}

int
password_change(struct ctx *cx, const struct actor *actor, const char *current,
    const char *new_password)
{
	struct change ch = { .actor = actor };
	int r = password_confirm(cx, actor, current);

	if (r == 0 && strcmp(current, new_password) == 0)
		r = err_set(cx, ERR_SAME_PASSWORD, NULL);
	if (r == 0)
		r = password_allowed(cx, actor->realm, new_password);
	if (r == 0)
		r = password_make(cx, new_password, &ch.phc);
	return r != 0 ? r : db_tx(cx, change_tx, &ch);
}

/* A link that is being used. */
struct proof {
	const char *token, *phc;
	struct link link;
	struct user user;
};

static int
proven_user(struct ctx *cx, struct proof *p)
{
	const struct realm *realm = realm_find(&p->link.realm_id);
	int r = realm == NULL ? ERR_NOT_FOUND
			      : user_get(cx, realm, &p->link.user_id, &p->user);

	if (r == ERR_NOT_FOUND || (r == 0 && !user_active(&p->user)))
		return err_set(cx, ERR_INVALID_LINK, NULL);
	return r;
}

static int
reset_tx(struct ctx *cx, void *arg)
{
	struct proof *p = arg;
	const struct uuid *id = &p->link.user_id;
	int r = link_use(cx, p->token, LINK_RESET, &p->link);

	if (r == 0)
		r = proven_user(cx, p);
	if (r == 0)
		r = user_set_password(cx, id, p->phc);
	if (r == 0 && !p->user.email_verified)
		r = user_set_email(cx, id, p->link.email);
	if (r == 0)
		r = session_revoke_others(cx, id, NULL, "password_reset", NULL);
	if (r == 0)
		r = link_void(cx, id, NULL);
	if (r == 0)
		r = user_unlock(cx, id);
	return r != 0 ? r : mail_notice(cx, MAIL_PASSWORD_CHANGED, &p->user);
}

int
password_reset(struct ctx *cx, const char *token, const char *new_password)
{
	struct proof p = { .token = token };
	int r = link_check(cx, token, LINK_RESET, &p.link);

	if (r == 0)
		r = proven_user(cx, &p);
	if (r == 0)
		r = password_allowed(cx, realm_find(&p.link.realm_id),
		    new_password);
	if (r == 0)
		r = password_make(cx, new_password, &p.phc);
	return r != 0 ? r : db_tx(cx, reset_tx, &p);
}

/*
 * Enough of the new address to know one's own by; the old mailbox may be
 * somebody else's by now.
 */
static int
tell_old_mailbox(struct ctx *cx, const struct proof *p)
{
	struct mail_facts facts = {
		.new_email = email_masked(cx->mem, p->link.email),
	};

	return mail_notice_of(cx, MAIL_EMAIL_CHANGED, &p->user, &facts);
}

/*
 * A link for another address than the account's changes it, and the links in
 * the old mailbox open nothing any more.
 */
static int
verify_tx(struct ctx *cx, void *arg)
{
	struct proof *p = arg;
	bool moved;
	int r = link_use(cx, p->token, LINK_VERIFY, &p->link);

	if (r == 0)
		r = proven_user(cx, p);
	if (r != 0)
		return r;
	moved = strcmp(email_key(cx->mem, p->link.email),
		    email_key(cx->mem, p->user.email)) != 0;
	r = user_set_email(cx, &p->user.id, p->link.email);
	if (r == 0 && moved)
		r = link_void(cx, &p->user.id, NULL);
	return r == 0 && moved ? tell_old_mailbox(cx, p) : r;
}

int
email_verify(struct ctx *cx, const char *token)
{
	struct proof p = { .token = token };

	return db_tx(cx, verify_tx, &p);
}
