/* Answers are read to the end that Content-Length says, or to the close. */
#include "config.h"

#include "support/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TIMEOUT_S 20

static struct sockaddr_in
loopback(uint32_t address, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(address);
	return a;
}

int
web_dial(int port, uint32_t from, int flags)
{
	struct sockaddr_in to = loopback(INADDR_LOOPBACK, port);
	struct sockaddr_in source = loopback(from, 0);
	struct timeval limit = { TIMEOUT_S, 0 };
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	/* the port is chosen at connect, by source and target together */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (from == 0 ||
	    bind(fd, (struct sockaddr *)&source, sizeof(source)) == 0) {
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ||
		    (flags & SOCK_NONBLOCK) != 0)
			return fd;
	}
	close(fd);
	return -1;
}

int
web_format(const struct web_request *rq, char ret[WEB_REQUEST_MAX])
{
	const char *bearer = rq->bearer, *body = rq->body;
	int n = snprintf(ret, WEB_REQUEST_MAX,
	    "%s %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s%s", rq->method,
	    rq->path, rq->closes ? "Connection: close\r\n" : "",
	    bearer != NULL ? "Authorization: Bearer " : "",
	    bearer != NULL ? bearer : "", bearer != NULL ? "\r\n" : "");

	if (body != NULL)
		n += snprintf(ret + n, (size_t)(WEB_REQUEST_MAX - n),
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n%s",
		    strlen(body), body);
	else
		n += snprintf(ret + n, (size_t)(WEB_REQUEST_MAX - n), "\r\n");
	return n;
}

bool
web_header(const struct web_answer *a, const char *name, char *ret, size_t size)
{
	const char *p = strstr(a->text, "\r\n");
	const char *end = strstr(a->text, "\r\n\r\n");
	size_t name_n = strlen(name), n;

	for (; p != NULL && p < end; p = strstr(p + 2, "\r\n")) {
		if (strncasecmp(p + 2, name, name_n) != 0 ||
		    p[2 + name_n] != ':')
			continue;
		p += 3 + name_n;
		p += strspn(p, " ");
		n = strcspn(p, "\r");
		if (n >= size)
			return false;
		memcpy(ret, p, n);
		ret[n] = '\0';
		return true;
	}
	return false;
}

const char *
web_body(const struct web_answer *a)
{
	const char *p = strstr(a->text, "\r\n\r\n");

	return p == NULL ? "" : p + 4;
}

/* Whole, as far as Content-Length says; without one, only at the close. */
static bool
answer_whole(struct web_answer *a, bool ended)
{
	char value[32];
	const char *body = strstr(a->text, "\r\n\r\n");

	if (body == NULL || strncmp(a->text, "HTTP/1.1 ", 9) != 0)
		return false;
	if (!web_header(a, "Content-Length", value, sizeof(value)))
		return ended;
	return a->n - (size_t)(body + 4 - a->text) >= strtoul(value, NULL, 10);
}

static void
answer_read(struct web *w, struct web_answer *a)
{
	char value[32];
	ssize_t r;

	do {
		r = recv(w->fd, a->text + a->n, sizeof(a->text) - 1 - a->n, 0);
		a->n += r > 0 ? (size_t)r : 0;
		a->text[a->n] = '\0';
	} while (
	    r > 0 && !answer_whole(a, false) && a->n < sizeof(a->text) - 1);
	if (!answer_whole(a, r == 0))
		return;
	a->status = (int)strtol(a->text + 9, NULL, 10);
	a->closes = r == 0 ||
	    (web_header(a, "Connection", value, sizeof(value)) &&
		strcasecmp(value, "close") == 0);
}

void
web_ask(struct web *w, const struct web_request *rq, struct web_answer *a)
{
	char bytes[WEB_REQUEST_MAX];
	int n = web_format(rq, bytes);

	a->status = 0;
	a->n = 0;
	a->closes = true;
	a->text[0] = '\0';
	if (w->fd < 0)
		w->fd = web_dial(w->port, w->from, 0);
	if (w->fd < 0)
		return;
	if (send(w->fd, bytes, (size_t)n, MSG_NOSIGNAL) == n)
		answer_read(w, a);
	if (a->status == 0 || a->closes)
		web_close(w);
}

void
web_close(struct web *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}
