/*
 * What the jobs process asks when it wakes: one SELECT for everything that
 * may be due, so that an idle system sends one in 30 s and no more.
 */
#ifndef MODEL_DUE_H
#define MODEL_DUE_H

#include <stdint.h>

#include "db/db.h"

struct ctx;

enum due_stmt {
	DUE_NEXT,
	DUE_SWEEP_SESSION,
	DUE_SWEEP_LINK,
	DUE_SWEEP_ATTEMPT,
	DUE_SWEEP_OUTBOX,
	DUE_SWEEP_DEAD,
	DUE_SWEEP_EVENT,
	DUE_ERASE_USER,
	DUE_RESTORE_USER,
	DUE_STMT__MAX
};

extern const struct stmt due_stmts[DUE_STMT__MAX];

/*
 * When the next job is due: now or earlier for at once, 0 for nothing known.
 * Passes the version of the key set on to shared memory, for the workers.
 */
int jobs_due(struct ctx *, int64_t *ret_next_us);

/* Makes or removes signing keys when it is time. A row of the jobs table. */
int due_keys(struct ctx *, int64_t *ret_next_us);

/*
 * Deletes a batch of what is over: sessions and links a month after their
 * end, failed sign-ins after a day, mails, events and deleted accounts as the
 * settings say; and ends suspensions that are over.
 */
int due_sweep(struct ctx *, int64_t *ret_next_us);

#endif
