/*
 * Nothing tells whether an account exists: unknown ones are counted, locked
 * and hashed like real ones. No transaction is open while a password is
 * hashed.
 */
#include "flow/signin.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "flow/authenticate.h"
#include "flow/mail.h"
#include "flow/password.h"
#include "flow/refresh.h"
#include "flow/session.h"
#include "model/attempt.h"
#include "model/email.h"
#include "model/event.h"
#include "model/link.h"
#include "model/realm.h"
#include "model/session.h"

#define AMR_PASSWORD "pwd" /* RFC 8176 */

/* One sign-in on its way. */
struct entry {
	const struct realm *realm;
	const struct signin *in;
	struct user_secret found; /* when exists */
	bool exists;
	struct attempt attempt;
	const char *new_phc;
	struct signed_in *ret;
	struct session session;
};

static int
find_user(struct ctx *cx, struct entry *e)
{
	int r = user_find_signin(cx, e->realm, e->in->email, e->in->username,
	    &e->found);

	if (r != 0 && r != ERR_NOT_FOUND)
		return r;
	e->exists = r == 0;
	if (!e->exists)
		e->found = (struct user_secret) { 0 };
	return 0;
}

/*
 * Failures count per account and per client that is known to it, all other
 * clients together: so strangers cannot lock out a device that has signed
 * in before. An account is told by what the client calls it, whether it
 * exists or not: so the count neither begins anew when somebody signs up, nor
 * tells that a username and an address belong together. A new lock epoch
 * forgets them all.
 */
static int
attempt_key(struct ctx *cx, struct entry *e, bool known)
{
	const char *who = e->in->email != NULL
	    ? email_key(cx->mem, e->in->email)
	    : username_key(cx->mem, e->in->username);

	return attempt_name(cx, &e->attempt,
	    arena_printf(cx->mem, "signin\n%s\n%s\n%lld\n%s", e->realm->name,
		who, (long long)e->found.user.lock_epoch,
		known ? hex_encode(cx->mem, e->in->client->hash,
			    sizeof(e->in->client->hash))
		      : "unknown"));
}

static int
reserve(struct ctx *cx, struct entry *e)
{
	bool known;
	int64_t minutes;
	int r =
	    session_client_known(cx, &e->found.user.id, e->in->client, &known);

	if (r == 0)
		r = attempt_key(cx, e, known);
	if (r == 0)
		r = attempt_reserve(cx, &e->attempt);
	if (r != 0 || !e->attempt.locked)
		return r;
	if (e->attempt.crowded)
		return err_retry(cx, ERR_UNAVAILABLE, 1);
	minutes = (e->attempt.locked_for_s + 59) / 60;
	err_set(cx, ERR_ACCOUNT_LOCKED,
	    arena_printf(cx->mem, "%s. Please try again in %d minute%s.",
		err_text(ERR_ACCOUNT_LOCKED, ERR_API_V1), (int)minutes,
		minutes == 1 ? "" : "s"));
	return err_retry(cx, ERR_ACCOUNT_LOCKED, e->attempt.locked_for_s);
}

/*
 * Where sign-up does not say whether an address was free, a sign-in that
 * works right after it would: so it waits for the proof of the address.
 */
static bool
hidden(const struct ctx *cx, const struct user *u)
{
	return !cx->conf->signup_disclosure && !u->email_verified;
}

static int
check_password(struct ctx *cx, struct entry *e)
{
	bool match;
	int r = password_match(cx, e->exists ? e->found.password : NULL,
	    e->in->password, &match, &e->new_phc);

	if (r != 0) {
		int back = attempt_give_back(cx, &e->attempt);

		return back < 0 ? back : r;
	}
	if (match && !hidden(cx, &e->found.user))
		return 0;
	r = attempt_failed(cx, &e->attempt);
	if (r != 0)
		return r;
	err_detail_text(cx, "field", "password");
	err_detail_text(cx, "reason", "incorrect_password");
	err_detail_int(cx, "attempts_remaining", e->attempt.remaining);
	return err_set(cx, ERR_INVALID_CREDENTIALS, NULL);
}

/* Told only to who knows the password. */
static int
check_allowed(struct ctx *cx, struct entry *e)
{
	const struct user *u = &e->found.user;
	int r = 0;

	if (!user_active(u))
		r = err_set(cx,
		    strcmp(u->status, "suspended") == 0
			? ERR_ACCOUNT_SUSPENDED
			: ERR_INVALID_CREDENTIALS,
		    NULL);
	else if (cx->conf->require_verified && !u->email_verified)
		r = err_set(cx, ERR_EMAIL_NOT_VERIFIED, NULL);
	if (r != 0) {
		int back = attempt_clear(cx, &e->attempt);

		return back < 0 ? back : r;
	}
	return 0;
}

static int
enter_tx(struct ctx *cx, void *arg)
{
	struct entry *e = arg;
	struct user *u = &e->found.user;
	struct session_new new = {
		.client = e->in->client,
		.amr = AMR_PASSWORD,
		.keeps_refresh = e->in->keeps_refresh,
	};
	int r = user_hold(cx, u);

	if (r == 0)
		r = session_open(cx, e->realm, u, &new, &e->session,
		    &e->ret->tokens);
	if (r == 0)
		r = attempt_clear(cx, &e->attempt);
	if (r == 0)
		r = user_signed_in(cx, u);
	if (r == 0 && e->new_phc != NULL)
		r = user_upgrade_password(cx, &u->id, e->new_phc);
	return r;
}

