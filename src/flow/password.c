#include "flow/password.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/rand.h"
#include "crypto/password.h"
#include "flow/common.h"
#include "model/realm.h"

#define LENGTH_MIN     8
#define RETRY_SPREAD_S 4 /* so that not all come back at once */

static struct password_cost
cost_of(const struct conf *conf)
{
	return (struct password_cost) {
		.ln = (uint32_t)conf->scrypt_ln,
		.r = (uint32_t)conf->scrypt_r,
		.p = (uint32_t)conf->scrypt_p,
	};
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static size_t
length_of(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

/* Anything that is no ASCII letter or digit counts as special. */
static bool
four_classes(const char *s)
{
	bool upper = false, lower = false, digit = false, special = false;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80 && isupper(c))
			upper = true;
		else if (c < 0x80 && islower(c))
			lower = true;
		else if (c < 0x80 && isdigit(c))
			digit = true;
		else
			special = true;
	}
	return upper && lower && digit && special;
}

int
password_allowed(struct ctx *cx, const struct realm *realm,
    const char *password)
{
	if (length_of(password) < LENGTH_MIN ||
	    strlen(password) > PASSWORD_MAX_BYTES ||
	    (realm->password_rule == PASSWORD_STRONG &&
		!four_classes(password)))
		return err_set(cx, ERR_WEAK_PASSWORD, NULL);
	if (realm->password_rule == PASSWORD_STRONG &&
	    password_common(password))
		return err_set(cx, ERR_WEAK_PASSWORD,
		    "This password is too common; choose one that is harder"
		    " to guess");
	return 0;
}

int
password_make(struct ctx *cx, const char *password, const char **ret_phc)
{
	struct password_cost cost = cost_of(cx->conf);
	char *phc = arena_alloc(cx->mem, PASSWORD_PHC_MAX);
	int r = gate_enter(cx->shared);

	if (r != 0)
		return err_retry(cx, r, 1 + rand_below(RETRY_SPREAD_S));
	r = password_hash(password, strlen(password), &cost, phc);
	gate_leave(cx->shared);
	if (r != 0) {
		log_error("password.hash");
		return ERR_INTERNAL_LOGGED;
	}
	*ret_phc = phc;
	return 0;
}

/* Wrong ones take the same time, whatever the account's hash costs. */
static int
verify(const char *phc, const char *password, const struct password_cost *cost,
    bool *ret_match)
{
	size_t n = strlen(password);
	struct password_cost rest;
	int r;

	if (phc == NULL) {
		password_burn(password, n, cost);
		return 0;
	}
	r = password_verify(phc, password, n, ret_match);
	if (r == 0 && !*ret_match && password_rest(phc, cost, &rest))
		password_burn(password, n, &rest);
	return r;
}

int
password_match(struct ctx *cx, const char *phc, const char *password,
    bool *ret_match, const char **ret_phc)
{
	struct password_cost cost = cost_of(cx->conf);
	int r = gate_enter(cx->shared);

	*ret_match = false;
	*ret_phc = NULL;
	if (r != 0)
		return err_retry(cx, r, 1 + rand_below(RETRY_SPREAD_S));
	r = verify(phc, password, &cost, ret_match);
	gate_leave(cx->shared);
	if (r != 0) {
		log_error("password.verify");
		return ERR_INTERNAL_LOGGED;
	}
	if (*ret_match && password_outdated(phc, &cost))
		return password_make(cx, password, ret_phc);
	return 0;
}
