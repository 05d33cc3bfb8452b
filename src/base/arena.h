/*
 * Region memory: everything a request allocates lives until the arena is
 * reset, so nothing is freed one by one and nothing leaks on an error path.
 * Allocation never returns NULL: what a client can size is bounded before it
 * gets here, so running out of memory is a broken machine, and aborts.
 *
 * Configured with --enable-arena-debug each allocation is a malloc of its
 * own, so that sanitizers see every overrun and use after reset.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* A reset keeps at most `keep` bytes of memory for the next round. */
struct arena *arena_new(size_t keep);

/*
 * For passwords, codes and private keys: pages locked in memory (as far as
 * the limits allow), left out of core dumps, wiped on reset and free.
 */
struct arena *arena_new_secret(size_t keep);

void arena_free(struct arena *);

/* Runs the deferred calls, last one first, then forgets all allocations. */
void arena_reset(struct arena *);

/* Aligned for any type, zeroed. n may be 0. */
void *arena_alloc(struct arena *, size_t n);
/* Aborts when n * size overflows. */
void *arena_array(struct arena *, size_t n, size_t size);
/* NULL gives NULL. */
char *arena_strdup(struct arena *, const char *s);
/* Copies n bytes and adds a NUL. */
char *arena_strndup(struct arena *, const char *s, size_t n);
void *arena_memdup(struct arena *, const void *p, size_t n);
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Calls fn(arg) at the next reset or free: for handles of other libraries. */
void arena_defer(struct arena *, void (*fn)(void *), void *arg);

#endif
