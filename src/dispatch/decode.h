/* Input of a call: path, query, header and body into the operation's struct. */
#ifndef DISPATCH_DECODE_H
#define DISPATCH_DECODE_H

struct call;

/*
 * Fills c->in. ERR_NOT_FOUND (or the operation's own) for a malformed path
 * variable, ERR_UNSUPPORTED_MEDIA_TYPE, ERR_PAYLOAD_TOO_LARGE,
 * ERR_MALFORMED_JSON, ERR_VALIDATION_ERROR with the fields.
 */
int decode_input(struct call *);

/* The string that was decoded into a row; NULL when there is none. */
const char *decode_string(const struct call *, const char *name);

#endif
