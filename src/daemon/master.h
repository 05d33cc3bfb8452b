/*
 * The process that starts and replaces the others. It owns the listening
 * socket and the shared memory, answers signals, and runs no queries.
 *
 *	SIGHUP		read the configuration and the key file again, put new
 *			processes in the place of the old ones
 *	SIGUSR1		write the status file now
 *	SIGUSR2		execute the new binary in place
 *	SIGTERM, SIGINT	let every process finish what it holds, then end
 *	SIGQUIT		end at once
 */
#ifndef DAEMON_MASTER_H
#define DAEMON_MASTER_H

#include <stdbool.h>

struct master_args {
	const char *conf_path; /* NULL: see conf_load() */
	char *const *argv; /* for executing a new binary */
	bool daemon; /* go to the background once everything is ready */
};

/* Signals are blocked already. Returns the exit code. */
int master_run(const struct master_args *);

/* Only says whether it would start: prints problems. The exit code. */
int master_check(const char *conf_path);

#endif
