/*
 * A cardea of the tests' own: a folder with configuration, key, socket, state
 * and log, and the real binary. No database stands behind it. Whatever goes
 * wrong ends the test with the log on standard error.
 */
#ifndef SUPPORT_INSTANCE_H
#define SUPPORT_INSTANCE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define INSTANCE_PIDS 64

struct instance {
	char dir[64];
	char conf[96], socket[96], state[96], log[128];
	char binary[PATH_MAX];
	pid_t pid; /* of what instance_start() started */
};

/* Creates the folder; settings are lines added to the configuration. */
void instance_new(struct instance *, const char *settings);
/* Writes the configuration anew. */
void instance_configure(struct instance *, const char *settings);
/* Kills what still runs, removes the folder. */
void instance_free(struct instance *);

/* Starts `cardea -c CONF` with the arguments, up to NULL, added. */
pid_t instance_exec(struct instance *, const char *const *args);
/* The same as the master, and waits until the status says "running". */
void instance_start(struct instance *);
/* Waits for the end of a process; its exit code, or 128 and the signal. */
int instance_wait(pid_t);
/* SIGTERM and instance_wait(). */
int instance_stop(struct instance *);

/* Waits, with a bound of a minute, until it is true. */
#define instance_until(in, condition)                                          \
	do {                                                                   \
		int tries_ = 0;                                                \
		while (!(condition))                                           \
			instance_tick(in, &tries_, #condition);                \
	} while (0)
void instance_tick(struct instance *, int *tries, const char *what);

/* The number at that name in the status file, -1 when there is none. */
long instance_number(struct instance *, const char *name);
/* The text; "" when there is none. It belongs to the next call's buffer. */
const char *instance_text(struct instance *, const char *name);
/* The workers that are not ending; how many. */
size_t instance_workers(struct instance *, pid_t ret[INSTANCE_PIDS]);
pid_t instance_jobs(struct instance *);
/* Some process is still on its way out. */
bool instance_ending(struct instance *);
/* The status file is fresh, nobody is ending, so many workers are there. */
bool instance_settled(struct instance *, size_t workers);
/* How often the text stands in the log. */
size_t instance_logged(struct instance *, const char *text);
/* Gone, or a zombie that nobody has waited for. */
bool process_gone(pid_t);

/* Requests in a row from some threads, until load_end(). */
struct load;
struct load *load_begin(const char *socket_path, int threads);
/* So many were answered by now. */
size_t load_answered(const struct load *);
/* How many failed; frees it. */
size_t load_end(struct load *);

#endif
