/*
 * Loaded before the C library into a process under test: its wall clock is
 * off by the seconds that the file CLOCK_SHIFT names holds, and steps when
 * that file is written. The monotonic clock is left as it is.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift;

__attribute__((constructor)) static void
shift_map(void)
{
	const char *path = getenv("CLOCK_SHIFT");
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(*shift), PROT_READ, MAP_SHARED, fd, 0);
	if (p != MAP_FAILED)
		shift = p;
	close(fd);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	long r = syscall(SYS_clock_gettime, id, ts);

	if (r == 0 && id == CLOCK_REALTIME && shift != NULL)
		ts->tv_sec += *shift;
	return (int)r;
}
