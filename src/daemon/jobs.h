/*
 * The process that does what nobody waits for: mail, key rotation, expiry.
 *
 * It sleeps until the next thing is due, until shared_wake_jobs(), or for 30
 * s, and then asks the database one question, jobs_due() of model/due.h. Only
 * when something is due do the rows of the table run, each as often as the
 * answer says that more is due. Every row must bear running on two nodes at
 * once, and being killed at any moment.
 */
#ifndef DAEMON_JOBS_H
#define DAEMON_JOBS_H

#include <stdint.h>

struct ctx;
struct service;
struct setup;
struct shared;

struct job {
	const char *name; /* as in the log; NULL ends the table */
	/*
	 * Does what is due now, a bounded batch of it, and says when it has
	 * something to do next: µs since 1970, now or earlier when there is
	 * more at once, 0 when nothing is known. 0, or an error: it is then
	 * tried again after a while.
	 */
	int (*run)(struct ctx *, int64_t *ret_next_due_us);
};

extern const struct job jobs[];

/* The process: until SIGTERM. Returns the exit code. */
int jobs_run(struct setup *, struct shared *);

/*
 * Gives up what the jobs need not do: from here on a runner starts programs,
 * and the sandbox of setup_sandbox() is in force. After that the caller can
 * do the jobs and end, no more. 0, or -1 after logging why.
 */
int jobs_confine(struct setup *);

/*
 * Every row once, due or not, as `cardeactl jobs --once` from cron does. 0,
 * or the first error; the rows after it still run. ret_next_us (may be NULL)
 * is when the next thing is due, 0 for never.
 */
int jobs_run_once(struct service *, int64_t *ret_next_us);

#endif
