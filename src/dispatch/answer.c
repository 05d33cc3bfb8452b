#include "dispatch/answer.h"

#include <stdbool.h>
#include <stdlib.h>

#include "dispatch/schema.h"

static bool
has_json(const struct route *r)
{
	return schema_has_body(r->op->in);
}

static bool
has_file(const struct route *r)
{
	return r->op->file != NULL;
}

static bool
has_body(const struct route *r)
{
	return r->op->file != NULL || schema_has_body(r->op->in);
}

static bool
has_path(const struct route *r)
{
	for (const struct field *f = r->op->in; f && f->name != NULL; f++) {
		if ((f->flags & F_PATH) != 0)
			return true;
	}
	return false;
}

static bool
has_input(const struct route *r)
{
	for (const struct field *f = r->op->in; f && f->name != NULL; f++) {
		if ((f->flags & F_PATH) == 0)
			return true;
	}
	return has_file(r);
}

static bool
needs_user(const struct route *r)
{
	return r->op->auth >= AUTH_USER;
}

static bool
needs_admin(const struct route *r)
{
	return r->op->auth == AUTH_ADMIN;
}

static bool
takes_cookies(const struct route *r)
{
	return r->cookies != COOKIES_NONE ||
	    (r->op->auth != AUTH_NONE &&
		(dialects[r->dialect]->cookies || r->cookie_realm != NULL));
}

static bool
is_counted(const struct route *r)
{
	return r->op->quota != QUOTA_NONE;
}

static bool
uses_database(const struct route *r)
{
	return r->op->auth != AUTH_NONE || r->op->tx != TX_NONE;
}

static bool
writes(const struct route *r)
{
	return r->op->tx != TX_NONE;
}

static bool
always(const struct route *r)
{
	(void)r;
	return true;
}

static const struct {
	enum err err;
	bool (*applies)(const struct route *);
} rules[] = {
	{ ERR_BAD_REQUEST, has_file },
	{ ERR_MALFORMED_JSON, has_json },
	{ ERR_VALIDATION_ERROR, has_input },
	{ ERR_PAYLOAD_TOO_LARGE, has_body },
	{ ERR_UNSUPPORTED_MEDIA_TYPE, has_body },
	{ ERR_UNAUTHORIZED, needs_user },
	{ ERR_FORBIDDEN, needs_admin },
	{ ERR_CROSS_SITE, takes_cookies },
	{ ERR_RATE_LIMIT_EXCEEDED, is_counted },
	{ ERR_UNAVAILABLE, uses_database },
	{ ERR_COMMIT_UNKNOWN, writes },
	{ ERR_INTERNAL_ERROR, always },
};

/* The answers of one dialect, each once. */
struct answers {
	struct answer *rows;
	size_t n;
	enum dialect_id dialect;
};

static void
add(struct answers *a, enum err err)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->rows[i].err == err && a->rows[i].dialect == a->dialect)
			return;
	}
	a->rows[a->n++] = (struct answer) {
		.dialect = a->dialect,
		.err = err,
		.status = err_status(err, dialects[a->dialect]->errors),
	};
}

static void
add_all(struct answers *a, const struct route *r)
{
	const enum err *e = r->op->errors;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].applies(r))
			add(a, rules[i].err);
	}
	if (has_path(r))
		add(a,
		    r->op->no_such != ERR_NONE ? r->op->no_such
					       : ERR_NOT_FOUND);
	for (; e != NULL && *e != ERR_NONE; e++)
		add(a, *e);
}

static int
compare(const void *left, const void *right)
{
	const struct answer *a = left, *b = right;

	if (a->status != b->status)
		return a->status - b->status;
	if (a->dialect != b->dialect)
		return (int)a->dialect - (int)b->dialect;
	return (int)a->err - (int)b->err;
}

size_t
answers_of(const struct route *r, struct answer ret[ANSWERS_MAX])
{
	struct answers a = { .rows = ret, .dialect = r->dialect };

	add_all(&a, r);
	if (r->alt_key != NULL) {
		a.dialect = r->alt;
		add_all(&a, r);
	}
	qsort(ret, a.n, sizeof(*ret), compare);
	return a.n;
}

const char *
answer_name(enum err err)
{
	static const char *const names[ERR__MAX] = {
#define ERR(name, ...) [ERR_##name] = #name,
#include "base/err.def"
#undef ERR
	};

	return names[err];
}
