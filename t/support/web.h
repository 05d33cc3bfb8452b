/*
 * A blocking HTTP/1.1 client on loopback, for programs that load an
 * instance: one connection, its source address, one request after another.
 */
#ifndef SUPPORT_WEB_H
#define SUPPORT_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEB_REQUEST_MAX 4096
#define WEB_ANSWER_MAX  16384

struct web {
	int fd; /* -1: not open */
	int port;
	uint32_t from; /* source address in host order; 0: any */
};

struct web_answer {
	int status; /* 0: none, or not a whole one */
	bool closes; /* the server ends the connection */
	size_t n;
	char text[WEB_ANSWER_MAX]; /* head and body */
};

/* What is asked; bearer and body may be NULL. */
struct web_request {
	const char *method, *path, *bearer, *body;
	bool closes;
};

/* A socket that connects from `from` to that port; -1 with errno. */
int web_dial(int port, uint32_t from, int flags);
/* The request as bytes; its length. */
int web_format(const struct web_request *, char ret[WEB_REQUEST_MAX]);

/* Opens the connection where it is not, asks, and reads the answer. */
void web_ask(struct web *, const struct web_request *, struct web_answer *);
void web_close(struct web *);

/* The value of a header up to its line's end; false when absent. */
bool web_header(const struct web_answer *, const char *name, char *ret,
    size_t size);
const char *web_body(const struct web_answer *);

#endif
