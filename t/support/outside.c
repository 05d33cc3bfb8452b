/*
 * Loaded before the C library into a process under test: who accepts a
 * connection makes a system call that no sandbox has in its list.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int
accept(int fd, struct sockaddr *from, socklen_t *n)
{
	(void)syscall(SYS_getppid);
	return accept4(fd, from, n, 0);
}
