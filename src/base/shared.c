/*
 * Under a master the map is a memfd without close-on-exec, handed from binary
 * to binary. Without one it is a file, and these rules hold:
 *
 *	- A file is judged and replaced only by who holds the lock on its
 *	  set-up byte while the path still leads to it. A file of another
 *	  layout is never changed, others may use it: a new one takes its name.
 *	- Slot i belongs to who holds the lock on byte i. The kernel drops it
 *	  with the process, so a slot whose lock can be had is free or dead,
 *	  and is buried by who has just got that lock, never without it.
 *
 * The locks are those of open file descriptions: a child of fork() would
 * share them, which is why such processes do not fork.
 */
#include "config.h"

#include "base/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/gate.h"
#include "base/log.h"

#define SHARED_MAGIC 0x61647263u /* "crda" */
#define SETUP_BYTE   SHARED_SLOTS
#define OPEN_TRIES   16

static int own_slot;
static int file_fd = -1; /* of shared_open(); holds our slot's lock */

static struct shared *
map_fd(int fd)
{
	void *p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Of a descriptor that holds a finished map of our layout, else NULL. */
static struct shared *
map_known(int fd)
{
	struct shared *s;
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size != sizeof(*s))
		return NULL;
	s = map_fd(fd);
	if (s == NULL ||
	    (s->magic == SHARED_MAGIC && s->layout == SHARED_LAYOUT))
		return s;
	(void)munmap(s, sizeof(*s));
	return NULL;
}

static void
map_mark(struct shared *s)
{
	s->layout = SHARED_LAYOUT;
	s->magic = SHARED_MAGIC;
}

static struct shared *
failed(const char *what, const char *path)
{
	log_error("shared.failed", KS("what", what), KS("path", path),
	    KS("error", strerror(errno)));
	return NULL;
}

struct shared *
shared_new(int *ret_fd)
{
	int fd = memfd_create("cardea", 0);
	struct shared *s;

	if (fd < 0)
		return failed("memfd_create", NULL);
	if (ftruncate(fd, sizeof(*s)) != 0 || (s = map_fd(fd)) == NULL) {
		failed("map", NULL);
		(void)close(fd);
		return NULL;
	}
	map_mark(s);
	if (ret_fd != NULL)
		*ret_fd = fd;
	else
		(void)close(fd);
	return s;
}

struct shared *
shared_attach(int fd)
{
	return map_known(fd);
}

/* Takes or drops the lock on one byte; 0, or -1 while another has it. */
static int
byte_lock(int fd, int byte, short type, bool wait)
{
	struct flock fl = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = byte,
		.l_len = 1,
	};
	int r;

	do
		r = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &fl);
	while (r != 0 && errno == EINTR);
	return r;
}

/* Opened, ours alone, or -1 with errno. */
static int
file_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0)
		return fd;
	(void)close(fd);
	errno = EPERM;
	return -1;
}

static bool
file_is_at(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static int
file_fill(int fd)
{
	struct shared *s;

	errno = posix_fallocate(fd, 0, sizeof(*s));
	if (errno != 0)
		return -1;
	s = map_fd(fd);
	if (s == NULL)
		return -1;
	map_mark(s);
	return munmap(s, sizeof(*s));
}

/* Puts a fresh map at path, at once. The set-up lock is held. */
static int
file_replace(const char *path)
{
	char fresh[PATH_MAX];
	int n = snprintf(fresh, sizeof(fresh), "%s.new", path), fd, r;

	if (n < 0 || (size_t)n >= sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)unlink(fresh);
	fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	r = file_fill(fd);
	if (r == 0)
		r = rename(fresh, path);
	(void)close(fd);
	return r;
}

/* The caller has the slot's lock, so whoever had the slot is dead. */
static void
slot_bury(struct shared *s, int slot)
{
	atomic_store(&s->slot[slot].pid, 0);
	gate_bury(s, slot);
}

static bool
slot_take(struct shared *s, int fd)
{
	for (int i = 0; i < SHARED_SLOTS; i++) {
		if (byte_lock(fd, i, F_WRLCK, false) != 0)
			continue;
		slot_bury(s, i);
		atomic_store(&s->slot[i].requests, 0);
		atomic_store(&s->slot[i].since_us, clock_now_us());
		atomic_store(&s->slot[i].pid, (int32_t)getpid());
		own_slot = i;
		return true;
	}
	return false;
}

/* With a map of our layout from the file at path, locked for set-up. */
static struct shared *
file_attach(const char *path, int *ret_fd)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		struct shared *s;
		int fd = file_open(path);

		if (fd < 0)
			return failed("open", path);
		if (byte_lock(fd, SETUP_BYTE, F_WRLCK, true) != 0) {
			failed("lock", path);
			(void)close(fd);
			return NULL;
		}
		if (file_is_at(fd, path)) {
			s = map_known(fd);
			if (s != NULL) {
				*ret_fd = fd;
				return s;
			}
			if (file_replace(path) != 0) {
				failed("create", path);
				(void)close(fd);
				return NULL;
			}
		}
		(void)close(fd);
	}
	errno = EBUSY;
	return failed("open", path);
}

struct shared *
shared_open(const char *path)
{
	int fd = -1;
	struct shared *s = file_attach(path, &fd);

	if (s == NULL)
		return NULL;
	if (!slot_take(s, fd)) {
		errno = EAGAIN;
		failed("no slot is free", path);
		(void)munmap(s, sizeof(*s));
		(void)close(fd);
		return NULL;
	}
	(void)byte_lock(fd, SETUP_BYTE, F_UNLCK, false);
	if (file_fd >= 0)
		(void)close(file_fd);
	file_fd = fd;
	shared_bury_dead(s);
	return s;
}

static bool
slot_in_use(const struct shared *s, int slot)
{
	uint64_t bit = UINT64_C(1) << slot;

	return atomic_load(&s->slot[slot].pid) != 0 ||
	    (atomic_load(&s->gate.hold) & bit) != 0 ||
	    (atomic_load(&s->gate.wait) & bit) != 0;
}

void
shared_bury_dead(struct shared *s)
{
	if (file_fd < 0)
		return;
	for (int i = 0; i < SHARED_SLOTS; i++) {
		if (i == own_slot || !slot_in_use(s, i) ||
		    byte_lock(file_fd, i, F_WRLCK, false) != 0)
			continue;
		slot_bury(s, i);
		(void)byte_lock(file_fd, i, F_UNLCK, false);
	}
}

void
shared_set_slot(int slot)
{
	own_slot = slot;
}

int
shared_slot(void)
{
	return own_slot;
}

void
shared_wait(const _Atomic uint32_t *word, uint32_t seen, int64_t timeout_ms)
{
	struct timespec rest = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000,
	};

	(void)syscall(SYS_futex, word, FUTEX_WAIT, seen,
	    timeout_ms < 0 ? NULL : &rest, NULL, 0);
}

void
shared_wake(const _Atomic uint32_t *word, int n)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

void
shared_wake_jobs(struct shared *s)
{
	atomic_fetch_add(&s->jobs_seq, 1);
	shared_wake(&s->jobs_seq, INT_MAX);
}
