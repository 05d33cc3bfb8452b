/*
 * A worker's side of FastCGI: wait, take one connection, read one request
 * whole, answer it.
 *
 * Rules that were learned the hard way:
 * - libfcgi's accept drops the connection it has just taken when a signal
 *   arrives, so signals stay blocked but for two places where no connection
 *   is held: epoll_pwait(), and signals_deliver() before it. The latter is
 *   needed since epoll_pwait() lets no signal in while work is waiting.
 * - FCGX_Init() puts handlers of its own in place of SIG_DFL and SIG_IGN.
 * - FCGX_Detach() spares the wait for the peer's close, but a peer that is
 *   still writing then loses the reply: only when its input was read to the
 *   end.
 * - A reply without Content-Length that breaks off looks complete to nginx.
 */
#include "config.h"

#include "http/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "http/request.h"
#include "http/response.h"

/* Of a signal set, what sigemptyset() and its like fill. */
#define SIGSET_BYTES ((NSIG - 1) / 8)

struct fcgi {
	int epoll;
	sigset_t open; /* what `blocked` was made for */
	sigset_t blocked; /* the mask while waiting */
	FCGX_Request request;
	bool held; /* a request is being answered */
	bool whole; /* its input was read to the end */
};

/* libfcgi, with every disposition left as it was, SIGPIPE ignored. */
static int
library_init(void)
{
	static const int numbers[] = { SIGTERM, SIGUSR1 };
	struct sigaction before[2];
	size_t i;
	int r;

	for (i = 0; i < 2; i++)
		sigaction(numbers[i], NULL, &before[i]);
	r = FCGX_Init();
	for (i = 0; i < 2; i++)
		sigaction(numbers[i], &before[i], NULL);
	signal(SIGPIPE, SIG_IGN);
	return r;
}

static int
socket_watch(int epoll, int listen_fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int flags = fcntl(listen_fd, F_GETFL);

	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return -1;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, listen_fd, &ev);
}

static void
failed(const char *what, int error)
{
	log_error("fcgi.failed", KS("call", what),
	    KS("error", strerror(error)));
}

static void
open_set(struct fcgi *f, const sigset_t *open)
{
	int i;

	f->open = *open;
	sigfillset(&f->blocked);
	for (i = 1; i < NSIG; i++) {
		if (sigismember(open, i) == 1)
			sigdelset(&f->blocked, i);
	}
}

struct fcgi *
fcgi_new(int listen_fd)
{
	struct fcgi *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll < 0 || socket_watch(f->epoll, listen_fd) != 0) {
		failed("epoll", errno);
		goto fail;
	}
	if (library_init() != 0 ||
	    FCGX_InitRequest(&f->request, listen_fd, 0) != 0) {
		failed("FCGX_Init", errno);
		goto fail;
	}
	sigemptyset(&f->open);
	open_set(f, &f->open);
	return f;
fail:
	if (f->epoll >= 0)
		close(f->epoll);
	free(f);
	return NULL;
}

static void
request_end(struct fcgi *f)
{
	if (!f->held)
		return;
	f->held = false;
	if (f->whole)
		FCGX_Detach(&f->request);
	FCGX_Finish_r(&f->request);
}

void
fcgi_free(struct fcgi *f)
{
	if (f == NULL)
		return;
	f->whole = false;
	request_end(f);
	FCGX_Free(&f->request, 1);
	close(f->epoll);
	free(f);
}

/* Lets in what is pending; true if there was anything. */
static bool
signals_deliver(const struct fcgi *f)
{
	sigset_t pending, both, before;

	sigemptyset(&pending);
	sigpending(&pending);
	sigandset(&both, &pending, &f->open);
	if (sigisemptyset(&both))
		return false;
	sigprocmask(SIG_SETMASK, &f->blocked, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return true;
}

static enum fcgi_event
connection_wait(struct fcgi *f, int timeout_ms)
{
	struct epoll_event ev;
	int n = epoll_pwait(f->epoll, &ev, 1, timeout_ms, &f->blocked);

	if (n > 0)
		return FCGI_REQUEST;
	if (n == 0 || errno == EINTR)
		return FCGI_NOTHING;
	failed("epoll_pwait", errno);
	return FCGI_FAILED;
}

static enum fcgi_event
connection_accept(struct fcgi *f)
{
	int r = FCGX_Accept_r(&f->request);

	if (r == 0)
		return FCGI_REQUEST;
	switch (-r) {
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM:
		return FCGI_NOTHING;
	}
	failed("accept", -r);
	return FCGI_FAILED;
}

/* The vector and its strings in one block. */
static const char *const *
params_copy(struct arena *mem, char **envp)
{
	size_t i, n = 0, bytes = 0;
	const char **copy;
	char *text;

	for (; envp[n] != NULL; n++)
		bytes += strlen(envp[n]) + 1;
	copy = arena_array(mem, n + 1, sizeof(*copy));
	text = arena_alloc(mem, bytes);
	for (i = 0; i < n; i++) {
		copy[i] = text;
		text = stpcpy(text, envp[i]) + 1;
	}
	return copy;
}

/* False where there is none, or it is no number. A huge one is SIZE_MAX. */
static bool
content_length(const struct http_request *r, size_t *ret)
{
	const char *text = http_param(r, "CONTENT_LENGTH");
	size_t n = 0;

	if (text == NULL || *text == '\0')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *text - '0', &n))
			n = SIZE_MAX;
	}
	if (*text != '\0')
		return false;
	*ret = n;
	return true;
}

