/*
 * Runs another program and waits for it: no shell, nothing inherited but
 * three descriptors, an environment of its own, no signal blocked.
 */
#ifndef OUT_PROGRAM_H
#define OUT_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* Beside its exit codes, 0 to 255. */
enum {
	PROGRAM_FAILED = -1, /* could not be started */
	PROGRAM_KILLED = -2, /* by a signal */
	PROGRAM_LATE = -3, /* by us, after the time-out */
};

/*
 * argv[0] is a path. input is all that it reads. What it printed, on standard
 * output and error, is added to said, its last line alone; else a reason.
 */
int program_run(const char *const *argv, const void *input, size_t n,
    int64_t timeout_s, struct buf *said);

#endif
