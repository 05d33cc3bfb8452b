/*
 * The answers that say no. Most operations share most of them, so each set of
 * errors with one status is written once; the examples are what the dialects
 * themselves write.
 */
#include "dispatch/doc_failure.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "dispatch/doc.h"
#include "dispatch/schema.h"
#include "http/quota.h"

#define EXAMPLE_US   INT64_C(1763289000000000) /* 2025-11-16T10:30:00Z */
#define EXAMPLE_WAIT 42 /* seconds */

/* Errors that share a status, as one answer of one or two dialects. */
struct failure {
	const char *name;
	const struct answer *rows;
	size_t n;
};

void
failures_init(struct failures *f, const struct schemas *schemas,
    size_t n_routes)
{
	f->schemas = schemas;
	f->n = 0;
	f->rows =
	    arena_array(schemas->mem, n_routes * ERR__MAX, sizeof(*f->rows));
}

static const char *
failure_name(struct arena *mem, const struct answer *rows, size_t n)
{
	struct buf b;

	buf_init(&b, mem, 64);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || rows[i].dialect != rows[i - 1].dialect)
			buf_printf(&b, "%s%s.", i == 0 ? "" : "_",
			    dialects[rows[i].dialect]->name);
		else
			buf_putc(&b, '-');
		buf_puts(&b, answer_name(rows[i].err));
	}
	return b.p;
}

const char *
failures_add(struct failures *all, const struct answer *rows, size_t n)
{
	struct arena *mem = all->schemas->mem;
	const char *name = failure_name(mem, rows, n);
	struct failure *f = all->rows;

	while (f < all->rows + all->n && strcmp(f->name, name) != 0)
		f++;
	if (f == all->rows + all->n) {
		all->n++;
		*f = (struct failure) { name,
			arena_memdup(mem, rows, n * sizeof(*rows)), n };
	}
	return f->name;
}

static const char *
failure_codes(struct arena *mem, const struct failure *f)
{
	struct buf b;

	buf_init(&b, mem, 128);
	for (size_t i = 0; i < f->n; i++) {
		enum err_column column = dialects[f->rows[i].dialect]->errors;

		buf_printf(&b, "%s`%s`: %s.", i == 0 ? "" : "\n\n",
		    err_code(f->rows[i].err, column),
		    err_text(f->rows[i].err, column));
	}
	return b.p;
}

static void
put_failure_headers(struct buf *b, int status)
{
	const char *names[8] = { "X-Request-ID" };
	size_t n = 1;

	if (status == 401)
		names[n++] = "WWW-Authenticate";
	if (status == 423 || status == 429 || status == 503)
		names[n++] = "Retry-After";
	if (status == 429) {
		names[n++] = "X-RateLimit-Limit";
		names[n++] = "X-RateLimit-Remaining";
		names[n++] = "X-RateLimit-Reset";
	}
	doc_put_headers(b, names);
}

static void
use_envelope(struct buf *out, const struct schemas *s, const char *key,
    const struct answer *a)
{
	const struct dialect *d = dialects[a->dialect];

	schema_use(out, s, key,
	    a->status == 429 && d->envelope_429 != NULL ? d->envelope_429
							: d->envelope,
	    a->dialect, SCHEMA_OUT);
}

static void
put_failure_schema(struct buf *b, const struct schemas *s,
    const struct failure *f)
{
	const struct answer *last = &f->rows[f->n - 1];

	if (last->dialect == f->rows[0].dialect) {
		use_envelope(b, s, "schema", last);
		return;
	}
	doc_open(b, "schema", '{');
	doc_open(b, "anyOf", '[');
	use_envelope(b, s, NULL, &f->rows[0]);
	use_envelope(b, s, NULL, last);
	doc_close(b, ']');
	doc_close(b, '}');
}

/* What the dialect itself would answer. */
static void
put_failure_example(struct buf *out, const struct answer *a)
{
	const struct dialect *d = dialects[a->dialect];
	struct quota_state quota = { .limit = 100 };
	struct fail fail = { 0 };
	struct error_view v = {
		.err = a->err,
		.status = a->status,
		.code = err_code(a->err, d->errors),
		.text = err_text(a->err, d->errors),
		.fail = &fail,
		.path = d->mounts[0] != NULL ? d->mounts[0] : "/",
		.request_id = "req_01kx5x1vc0f8nv6fak7xg62wbh",
		.now_us = EXAMPLE_US,
		.quota = &quota,
	};
	struct buf b;

	if (a->err == ERR_VALIDATION_ERROR) {
		fail.n_fields = 1;
		fail.fields[0] =
		    (struct fail_field) { "email", "is required", "required" };
	}
	if (a->status == 429)
		fail.retry_after_s = EXAMPLE_WAIT;
	buf_init(&b, out->mem, 512);
	d->error(&b, &v);
	doc_open(out,
	    arena_printf(out->mem, "%s.%s", d->name, answer_name(a->err)), '{');
	doc_json(out, "value", b.p);
	doc_close(out, '}');
}

static void
put_failure(struct buf *b, const struct schemas *s, const struct failure *f)
{
	doc_open(b, f->name, '{');
	doc_text(b, "description", failure_codes(b->mem, f));
	put_failure_headers(b, f->rows[0].status);
	doc_open(b, "content", '{');
	doc_open(b, "application/json", '{');
	put_failure_schema(b, s, f);
	doc_open(b, "examples", '{');
	for (size_t i = 0; i < f->n; i++)
		put_failure_example(b, &f->rows[i]);
	doc_close(b, '}');
	doc_close(b, '}');
	doc_close(b, '}');
	doc_open(b, "x-error-codes", '[');
	for (size_t i = 0; i < f->n; i++)
		doc_text(b, NULL,
		    err_code(f->rows[i].err,
			dialects[f->rows[i].dialect]->errors));
	doc_close(b, ']');
	doc_close(b, '}');
}

void
failures_put(struct buf *b, const struct failures *all)
{
	doc_open(b, "responses", '{');
	for (size_t i = 0; i < all->n; i++)
		put_failure(b, all->schemas, &all->rows[i]);
	doc_close(b, '}');
}
