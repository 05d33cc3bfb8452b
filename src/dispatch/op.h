/*
 * An operation is what can be done; a route is where a dialect offers it. An
 * operation is declared once: who may call it, what it counts against, what
 * goes in and out. Both are rows of tables that dispatch/router.c checks at
 * the start.
 */
#ifndef DISPATCH_OP_H
#define DISPATCH_OP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/field.h"
#include "dialect/dialect.h"
#include "http/quota.h"
#include "http/request.h"

struct call;

enum auth_level {
	AUTH__UNSET, /* a mistake that the validator finds */
	AUTH_NONE,
	AUTH_OPTIONAL, /* a good credential is used, a bad one ignored */
	AUTH_USER,
	AUTH_ADMIN,
};

enum tx_kind {
	TX_NONE, /* reads only, or nothing */
	TX_WRITE, /* run and render are one transaction, repeated at need */
	TX_FLOW, /* the flow opens its own, since it hashes or calls out */
};

#define OP_BODY_MAX (1024 * 1024)

/* .errors = ERRORS(ERR_WEAK_PASSWORD, ERR_EMAIL_ALREADY_REGISTERED) */
#define ERRORS(...)                                                            \
	(const enum err[])                                                     \
	{                                                                      \
		__VA_ARGS__, ERR_NONE                                          \
	}

struct op {
	const char *id; /* "session.revoke" */
	const char *summary; /* one line for people */
	enum auth_level auth;
	enum tx_kind tx;
	enum quota_class quota;
	/* also counts per value of this input, an e-mail address */
	const char *quota_field;
	/* what giving quota_field counts in, per value and per caller, where
	 * the operation does more than that; 0: in quota, per value */
	enum quota_class field_quota;
	bool hashes; /* waits at the hashing gate */
	bool cacheable; /* no no-store, but an ETag and 304 */
	size_t body_max; /* bytes; 0: OP_BODY_MAX */
	const char *file; /* takes a form with this file: call.file */
	const struct field *in;
	size_t in_size;
	const struct field *out; /* NULL: a message, raw bytes or nothing */
	/* not 0: the payload is a struct list of structs of this size, shown
	 * as an array of what out describes */
	size_t out_list;
	int status; /* of success; 0: 200 */
	enum err no_such; /* for a malformed id in the path; 0: NOT_FOUND */

	/* for the API's documentation, which tests hold every answer against */
	const char *about; /* more than the summary, Markdown; may be NULL */
	/* what the handler answers beyond dispatch/answer.h; see ERRORS() */
	const enum err *errors;
	int also; /* another status of success: 202, a message, or 204 */
	const char *media; /* of reply_raw(); NULL: JSON by `out` */

	int (*run)(struct call *);
};

enum cookie_use {
	COOKIES_NONE,
	COOKIES_SET, /* the tokens of the answer become cookies */
	COOKIES_CLEAR,
};

struct route {
	enum dialect_id dialect;
	enum http_method method; /* GET serves HEAD too */
	const char *path; /* {name} is the F_PATH row of that name */
	const struct op *op; /* NULL ends a table */
	int status; /* 0: the operation's */
	const struct field *out; /* NULL: the operation's */
	enum cookie_use cookies;
	/* without a bearer: the access cookie of this realm's users */
	const char *cookie_realm;
	/* a body with the member alt_key, and not main_key, is alt's */
	enum dialect_id alt;
	const char *main_key, *alt_key;
	const struct field *alt_out;
};

#define GET    HTTP_GET
#define POST   HTTP_POST
#define PUT    HTTP_PUT
#define PATCH  HTTP_PATCH
#define DELETE HTTP_DELETE

#endif
