/*
 * The old listener's backlog stays with the old listener, which drains it;
 * nothing ever unlinks the path, since it may be a successor's by then.
 */
#include "daemon/sock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/setup.h"

#define BACKLOG 4096

static int
address_set(struct sockaddr_un *sa, const char *path, struct buf *problems)
{
	int n = snprintf(sa->sun_path, sizeof(sa->sun_path), "%s.%d", path,
	    (int)getpid());

	sa->sun_family = AF_UNIX;
	if (n > 0 && (size_t)n < sizeof(sa->sun_path))
		return 0;
	problem_add(problems,
	    "listen: %s is too long for a Unix socket: at most %zu bytes", path,
	    sizeof(sa->sun_path) - 12);
	return -1;
}

/* 0600 from the start; opened up only once the owner is right. */
static int
bind_closed(int fd, const struct sockaddr_un *sa)
{
	mode_t before;
	int r;

	unlink(sa->sun_path);
	before = umask(0177);
	r = bind(fd, (const struct sockaddr *)sa, sizeof(*sa));
	umask(before);
	return r;
}

static int
publish(int fd, const struct sockaddr_un *sa, const char *path, mode_t mode,
    uid_t uid, gid_t gid)
{
	if (listen(fd, BACKLOG) != 0)
		return -1;
	if ((uid != (uid_t)-1 || gid != (gid_t)-1) &&
	    chown(sa->sun_path, uid, gid) != 0)
		return -1;
	if (chmod(sa->sun_path, mode) != 0)
		return -1;
	return rename(sa->sun_path, path);
}

int
sock_listen(const char *path, const char *mode, uid_t uid, gid_t gid,
    struct buf *problems)
{
	struct sockaddr_un sa = { 0 };
	mode_t bits = (mode_t)strtoul(mode, NULL, 8) & 0777;
	int fd;

	if (address_set(&sa, path, problems) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind_closed(fd, &sa) == 0 &&
	    publish(fd, &sa, path, bits, uid, gid) == 0)
		return fd;
	problem_add(problems,
	    "listen: %s: %s: the folder must exist and be ours to write", path,
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	unlink(sa.sun_path);
	return -1;
}
