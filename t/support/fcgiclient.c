/* FastCGI specification 1.0: records of eight bytes of header and content. */
#include "fcgiclient.h"

#include <linux/sockios.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };

#define RECORD_MAX 65535

int
fcgic_connect(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
send_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = send(fd, at, n, MSG_NOSIGNAL);

		if (done <= 0)
			return -1;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

static int
record(int fd, int type, const void *p, size_t n)
{
	unsigned char head[8] = { 1, (unsigned char)type, 0, 1,
		(unsigned char)(n >> 8), (unsigned char)n };

	return send_all(fd, head, sizeof(head)) == 0 ? send_all(fd, p, n) : -1;
}

static size_t
length_put(char *to, size_t n)
{
	if (n < 128) {
		to[0] = (char)n;
		return 1;
	}
	to[0] = (char)(0x80 | n >> 24);
	to[1] = (char)(n >> 16);
	to[2] = (char)(n >> 8);
	to[3] = (char)n;
	return 4;
}

static size_t
param_put(char *to, const char *name, const char *value)
{
	size_t name_n = strlen(name), value_n = strlen(value), n;

	n = length_put(to, name_n);
	n += length_put(to + n, value_n);
	memcpy(to + n, name, name_n);
	memcpy(to + n + name_n, value, value_n);
	return n + name_n + value_n;
}

int
fcgic_begin(int fd, const char *method, const char *path,
    const char *const *params, size_t body_n)
{
	static const char begin[8] = { 0, 1 };
	char text[RECORD_MAX], length[24];
	size_t n = 0;

	snprintf(length, sizeof(length), "%zu", body_n);
	n += param_put(text + n, "REQUEST_METHOD", method);
	n += param_put(text + n, "REQUEST_URI", path);
	n += param_put(text + n, "QUERY_STRING", "");
	n += param_put(text + n, "REMOTE_ADDR", "192.0.2.1");
	n += param_put(text + n, "CONTENT_LENGTH", body_n > 0 ? length : "");
	for (; params != NULL && *params != NULL; params += 2)
		n += param_put(text + n, params[0], params[1]);
	if (record(fd, BEGIN, begin, sizeof(begin)) != 0 ||
	    record(fd, PARAMS, text, n) != 0)
		return -1;
	return record(fd, PARAMS, "", 0);
}

int
fcgic_body(int fd, const char *p, size_t n)
{
	return record(fd, STDIN, p, n);
}

static int
recv_all(int fd, void *p, size_t n)
{
	return n == 0 || recv(fd, p, n, MSG_WAITALL) == (ssize_t)n ? 0 : -1;
}

struct output {
	char *p;
	size_t n;
};

static void
output_add(struct output *out, const char *p, size_t n)
{
	out->p = realloc(out->p, out->n + n + 1);
	if (out->p == NULL)
		abort();
	memcpy(out->p + out->n, p, n);
	out->n += n;
	out->p[out->n] = '\0';
}

static void
reply_cut(char *to, size_t size, const char *from, size_t n)
{
	if (n >= size)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

static int
reply_split(const struct output *out, struct fcgic_reply *ret)
{
	const char *end = out->p != NULL ? strstr(out->p, "\r\n\r\n") : NULL;
	const char *status;

	if (end == NULL)
		return -1;
	end += 4;
	ret->body_n = out->n - (size_t)(end - out->p);
	reply_cut(ret->head, sizeof(ret->head), out->p, (size_t)(end - out->p));
	reply_cut(ret->body, sizeof(ret->body), end, ret->body_n);
	status = strstr(ret->head, "Status: ");
	ret->status = status != NULL ? (int)strtol(status + 8, NULL, 10) : 200;
	return 0;
}

/* True at the end of the request; *ret_r -1 when the stream broke off. */
static bool
record_read(int fd, struct output *out, int *ret_r)
{
	unsigned char head[8];
	char content[RECORD_MAX + 255];
	size_t n;

	*ret_r = -1;
	if (recv_all(fd, head, sizeof(head)) != 0)
		return true;
	n = (size_t)head[4] << 8 | head[5];
	if (recv_all(fd, content, n + head[6]) != 0)
		return true;
	*ret_r = 0;
	if (head[1] == STDOUT)
		output_add(out, content, n);
	return head[1] == END;
}

int
fcgic_read(int fd, struct fcgic_reply *ret)
{
	struct output out = { 0 };
	int r;

	while (!record_read(fd, &out, &r))
		;
	if (r == 0)
		r = reply_split(&out, ret);
	free(out.p);
	return r;
}

int
fcgic_get(const char *socket_path, const char *path)
{
	int fd = fcgic_connect(socket_path), status = -1;
	struct fcgic_reply reply;

	if (fd < 0)
		return -1;
	if (fcgic_begin(fd, "GET", path, NULL, 0) == 0 &&
	    fcgic_body(fd, "", 0) == 0 && fcgic_read(fd, &reply) == 0)
		status = reply.status;
	close(fd);
	return status;
}

void
fcgic_wait_taken(int fd)
{
	int left = 1;

	while (ioctl(fd, SIOCOUTQ, &left) == 0 && left > 0)
		poll(NULL, 0, 1);
}
