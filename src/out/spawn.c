/*
 * fork, exec, and a wait that ends: the process alone is waited for, not what
 * it leaves behind.
 */
#include "config.h"

#include "out/spawn.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "out/program.h"

#define NOT_STARTED 127

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

int
spawn_wait(const char *const *argv, int in, int out, int64_t timeout_s)
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
