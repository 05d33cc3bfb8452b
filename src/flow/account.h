/*
 * What may be done to an account by its owner or an administrator of its
 * realm. For anybody else, and for another realm's, it does not exist:
 * ERR_USER_NOT_FOUND. An id of zero stands for the actor.
 */
#ifndef FLOW_ACCOUNT_H
#define FLOW_ACCOUNT_H

#include "base/id.h"
#include "model/user.h"

struct actor;
struct ctx;

/* Administrators see deleted ones too. */
int account_find(struct ctx *, const struct actor *, const struct uuid *id,
    struct user *ret);
/* For a change: not a deleted one, its row held. In a transaction. */
int account_hold(struct ctx *, const struct actor *, const struct uuid *id,
    struct user *ret);

/*
 * Writes the profile of *u, as user_save(). The picture that was uploaded
 * goes when old_image was its address and another one replaces it.
 */
int account_save(struct ctx *, struct user *u, const char *old_image);

/*
 * Mails a link to the new address, which takes the old one's place when it
 * is followed. ERR_EMAIL_ALREADY_REGISTERED where sign-up says so too;
 * ERR_UNAUTHORIZED when the actor's session has been revoked meanwhile. In a
 * transaction that holds the user.
 */
int account_move(struct ctx *, const struct actor *, const struct user *,
    const char *email);

/*
 * One's own: with the password, or soon after a sign-in, else
 * ERR_REAUTHENTICATION_REQUIRED. ERR_LAST_ADMIN. Ends all sessions and links
 * and drops mail that has not left; the row is erased later (model/due.h). Opens its own transaction.
 */
int account_delete(struct ctx *, const struct actor *, const struct uuid *id,
    const char *password);

/*
 * Ends all sessions and links. duration_s 0: until it is ended.
 * ERR_BAD_REQUEST for oneself, ERR_LAST_ADMIN. These run in a transaction; ret is the new state.
 */
int account_suspend(struct ctx *, const struct actor *, const struct uuid *id,
    const char *reason, int64_t duration_s, struct user *ret);
/* ERR_BAD_REQUEST when there is no suspension to end. */
int account_restore(struct ctx *, const struct actor *, const struct uuid *id,
    struct user *ret);
/* Forgets failed sign-ins. */
int account_unlock(struct ctx *, const struct actor *, const struct uuid *id,
    struct user *ret);

#endif
