/*
 * FastCGI through libfcgi, with an accept loop of our own: libfcgi's own
 * signal handling and its blocking accept lose requests. Signals are open
 * only inside epoll_pwait().
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct http_request;
struct http_response;
struct fcgi;

/*
 * One a process, after the fork. The listening socket is made non-blocking,
 * SIGPIPE ignored. NULL after a log line.
 */
struct fcgi *fcgi_new(int listen_fd);
void fcgi_free(struct fcgi *);

enum fcgi_event {
	FCGI_REQUEST, /* one is held: answer it with fcgi_reply() */
	FCGI_NOTHING, /* another worker was faster, a signal came, time is up */
	FCGI_FAILED, /* the socket is broken; logged */
};

/*
 * Waits with the signals of `open` deliverable, at most timeout_ms (-1 for
 * ever). A request is read whole, body included, up to body_max bytes; of a
 * larger one body_too_large is set. Its memory is mem's.
 *
 * The caller keeps those signals blocked all the time. A handler only sets a
 * flag, and the loop looks at its flags after every call: one that is already
 * pending is delivered before anything else, even if requests are waiting,
 * and gives FCGI_NOTHING. So nobody else needs sigpending().
 */
enum fcgi_event fcgi_next(struct fcgi *, struct arena *mem,
    const sigset_t *open, int timeout_ms, size_t body_max,
    struct http_request *ret);

/* Sends it, with Content-Length always, and is ready for the next. */
void fcgi_reply(struct fcgi *, const struct http_response *, bool without_body);

#endif
