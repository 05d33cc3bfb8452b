/*
 * Growth doubles and copies; the old bytes stay with the arena until its
 * reset. Invariants: n <= cap, cap + 1 bytes are allocated, p[n] is NUL.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define BUF_MIN ((size_t)64)

void
buf_init(struct buf *b, struct arena *mem, size_t hint)
{
	size_t cap = hint < BUF_MIN ? BUF_MIN : hint;

	*b = (struct buf) { .mem = mem, .cap = cap };
	b->p = arena_alloc(mem, cap + 1);
}

char *
buf_reserve(struct buf *b, size_t n)
{
	size_t want, cap;
	char *p;

	if (n <= b->cap - b->n)
		return b->p + b->n;
	/* what overflows here, arena_alloc() refuses */
	want = n > SIZE_MAX / 2 - b->n ? SIZE_MAX / 2 : b->n + n;
	cap = want > 2 * b->cap ? want : 2 * b->cap;
	p = arena_alloc(b->mem, cap + 1);
	memcpy(p, b->p, b->n);
	b->p = p;
	b->cap = cap;
	return p + b->n;
}

void
buf_added(struct buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	buf_added(b, n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_puti(struct buf *b, int64_t i)
{
	char digits[20], *end = digits + sizeof(digits), *at = end;
	uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (i < 0)
		*--at = '-';
	buf_put(b, at, (size_t)(end - at));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->cap - b->n + 1, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->p[b->n] = '\0';
		return;
	}
	if ((size_t)n > b->cap - b->n) {
		char *p = buf_reserve(b, (size_t)n);

		va_start(ap, fmt);
		vsnprintf(p, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	buf_added(b, (size_t)n);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->p[0] = '\0';
}
