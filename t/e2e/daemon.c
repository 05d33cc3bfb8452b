/*
 * The processes: what dies is replaced, and neither a reload nor an upgrade,
 * a takeover or an end loses a request. Everything is waited for by what the
 * status file and the log say; no test knows how long a thing takes.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/fcgiclient.h"
#include "../support/instance.h"

#define THREE   "workers = 3\n"
#define RELOADS 20

static struct instance in;

static void
teardown(void)
{
	instance_free(&in);
}

static void
start(const char *settings)
{
	instance_new(&in, settings);
	instance_start(&in);
}

/* A path that no table has: no database is asked. */
static void
assert_serves(void)
{
	ck_assert_int_eq(fcgic_get(in.socket, "/nowhere"), 404);
}

static void
assert_stops(void)
{
	ck_assert_int_eq(instance_stop(&in), 0);
	ck_assert_str_eq(instance_text(&in, "state"), "stopped");
}

static void
reload_wait(void)
{
	long generation = instance_number(&in, "generation");

	kill(in.pid, SIGHUP);
	instance_until(&in, instance_number(&in, "generation") > generation);
}

START_TEST(test_status)
{
	char path[112];
	struct stat st;

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	assert_serves();
	ck_assert_str_eq(instance_text(&in, "state"), "running");
	ck_assert_int_eq(instance_number(&in, "generation"), 1);
	ck_assert_int_eq(instance_number(&in, "workers"), 3);
	kill(in.pid, SIGUSR1);
	instance_until(&in, instance_number(&in, "requests") == 1);
	ck_assert_int_eq(instance_number(&in, "restarts"), 0);
	ck_assert_int_eq(stat(in.socket, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0660);
	snprintf(path, sizeof(path), "%s/cardea.pid", in.state);
	ck_assert_int_eq(access(path, R_OK), 0);
	assert_stops();
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(test_killed_worker_is_replaced)
{
	pid_t before[INSTANCE_PIDS], after[INSTANCE_PIDS];

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	instance_workers(&in, before);
	kill(before[0], SIGKILL);
	assert_serves();
	instance_until(&in,
	    instance_number(&in, "restarts") == 1 && instance_settled(&in, 3));
	instance_workers(&in, after);
	for (int i = 0; i < 3; i++)
		ck_assert_int_ne(after[i], before[0]);
	assert_serves();
	assert_stops();
}
END_TEST

START_TEST(test_killed_jobs_is_replaced)
{
	pid_t before;

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	before = instance_jobs(&in);
	kill(before, SIGKILL);
	instance_until(&in,
	    instance_number(&in, "restarts") == 1 && instance_settled(&in, 3));
	ck_assert_int_ne(instance_jobs(&in), before);
	assert_stops();
}
END_TEST

/* Whoever comes up is killed at once; the master keeps its calm. */
START_TEST(test_crash_loop)
{
	pid_t pids[INSTANCE_PIDS];

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	for (long killed = 0; killed < 12; killed++) {
		instance_until(&in, instance_workers(&in, pids) > 0);
		kill(pids[0], SIGKILL);
		instance_until(&in,
		    instance_number(&in, "restarts") == killed + 1);
	}
	assert_serves();
	instance_until(&in, instance_settled(&in, 3));
	assert_stops();
}
END_TEST

/* One request that is in work is lost at most, those that wait are not. */
START_TEST(test_kill_under_load)
{
	struct load *l;
	pid_t pids[INSTANCE_PIDS];
	size_t failed, seen, kills = 8;

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	l = load_begin(in.socket, 4);
	for (size_t i = 0; i < kills; i++) {
		seen = load_answered(l);
		instance_until(&in, load_answered(l) > seen + 20);
		instance_until(&in, instance_workers(&in, pids) > 0);
		kill(pids[0], SIGKILL);
		instance_until(&in,
		    instance_number(&in, "restarts") == (long)i + 1);
	}
	failed = load_end(l);
	ck_assert_uint_le(failed, kills);
	assert_stops();
}
END_TEST

START_TEST(test_reload_under_load)
{
	struct load *l;
	size_t seen;

	start(THREE);
	l = load_begin(in.socket, 4);
	for (int i = 0; i < RELOADS; i++) {
		seen = load_answered(l);
		reload_wait();
		instance_until(&in, load_answered(l) > seen);
	}
	instance_until(&in, instance_settled(&in, 3));
	ck_assert_uint_eq(load_end(l), 0);
	ck_assert_int_eq(instance_number(&in, "generation"), RELOADS + 1);
	ck_assert_int_eq(instance_number(&in, "restarts"), 0);
	assert_stops();
}
END_TEST

/* More processes than slots: the old ones make room. */
START_TEST(test_reload_of_many)
{
	struct load *l;

	start("workers = 40\n");
	l = load_begin(in.socket, 2);
	for (int i = 0; i < 3; i++)
		reload_wait();
	instance_until(&in, instance_settled(&in, 40));
	ck_assert_uint_eq(load_end(l), 0);
	assert_stops();
}
END_TEST

START_TEST(test_reload_changes)
{
	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	instance_configure(&in, "workers = 5\n");
	reload_wait();
	instance_until(&in, instance_settled(&in, 5));
	instance_configure(&in, "workers = 1\nlisten_mode = 0600\n");
	reload_wait();
	instance_until(&in, instance_settled(&in, 1));
	ck_assert_uint_eq(instance_logged(&in, "setting=listen_mode"), 1);
	assert_serves();
	assert_stops();
}
END_TEST

static const char *const broken[] = {
	"workers = many\n",
	"no_such_setting = 1\n",
	"master_key_file = /nonexistent\n",
};

START_TEST(test_reload_broken)
{
	pid_t before[INSTANCE_PIDS], after[INSTANCE_PIDS];

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	instance_workers(&in, before);
	instance_configure(&in, broken[_i]);
	kill(in.pid, SIGHUP);
	instance_until(&in, instance_logged(&in, "nothing") > 0);
	ck_assert_uint_eq(instance_workers(&in, after), 3);
	ck_assert_mem_eq(before, after, 3 * sizeof(pid_t));
	ck_assert_int_eq(instance_number(&in, "generation"), 1);
	assert_serves();
	assert_stops();
}
END_TEST

START_TEST(test_upgrade_under_load)
{
	struct load *l;
	long generation;

	start(THREE);
	l = load_begin(in.socket, 4);
	for (int i = 0; i < 5; i++) {
		generation = instance_number(&in, "generation");
		kill(in.pid, SIGUSR2);
		instance_until(&in,
		    instance_number(&in, "generation") > generation);
	}
	instance_until(&in, instance_settled(&in, 3));
	ck_assert_int_eq(instance_number(&in, "pid"), in.pid);
	ck_assert_uint_eq(load_end(l), 0);
	kill(in.pid, SIGUSR1);
	instance_until(&in, instance_number(&in, "requests") > 0);
	ck_assert_int_eq(instance_number(&in, "restarts"), 0);
	assert_stops();
}
END_TEST

static void
script_write(const char *path)
{
	static const char text[] = "#!/bin/sh\nexit 1\n";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
}

/* The path is followed anew: first to a broken binary, then to a good one. */
START_TEST(test_upgrade_broken)
{
	char real[PATH_MAX], path[112], bad[112];

	instance_new(&in, THREE);
	snprintf(real, sizeof(real), "%s", in.binary);
	snprintf(path, sizeof(path), "%s/current", in.dir);
	snprintf(bad, sizeof(bad), "%s/bad", in.dir);
	snprintf(in.binary, sizeof(in.binary), "%s", path);
	script_write(bad);
	ck_assert_int_eq(symlink(real, path), 0);
	instance_start(&in);
	unlink(path);
	ck_assert_int_eq(symlink(bad, path), 0);
	kill(in.pid, SIGUSR2);
	instance_until(&in, instance_logged(&in, "unchanged") > 0);
	ck_assert_int_eq(instance_number(&in, "generation"), 1);
	assert_serves();
	unlink(path);
	ck_assert_int_eq(symlink(real, path), 0);
	kill(in.pid, SIGUSR2);
	instance_until(&in, instance_number(&in, "generation") == 2);
	assert_serves();
	assert_stops();
}
END_TEST

/* Its body is still on the way when the master is told to end. */
START_TEST(test_drain)
{
	struct fcgic_reply reply;
	int fd;

	start("workers = 1\n");
	fd = fcgic_connect(in.socket);
	ck_assert_int_eq(fcgic_begin(fd, "POST", "/nowhere", NULL, 4), 0);
	fcgic_wait_taken(fd);
	kill(in.pid, SIGTERM);
	instance_until(&in,
	    strcmp(instance_text(&in, "state"), "draining") == 0);
	ck_assert_int_eq(fcgic_body(fd, "{}  ", 4), 0);
	ck_assert_int_eq(fcgic_body(fd, "", 0), 0);
	ck_assert_int_eq(fcgic_read(fd, &reply), 0);
	ck_assert_int_eq(reply.status, 404);
	close(fd);
	ck_assert_int_eq(instance_wait(in.pid), 0);
	in.pid = 0;
}
END_TEST

START_TEST(test_quit_at_once)
{
	int fd;
	pid_t pid;

	start("workers = 1\n");
	fd = fcgic_connect(in.socket);
	ck_assert_int_eq(fcgic_begin(fd, "POST", "/nowhere", NULL, 4), 0);
	fcgic_wait_taken(fd);
	pid = in.pid;
	kill(pid, SIGQUIT);
	ck_assert_int_eq(instance_wait(pid), 0);
	in.pid = 0;
	close(fd);
}
END_TEST

START_TEST(test_killed_master)
{
	pid_t pids[INSTANCE_PIDS], jobs;
	size_t n;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	n = instance_workers(&in, pids);
	jobs = instance_jobs(&in);
	kill(in.pid, SIGKILL);
	ck_assert_int_eq(instance_wait(in.pid), 128 + SIGKILL);
	in.pid = 0;
	for (size_t i = 0; i < n; i++)
		instance_until(&in, process_gone(pids[i]));
	instance_until(&in, process_gone(jobs));
}
END_TEST

START_TEST(test_recycling)
{
	struct load *l;

	start("workers = 2\nworker_requests = 10\n");
	l = load_begin(in.socket, 2);
	instance_until(&in, instance_number(&in, "recycled") >= 5);
	ck_assert_uint_eq(load_end(l), 0);
	ck_assert_int_eq(instance_number(&in, "restarts"), 0);
	assert_stops();
}
END_TEST

START_TEST(test_takeover)
{
	struct load *l;
	pid_t first;
	size_t seen;

	start(THREE);
	l = load_begin(in.socket, 4);
	for (int i = 0; i < 3; i++) {
		first = in.pid;
		instance_start(&in);
		kill(first, SIGTERM);
		ck_assert_int_eq(instance_wait(first), 0);
		seen = load_answered(l);
		instance_until(&in, load_answered(l) > seen);
		ck_assert_int_eq(instance_number(&in, "pid"), in.pid);
		ck_assert_str_eq(instance_text(&in, "state"), "running");
	}
	ck_assert_uint_eq(load_end(l), 0);
	assert_stops();
}
END_TEST

/* Descriptor 0 listens: as spawn-fcgi and mod_fcgid start it. */
static int
listen_open(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", in.socket);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

static void
lone_start(int listen_fd, pid_t ret[2])
{
	int before = dup(STDIN_FILENO);

	fcntl(before, F_SETFD, FD_CLOEXEC);
	dup2(listen_fd, STDIN_FILENO);
	for (int i = 0; i < 2; i++)
		ret[i] = instance_exec(&in, NULL);
	dup2(before, STDIN_FILENO);
	close(before);
}

START_TEST(test_lone)
{
	struct load *l;
	pid_t pid[2];
	int fd;

	instance_new(&in, "");
	fd = listen_open();
	lone_start(fd, pid);
	instance_until(&in, instance_logged(&in, "lone.start") == 2);
	l = load_begin(in.socket, 3);
	instance_until(&in, load_answered(l) > 50);
	kill(pid[0], SIGTERM);
	ck_assert_int_eq(instance_wait(pid[0]), 0);
	ck_assert_uint_eq(load_end(l), 0);
	kill(pid[1], SIGTERM);
	ck_assert_int_eq(instance_wait(pid[1]), 0);
	ck_assert_uint_eq(instance_logged(&in, "lone.end"), 2);
	close(fd);
}
END_TEST

static const struct refusal {
	const char *settings, *args[3], *says;
	int code;
} refusals[] = {
	{ "workers = 0\n", { NULL }, "workers", 78 },
	{ "workers = 0\n", { "--check" }, "workers", 78 },
	{ "workers = 0\n", { "--daemon" }, "workers", 78 },
	{ "user = no-such-user\n", { NULL }, "no user no-such-user", 78 },
	{ "master_key_file = /nonexistent\n", { NULL }, "/nonexistent", 78 },
	{ "listen = /nonexistent/s\n", { NULL }, "/nonexistent/s", 78 },
	{ "listen = /nonexistent/s\n", { "--daemon" }, "/nonexistent/s", 78 },
	{ "", { "--nonsense" }, "--help", 2 },
	{ "", { "--check", "--daemon" }, "--help", 2 },
};

START_TEST(test_refusal)
{
	const struct refusal *r = &refusals[_i];
	pid_t pid;

	instance_new(&in, r->settings);
	pid = instance_exec(&in, r->args);
	ck_assert_int_eq(instance_wait(pid), r->code);
	ck_assert_msg(instance_logged(&in, r->says) > 0,
	    "case %d: nothing about \"%s\"", _i, r->says);
}
END_TEST

START_TEST(test_daemon)
{
	static const char *const args[] = { "--daemon", NULL };
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	instance_new(&in, THREE);
	pid = instance_exec(&in, args);
	ck_assert_int_eq(instance_wait(pid), 0);
	assert_serves();
	instance_until(&in, instance_settled(&in, 3));
	in.pid = (pid_t)instance_number(&in, "pid");
	snprintf(in.log, sizeof(in.log), "%s/cardea.log", in.state);
	ck_assert_uint_eq(instance_logged(&in, " master.start "), 1);
	reload_wait();
	assert_serves();
	assert_stops();
}
END_TEST

/* Somebody whom we are not. */
static const char *
other_user(void)
{
	const struct passwd *pw = getpwnam("nobody");

	return pw != NULL && pw->pw_uid != geteuid() ? "nobody" : "daemon";
}

/* As root it becomes the user and serves; as anybody else it says no. */
START_TEST(test_user)
{
	char settings[64];
	struct stat st;
	pid_t pid;

	snprintf(settings, sizeof(settings), THREE "user = %s\n", other_user());
	instance_new(&in, settings);
	/* who changed users cannot be looked into, by sanitizers neither */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	chmod(in.dir, 0755);
	if (geteuid() != 0) {
		pid = instance_exec(&in, NULL);
		ck_assert_int_eq(instance_wait(pid), 78);
		ck_assert_uint_eq(instance_logged(&in, "only root"), 1);
		return;
	}
	instance_start(&in);
	instance_until(&in, instance_settled(&in, 3));
	assert_serves();
	ck_assert_int_eq(stat(in.socket, &st), 0);
	ck_assert_int_ne(st.st_uid, 0);
	reload_wait();
	instance_until(&in, instance_settled(&in, 3));
	ck_assert_uint_eq(instance_logged(&in, "kept"), 1);
	assert_serves();
	assert_stops();
}
END_TEST

/* The number behind that name in the status of a process, -1 without it. */
static long
process_number(pid_t pid, const char *name)
{
	char path[64], line[256];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			number = strtol(line + strlen(name), NULL, 10);
	if (f != NULL)
		fclose(f);
	return number;
}

/* Every process that serves: what /proc says of it, once it has started. */
static void
assert_confined(long filter)
{
	pid_t pids[INSTANCE_PIDS];
	size_t n = instance_workers(&in, pids);

	ck_assert_uint_eq(n, 3);
	pids[n++] = instance_jobs(&in);
	for (size_t i = 0; i < n; i++) {
		instance_until(&in,
		    process_number(pids[i], "NoNewPrivs:") == 1);
		instance_until(&in,
		    process_number(pids[i], "Seccomp:") == filter);
	}
}

/* A build with it and a kernel with it must have it on. */
static bool
sandbox_expected(void)
{
#if defined(HAVE_SECCOMP) && !defined(SANITIZED)
	return access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0;
#else
	return false;
#endif
}

START_TEST(test_sandbox)
{
	bool on = sandbox_expected();

	start(THREE);
	instance_until(&in, instance_settled(&in, 3));
	assert_serves();
	assert_confined(on ? 2 : 0);
	ck_assert_str_eq(instance_text(&in, "sandbox"), on ? "on" : "off");
	ck_assert_uint_eq(instance_logged(&in, " warn sandbox.off "), !on);
	instance_configure(&in, THREE "sandbox = no\n");
	reload_wait();
	instance_until(&in, instance_settled(&in, 3));
	assert_serves();
	assert_confined(0);
	ck_assert_str_eq(instance_text(&in, "sandbox"), "off");
	ck_assert_uint_eq(instance_logged(&in, " warn sandbox.off "), !on);
	assert_stops();
}
END_TEST

START_TEST(test_sandbox_lone)
{
	pid_t pid[2];
	int fd;

	instance_new(&in, "");
	fd = listen_open();
	lone_start(fd, pid);
	for (int i = 0; i < 2; i++) {
		instance_until(&in, process_number(pid[i], "NoNewPrivs:") == 1);
		instance_until(&in,
		    process_number(pid[i], "Seccomp:") ==
			(sandbox_expected() ? 2 : 0));
	}
	assert_serves();
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGTERM);
		ck_assert_int_eq(instance_wait(pid[i]), 0);
	}
	close(fd);
}
END_TEST

/* Loaded into it, outside.so makes a call that is in no list. */
START_TEST(test_sandbox_broken)
{
	char preload[PATH_MAX];
	const char *build = getenv("top_builddir");
	int fd;

	snprintf(preload, sizeof(preload), "%s/t/support/outside.so",
	    build != NULL ? build : ".");
	setenv("LD_PRELOAD", preload, 1);
	start("workers = 1\n");
	unsetenv("LD_PRELOAD");
	fd = fcgic_connect(in.socket);
	ck_assert_int_eq(fcgic_begin(fd, "GET", "/nowhere", NULL, 0), 0);
	instance_until(&in, instance_logged(&in, "a system call outside") > 0);
	ck_assert_uint_gt(instance_logged(&in, " error master.child_died "), 0);
	close(fd);
	kill(in.pid, SIGQUIT);
	ck_assert_int_eq(instance_wait(in.pid), 0);
	in.pid = 0;
}
END_TEST

/* The first child of a process, 0 when it has none. */
static pid_t
child_of(pid_t pid)
{
	char path[64];
	FILE *f;
	int child = 0, c;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
	    (int)pid);
	f = fopen(path, "re");
	while (f != NULL && (c = fgetc(f)) >= '0' && c <= '9')
		child = child * 10 + c - '0';
	if (f != NULL)
		fclose(f);
	return child;
}

