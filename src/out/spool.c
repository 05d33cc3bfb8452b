/*
 * A file for each mail, which appears complete or not at all, and is on the
 * disk before the mail counts as sent. A repeat replaces its own file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "out/transport.h"

static int
file_write(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return fsync(fd);
}

static int
file_create(int dir, const char *name, const struct mail *m)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int e;

	if (fd < 0)
		return -1;
	if (file_write(fd, m->data, m->n) == 0)
		return close(fd);
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static int
mail_place(int dir, const struct mail *m, struct arena *mem)
{
	char *name = arena_printf(mem, "%s.eml", m->id);
	char *tmp = arena_printf(mem, ".%s.%ld.tmp", m->id, (long)getpid());
	int e;

	if (file_create(dir, tmp, m) == 0 && renameat(dir, tmp, dir, name) == 0)
		return fsync(dir);
	e = errno;
	unlinkat(dir, tmp, 0);
	errno = e;
	return -1;
}

enum mail_outcome
spool_send(const struct conf *conf, const struct mail *m, struct buf *why)
{
	const char *path = conf->mail_spool_dir;
	int dir, e = 0;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		e = errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 && e == 0)
		e = errno;
	if (dir >= 0) {
		e = mail_place(dir, m, why->mem) == 0 ? 0 : errno;
		close(dir);
	}
	if (e == 0)
		return MAIL_SENT;
	buf_printf(why, "mail_spool_dir %s: %s", path, strerror(e));
	return MAIL_DOWN;
}
