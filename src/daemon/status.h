/*
 * What the master says of itself: the files `status` and `cardea.pid` in the
 * state directory, each replaced as a whole. The status is text, `name value`
 * a line, and is written when a process comes or goes and on SIGUSR1.
 */
#ifndef DAEMON_STATUS_H
#define DAEMON_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct arena;
struct buf;
struct conf;
struct procs;
struct shared;

struct status {
	const char *state; /* starting, running, draining, stopped */
	uint64_t generation;
	int64_t started_at; /* wall clock */
	const struct conf *conf;
	const struct procs *procs;
	const struct shared *shared;
};

/* 0, or -1 after a log line. */
int status_write(const struct status *);
/* Writes our pid. 0, or -1 with a line in problems. */
int status_pid_write(const char *state_dir, struct buf *problems);
/* The pid in the file, 0 when there is none. */
pid_t status_pid_read(const char *state_dir);
/* Removes the pid file if it is still ours. */
void status_pid_remove(const char *state_dir);

/* The whole status file into mem; NULL when there is none. */
char *status_read(struct arena *mem, const char *state_dir);
/* The value of a line, cut at its end, into mem; NULL when absent. */
char *status_value(struct arena *mem, const char *text, const char *name);

#endif
