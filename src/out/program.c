/*
 * Input and output are files in memory, so nobody waits for a full pipe, and
 * a child that the program leaves behind with its output open delays nothing:
 * we wait for the process alone.
 */
#include "config.h"

#include "out/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define NOT_STARTED    127
#define SAID_MAX_BYTES 4096
#define LINE_MAX_BYTES 300

static int
all_write(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

/* A file in memory that holds this, to be read from its start; or -1. */
static int
memory_file(const void *p, size_t n)
{
	int fd = memfd_create("cardea", MFD_CLOEXEC);

	if (fd >= 0 &&
	    (all_write(fd, p, n) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* In the child: never returns. */
static void child_exec(const char *const *argv, int in, int out)
    __attribute__((noreturn));

static void
child_exec(const char *const *argv, int in, int out)
{
	static const char *const env[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C.UTF-8",
		NULL,
	};
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(out, STDERR_FILENO) >= 0) {
		close_range(3, ~0U, 0);
		execve(argv[0], (char *const *)argv, (char *const *)env);
		dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	}
	_exit(NOT_STARTED);
}

/* False when it still runs after that time, or cannot be watched. */
static bool
ended_in_time(pid_t pid, int64_t timeout_s)
{
	int64_t end_us = clock_mono_us() + timeout_s * CLOCK_SECOND;
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int r = -1;

	while (p.fd >= 0 && r < 0) {
		int64_t left_us = end_us - clock_mono_us();

		r = poll(&p, 1, left_us > 0 ? (int)(left_us / 1000 + 1) : 0);
		if (r < 0 && errno != EINTR)
			break;
	}
	if (p.fd >= 0)
		close(p.fd);
	return r > 0;
}

static int
child_wait(pid_t pid, int64_t timeout_s)
{
	bool late = !ended_in_time(pid, timeout_s);
	int status;

	if (late) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return PROGRAM_FAILED;
	if (late)
		return PROGRAM_LATE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : PROGRAM_KILLED;
}

/* The last line that is not empty. */
static void
said_read(int fd, struct buf *said)
{
	char text[SAID_MAX_BYTES];
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > SAID_MAX_BYTES ? size - SAID_MAX_BYTES : 0;
	ssize_t n = pread(fd, text, sizeof(text), from), start;

	while (n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL)
		n--;
	for (start = n; start > 0 && text[start - 1] != '\n';)
		start--;
	if (n - start > LINE_MAX_BYTES)
		n = start + LINE_MAX_BYTES;
	if (n > start)
		buf_put(said, text + start, (size_t)(n - start));
}

static const char *
reason(int code)
{
	switch (code) {
	case PROGRAM_FAILED:
		return "could not be started";
	case PROGRAM_KILLED:
		return "was killed";
	case PROGRAM_LATE:
		return "took too long";
	default:
		return "said nothing";
	}
}

static int
run(const char *const *argv, int in, int out, int64_t timeout_s)
{
	pid_t pid = fork();
	int code;

	if (pid == 0)
		child_exec(argv, in, out);
	if (pid < 0)
		return PROGRAM_FAILED;
	code = child_wait(pid, timeout_s);
	return code == NOT_STARTED ? PROGRAM_FAILED : code;
}

int
program_run(const char *const *argv, const void *input, size_t n,
    int64_t timeout_s, struct buf *said)
{
	int in = memory_file(input, n), out = memory_file("", 0);
	size_t before = said->n;
	int code = PROGRAM_FAILED;

	if (in >= 0 && out >= 0) {
		code = run(argv, in, out, timeout_s);
		said_read(out, said);
	}
	if (said->n == before && code != 0)
		buf_printf(said, "%s: %s", argv[0], reason(code));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return code;
}
