/*
 * SIGUSR2: the master first runs the new binary with --check, then executes
 * it in place. The process id stays, and so do the listening socket, the
 * shared memory and the children, which the new master ends once its own
 * serve. An environment variable says where everything is.
 */
#ifndef DAEMON_UPGRADE_H
#define DAEMON_UPGRADE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/procs.h"

#define UPGRADE_ENV "CARDEA_UPGRADE"

struct heritage {
	int listen_fd, shared_fd;
	uint64_t generation;
	uint64_t restarts, recycled;
	int64_t started_at;
	pid_t pid[PROCS_MAX]; /* of the children by slot; 0: none */
};

/* Writes it into the environment. */
void heritage_set(const struct heritage *);
/*
 * Takes it out of the environment. False when there is none for this very
 * process: the variable names the pid it was made for.
 */
bool heritage_take(struct heritage *ret);

/* Where the binary is to be found again later: an absolute path, malloced. */
char *upgrade_binary(const char *argv0);
/*
 * Starts the binary with --check and the same configuration. Its pid, or -1
 * after a log line.
 */
pid_t upgrade_check(const char *binary, const char *conf_path);
/* Returns only when it failed, after a log line. */
void upgrade_exec(const char *binary, char *const argv[],
    const struct heritage *);

#endif
