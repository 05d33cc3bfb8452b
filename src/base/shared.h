/*
 * What the processes of one host share: the quota counters, the hashing
 * gate, the counters of `cardeactl status` and the wake-ups. Under a master
 * it is anonymous memory (a memfd, so that it survives exec of a new
 * binary); without one it is a file in the state directory.
 *
 * Nothing in it is ever locked, so nothing can be left locked by a process
 * that dies. Slots are numbered 0 to 63; a process has one for life.
 */
#ifndef BASE_SHARED_H
#define BASE_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SHARED_SLOTS  64
#define SHARED_LAYOUT 2 /* another layout is not taken over */
#define SHARED_LINE   64 /* bytes of a cache line */
#define QUOTA_WAYS    8
#define QUOTA_BUCKETS 16384 /* of a cache line each: 1 MiB */

/* See base/gate.h. One bit a slot. */
struct gate {
	_Atomic uint64_t hold, wait;
	_Atomic uint32_t seq;
	_Atomic uint32_t slots; /* how many may hold at once */
	_Atomic uint32_t waiters; /* how many may wait at once */
	/* when a request that does not hash was last served, ms of the
	 * monotonic clock: while others are served one core stays free */
	_Atomic int64_t other_ms;
};

/* Written by its process alone at each request: a cache line of its own. */
struct shared_slot {
	_Alignas(SHARED_LINE) _Atomic int32_t pid; /* 0: free */
	_Atomic uint64_t requests; /* of this process */
	_Atomic int64_t since_us;
	_Atomic uint64_t all_requests, all_errors; /* of those before it, too */
};

/* What each request reads shares no cache line with what is often written. */
struct shared {
	uint32_t magic, layout;
	_Atomic uint32_t keys_version; /* of the key set in the database */
	_Atomic uint32_t jobs_seq; /* futex: raised when work was queued */
	_Atomic uint32_t quota_epoch; /* see http/quota.c */
	_Alignas(SHARED_LINE) struct gate gate;
	struct shared_slot slot[SHARED_SLOTS];
	_Alignas(SHARED_LINE) _Atomic uint64_t quota[QUOTA_BUCKETS][QUOTA_WAYS];
};

/* Anonymous; ret_fd (may be NULL) gets the memfd. NULL after a log line. */
struct shared *shared_new(int *ret_fd);
/* Takes over a memfd; NULL if it has another layout. */
struct shared *shared_attach(int fd);
/*
 * A file for processes without a master. Takes a free slot for this process,
 * held by an open file description lock that the kernel drops with us, and
 * frees what the dead left. NULL after a log line.
 */
struct shared *shared_open(const char *path);

/*
 * This process's slot: set by the master's child, or by shared_open(); 0 in
 * a program of one process.
 */
void shared_set_slot(int slot);
int shared_slot(void);

/*
 * Frees the slots and places at the gate of processes that are dead. Does
 * nothing under a master, who does that itself (gate_bury()).
 */
void shared_bury_dead(struct shared *);

/*
 * Sleeps while *word still is seen, at most timeout_ms (-1: for ever); a
 * signal or nothing at all may end it sooner. shared_wake() ends it for n.
 */
void shared_wait(const _Atomic uint32_t *word, uint32_t seen,
    int64_t timeout_ms);
void shared_wake(const _Atomic uint32_t *word, int n);

/* Tells the jobs process that work was queued. */
void shared_wake_jobs(struct shared *);

#endif