int
signin(struct ctx *cx, const struct realm *realm, const struct signin *in,
    struct signed_in *ret)
{
	struct entry e = { .realm = realm, .in = in, .ret = ret };
	int r = find_user(cx, &e);

	if (r == 0)
		r = reserve(cx, &e);
	if (r == 0)
		r = check_password(cx, &e);
	if (r == 0)
		r = check_allowed(cx, &e);
	if (r == 0)
		r = db_tx(cx, enter_tx, &e);
	if (r != 0)
		return r;
	ret->user = e.found.user;
	ret->issued = &ret->tokens;
	ret->requires_email_verification = !ret->user.email_verified;
	return 0;
}

struct joining {
	const struct realm *realm;
	const struct signup *in;
	struct user_new user;
	struct signed_in *ret;
};

static int
queue_verification(struct ctx *cx, const struct user *u)
{
	const char *token;
	int r = link_create(cx, u, LINK_VERIFY, u->email,
	    cx->conf->verification_ttl_s, &token);

	return r != 0 ? r : mail_link(cx, MAIL_VERIFY, u, token);
}

static int
join_tx(struct ctx *cx, void *arg)
{
	struct joining *j = arg;
	struct signed_in *ret = j->ret;
	struct session_new new = {
		.client = j->in->client,
		.amr = AMR_PASSWORD,
		.keeps_refresh = j->in->keeps_refresh,
	};
	struct session session;
	int r = user_create(cx, j->realm, &j->user, &ret->user);

	ret->requires_email_verification = true;
	if (r == 0)
		r = queue_verification(cx, &ret->user);
	if (r != 0 || j->in->without_session)
		return r;
	r = session_open(cx, j->realm, &ret->user, &new, &session,
	    &ret->tokens);
	if (r == 0)
		r = user_signed_in(cx, &ret->user);
	ret->issued = r == 0 ? &ret->tokens : NULL;
	return r;
}

/*
 * Perhaps the mail with the link was lost, so who has not used it gets another
 * one. No more mails than these in a day, however often it is tried.
 */
static int
tell_owner_tx(struct ctx *cx, void *arg)
{
	const struct user *u = arg;
	struct event e = {
		.kind = EVENT_SIGNUP_AGAIN,
		.realm_id = u->realm_id,
		.user_id = u->id,
	};
	int64_t today;
	int r = event_count(cx, &u->id, e.kind, cx->now_us - CLOCK_DAY, &today);

	if (r != 0 || today >= SIGNUP_AGAIN_MAILS)
		return r;
	r = event_add(cx, &e);
	if (r != 0)
		return r;
	return u->email_verified ? mail_notice(cx, MAIL_EXISTS, u)
				 : queue_verification(cx, u);
}

/* Says nothing to who asked; the owner of the address hears of it. */
static int
undisclosed(struct ctx *cx, const struct joining *j, int r)
{
	struct user_secret owner;

	if (r != ERR_EMAIL_ALREADY_REGISTERED)
		return r;
	ctx_fail_clear(cx);
	r = user_find_signin(cx, j->realm, j->user.email, NULL, &owner);
	if (r == 0)
		r = db_tx(cx, tell_owner_tx, &owner.user);
	return r == ERR_NOT_FOUND ? 0 : r;
}

int
signup(struct ctx *cx, const struct realm *realm, const struct signup *in,
    struct signed_up *ret)
{
	struct signup quiet = *in;
	struct joining j = {
		.realm = realm,
		.in = in,
		.user = in->user,
		.ret = &ret->in,
	};
	int r;

	if (!cx->conf->signup_enabled)
		return err_set(cx, ERR_SIGNUP_DISABLED, NULL);
	ret->undisclosed = !cx->conf->signup_disclosure;
	/* a name that is refused, or taken from then on, would tell */
	if (ret->undisclosed)
		j.user.username = NULL;
	if (ret->undisclosed || cx->conf->require_verified) {
		quiet.without_session = true;
		j.in = &quiet;
	}
	r = password_allowed(cx, realm, in->password);
	if (r == 0)
		r = password_make(cx, in->password, &j.user.password);
	if (r == 0)
		r = db_tx(cx, join_tx, &j);
	return ret->undisclosed ? undisclosed(cx, &j, r) : r;
}

int
signout(struct ctx *cx, const struct realm *realm, const struct actor *actor,
    const char *refresh_token)
{
	struct session_user su;
	int r;

	if (refresh_token != NULL) {
		r = refresh_find(cx, realm, refresh_token, &su);
		if (r == 0)
			r = session_revoke(cx, &su.session.user_id,
			    &su.session.id, "sign_out");
		if (r != 0 && r != ERR_NOT_FOUND)
			return r;
	}
	if (actor != NULL) {
		r = session_revoke(cx, &actor->session.user_id,
		    &actor->session.id, "sign_out");
		if (r != 0 && r != ERR_NOT_FOUND)
			return r;
	}
	return 0;
}
