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
	OUTBOX_FORGET,
	OUTBOX_DROP_UNSENT,
	OUTBOX_FAILED,
	OUTBOX_GET,
	OUTBOX_LIST,
	OUTBOX_RETRY,
	OUTBOX_RETRY_DEAD,
	OUTBOX_STMT__MAX
};

extern const struct stmt outbox_stmts[OUTBOX_STMT__MAX];

struct outbox_row {
	struct uuid id;
	const char *channel, *template, *recipient, *locale;
	const char *args; /* as queued; NULL: gone, or does not open */
	int64_t created_at, attempts;
	struct uuid claim; /* of whom holds the lease */
};

/* Queues a row for a job that is not mail; args any text. */
int outbox_add(struct ctx *, const char *channel, const char *template,
    const char *recipient, const char *locale, const char *args);

/*
 * Queues a mail to a user, NULL for somebody else; it goes when the user is
 * erased. args is JSON text; it may hold a link's token, so it is sealed, and
 * wiped once the mail is out. recipient is an address.
 */
int outbox_mail(struct ctx *, const struct uuid *user_id, const char *template,
    const char *recipient, const char *locale, const char *args);

/*
 * Leases one row that is due, for lease_s. ERR_NOT_FOUND when there is none.
 * Not in a transaction: the lease must be committed before it is acted on.
 */
int outbox_claim(struct ctx *, const char *channel, int64_t lease_s,
    struct outbox_row *);
/* Wipes its arguments. */
int outbox_done(struct ctx *, const struct outbox_row *);
/* Done, and nobody needs to know of it: the row goes, with the address. */
int outbox_forget(struct ctx *, const struct outbox_row *);
/* What waits for a user, or is dead, goes. */
int outbox_drop_unsent(struct ctx *, const struct uuid *user_id);
/*
 * Tries again at retry_at; 0: never, it joins the dead letters. Nothing
 * happens when the lease ran out and somebody else took the row.
 */
int outbox_failed(struct ctx *, const struct outbox_row *, const char *reason,
    int64_t retry_at);

/* A row as an operator sees it. */
struct outbox_info {
	struct outbox_row row;
	int64_t due_at, done_at, dead_at;
	const char *last_error; /* NULL: none */
};

/* "sent", "dead", "sending" or "waiting". */
const char *outbox_state(const struct ctx *, const struct outbox_info *);

/* ERR_NOT_FOUND: no mail of that id. */
int outbox_get(struct ctx *, const struct uuid *id, struct outbox_info *);

enum outbox_filter {
	OUTBOX_PENDING = 1,
	OUTBOX_DEAD = 2,
	OUTBOX_SENT = 4,
	OUTBOX_ALL = 7
};

/* The newest mails: struct outbox_info, without arguments. */
int outbox_list(struct ctx *, int filter, int64_t limit, struct list *ret);

/*
 * A dead letter, or one that waits, is due now, its attempts forgotten.
 * ERR_NOT_FOUND when there is no such mail, or it is sent or being sent.
 */
int outbox_retry(struct ctx *, const struct uuid *id);
/* All dead letters; ret_n gets how many there were. */
int outbox_retry_dead(struct ctx *, size_t *ret_n);

#endif