/*
 * Asking for one byte more than was announced shows the end of the input.
 * False when the client went away: half a body is no request.
 */
static bool
body_read_announced(struct fcgi *f, struct buf *b, size_t n)
{
	char *p = buf_reserve(b, n + 1);
	int got = FCGX_GetStr(p, (int)n + 1, f->request.in);

	if (got < 0 || (size_t)got != n)
		return false;
	buf_added(b, n);
	f->whole = true;
	return true;
}

static bool
body_read_unknown(struct fcgi *f, struct buf *b, size_t max)
{
	char chunk[4096];
	int got;

	while (b->n <= max && !f->whole) {
		got = FCGX_GetStr(chunk, sizeof(chunk), f->request.in);
		if (got < 0)
			return false;
		buf_put(b, chunk, (size_t)got);
		f->whole = (size_t)got < sizeof(chunk);
	}
	return true;
}

static bool
body_read(struct fcgi *f, struct arena *mem, size_t max,
    struct http_request *ret)
{
	struct buf b;
	size_t n = 0;
	bool announced = content_length(ret, &n), ok;

	if (max > INT_MAX - 1)
		max = INT_MAX - 1;
	ret->body = "";
	ret->body_too_large = n > max;
	if (ret->body_too_large)
		return true;
	buf_init(&b, mem, n + 1);
	ok = announced ? body_read_announced(f, &b, n)
		       : body_read_unknown(f, &b, max);
	if (!ok || FCGX_GetError(f->request.in) != 0)
		return false;
	ret->body_too_large = b.n > max;
	if (!ret->body_too_large) {
		ret->body = b.p;
		ret->body_n = b.n;
	}
	return true;
}

static const char *
param_or_empty(const struct http_request *r, const char *name)
{
	const char *v = http_param(r, name);

	return v != NULL ? v : "";
}

static bool
request_read(struct fcgi *f, struct arena *mem, size_t body_max,
    struct http_request *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->params = params_copy(mem, f->request.envp);
	ret->method = http_method_parse(param_or_empty(ret, "REQUEST_METHOD"));
	ret->query = param_or_empty(ret, "QUERY_STRING");
	ret->content_type = http_param(ret, "CONTENT_TYPE");
	if (ret->content_type != NULL && *ret->content_type == '\0')
		ret->content_type = NULL;
	ret->remote_addr = param_or_empty(ret, "REMOTE_ADDR");
	ret->path = http_path_find(mem, ret);
	return body_read(f, mem, body_max, ret);
}

enum fcgi_event
fcgi_next(struct fcgi *f, struct arena *mem, const sigset_t *open,
    int timeout_ms, size_t body_max, struct http_request *ret)
{
	enum fcgi_event event;

	f->whole = false; /* not answered: the peer may still write */
	request_end(f);
	if (memcmp(open, &f->open, SIGSET_BYTES) != 0)
		open_set(f, open);
	if (signals_deliver(f))
		return FCGI_NOTHING;
	event = connection_wait(f, timeout_ms);
	if (event == FCGI_REQUEST)
		event = connection_accept(f);
	if (event != FCGI_REQUEST)
		return event;
	f->held = true;
	f->whole = false;
	if (request_read(f, mem, body_max, ret))
		return FCGI_REQUEST;
	f->whole = false;
	request_end(f);
	return FCGI_NOTHING;
}

static void
header_put(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, name);
	buf_puts(b, ": ");
	buf_puts(b, value);
	buf_puts(b, "\r\n");
}

static void
head_put(struct buf *b, const struct http_response *r)
{
	size_t i;

	buf_puts(b, "Status: ");
	buf_puti(b, r->status);
	buf_putc(b, ' ');
	buf_puts(b, http_reason(r->status));
	buf_puts(b, "\r\n");
	if (r->content_type != NULL)
		header_put(b, "Content-Type", r->content_type);
	/* of a 304 it would be the length of what is not sent */
	if (r->status != 304) {
		buf_puts(b, "Content-Length: ");
		buf_puti(b, (int64_t)r->body.n);
		buf_puts(b, "\r\n");
	}
	for (i = 0; i < r->n_headers; i++)
		header_put(b, r->headers[i].name, r->headers[i].value);
	buf_puts(b, "\r\n");
}

static void
put(struct fcgi *f, const char *p, size_t n)
{
	int chunk;

	for (; n > 0; p += chunk, n -= (size_t)chunk) {
		chunk = n > INT_MAX ? INT_MAX : (int)n;
		if (FCGX_PutStr(p, chunk, f->request.out) < chunk)
			return; /* nobody listens any more */
	}
}

void
fcgi_reply(struct fcgi *f, const struct http_response *r, bool without_body)
{
	struct buf head;

	buf_init(&head, r->mem, 512);
	head_put(&head, r);
	put(f, head.p, head.n);
	if (!without_body)
		put(f, r->body.p, r->body.n);
	request_end(f);
}
