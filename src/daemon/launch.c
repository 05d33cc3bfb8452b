/* The parent stays until the pipe says "ready" or closes without a word. */
#include "config.h"

#include "daemon/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/exit.h"
#include "daemon/priv.h"
#include "daemon/setup.h"

/* Our own code when the child is ready, else the child's. */
static void
parent_wait(int fd, pid_t child)
{
	int status;
	char c;

	if (read(fd, &c, 1) == 1)
		_exit(EXIT_OK);
	if (waitpid(child, &status, 0) == child && WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(EXIT_FAILED);
}

static void
cannot(const char *what)
{
	fprintf(stderr, "cardea: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILED);
}

int
daemonise(void)
{
	int fd[2], null;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) != 0)
		cannot("pipe");
	pid = fork();
	if (pid < 0)
		cannot("fork");
	if (pid > 0) {
		close(fd[1]);
		parent_wait(fd[0], pid);
	}
	close(fd[0]);
	setsid();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		cannot("/dev/null");
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
	return fd[1];
}

void
daemon_ready(int notify_fd)
{
	if (notify_fd < 0)
		return;
	if (write(notify_fd, "k", 1) != 1)
		cannot("starting process");
	close(notify_fd);
}

int
state_dir_prepare(const char *dir, const struct priv *priv,
    struct buf *problems)
{
	bool made = mkdir(dir, 0750) == 0;

	if (!made && errno != EEXIST) {
		problem_add(problems, "state_dir %s: %s", dir, strerror(errno));
		return -1;
	}
	if (!made || !priv->change || chown(dir, priv->uid, priv->gid) == 0)
		return 0;
	problem_add(problems, "state_dir %s: %s", dir, strerror(errno));
	return -1;
}
