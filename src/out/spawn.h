/* What program_run() does in between: one process, from its start to its end. */
#ifndef OUT_SPAWN_H
#define OUT_SPAWN_H

#include <stdint.h>

/*
 * Runs argv[0], a path, with these two descriptors as its input and output.
 * Its exit code, or one of PROGRAM_*.
 */
int spawn_wait(const char *const *argv, int in, int out, int64_t timeout_s);

#endif
