/*
 * Writing JSON documents by hand. What stands before tells whether a comma
 * is needed, so nobody has to remember. A NULL name is an item of an array.
 */
#ifndef DISPATCH_DOC_H
#define DISPATCH_DOC_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* "name": and the value is the caller's. */
void doc_key(struct buf *, const char *name);
/* "name": { or [ */
void doc_open(struct buf *, const char *name, char bracket);
void doc_close(struct buf *, char bracket);
void doc_text(struct buf *, const char *name, const char *text);
void doc_int(struct buf *, const char *name, int64_t);
void doc_bool(struct buf *, const char *name, bool);
/* Text that is JSON already. */
void doc_json(struct buf *, const char *name, const char *json);
/* "name":{"$ref":"#/components/KIND/TARGET"} */
void doc_ref(struct buf *, const char *name, const char *kind,
    const char *target);
/* "headers":{…}, all of them components; NULL ends the names. */
void doc_put_headers(struct buf *, const char *const *names);

#endif
