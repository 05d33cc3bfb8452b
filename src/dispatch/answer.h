/*
 * The failures that a route may answer with: what its operation lists, and
 * what follows from its columns. 405 and the lack of a route belong to no
 * operation.
 */
#ifndef DISPATCH_ANSWER_H
#define DISPATCH_ANSWER_H

#include <stddef.h>

#include "dispatch/op.h"

struct answer {
	enum dialect_id dialect; /* whose envelope: the route's, or its alt */
	enum err err;
	int status;
};

#define ANSWERS_MAX ((size_t)2 * ERR__MAX)

/* By status, dialect and error. Returns how many. */
size_t answers_of(const struct route *, struct answer ret[ANSWERS_MAX]);

/* "VALIDATION_ERROR": the row's name, whatever a dialect shows. */
const char *answer_name(enum err);

#endif
