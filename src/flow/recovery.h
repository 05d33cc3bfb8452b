/*
 * Changing a password, and what links by mail are for: getting in again
 * without one, and proving an address.
 *
 * Asking for a link only queues a request; a job looks whether the address
 * has an account. So the answer and its time are the same for all addresses.
 */
#ifndef FLOW_RECOVERY_H
#define FLOW_RECOVERY_H

#include <stdint.h>

struct actor;
struct ctx;
struct realm;

/* For recovery_ask(): the templates of the mails, see flow/mail.h. */
#define RECOVERY_RESET  "reset-password"
#define RECOVERY_VERIFY "verify-email"

/* Queues it. In a transaction. */
int recovery_ask(struct ctx *, const struct realm *, const char *what,
    const char *email);

/*
 * A row of the jobs table: makes the links that were asked for and queues
 * their mails; for addresses without an account it does nothing.
 */
int recovery_job(struct ctx *, int64_t *ret_next_us);

/*
 * Is it the actor's password? ERR_WRONG_PASSWORD; after five of those in the
 * lockout's time ERR_RATE_LIMIT_EXCEEDED for this session.
 */
int password_confirm(struct ctx *, const struct actor *, const char *password);

/*
 * Asks password_confirm() first; ERR_SAME_PASSWORD, ERR_WEAK_PASSWORD. Ends all other sessions and tells the owner.
 */
int password_change(struct ctx *, const struct actor *, const char *current,
    const char *new_password);

/*
 * ERR_INVALID_LINK, ERR_WEAK_PASSWORD (the link stays good). Ends all
 * sessions, forgets failed sign-ins, verifies the address, voids the other
 * links.
 */
int password_reset(struct ctx *, const char *token, const char *new_password);

/*
 * ERR_INVALID_LINK; ERR_EMAIL_ALREADY_REGISTERED when the link proves a new
 * address that somebody else has taken meanwhile.
 */
int email_verify(struct ctx *, const char *token);

#endif
