/*
 * The master's book of processes. A place is one of the workers that the
 * configuration asks for, or the jobs process; a process fills a place until
 * it dies or its generation is replaced. Old processes keep their slot in
 * shared memory until they are gone, so the generations may overlap.
 *
 * Times are µs of the monotonic clock. Nothing here forks or kills.
 */
#ifndef DAEMON_PROCS_H
#define DAEMON_PROCS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/shared.h"

/* The jobs process has an entry and a place, but no slot. */
#define PROC_JOBS  SHARED_SLOTS
#define PROCS_MAX  (SHARED_SLOTS + 1)
#define PLACE_JOBS SHARED_SLOTS
#define PLACES_MAX (SHARED_SLOTS + 1)

#define BACKOFF_FIRST_US INT64_C(100000)
#define BACKOFF_MAX_US   INT64_C(10000000)
/* Who ran this long before it died starts with a clean record. */
#define BACKOFF_RESET_US INT64_C(10000000)

/* Indexed by slot. */
struct proc {
	pid_t pid; /* 0: free */
	int place; /* -1: of an old generation */
	uint64_t generation;
	int64_t started_us;
	int64_t asked_us; /* first told to end; 0: not yet */
	int64_t repeated_us; /* last told to */
};

struct place {
	int proc; /* who fills it, -1: nobody */
	unsigned failures; /* in a row */
	int64_t not_before_us;
};

struct procs {
	struct proc proc[PROCS_MAX];
	struct place place[PLACES_MAX];
	int workers; /* places in use */
	uint64_t restarts; /* deaths nobody asked for */
	uint64_t recycled; /* workers that had served their number */
};

void procs_init(struct procs *, int workers);

/* How long a place stays empty after so many failures in a row. */
int64_t backoff_us(unsigned failures);

/*
 * The next place to fill: 0 with its number and the slot to use, or -1 when
 * there is none, with the time from which there will be one (0: none until a
 * process dies).
 */
int procs_next(const struct procs *, int64_t now_us, int *ret_place,
    int *ret_slot, int64_t *ret_at_us);

void procs_born(struct procs *, int place, int slot, pid_t pid,
    uint64_t generation, int64_t now_us);
/* A process of an earlier binary, to be ended. */
void procs_adopt(struct procs *, int slot, pid_t pid, uint64_t generation,
    int64_t now_us);

/* Its slot, or -1: not ours. */
int procs_find(const struct procs *, pid_t pid);
/*
 * It is gone; clean: it left by itself without an error. True when nobody
 * had asked it to.
 */
bool procs_died(struct procs *, int slot, bool clean, int64_t now_us);

/* All become old; there are so many places from now on. */
void procs_replace(struct procs *, int workers);

/* How many are alive. */
int procs_alive(const struct procs *);

#endif
