/*
 * A client with a worker of its own: the pipeline over its own database
 * connection and key ring, beside others on the same database. For tests of
 * what happens at once.
 */
#ifndef SUPPORT_ACTOR_H
#define SUPPORT_ACTOR_H

#include <stddef.h>

#include "base/ctx.h"
#include "dispatch/pipeline.h"
#include "http/request.h"
#include "support/api.h"

struct actor_client {
	struct service service;
	struct ctx cx; /* holds the connection */
	int status; /* of the last answer */
	char body[4096];
};

/* From the database and keys of an open api. */
void client_open(struct actor_client *, const struct api *base);
void client_close(struct actor_client *);

/* bearer and body may be NULL. Returns the status. */
int client_send(struct actor_client *, enum http_method, const char *path,
    const char *bearer, const char *body);

/*
 * Copies a string member of the last body ("tokens.access_token"); false
 * when it is not there.
 */
bool client_member(const struct actor_client *, const char *path, char *ret,
    size_t size);

#endif
