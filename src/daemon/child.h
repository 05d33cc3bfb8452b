/*
 * How a serving process begins and is told to end. All signals stay blocked
 * but for SIGTERM, and that only where the process waits.
 */
#ifndef DAEMON_CHILD_H
#define DAEMON_CHILD_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Blocks every signal and sets those that were ignored back. First of all. */
void signals_block(void);

/*
 * In a child of the master: ends with it (a SIGTERM, so that the request at
 * hand is still answered) and is called name.
 */
void child_begin(pid_t master, const char *name);

/*
 * Listens to SIGTERM from now on. wake (may be NULL) is raised by it, for a
 * process that sleeps on that word.
 */
void stop_init(_Atomic uint32_t *wake);
/* It was delivered. */
bool stop_heard(void);
/* Or it is waiting, while signals are blocked. */
bool stop_asked(void);
/* The signals that may come while the process waits. */
const sigset_t *stop_signals(void);

#endif
