/*
 * The way of a request, each step by its name:
 *
 *	match, flood, authenticate, quota, authorise, decode, mail quota,
 *	begin, run, render, commit
 *
 * What comes before (accept) and after (send) is the worker's; tests call
 * pipeline_serve() in process without either.
 */
#ifndef DISPATCH_PIPELINE_H
#define DISPATCH_PIPELINE_H

#include <stddef.h>

struct arena;
struct conf;
struct db;
struct http_request;
struct http_response;
struct keyring;
struct master_key;
struct shared;

/* What a worker process has for life. */
struct service {
	const struct conf *conf;
	struct shared *shared;
	const struct master_key *master;
	struct keyring *keys;
	struct db *db;
	struct arena *mem; /* the request's; reset by the caller afterwards */
	struct arena *secret; /* reset by pipeline_serve() */
};

/*
 * Builds and validates the router once, before any fork. 0, or <0 after a
 * log line for every mistake in the tables: two routes that match the same
 * path, an operation without an authentication level, a path variable that
 * is no input field.
 */
int pipeline_init(const struct conf *);

/* The largest body any operation takes. */
size_t pipeline_body_max(void);

/*
 * Answers the request: ret is complete whatever happens. The body's bytes are
 * wiped afterwards, since it may have held a password.
 */
void pipeline_serve(struct service *, const struct http_request *,
    struct http_response *ret);

#endif
