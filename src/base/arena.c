/*
 * Allocations are cut from blocks that double in size. A reset moves the
 * blocks that fit into `keep` to the spare list and gives back the rest.
 *
 * Invariants: defers run before any memory goes; in a block the bytes beyond
 * `used` are poisoned for AddressSanitizer; a secret block is wiped before it
 * is reused or given back. With ARENA_DEBUG a block holds one allocation, of
 * exactly its size, and none is kept.
 */
#include "config.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#ifdef ARENA_DEBUG
enum { DEBUG_TWIN = 1 };
#else
enum { DEBUG_TWIN = 0 };
#endif

#define BLOCK_MIN ((size_t)4096)
#define BLOCK_MAX ((size_t)65536)
#define ALLOC_MAX (SIZE_MAX / 4)

struct block {
	struct block *next;
	size_t size; /* of data */
	size_t used;
	bool mapped;
	alignas(max_align_t) unsigned char data[];
};

struct defer {
	struct defer *next;
	void (*fn)(void *);
	void *arg;
};

struct arena {
	struct block *head; /* in use, newest first */
	struct block *spare;
	struct defer *defers;
	size_t keep;
	size_t next_size;
	bool secret;
};

static _Noreturn void
out_of_memory(size_t n)
{
	log_error("arena.out_of_memory", KI("kib", n / 1024));
	abort();
}

static size_t
round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static struct block *
block_map(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t total = round_up(sizeof(struct block) + size, page);
	struct block *b = mmap(NULL, total, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (b == MAP_FAILED)
		return NULL;
	(void)mlock(b, total);
	(void)madvise(b, total, MADV_DONTDUMP);
	b->size = total - sizeof(*b);
	b->mapped = true;
	return b;
}

static struct block *
block_new(size_t size, bool secret)
{
	struct block *b;

	if (secret && !DEBUG_TWIN) {
		b = block_map(size);
	} else {
		b = malloc(sizeof(*b) + size);
		if (b != NULL)
			*b = (struct block) { .size = size };
	}
	if (b == NULL)
		out_of_memory(size);
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
	return b;
}

static void
block_wipe(struct block *b, bool secret)
{
	if (secret) {
		ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
		explicit_bzero(b->data, b->used);
	}
	b->used = 0;
	ASAN_POISON_MEMORY_REGION(b->data, b->size);
}

static void
block_free(struct block *b)
{
	ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
	if (b->mapped)
		munmap(b, sizeof(*b) + b->size);
	else
		free(b);
}

/* A spare block that has the room, taken off its list. */
static struct block *
spare_take(struct arena *a, size_t n)
{
	struct block **at, *b;

	for (at = &a->spare; (b = *at) != NULL; at = &b->next) {
		if (b->size >= n) {
			*at = b->next;
			return b;
		}
	}
	return NULL;
}

static struct block *
block_add(struct arena *a, size_t n)
{
	struct block *b = spare_take(a, n);

	if (b == NULL && DEBUG_TWIN) {
		b = block_new(n, a->secret);
	} else if (b == NULL) {
		b = block_new(n > a->next_size ? n : a->next_size, a->secret);
		if (a->next_size < BLOCK_MAX)
			a->next_size *= 2;
	}
	b->next = a->head;
	a->head = b;
	return b;
}

static struct arena *
make(size_t keep, bool secret)
{
	struct arena *a = malloc(sizeof(*a));

	if (a == NULL)
		out_of_memory(sizeof(*a));
	*a = (struct arena) {
		.keep = DEBUG_TWIN ? 0 : keep,
		.next_size = BLOCK_MIN - sizeof(struct block),
		.secret = secret,
	};
	return a;
}

struct arena *
arena_new(size_t keep)
{
	return make(keep, false);
}

struct arena *
arena_new_secret(size_t keep)
{
	return make(keep, true);
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	a->keep = 0;
	arena_reset(a);
	free(a);
}

static void
run_defers(struct arena *a)
{
	struct defer *d;

	while ((d = a->defers) != NULL) {
		a->defers = d->next;
		d->fn(d->arg);
	}
}

/* Every block, spare ones too, with the one list emptied into the other. */
static struct block *
take_blocks(struct arena *a)
{
	struct block *b, *all = a->spare;

	while ((b = a->head) != NULL) {
		a->head = b->next;
		block_wipe(b, a->secret);
		b->next = all;
		all = b;
	}
	a->spare = NULL;
	return all;
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next;
	size_t kept = 0;

	run_defers(a);
	for (b = take_blocks(a); b != NULL; b = next) {
		size_t size = sizeof(*b) + b->size;

		next = b->next;
		if (size > a->keep - kept) {
			block_free(b);
			continue;
		}
		kept += size;
		b->next = a->spare;
		a->spare = b;
	}
	a->next_size = BLOCK_MIN - sizeof(*b);
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct block *b = a->head;
	size_t step = DEBUG_TWIN ? n : round_up(n, alignof(max_align_t));
	void *p;

	if (n > ALLOC_MAX)
		out_of_memory(n);
	if (DEBUG_TWIN || b == NULL || b->size - b->used < step)
		b = block_add(a, step);
	p = b->data + b->used;
	b->used += step;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	return memset(p, 0, n);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory(SIZE_MAX);
	return arena_alloc(a, total);
}

void *
arena_memdup(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);

	return n == 0 ? q : memcpy(q, p, n);
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *q = arena_alloc(a, n + 1);

	return n == 0 ? q : memcpy(q, s, n);
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		out_of_memory(SIZE_MAX);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct defer *d = arena_alloc(a, sizeof(*d));

	*d = (struct defer) { .next = a->defers, .fn = fn, .arg = arg };
	a->defers = d;
}
