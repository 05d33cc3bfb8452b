/*
 * A worker's end of FastCGI and a client's in one process: what the client
 * sends is put into the socket before the worker looks, so nobody waits.
 */
#ifndef T_FUZZ_WIRE_H
#define T_FUZZ_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct http_request;

#define WIRE_MAX (64 << 10) /* bytes of a connection: the socket takes them */

/*
 * Sends the bytes as a connection of its own, which then ends. True when
 * they made a request: it was shown to `see` and answered. What came back is
 * appended to reply.
 */
bool wire_run(struct arena *mem, const void *p, size_t n, size_t body_max,
    void (*see)(const struct http_request *, void *arg), void *arg,
    struct buf *reply);

/* Appends a record (FastCGI specification §3.3), n at most 65535. */
void wire_record(struct buf *, int type, const void *p, size_t n,
    uint8_t padding);
/* Appends a name-value pair (§3.4). */
void wire_pair(struct buf *, const char *name, size_t name_n,
    const char *value);

enum {
	WIRE_BEGIN = 1,
	WIRE_PARAMS = 4,
	WIRE_STDIN = 5,
};

#endif
