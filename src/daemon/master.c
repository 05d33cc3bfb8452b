/*
 * One loop: reap who died, fill the empty places, press those who shall end,
 * then sleep in sigtimedwait() until a signal or the next due time. Signals
 * stay blocked throughout, so that nothing here can be interrupted.
 *
 * New processes are forked before old ones are told to end; what neither has
 * accepted waits in the socket's backlog, which belongs to the master. So no
 * request is lost by a reload or an upgrade.
 */
#include "daemon/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/shared.h"
#include "daemon/child.h"
#include "daemon/exit.h"
#include "daemon/jobs.h"
#include "daemon/launch.h"
#include "daemon/priv.h"
#include "daemon/procs.h"
#include "daemon/sandbox.h"
#include "daemon/setup.h"
#include "daemon/sock.h"
#include "daemon/status.h"
#include "daemon/upgrade.h"
#include "daemon/worker.h"
#include "db/db.h"
#include "dispatch/pipeline.h"

/* Who was told to end is told again this often (see child.c), */
#define REPEAT_US (CLOCK_SECOND / 5)
/* and killed after this long: no request takes half of it. */
#define PATIENCE_US (30 * CLOCK_SECOND)
#define CHECK_US    (10 * CLOCK_SECOND)
#define FORK_US     CLOCK_SECOND
/* Serving what waits in a socket that another master has replaced. */
#define BACKLOG_US (5 * CLOCK_SECOND)
#define LOOK_US    (CLOCK_SECOND / 100)

struct master {
	const struct master_args *args;
	char *binary;
	struct setup *first; /* of the start: kept, tables may point into it */
	struct setup *setup; /* in force */
	struct priv priv;
	int listen_fd, shared_fd;
	ino_t listen_ino; /* of the path, as we made it */
	struct shared *shared;
	struct procs procs;
	uint64_t generation;
	int64_t started_at;
	pid_t checking; /* the new binary's --check, 0: none */
	int64_t checking_us;
	bool draining;
	int64_t draining_us;
	bool at_once; /* SIGQUIT */
	bool changed; /* the status file is old */
};

/* Settings that only a restart changes. */
static const struct fixed {
	const char *name;
	size_t offset;
} fixed[] = {
	{ "listen", offsetof(struct conf, listen) },
	{ "listen_mode", offsetof(struct conf, listen_mode) },
	{ "state_dir", offsetof(struct conf, state_dir) },
	{ "user", offsetof(struct conf, user) },
	{ "group", offsetof(struct conf, group) },
};

static const char **
fixed_value(struct conf *conf, const struct fixed *f)
{
	return (const char **)((char *)conf + f->offset);
}

static bool
text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
fixed_keep(struct master *m, struct setup *next)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		const char **old = fixed_value(&m->first->conf, &fixed[i]);
		const char **new = fixed_value(&next->conf, &fixed[i]);

		if (!text_equal(*old, *new))
			log_warn("master.reload", KS("setting", fixed[i].name),
			    KS("problem", "needs a restart, unchanged"));
		*new = *old;
	}
}

static const char *
master_state(const struct master *m)
{
	if (!m->draining)
		return "running";
	return procs_alive(&m->procs) > 0 ? "draining" : "stopped";
}

static void
master_status(struct master *m)
{
	struct status st = {
		.state = master_state(m),
		.generation = m->generation,
		.started_at = m->started_at,
		.conf = &m->setup->conf,
		.procs = &m->procs,
		.shared = m->shared,
	};

	status_write(&st);
	m->changed = false;
}

static int
child_main(struct master *m, pid_t master, int slot)
{
	const struct conf *conf = &m->setup->conf;
	bool is_jobs = slot == PROC_JOBS;

	child_begin(master, is_jobs ? "cardea-jobs" : "cardea-worker");
	if (is_jobs) {
		close(m->listen_fd);
		return jobs_run(m->setup, m->shared);
	}
	shared_set_slot(slot);
	return worker_run(m->setup, m->shared, m->listen_fd,
	    conf->worker_requests);
}

