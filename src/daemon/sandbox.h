/*
 * What a process may ask the kernel for, once it has started: a seccomp
 * filter made from the tables in sandbox.c. Whatever is not in them ends the
 * process with SIGSYS, which its parent sees and the kernel logs.
 *
 * A filter is built before the fork and put in force by the child, so that
 * no child carries the builder's memory; it cannot be taken back.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

struct conf;
struct sandbox;

enum sandbox_kind {
	SANDBOX_WORKER,
	SANDBOX_LONE, /* a worker without a master */
	SANDBOX_JOBS,
	SANDBOX_MAIL, /* cardea-mail; it needs no conf */
};

/* Why there will be no filter, in words; NULL: there will be one. */
const char *sandbox_missing(const struct conf *);

/* Says in the log when there will be none though the setting asks for it. */
void sandbox_report(const struct conf *);

/*
 * A filter for processes of that kind under these settings; NULL when
 * sandbox_missing() says why. Aborts when it cannot be built.
 */
struct sandbox *sandbox_new(enum sandbox_kind, const struct conf *);
void sandbox_free(struct sandbox *); /* NULL is fine */

/*
 * Gives up privileges that an exec could bring, and puts the filter, if it
 * is not NULL, in force for the calling process, which has one thread. 0, or
 * -1 after logging why: then the caller must not go on. It is written to.
 */
int sandbox_enter(struct sandbox *);

#endif