static const struct runner_case {
	const char *settings;
	bool runs;
	long no_new_privs;
} runners[] = {
	{ THREE "mail_transport = none\n", false, 0 },
	{ THREE "mail_transport = smtp\nmail_smtp_url = smtp://localhost:1\n",
	    true, 1 },
	{ THREE "mail_transport = sendmail\n", true, 0 },
};

/* Who may start programs is beside the jobs, and ends with them. */
START_TEST(test_runner)
{
	const struct runner_case *c = &runners[_i];
	pid_t runner;

	start(c->settings);
	instance_until(&in, instance_settled(&in, 3));
	assert_confined(sandbox_expected() ? 2 : 0);
	runner = child_of(instance_jobs(&in));
	ck_assert_int_eq(runner != 0, c->runs);
	if (c->runs) {
		instance_until(&in,
		    process_number(runner, "NoNewPrivs:") == c->no_new_privs);
		ck_assert_int_eq(process_number(runner, "Seccomp:"), 0);
	}
	assert_stops();
	if (c->runs)
		instance_until(&in, process_gone(runner));
}
END_TEST

/* Where nobody answers: looking for it is allowed, and nobody dies of it. */
static const char *const databases[] = {
	"db_socket =\ndb_host = 127.0.0.1\ndb_port = 1\ndb_password = x\n",
	"db_socket =\ndb_host = ::1\ndb_port = 1\n",
	"db_socket =\ndb_host = nobody.invalid\ndb_port = 1\n",
};

