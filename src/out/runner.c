/*
 * One message of a socket pair is one order: the arguments, each with its
 * NUL, and two descriptors. The answer is the code of spawn_wait(). What does
 * not fit the terms is refused, whoever asks: the process behind the socket
 * may have been taken over.
 */
#include "config.h"

#include "out/runner.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "out/program.h"
#include "out/spawn.h"

#define ARGS_MAX 8
#define TEXT_MAX 2048
/* The longest that anything may run; mail_timeout has less. */
#define TIMEOUT_MAX_S 3600

struct order {
	int64_t timeout_s;
	uint32_t n; /* of text */
	char text[TEXT_MAX];
};

#define ORDER_HEAD offsetof(struct order, text)

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(2 * sizeof(int))];
};

const char runner_any[] = "(any)";

static int runner_fd = -1;
static bool active, lost;

/* Splits the text; the arguments up to a NULL. False: it is not in form. */
static bool
order_parse(const struct order *o, size_t n, const char *ret[ARGS_MAX + 1])
{
	size_t args = 0;

	if (n <= ORDER_HEAD || n != ORDER_HEAD + o->n ||
	    o->text[o->n - 1] != '\0' || o->timeout_s < 1 ||
	    o->timeout_s > TIMEOUT_MAX_S)
		return false;
	for (const char *p = o->text; p < o->text + o->n; p += strlen(p) + 1) {
		if (args == ARGS_MAX)
			return false;
		ret[args++] = p;
	}
	ret[args] = NULL;
	return true;
}

static bool
order_fits(const struct runner_terms *t, const char *const *argv)
{
	const char *const *want = t->args;

	if (strcmp(*argv++, t->program) != 0)
		return false;
	for (; *want != NULL && *argv != NULL; want++, argv++)
		if (*want != runner_any && strcmp(*want, *argv) != 0)
			return false;
	return *want == NULL && *argv == NULL;
}

/* False when there are not exactly two. */
static bool
fds_take(struct msghdr *m, int ret[2])
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if ((m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || c == NULL ||
	    c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return false;
	memcpy(ret, CMSG_DATA(c), 2 * sizeof(int));
	return true;
}

static int
order_serve(const struct runner_terms *t, const struct order *o, size_t n,
    const int fd[2])
{
	const char *argv[ARGS_MAX + 1];

	if (!order_parse(o, n, argv) || !order_fits(t, argv)) {
		log_error("runner.refused", KS("program", t->program));
		return PROGRAM_FAILED;
	}
	return spawn_wait(argv, fd[0], fd[1], o->timeout_s);
}

/* False at the end. */
static bool
runner_turn(const struct runner_terms *t, int socket)
{
	struct order o;
	struct iovec io = { .iov_base = &o, .iov_len = sizeof(o) };
	union control control;
	struct msghdr m = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	int fd[2], code;

	if (n < 0)
		return errno == EINTR;
	if (n == 0 || !fds_take(&m, fd))
		return false;
	code = order_serve(t, &o, (size_t)n, fd);
	close(fd[0]);
	close(fd[1]);
	return send(socket, &code, sizeof(code), MSG_NOSIGNAL) == sizeof(code);
}

static void runner_main(const struct runner_terms *, int socket)
    __attribute__((noreturn));

static void
runner_main(const struct runner_terms *t, int socket)
{
	prctl(PR_SET_NAME, "cardea-runner");
	if (!t->gain)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (t->shed != NULL)
		t->shed(t->shed_arg);
	dup2(socket, STDERR_FILENO + 1);
	close_range(STDERR_FILENO + 2, ~0U, 0);
	while (runner_turn(t, STDERR_FILENO + 1))
		continue;
	_exit(0);
}

int
runner_start(const struct runner_terms *t)
{
	int fd[2];
	pid_t pid = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) == 0) {
		pid = fork();
		if (pid == 0)
			runner_main(t, fd[1]);
		close(fd[1]);
		if (pid < 0)
			close(fd[0]);
	}
	if (pid < 0) {
		log_error("runner.start", KS("problem", strerror(errno)));
		return -1;
	}
	runner_fd = fd[0];
	active = true;
	lost = false;
	return 0;
}

bool
runner_active(void)
{
	return active;
}

bool
runner_lost(void)
{
	return lost;
}

static bool
order_write(struct order *o, const char *const *argv, int64_t timeout_s)
{
	size_t n = 0;

	for (; *argv != NULL; argv++) {
		size_t len = strlen(*argv) + 1;

		if (len > sizeof(o->text) - n)
			return false;
		memcpy(o->text + n, *argv, len);
		n += len;
	}
	o->n = (uint32_t)n;
	o->timeout_s = timeout_s;
	return true;
}

static bool
order_send(struct order *o, int in, int out)
{
	const int fd[2] = { in, out };
	union control control = { .head = {
				      .cmsg_level = SOL_SOCKET,
				      .cmsg_type = SCM_RIGHTS,
				      .cmsg_len = CMSG_LEN(sizeof(fd)),
				  } };
	struct iovec io = { .iov_base = o, .iov_len = ORDER_HEAD + o->n };
	const struct msghdr m = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.head), fd, sizeof(fd));
	return sendmsg(runner_fd, &m, MSG_NOSIGNAL) == (ssize_t)io.iov_len;
}

static bool
answer_wait(int *ret_code)
{
	ssize_t n;

	do
		n = recv(runner_fd, ret_code, sizeof(*ret_code), 0);
	while (n < 0 && errno == EINTR);
	return n == sizeof(*ret_code);
}

int
runner_run(const char *const *argv, int in, int out, int64_t timeout_s)
{
	struct order o;
	int code;

	if (lost || !order_write(&o, argv, timeout_s))
		return PROGRAM_FAILED;
	if (order_send(&o, in, out) && answer_wait(&code))
		return code;
	log_error("runner.lost", KS("program", argv[0]));
	lost = true;
	return PROGRAM_FAILED;
}

void
runner_stop(void)
{
	if (active)
		close(runner_fd);
	active = lost = false;
}
