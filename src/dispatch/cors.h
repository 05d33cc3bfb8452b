/*
 * Cross-origin rules: who may read answers (the Fetch standard's CORS
 * protocol), and who may use cookies at all (cross-site request forgery).
 * Origins are compared whole, with those of the setting allowed_origins and
 * our own; "null" is nobody's.
 */
#ifndef DISPATCH_CORS_H
#define DISPATCH_CORS_H

#include <stdbool.h>

struct call;

/* Sets c->origin when the request's origin is a listed one. */
void cors_note_origin(struct call *);
/* The headers of an answer. */
void cors_headers(struct call *);
/* Those of the answer to a preflight. */
void cors_preflight(struct call *, const char *allow);
/* 0, or ERR_CROSS_SITE: another site made the browser send this. */
int cors_check_cookies(struct call *);

#endif
