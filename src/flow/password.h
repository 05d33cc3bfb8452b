/*
 * Passwords as the flows use them: the realm's rule, the hashing gate and the
 * configured cost in one place. Never inside a transaction.
 */
#ifndef FLOW_PASSWORD_H
#define FLOW_PASSWORD_H

#include <stdbool.h>

struct ctx;
struct realm;

/* 0, or ERR_WEAK_PASSWORD. */
int password_allowed(struct ctx *, const struct realm *, const char *password);

/* ret_phc lives in the call's arena. ERR_UNAVAILABLE when the gate is full. */
int password_make(struct ctx *, const char *password, const char **ret_phc);

/*
 * phc may be NULL, for an account that does not exist or has no password:
 * the answer is no, after the same time. *ret_phc becomes a new string when
 * the stored one should be replaced, else NULL.
 */
int password_match(struct ctx *, const char *phc, const char *password,
    bool *ret_match, const char **ret_phc);

#endif
