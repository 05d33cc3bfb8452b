/* The text is "pid listen shared generation restarts recycled started" and
 * then "slot:pid" for each child. */
#include "config.h"

#include "daemon/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#define HEAD_NUMBERS 7

void
heritage_set(const struct heritage *h)
{
	struct arena *mem = arena_new(0);
	struct buf b;

	buf_init(&b, mem, 1024);
	buf_printf(&b, "%d %d %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64,
	    (int)getpid(), h->listen_fd, h->shared_fd, h->generation,
	    h->restarts, h->recycled, h->started_at);
	for (int i = 0; i < PROCS_MAX; i++)
		if (h->pid[i] != 0)
			buf_printf(&b, " %d:%d", i, (int)h->pid[i]);
	setenv(UPGRADE_ENV, b.p, 1);
	arena_free(mem);
}

static int
head_parse(const char **p, long long ret[HEAD_NUMBERS])
{
	for (int i = 0; i < HEAD_NUMBERS; i++) {
		char *end;

		ret[i] = strtoll(*p, &end, 10);
		if (end == *p || ret[i] < 0)
			return -1;
		*p = end;
	}
	return 0;
}

static int
children_parse(const char *p, struct heritage *h)
{
	while (*p != '\0') {
		char *end;
		long slot = strtol(p, &end, 10), pid;

		if (end == p || *end != ':' || slot < 0 || slot >= PROCS_MAX)
			return -1;
		p = end + 1;
		pid = strtol(p, &end, 10);
		if (end == p || pid <= 0 || pid > INT_MAX)
			return -1;
		h->pid[slot] = (pid_t)pid;
		p = end;
	}
	return 0;
}

static bool
heritage_parse(const char *p, struct heritage *ret)
{
	struct heritage h = { 0 };
	long long n[HEAD_NUMBERS];

	if (head_parse(&p, n) != 0 || n[0] != getpid() || n[1] > INT_MAX ||
	    n[2] > INT_MAX || children_parse(p, &h) != 0)
		return false;
	h.listen_fd = (int)n[1];
	h.shared_fd = (int)n[2];
	h.generation = (uint64_t)n[3];
	h.restarts = (uint64_t)n[4];
	h.recycled = (uint64_t)n[5];
	h.started_at = n[6];
	*ret = h;
	return true;
}

bool
heritage_take(struct heritage *ret)
{
	const char *text = getenv(UPGRADE_ENV);
	bool ours = text != NULL && heritage_parse(text, ret);

	unsetenv(UPGRADE_ENV);
	if (!ours)
		return false;
	fcntl(ret->listen_fd, F_SETFD, FD_CLOEXEC);
	fcntl(ret->shared_fd, F_SETFD, FD_CLOEXEC);
	return true;
}

/*
 * As it was called, so that a symbolic link is followed anew; /proc/self/exe
 * only when it was found through PATH.
 */
char *
upgrade_binary(const char *argv0)
{
	char dir[PATH_MAX], *ret = NULL;
	ssize_t n;

	if (argv0[0] == '/')
		return strdup(argv0);
	if (strchr(argv0, '/') != NULL && getcwd(dir, sizeof(dir)) != NULL)
		return asprintf(&ret, "%s/%s", dir, argv0) > 0 ? ret : NULL;
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	return n > 0 ? strndup(dir, (size_t)n) : NULL;
}

/* In the child: the problems go to the log, which is standard error. */
static void
check_exec(const char *binary, const char *conf_path)
{
	char *argv[] = { (char *)binary, (char *)"--check",
		conf_path != NULL ? (char *)"--config" : NULL,
		(char *)conf_path, NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(binary, argv);
	log_error("upgrade.exec", KS("binary", binary),
	    KS("problem", strerror(errno)));
	_exit(127);
}

pid_t
upgrade_check(const char *binary, const char *conf_path)
{
	pid_t pid = fork();

	if (pid == 0)
		check_exec(binary, conf_path);
	if (pid < 0)
		log_error("upgrade.fork", KS("problem", strerror(errno)));
	return pid;
}

void
upgrade_exec(const char *binary, char *const argv[], const struct heritage *h)
{
	heritage_set(h);
	fcntl(h->listen_fd, F_SETFD, 0);
	fcntl(h->shared_fd, F_SETFD, 0);
	execv(binary, argv);
	log_error("upgrade.exec", KS("binary", binary),
	    KS("problem", strerror(errno)));
	fcntl(h->listen_fd, F_SETFD, FD_CLOEXEC);
	fcntl(h->shared_fd, F_SETFD, FD_CLOEXEC);
	unsetenv(UPGRADE_ENV);
}
