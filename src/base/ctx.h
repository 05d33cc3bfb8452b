/*
 * What a call carries through every floor: its memory, its database, the
 * time it started at, and why it failed, if it did. One request has one; so
 * has one run of a job or of a cardeactl command.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct conf;
struct db;
struct keyring;
struct master_key;
struct shared;

#define CTX_REQUEST_ID_MAX 64

/* One field that did not pass, named as the client spelled it. */
struct fail_field {
	const char *field;
	const char *message;
	const char *type; /* "required", "type", "length", "format", … */
};

/* One member of error.details; its name is never recased. */
struct fail_detail {
	const char *name;
	const char *text; /* NULL: it is the number */
	int64_t number;
};

#define FAIL_FIELDS  16
#define FAIL_DETAILS 8

struct fail {
	const char *text; /* NULL: the text of the code */
	int64_t retry_after_s; /* 0: no Retry-After */
	size_t n_fields;
	struct fail_field fields[FAIL_FIELDS];
	size_t n_details;
	struct fail_detail details[FAIL_DETAILS];
};

struct ctx {
	struct arena *mem;
	struct arena *secret;
	struct db *db; /* NULL where no database is used */
	const struct conf *conf;
	struct shared *shared;
	const struct master_key *master;
	struct keyring *keys; /* model/key.h */
	int64_t now_us; /* wall clock at the start of this call */
	bool queued; /* the outbox got a row: wake the jobs after commit */
	char request_id[CTX_REQUEST_ID_MAX + 1];
	struct fail fail;
};

/* Forgets a failure, as before a second try. */
void ctx_fail_clear(struct ctx *);

/*
 * These note why and return e, so that `return err_set(…)` reads well. text
 * may be NULL (the code's own text); it and the names must live as long as
 * the call.
 */
int err_set(struct ctx *, enum err e, const char *text);
/* Adds to the list of fields and returns ERR_VALIDATION_ERROR. */
int err_field(struct ctx *, const char *field, const char *type,
    const char *message);
void err_detail_text(struct ctx *, const char *name, const char *text);
void err_detail_int(struct ctx *, const char *name, int64_t number);
int err_retry(struct ctx *, enum err e, int64_t retry_after_s);

#endif
