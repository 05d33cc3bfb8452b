/*
 * A growing byte buffer in an arena. The text is always followed by a NUL
 * that n does not count.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct buf {
	struct arena *mem;
	char *p; /* never NULL after buf_init() */
	size_t n;
	size_t cap;
};

void buf_init(struct buf *, struct arena *, size_t hint);
void buf_put(struct buf *, const void *p, size_t n);
void buf_puts(struct buf *, const char *s);
void buf_puti(struct buf *, int64_t i);
void buf_printf(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Makes room for n more bytes and returns where they go; see buf_added(). */
char *buf_reserve(struct buf *, size_t n);
void buf_added(struct buf *, size_t n);

static inline void
buf_putc(struct buf *b, char c)
{
	char *p = b->n < b->cap ? b->p + b->n : buf_reserve(b, 1);

	p[0] = c;
	p[1] = '\0';
	b->n++;
}

/* Keeps the memory. */
void buf_clear(struct buf *);

#endif
