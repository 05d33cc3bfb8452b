/* The kernel's randomness. Never fails: without it the program aborts. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *ret_p, size_t n);
/* Even over 0 .. bound-1; bound > 0. */
uint32_t rand_below(uint32_t bound);

#endif