static void
child_start(struct master *m, int place, int slot)
{
	pid_t master = getpid(), pid = fork();
	int64_t now_us = clock_mono_us();

	if (pid == 0)
		exit(child_main(m, master, slot));
	if (pid < 0) {
		log_error("master.fork", KS("problem", strerror(errno)));
		m->procs.place[place].not_before_us = now_us + FORK_US;
		return;
	}
	procs_born(&m->procs, place, slot, pid, m->generation, now_us);
	m->changed = true;
}

/* Returns when there will be a place to fill, 0: not before a change. */
static int64_t
places_fill(struct master *m)
{
	int64_t at_us = 0;
	int place, slot;

	while (!m->draining &&
	    procs_next(&m->procs, clock_mono_us(), &place, &slot, &at_us) == 0)
		child_start(m, place, slot);
	return at_us;
}

static void
death_log(const struct proc *p, int slot, int status)
{
	const char *what = slot == PROC_JOBS ? "jobs" : "worker";

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_error("master.child_died", KS("what", what),
		    KI("child", p->pid), KI("signal", SIGSYS),
		    KS("problem",
			"killed by SIGSYS: a system call outside its list"));
	else if (WIFSIGNALED(status))
		log_warn("master.child_died", KS("what", what),
		    KI("child", p->pid), KI("signal", WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		log_warn("master.child_died", KS("what", what),
		    KI("child", p->pid), KI("exit", WEXITSTATUS(status)));
	else
		log_debug("master.child_ended", KS("what", what),
		    KI("child", p->pid));
}

static void
child_bury(struct master *m, int slot, int status)
{
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	death_log(&m->procs.proc[slot], slot, status);
	if (slot != PROC_JOBS) {
		gate_bury(m->shared, slot);
		atomic_store(&m->shared->slot[slot].pid, 0);
	}
	procs_died(&m->procs, slot, clean, clock_mono_us());
	m->changed = true;
}

static void
heritage_fill(const struct master *m, struct heritage *h)
{
	*h = (struct heritage) {
		.listen_fd = m->listen_fd,
		.shared_fd = m->shared_fd,
		.generation = m->generation,
		.restarts = m->procs.restarts,
		.recycled = m->procs.recycled,
		.started_at = m->started_at,
	};
	for (int i = 0; i < PROCS_MAX; i++)
		h->pid[i] = m->procs.proc[i].pid;
}

static void
check_done(struct master *m, int status)
{
	struct heritage h;

	m->checking = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		log_error("master.upgrade", KS("binary", m->binary),
		    KS("problem", "its --check failed, unchanged"));
		return;
	}
	if (m->draining)
		return;
	log_info("master.upgrade", KS("binary", m->binary));
	heritage_fill(m, &h);
	upgrade_exec(m->binary, m->args->argv, &h);
}

static void
children_reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		int slot = procs_find(&m->procs, pid);

		if (slot >= 0)
			child_bury(m, slot, status);
		else if (pid == m->checking)
			check_done(m, status);
	}
}

static int64_t
earlier(int64_t a_us, int64_t b_us)
{
	if (a_us == 0 || b_us == 0)
		return a_us + b_us;
	return a_us < b_us ? a_us : b_us;
}

/*
 * A mail that is on its way when the configuration is read anew may take its
 * whole time-out: ended before, it would have to be sent once more. At an
 * end of all nobody waits that long.
 */
static int64_t
patience_us(const struct master *m, const struct proc *p)
{
	if (m->draining || p != &m->procs.proc[PROC_JOBS])
		return PATIENCE_US;
	return PATIENCE_US + m->setup->conf.mail_timeout_s * CLOCK_SECOND;
}

/* Tells one process to end, again and again. Returns when next. */
static int64_t
child_press(struct master *m, struct proc *p, int64_t now_us)
{
	int sig = m->at_once ? SIGKILL : SIGTERM;

	if (p->asked_us == 0)
		p->asked_us = now_us;
	else if (now_us - p->repeated_us < REPEAT_US && !m->at_once)
		return p->repeated_us + REPEAT_US;
	if (now_us - p->asked_us >= patience_us(m, p) && !m->at_once) {
		log_warn("master.child_killed", KI("child", p->pid),
		    KS("problem", "did not end"));
		sig = SIGKILL;
	}
	kill(p->pid, sig);
	p->repeated_us = now_us;
	return now_us + REPEAT_US;
}

