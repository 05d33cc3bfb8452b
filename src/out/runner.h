/*
 * The runner starts programs for a process that may not: it is forked before
 * that process gives up fork and exec, and runs one command, in the form that
 * was agreed on then. It ends with the process it serves.
 */
#ifndef OUT_RUNNER_H
#define OUT_RUNNER_H

#include <stdbool.h>
#include <stdint.h>

/* An argument that may be anything. */
extern const char runner_any[];

struct runner_terms {
	const char *program; /* a path */
	const char *const *args; /* up to NULL; runner_any among them */
	bool gain; /* the program may gain privileges by exec (set-user-ID) */
	/* in the runner: drops what it has no need of; may be NULL */
	void (*shed)(void *);
	void *shed_arg;
};

/* 0, or -1 after logging why. Once in a process. */
int runner_start(const struct runner_terms *);
/* It was started. */
bool runner_active(void);
/* It was, and is gone: the process had better end. */
bool runner_lost(void);

/* As spawn_wait(). */
int runner_run(const char *const *argv, int in, int out, int64_t timeout_s);

/* Lets it end; program_run() starts programs itself again. */
void runner_stop(void);

#endif
