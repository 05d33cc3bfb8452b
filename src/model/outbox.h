/*
 * Side effects that must follow a commit: written in the same transaction,
 * carried out by the jobs process, which leases a row, does it, and marks it
 * done; at least once, with the row's id for whoever wants to tell repeats.
 */
#ifndef MODEL_OUTBOX_H
#define MODEL_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "db/db.h"

struct ctx;

enum outbox_stmt {
	OUTBOX_INSERT,
	OUTBOX_CLAIM,
	OUTBOX_CLAIMED,
	OUTBOX_DONE,
	OUTBOX_FAILED,
	OUTBOX_STMT__MAX
};

extern const struct stmt outbox_stmts[OUTBOX_STMT__MAX];

struct outbox_row {
	struct uuid id;
	const char *channel, *template, *recipient, *locale;
	const char *args; /* what the template needs, as JSON */
	int64_t created_at, attempts;
};

/* Queues a row for a job that is not mail; args any text. */
int outbox_add(struct ctx *, const char *channel, const char *template,
    const char *recipient, const char *locale, const char *args);

/*
 * Queues a mail. args is JSON text; it may hold a link's token, so it is
 * sealed, and wiped once the mail is out. recipient is an address.
 */
int outbox_mail(struct ctx *, const char *template, const char *recipient,
    const char *locale, const char *args);

/*
 * Leases one row that is due, for lease_s. ERR_NOT_FOUND when there is none.
 * Not in a transaction: the lease must be committed before it is acted on.
 */
int outbox_claim(struct ctx *, const char *channel, int64_t lease_s,
    struct outbox_row *);
int outbox_done(struct ctx *, const struct outbox_row *);
/* Tries again at retry_at; 0: never, it joins the dead letters. */
int outbox_failed(struct ctx *, const struct outbox_row *, const char *reason,
    int64_t retry_at);

#endif
