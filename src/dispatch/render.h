/* The answer of a call: payload, errors, headers. */
#ifndef DISPATCH_RENDER_H
#define DISPATCH_RENDER_H

struct call;

/* Forgets what an earlier run of the handler decided. */
void render_forget(struct call *);
/* Writes what the handler decided. 0. */
int render_payload(struct call *);
/* Any failure, in the dialect's envelope. r as functions return it. */
void render_error(struct call *, int r);
/* The headers that every answer has. */
void render_headers(struct call *);

#endif