START_TEST(test_database_away)
{
	char settings[256];

	snprintf(settings, sizeof(settings), THREE "%s", databases[_i]);
	start(settings);
	ck_assert_int_eq(fcgic_get(in.socket, "/api/v1/health/ready"), 503);
	instance_until(&in, instance_logged(&in, " error db.away ") >= 2);
	ck_assert_int_eq(instance_number(&in, "restarts"), 0);
	assert_stops();
	ck_assert_uint_eq(instance_logged(&in, "master.child_died"), 0);
}
END_TEST

static Suite *
daemon_suite(void)
{
	Suite *s = suite_create("daemon");
	TCase *t = tcase_create("processes");

	tcase_set_timeout(t, 300);
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, test_status);
	tcase_add_test(t, test_killed_worker_is_replaced);
	tcase_add_test(t, test_killed_jobs_is_replaced);
	tcase_add_test(t, test_crash_loop);
	tcase_add_test(t, test_kill_under_load);
	tcase_add_test(t, test_reload_under_load);
	tcase_add_test(t, test_reload_of_many);
	tcase_add_test(t, test_reload_changes);
	tcase_add_loop_test(t, test_reload_broken, 0, 3);
	tcase_add_test(t, test_upgrade_under_load);
	tcase_add_test(t, test_upgrade_broken);
	tcase_add_test(t, test_drain);
	tcase_add_test(t, test_quit_at_once);
	tcase_add_test(t, test_killed_master);
	tcase_add_test(t, test_recycling);
	tcase_add_test(t, test_takeover);
	tcase_add_test(t, test_lone);
	tcase_add_loop_test(t, test_refusal, 0,
	    (int)(sizeof(refusals) / sizeof(refusals[0])));
	tcase_add_test(t, test_daemon);
	tcase_add_test(t, test_user);
	tcase_add_test(t, test_sandbox);
	tcase_add_test(t, test_sandbox_lone);
	if (sandbox_expected())
		tcase_add_test(t, test_sandbox_broken);
	tcase_add_loop_test(t, test_runner, 0,
	    (int)(sizeof(runners) / sizeof(runners[0])));
	tcase_add_loop_test(t, test_database_away, 0,
	    (int)(sizeof(databases) / sizeof(databases[0])));
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(daemon_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