static ino_t
path_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_ino : 0;
}

/*
 * Another master has taken the path: nothing new comes to our socket, and
 * what waits there is ours to serve before we go.
 */
static bool
backlog_waits(const struct master *m)
{
	struct pollfd p = { .fd = m->listen_fd, .events = POLLIN };

	return m->draining && !m->at_once &&
	    path_inode(m->setup->conf.listen) != m->listen_ino &&
	    clock_mono_us() - m->draining_us < BACKLOG_US &&
	    poll(&p, 1, 0) == 1;
}

static int64_t
children_press(struct master *m)
{
	int64_t now_us = clock_mono_us(), next_us = 0;

	if (backlog_waits(m))
		return now_us + LOOK_US;

	for (int i = 0; i < PROCS_MAX; i++) {
		struct proc *p = &m->procs.proc[i];

		if (p->pid != 0 && (m->draining || p->place < 0))
			next_us = earlier(next_us, child_press(m, p, now_us));
	}
	return next_us;
}

/* A new binary whose check hangs is as good as a broken one. */
static int64_t
check_press(struct master *m)
{
	if (m->checking == 0)
		return 0;
	if (clock_mono_us() - m->checking_us < CHECK_US)
		return m->checking_us + CHECK_US;
	kill(m->checking, SIGKILL);
	return clock_mono_us() + REPEAT_US;
}

/*
 * The key file may be root's alone, and we no longer are: then the keys we
 * have stay. A file of another name must be readable.
 */
static int
reload_key(struct master *m, struct setup *next, struct buf *problems)
{
	struct setup *now = m->setup;

	if (setup_key(next, problems) == 0)
		return 0;
	if (!m->priv.change ||
	    !text_equal(now->conf.master_key_file, next->conf.master_key_file))
		return -1;
	problems_log("master.reload", problems);
	log_warn("master.reload", KS("problem", "the master key is kept"));
	next->master = now->master;
	now->master = NULL;
	return 0;
}

/* In the background there is no standard error to write to. */
static void
log_choose(const struct master *m, struct setup *s)
{
	if (m->args->daemon && s->conf.log_file == NULL)
		s->conf.log_file =
		    arena_printf(s->mem, "%s/cardea.log", s->conf.state_dir);
}

static struct setup *
reload_setup(struct master *m, struct buf *problems)
{
	struct setup *next = setup_load(m->args->conf_path, problems);

	if (next == NULL)
		return NULL;
	fixed_keep(m, next);
	log_choose(m, next);
	if (setup_log(&next->conf, problems) == 0 &&
	    reload_key(m, next, problems) == 0)
		return next;
	setup_free(next);
	return NULL;
}

/* Here, not in each child: building takes memory and a millisecond. */
static void
sandboxes_prepare(struct setup *s)
{
	sandbox_report(&s->conf);
	setup_sandbox(s, SANDBOX_WORKER);
	setup_sandbox(s, SANDBOX_JOBS);
}

static void
master_reload(struct master *m)
{
	struct arena *mem = arena_new(0);
	struct setup *next, *old = m->setup;
	struct buf problems;

	buf_init(&problems, mem, 256);
	next = reload_setup(m, &problems);
	if (next == NULL) {
		problems_log("master.reload", &problems);
		log_error("master.reload", KS("problem", "nothing changed"));
		arena_free(mem);
		return;
	}
	m->setup = next;
	if (old != m->first)
		setup_free(old);
	setup_apply(next, m->shared);
	sandboxes_prepare(next);
	procs_replace(&m->procs, (int)next->conf.workers);
	m->generation++;
	log_info("master.reload", KI("generation", m->generation),
	    KI("workers", next->conf.workers));
	arena_free(mem);
}

static void
upgrade_begin(struct master *m)
{
	if (m->checking != 0)
		return;
	m->checking_us = clock_mono_us();
	m->checking = upgrade_check(m->binary, m->args->conf_path);
	if (m->checking < 0)
		m->checking = 0;
}

