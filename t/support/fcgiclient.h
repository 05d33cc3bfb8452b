/* The web server's side of FastCGI, one request a connection. */
#ifndef SUPPORT_FCGICLIENT_H
#define SUPPORT_FCGICLIENT_H

#include <stddef.h>

struct fcgic_reply {
	int status; /* of the Status header, 200 without one */
	char head[4096]; /* header lines, NUL */
	char body[16384]; /* cut to fit, NUL */
	size_t body_n; /* as it was sent, uncut */
};

/* A connected socket, or -1. */
int fcgic_connect(const char *path);
/*
 * Sends method and path, the params NAME, value, ... up to NULL (params may
 * be NULL), and announces body_n bytes. 0 or -1.
 */
int fcgic_begin(int fd, const char *method, const char *path,
    const char *const *params, size_t body_n);
/* Sends a piece of the body; n 0 ends it. 0 or -1. */
int fcgic_body(int fd, const char *p, size_t n);
/* Reads to the end of the request: 0, or -1 when it was cut off. */
int fcgic_read(int fd, struct fcgic_reply *ret);

/* All of it without a body. The status, or -1. */
int fcgic_get(const char *socket_path, const char *path);
/* Returns once the other side has read all that was sent. */
void fcgic_wait_taken(int fd);

#endif
