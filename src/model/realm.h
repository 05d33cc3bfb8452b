/*
 * A realm owns its users, its password rule, its token lifetimes, its `aud`
 * and its cookies. Nothing of one realm is visible from another. The three
 * built-in ones are known without asking the database.
 */
#ifndef MODEL_REALM_H
#define MODEL_REALM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"

struct conf;

enum password_rule {
	PASSWORD_STRONG, /* 8 characters of four classes, none too common */
	PASSWORD_LENGTH, /* 8 characters */
};

struct realm {
	struct uuid id;
	const char *name; /* also the `aud` of its tokens */
	enum password_rule password_rule;
};

enum realm_name { REALM_MAIN, REALM_AUCTORITAS, REALM_PLATFORM, REALM__MAX };

/* How long things last in a realm; copied into each session at sign-in. */
struct realm_lifetimes {
	int64_t access_s, refresh_s, idle_s, absolute_s;
};

const struct realm *realm_get(enum realm_name);
/* NULL when there is no such built-in realm. */
const struct realm *realm_find(const struct uuid *id);
const struct realm *realm_find_name(const char *name);
void realm_lifetimes(const struct realm *, const struct conf *,
    struct realm_lifetimes *ret);

#endif