static void
drain_begin(struct master *m, int sig)
{
	log_info("master.stop", KI("signal", sig));
	if (!m->draining)
		m->draining_us = clock_mono_us();
	m->draining = true;
	m->at_once |= sig == SIGQUIT;
	m->changed = true;
}

static void
signal_act(struct master *m, int sig)
{
	switch (sig) {
	case SIGTERM:
	case SIGINT:
	case SIGQUIT:
		drain_begin(m, sig);
		break;
	case SIGHUP:
		if (!m->draining)
			master_reload(m);
		break;
	case SIGUSR1:
		m->changed = true;
		break;
	case SIGUSR2:
		if (!m->draining)
			upgrade_begin(m);
		break;
	}
}

/* The next signal of ours, 0 when until_us (0: never) has come. */
static int
signal_wait(int64_t until_us)
{
	static const int ours[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
		SIGUSR2, SIGCHLD };
	int64_t us = until_us - clock_mono_us();
	struct timespec ts = { 0 };
	sigset_t set;
	int sig;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaddset(&set, ours[i]);
	if (us > 0)
		ts = (struct timespec) { us / CLOCK_SECOND,
			us % CLOCK_SECOND * 1000 };
	sig = sigtimedwait(&set, NULL, until_us == 0 ? NULL : &ts);
	return sig > 0 ? sig : 0;
}

static void
master_loop(struct master *m)
{
	for (;;) {
		int64_t next_us;

		children_reap(m);
		next_us = places_fill(m);
		next_us = earlier(next_us, children_press(m));
		next_us = earlier(next_us, check_press(m));
		if (m->changed)
			master_status(m);
		if (m->draining && procs_alive(&m->procs) == 0)
			return;
		signal_act(m, signal_wait(next_us));
	}
}

static bool
listening(int fd)
{
	int on = 0;
	socklen_t n = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) == 0 && on;
}

static void
heritage_adopt(struct master *m, const struct heritage *h)
{
	m->generation = h->generation;
	m->started_at = h->started_at;
	m->procs.restarts = h->restarts;
	m->procs.recycled = h->recycled;
	for (int i = 0; i < PROCS_MAX; i++)
		if (h->pid[i] != 0)
			procs_adopt(&m->procs, i, h->pid[i], h->generation,
			    clock_mono_us());
	if (listening(h->listen_fd))
		m->listen_fd = h->listen_fd;
	m->shared = shared_attach(h->shared_fd);
	if (m->shared != NULL)
		m->shared_fd = h->shared_fd;
	else
		close(h->shared_fd);
}

static int
shared_prepare(struct master *m, struct buf *problems)
{
	if (m->shared == NULL)
		m->shared = shared_new(&m->shared_fd);
	if (m->shared == NULL) {
		problem_add(problems, "no shared memory: %s", strerror(errno));
		return -1;
	}
	fcntl(m->shared_fd, F_SETFD, FD_CLOEXEC);
	setup_apply(m->setup, m->shared);
	return 0;
}

static int
listen_prepare(struct master *m, struct buf *problems)
{
	const struct conf *conf = &m->setup->conf;

	if (m->listen_fd < 0)
		m->listen_fd = sock_listen(conf->listen, conf->listen_mode,
		    m->priv.change ? m->priv.uid : (uid_t)-1,
		    m->priv.change ? m->priv.gid : (gid_t)-1, problems);
	m->listen_ino = path_inode(conf->listen);
	return m->listen_fd >= 0 ? 0 : -1;
}

/* So that a reload may open it again. */
static int
log_hand_over(const struct master *m, struct buf *problems)
{
	const char *path = m->setup->conf.log_file;

	if (path == NULL || !m->priv.change ||
	    fchown(STDERR_FILENO, m->priv.uid, m->priv.gid) == 0)
		return 0;
	problem_add(problems, "log_file %s: %s", path, strerror(errno));
	return -1;
}

/* One that was killed could not say so. */
static void
predecessor_note(const struct master *m)
{
	pid_t pid = status_pid_read(m->setup->conf.state_dir);

	if (pid > 0 && pid != getpid() && kill(pid, 0) != 0 && errno == ESRCH)
		log_warn("master.predecessor", KI("master", pid),
		    KS("problem", "it was killed, or the machine went down"));
}

