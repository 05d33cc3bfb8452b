/* One process that answers requests, one at a time. */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include <stdint.h>

struct service;
struct setup;
struct shared;

/*
 * Serves until SIGTERM, or until about `requests` are answered (0: no such
 * end). The slot of this process is set already. Returns the exit code.
 */
int worker_run(const struct setup *, struct shared *, int listen_fd,
    int64_t requests);

/*
 * The path as it may stand in a log: segments that are long enough to be a
 * secret link are cut out. The result is ret or path itself.
 */
const char *worker_log_path(const char *path, char *ret, unsigned ret_size);

#endif
