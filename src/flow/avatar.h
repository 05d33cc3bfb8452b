/* A user's picture: uploaded, shown, taken away. */
#ifndef FLOW_AVATAR_H
#define FLOW_AVATAR_H

#include <stddef.h>

struct ctx;
struct user;

#define AVATAR_MAX (5 * 1024 * 1024) /* bytes */

/*
 * Cleans the picture and makes it the user's; *u is as it then stands.
 * ERR_INVALID_IMAGE names the field `file`. Opens its own transaction.
 */
int avatar_upload(struct ctx *, struct user *u, const void *p, size_t n);

/* No picture any more, whoever showed it. In a transaction. */
int avatar_remove(struct ctx *, struct user *u);

#endif