/* In this order: what needs root first, what may not be root's last. */
static int
master_prepare(struct master *m, struct buf *problems)
{
	const struct conf *conf = &m->setup->conf;

	if (state_dir_prepare(conf->state_dir, &m->priv, problems) != 0 ||
	    setup_log(conf, problems) != 0 || log_hand_over(m, problems) != 0 ||
	    db_library_init() != 0 || shared_prepare(m, problems) != 0 ||
	    pipeline_init(conf) != 0 || listen_prepare(m, problems) != 0 ||
	    priv_drop(&m->priv, problems) != 0)
		return -1;
	sandboxes_prepare(m->setup);
	predecessor_note(m);
	return status_pid_write(conf->state_dir, problems);
}

/* Configuration, user and key: all that is wrong with them at once. */
static struct setup *
setup_prepare(const char *conf_path, struct priv *ret_priv,
    struct buf *problems)
{
	struct setup *s = setup_load(conf_path, problems);
	int r;

	if (s == NULL)
		return NULL;
	r = priv_find(&s->conf, ret_priv, problems);
	if (setup_key(s, problems) == 0 && r == 0)
		return s;
	setup_free(s);
	return NULL;
}

static void
master_fini(struct master *m)
{
	if (m->setup != m->first)
		setup_free(m->setup);
	setup_free(m->first);
	free(m->binary);
	db_library_end();
}

static int
master_start(struct master *m, struct buf *problems)
{
	struct heritage h;
	bool heir = heritage_take(&h);
	int notify_fd = -1;

	m->first = m->setup =
	    setup_prepare(m->args->conf_path, &m->priv, problems);
	if (m->setup == NULL)
		return -1;
	log_choose(m, m->setup);
	procs_init(&m->procs, (int)m->setup->conf.workers);
	m->generation = 0;
	m->started_at = clock_now_us();
	if (heir)
		heritage_adopt(m, &h);
	else if (m->args->daemon)
		notify_fd = daemonise();
	m->generation++;
	if (master_prepare(m, problems) != 0)
		return -1;
	if (geteuid() == 0)
		log_warn("master.root",
		    KS("problem", "running as root: name a user"));
	daemon_ready(notify_fd);
	return 0;
}

/* What goes wrong is said where we were started, whatever log_file is. */
static int
master_start_loud(struct master *m, struct buf *problems)
{
	int caller = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	int r = master_start(m, problems);

	if (r != 0 && caller >= 0)
		dup2(caller, STDERR_FILENO);
	if (r != 0)
		problems_print("cardea", problems);
	if (caller >= 0)
		close(caller);
	return r;
}

int
master_run(const struct master_args *args)
{
	struct master m = { .args = args, .listen_fd = -1, .shared_fd = -1 };
	struct arena *mem = arena_new(0);
	struct buf problems;
	int code = EXIT_OK;

	buf_init(&problems, mem, 256);
	m.binary = upgrade_binary(args->argv[0]);
	if (m.binary == NULL)
		abort();
	if (master_start_loud(&m, &problems) == 0) {
		log_info("master.start", KI("generation", m.generation),
		    KI("workers", m.setup->conf.workers),
		    KS("listen", m.setup->conf.listen),
		    KS("sandbox",
			sandbox_missing(&m.setup->conf) == NULL ? "on"
								: "off"));
		m.changed = true;
		master_loop(&m);
		log_info("master.end");
		status_pid_remove(m.setup->conf.state_dir);
	} else {
		code = EXIT_CONFIG;
	}
	master_fini(&m);
	arena_free(mem);
	return code;
}

int
master_check(const char *conf_path)
{
	struct arena *mem = arena_new(0);
	struct buf problems;
	struct setup *s;
	struct priv priv;
	int code = EXIT_CONFIG;

	buf_init(&problems, mem, 256);
	s = setup_prepare(conf_path, &priv, &problems);
	if (s != NULL && pipeline_init(&s->conf) == 0)
		code = EXIT_OK;
	problems_print("cardea", &problems);
	setup_free(s);
	arena_free(mem);
	return code;
}
