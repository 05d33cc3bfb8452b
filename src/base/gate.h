/*
 * The hashing gate: at most one password hash a core at a time, at most half
 * of the workers waiting, at most 2 s. So a flood of sign-ins has a ceiling
 * in memory and never takes the rest of the service down.
 */
#ifndef BASE_GATE_H
#define BASE_GATE_H

#include <stdint.h>

struct shared;

#define GATE_WAIT_MS 2000

/* cores, and how many may wait; at start. */
void gate_init(struct shared *, int cores, int waiters);
/* 0 once a place is held, ERR_UNAVAILABLE when it is full or too slow. */
int gate_enter(struct shared *);
void gate_leave(struct shared *);
/* By the master, for the slot of a process that is dead. */
void gate_bury(struct shared *, int slot);
/* A request that does not hash was served just now. */
void gate_note_other(struct shared *);

#endif
