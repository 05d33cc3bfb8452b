/*
 * Two masters may share a state directory for a moment, while one takes over
 * from the other: who is not in the pid file any more writes nothing.
 */
#include "config.h"

#include "daemon/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "daemon/procs.h"
#include "daemon/sandbox.h"
#include "daemon/setup.h"

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* Readers see the old text or the new one, never half of either. */
static int
file_replace(const char *dir, const char *name, const struct buf *text)
{
	char *to = arena_printf(text->mem, "%s/%s", dir, name);
	char *tmp = arena_printf(text->mem, "%s.%d", to, (int)getpid());
	int fd = open(tmp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	int r;

	if (fd < 0)
		return -1;
	r = write_all(fd, text->p, text->n);
	if (close(fd) != 0)
		r = -1;
	if (r == 0 && rename(tmp, to) == 0)
		return 0;
	unlink(tmp);
	return -1;
}

static char *
file_read(struct arena *mem, const char *dir, const char *name)
{
	char *path = arena_printf(mem, "%s/%s", dir, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct buf b;
	ssize_t n;

	if (fd < 0)
		return NULL;
	buf_init(&b, mem, 4096);
	while ((n = read(fd, buf_reserve(&b, 4096), 4096)) > 0)
		buf_added(&b, (size_t)n);
	close(fd);
	buf_putc(&b, '\0');
	return b.p;
}

static void
put_time(struct buf *b, const char *name, int64_t at)
{
	char text[CLOCK_TEXT_LEN + 1];

	clock_format(at, text);
	buf_printf(b, "%s %s", name, text);
}

/* The monotonic instant as wall clock. */
static int64_t
wall_us(int64_t mono_us)
{
	return clock_now_us() - (clock_mono_us() - mono_us);
}

static void
put_proc(struct buf *b, const struct status *st, int slot)
{
	const struct proc *p = &st->procs->proc[slot];

	if (p->pid == 0)
		return;
	if (slot == PROC_JOBS)
		buf_puts(b, "jobs");
	else
		buf_printf(b, "worker slot=%d requests=%llu", slot,
		    (unsigned long long)atomic_load(
			&st->shared->slot[slot].requests));
	buf_printf(b, " pid=%d generation=%llu%s", (int)p->pid,
	    (unsigned long long)p->generation,
	    p->asked_us != 0 ? " ending" : "");
	put_time(b, " since", wall_us(p->started_us));
	buf_putc(b, '\n');
}

static void
put_sums(struct buf *b, const struct shared *s)
{
	unsigned long long requests = 0, errors = 0;

	for (int i = 0; i < SHARED_SLOTS; i++) {
		requests += atomic_load(&s->slot[i].all_requests);
		errors += atomic_load(&s->slot[i].all_errors);
	}
	buf_printf(b, "requests %llu\nerrors %llu\n", requests, errors);
}

static void
put_head(struct buf *b, const struct status *st)
{
	buf_printf(b, "state %s\n", st->state);
	buf_printf(b, "pid %d\n", (int)getpid());
	buf_puts(b, "version " PACKAGE_VERSION "\n");
	buf_printf(b, "generation %llu\n", (unsigned long long)st->generation);
	put_time(b, "started", st->started_at);
	buf_printf(b, "\nwritten_us %lld\n", (long long)clock_now_us());
	buf_printf(b, "listen %s\n", st->conf->listen);
	buf_printf(b, "workers %lld\n", (long long)st->conf->workers);
	buf_printf(b, "sandbox %s\n",
	    sandbox_missing(st->conf) == NULL ? "on" : "off");
	put_sums(b, st->shared);
	buf_printf(b, "restarts %llu\n",
	    (unsigned long long)st->procs->restarts);
	buf_printf(b, "recycled %llu\n",
	    (unsigned long long)st->procs->recycled);
}

int
status_write(const struct status *st)
{
	const char *dir = st->conf->state_dir;
	struct arena *mem;
	struct buf b;
	int r;

	if (status_pid_read(dir) != getpid())
		return 0;
	mem = arena_new(0);
	buf_init(&b, mem, 4096);
	put_head(&b, st);
	for (int i = 0; i < PROCS_MAX; i++)
		put_proc(&b, st, i);
	r = file_replace(dir, "status", &b);
	if (r != 0)
		log_warn("master.status", KS("dir", dir),
		    KS("problem", strerror(errno)));
	arena_free(mem);
	return r;
}

int
status_pid_write(const char *state_dir, struct buf *problems)
{
	struct buf b;

	buf_init(&b, problems->mem, 16);
	buf_printf(&b, "%d\n", (int)getpid());
	if (file_replace(state_dir, "cardea.pid", &b) == 0)
		return 0;
	problem_add(problems,
	    "state_dir %s: %s: it must exist and be ours to write", state_dir,
	    strerror(errno));
	return -1;
}

pid_t
status_pid_read(const char *state_dir)
{
	struct arena *mem = arena_new(0);
	char *text = file_read(mem, state_dir, "cardea.pid");
	pid_t pid = text != NULL ? (pid_t)strtol(text, NULL, 10) : 0;

	arena_free(mem);
	return pid;
}

void
status_pid_remove(const char *state_dir)
{
	struct arena *mem;

	if (status_pid_read(state_dir) != getpid())
		return;
	mem = arena_new(0);
	unlink(arena_printf(mem, "%s/cardea.pid", state_dir));
	arena_free(mem);
}

char *
status_read(struct arena *mem, const char *state_dir)
{
	return file_read(mem, state_dir, "status");
}

char *
status_value(struct arena *mem, const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; *p != '\0';) {
		size_t line = strcspn(p, "\n");

		if (line > n && strncmp(p, name, n) == 0 && p[n] == ' ')
			return arena_strndup(mem, p + n + 1, line - n - 1);
		p += line + (p[line] == '\n');
	}
	return NULL;
}
