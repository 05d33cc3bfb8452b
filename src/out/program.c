/*
 * Input and output are files in memory, so nobody waits for a full pipe, and
 * a child that the program leaves behind with its output open delays nothing:
 * we wait for the process alone. A process that may start none has it done by
 * its runner.
 */
#include "config.h"

#include "out/program.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "out/runner.h"
#include "out/spawn.h"

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

int
program_run(const char *const *argv, const void *input, size_t n,
    int64_t timeout_s, struct buf *said)
{
	int in = memory_file(input, n), out = memory_file("", 0);
	size_t before = said->n;
	int code = PROGRAM_FAILED;

	if (in >= 0 && out >= 0) {
		code = runner_active() ? runner_run(argv, in, out, timeout_s)
				       : spawn_wait(argv, in, out, timeout_s);
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
