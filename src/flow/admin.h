/* First accounts, made at the machine itself. */
#ifndef FLOW_ADMIN_H
#define FLOW_ADMIN_H

#include "base/id.h"

struct ctx;

/*
 * An administrator of the realm "main" or "platform", e-mail taken as
 * verified. ERR_VALIDATION_ERROR, ERR_WEAK_PASSWORD,
 * ERR_EMAIL_ALREADY_REGISTERED, with the words in cx->fail.
 */
int admin_create(struct ctx *, const char *realm, const char *email,
    const char *name, const char *password, struct uuid *ret_id);

#endif
