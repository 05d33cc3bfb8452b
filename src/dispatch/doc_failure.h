/* The failures of all routes as components of their documentation. */
#ifndef DISPATCH_DOC_FAILURE_H
#define DISPATCH_DOC_FAILURE_H

#include <stddef.h>

#include "dispatch/answer.h"

struct buf;
struct failure;
struct schemas;

/* What routes referred to so far. */
struct failures {
	const struct schemas *schemas;
	struct failure *rows;
	size_t n;
};

void failures_init(struct failures *, const struct schemas *, size_t n_routes);

/* The component's name for these answers, which have one status. */
const char *failures_add(struct failures *, const struct answer *, size_t n);

/* "responses":{…} with all that were added. */
void failures_put(struct buf *, const struct failures *);

#endif
