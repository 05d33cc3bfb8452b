/*
 * One call of an operation. A handler reads `in` and `actor`, and answers a
 * payload or an error, never bytes.
 */
#ifndef DISPATCH_CALL_H
#define DISPATCH_CALL_H

#include "base/buf.h"
#include "dispatch/op.h"
#include "flow/authenticate.h"
#include "http/multipart.h"
#include "http/quota.h"

struct ctx;
struct http_request;
struct http_response;
struct tokens;

#define ROUTE_VARS 8

/* A variable of the path and its text, decoded. */
struct route_var {
	const char *name; /* without braces; not terminated */
	size_t name_n;
	const char *text;
};

struct call {
	struct ctx *cx;
	const struct http_request *req;
	struct http_response *res;
	const struct dialect *dialect;
	const struct route *route; /* NULL: none matched */
	const struct op *op;
	const struct realm *realm;
	struct route_var vars[ROUTE_VARS];
	size_t n_vars;
	const char *client_address;
	const char *address; /* what quotas count, see http_address_key() */
	const char *origin; /* Origin, when it may read the answer */

	const struct actor *actor; /* NULL: nobody is signed in */
	struct actor actor_row;
	bool bearer_given; /* there was one, good or bad */
	struct quota_state quota; /* the tightest that was counted */
	bool quota_counted;
	void *in; /* of the operation's in_size */
	struct http_part file; /* where the operation takes one */

	/* what the handler decided; see below */
	const void *out;
	size_t out_size; /* not 0: out is a struct list of such structs */
	const struct field *view;
	const struct field *alt_view; /* of the other dialect of a route */
	int status;
	const struct tokens *cookies;
	struct buf raw;
	const char *raw_type; /* content type of raw; NULL: not raw */
};

/* All return 0, to be returned by the handler. The payload must live as long
 * as the call. */

/* Shows the payload by the route's or the operation's view; a struct list
 * where the operation says out_list. */
int reply(struct call *, const void *payload);
/* {"message": …}, as the dialect words such answers. */
int reply_message(struct call *, const char *text);
/* 204 without a body. */
int reply_empty(struct call *);
/* What was written to raw. */
int reply_raw(struct call *, const char *content_type);

/* These tokens become cookies where the route says COOKIES_SET. */
void reply_cookies(struct call *, const struct tokens *);

/*
 * A value that only the handler can judge: err_field() under the name that
 * the client knows the row by. Returns ERR_VALIDATION_ERROR.
 */
int call_fault(struct call *, const char *row, const char *type,
    const char *message);
/* A cookie of the request, NULL when absent. */
const char *call_cookie(const struct call *, const char *name);
/* Who calls, for a session's row. device_info may be NULL. */
int call_client(struct call *, const char *device_info, struct client *ret);

#endif
