/* The listening socket has a name of the kernel's choice, and no file. */
#include "config.h"

#include "wire.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"
#include "http/fcgi.h"
#include "http/request.h"
#include "http/response.h"

/*
 * Read by LeakSanitizer: libfcgi 2.4.2 forgets 48 bytes of a connection that
 * ends within its parameters.
 */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfcgi\n";
}

static struct fcgi *worker;
static struct sockaddr_un address;
static socklen_t address_n;

static void
worker_start(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	HOLDS(bind(fd, (struct sockaddr *)&address, sizeof(sa_family_t)) == 0);
	address_n = sizeof(address);
	HOLDS(getsockname(fd, (struct sockaddr *)&address, &address_n) == 0);
	HOLDS(listen(fd, 8) == 0);
	worker = fcgi_new(fd);
	HOLDS(worker != NULL);
}

static int
client_send(const char *p, size_t n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	HOLDS(connect(fd, (struct sockaddr *)&address, address_n) == 0);
	HOLDS(n == 0 || send(fd, p, n, MSG_DONTWAIT) == (ssize_t)n);
	HOLDS(shutdown(fd, SHUT_WR) == 0);
	return fd;
}

static void
client_read(int fd, struct buf *reply)
{
	ssize_t n;

	while ((n = recv(fd, buf_reserve(reply, 4096), 4096, MSG_DONTWAIT)) > 0)
		buf_added(reply, (size_t)n);
	close(fd);
}

static void
answer(struct arena *mem, const struct http_request *req)
{
	struct http_response res;

	http_response_init(&res, mem);
	res.status = 200;
	res.content_type = "text/plain";
	buf_puts(&res.body, "seen");
	fcgi_reply(worker, &res, req->method == HTTP_HEAD);
}

bool
wire_run(struct arena *mem, const void *p, size_t n, size_t body_max,
    void (*see)(const struct http_request *, void *arg), void *arg,
    struct buf *reply)
{
	struct http_request req;
	enum fcgi_event event;
	sigset_t none;
	int fd;

	if (worker == NULL)
		worker_start();
	sigemptyset(&none);
	fd = client_send(p, n);
	event = fcgi_next(worker, mem, &none, 0, body_max, &req);
	HOLDS(event != FCGI_FAILED);
	if (event == FCGI_REQUEST) {
		see(&req, arg);
		answer(mem, &req);
	}
	client_read(fd, reply);
	return event == FCGI_REQUEST;
}

void
wire_record(struct buf *b, int type, const void *p, size_t n, uint8_t padding)
{
	uint8_t head[8] = { 1, (uint8_t)type, 0, 1, (uint8_t)(n >> 8),
		(uint8_t)n, padding, 0 };
	static const char blank[255];

	buf_put(b, head, sizeof(head));
	buf_put(b, p, n);
	buf_put(b, blank, padding);
}

static void
put_length(struct buf *b, size_t n)
{
	if (n > 127) {
		buf_putc(b, (char)(0x80 | (n >> 24)));
		buf_putc(b, (char)(n >> 16));
		buf_putc(b, (char)(n >> 8));
	}
	buf_putc(b, (char)n);
}

void
wire_pair(struct buf *b, const char *name, size_t name_n, const char *value)
{
	put_length(b, name_n);
	put_length(b, strlen(value));
	buf_put(b, name, name_n);
	buf_puts(b, value);
}
