/*
 * The sandboxes from inside: for each kind of process a child enters its own
 * and makes one system call, which either ends it with SIGSYS or comes back;
 * and what the processes do for a living works in there.
 */
#include "config.h"

#include <check.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/rand.h"
#include "crypto/jws.h"
#include "crypto/password.h"
#include "daemon/sandbox.h"
#include "out/transport.h"

#define N(array) (sizeof(array) / sizeof(*(array)))

enum box { WORKER, ADDRESS, NAME, LONE, SPOOL, SMTP, MAIL, BOXES };

/* One bit a box, of those in which a call comes back. */
enum {
	NONE = 0,
	W = 1 << WORKER, /* its database behind a socket */
	A = 1 << ADDRESS, /* a worker with a database at an address */
	H = 1 << NAME, /* or at a host's name */
	L = 1 << LONE,
	S = 1 << SPOOL, /* jobs by transport */
	P = 1 << SMTP,
	M = 1 << MAIL, /* cardea-mail */
	SERVERS = W | A | H | L,
	JOBS = S | P,
	READERS = H | JOBS | M,
	EVERY = SERVERS | JOBS | M,
};

static const struct {
	const char *name;
	enum sandbox_kind kind;
	const char *db_socket, *db_host, *transport;
} boxes[BOXES] = {
	[WORKER] = { "worker", SANDBOX_WORKER, "/s", NULL, "smtp" },
	[ADDRESS] = { "worker, address", SANDBOX_WORKER, NULL, "::1", "smtp" },
	[NAME] = { "worker, name", SANDBOX_WORKER, NULL, "db.test", "smtp" },
	[LONE] = { "lone worker", SANDBOX_LONE, "/s", NULL, "smtp" },
	[SPOOL] = { "jobs, spool", SANDBOX_JOBS, "/s", NULL, "spool" },
	[SMTP] = { "jobs, smtp", SANDBOX_JOBS, "/s", NULL, "smtp" },
	[MAIL] = { "cardea-mail", SANDBOX_MAIL, NULL, NULL, NULL },
};

static struct arena *mem;
static struct conf confs[BOXES];
static struct sandbox *filters[BOXES];
static char folder[] = "/tmp/cardea-sandbox-XXXXXX";

/* --- one system call --- */

#define TEXT(s)  ((long)(s))
#define AS_PATH  TEXT("/etc/passwd")
#define NO_PATH  TEXT("/nonexistent/x")
#define PARENT   (-1000) /* an argument: the pid of our parent, */
#define MYSELF   (-1001) /* or our own */
#define I386_ABI (-1) /* a number: getpid by the gate of another machine */
#define X32_BIT  0x40000000

static const char *const no_strings[] = { NULL };
static char page[4096];

struct deed {
	const char *name;
	long nr;
	long arg[6];
	unsigned ends_well; /* boxes in which it comes back */
};

static const struct deed deeds[] = {
	/* other programs and processes */
	{ "execve", SYS_execve, { TEXT("/bin/true"), (long)no_strings } },
	{ "execveat", SYS_execveat,
	    { AT_FDCWD, TEXT("/bin/true"), (long)no_strings } },
	{ "vfork as clone", SYS_clone, { CLONE_VM | CLONE_VFORK | SIGCHLD } },
	{ "clone of a process", SYS_clone, { SIGCHLD } },
	{ "clone into namespaces", SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
	{ "clone3", SYS_clone3, { 0 }, M /* told that there is none */ },
	{ "ptrace me", SYS_ptrace, { 0 } },
	{ "ptrace parent", SYS_ptrace, { 16, PARENT } },
	{ "process_vm_readv", SYS_process_vm_readv, { PARENT } },
	{ "process_vm_writev", SYS_process_vm_writev, { PARENT } },
	{ "pidfd_open", SYS_pidfd_open, { PARENT } },
	{ "pidfd_getfd", SYS_pidfd_getfd, { 0, 0 } },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, { 0, SIGTERM } },
	{ "kill parent", SYS_kill, { PARENT, SIGTERM } },
	{ "kill all", SYS_kill, { -1, 0 } },
	{ "kill self", SYS_kill, { MYSELF, SIGURG } },
	{ "tkill", SYS_tkill, { PARENT, SIGTERM } },
	{ "tgkill parent", SYS_tgkill, { PARENT, PARENT, SIGABRT } },
	{ "tgkill self, another signal", SYS_tgkill,
	    { MYSELF, MYSELF, SIGURG } },
	{ "rt_sigqueueinfo", SYS_rt_sigqueueinfo, { PARENT, SIGTERM } },
	{ "setpgid", SYS_setpgid, { 0 } },
	{ "setsid", SYS_setsid, { 0 } },
	{ "wait4", SYS_wait4, { -1, 0, WNOHANG } },
	/* privileges, and the sandbox itself */
	{ "prctl to undo", SYS_prctl, { PR_SET_NO_NEW_PRIVS, 0 } },
	{ "prctl dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
	{ "prctl ptracer", SYS_prctl, { PR_SET_PTRACER, -1 } },
	{ "prctl name", SYS_prctl, { PR_SET_NAME, TEXT("x") }, M },
	{ "prctl seccomp", SYS_prctl, { PR_SET_SECCOMP, 1 } },
	{ "seccomp", SYS_seccomp, { 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "setresuid", SYS_setresuid, { 0 } },
	{ "setresgid", SYS_setresgid, { 0 } },
	{ "setgroups", SYS_setgroups, { 0 } },
	{ "capset", SYS_capset, { 0 } },
	{ "setrlimit", SYS_setrlimit, { RLIMIT_NOFILE, (long)page } },
	{ "prlimit64", SYS_prlimit64, { PARENT, RLIMIT_NOFILE } },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
	{ "setns", SYS_setns, { 0 } },
	{ "personality", SYS_personality, { 0x0040000 } },
	{ "keyctl", SYS_keyctl, { 0 } },
	{ "add_key", SYS_add_key, { 0 } },
	{ "landlock_restrict_self", SYS_landlock_restrict_self, { -1 } },
	/* memory that could be executed, or is not ours */
	{ "mprotect exec", SYS_mprotect,
	    { (long)page, 0, PROT_READ | PROT_EXEC } },
	{ "mprotect write and exec", SYS_mprotect,
	    { (long)page, 0, PROT_READ | PROT_WRITE | PROT_EXEC } },
	{ "mprotect", SYS_mprotect, { 0, 0, PROT_READ }, EVERY },
	{ "pkey_mprotect", SYS_pkey_mprotect, { 0, 0, PROT_EXEC, -1 } },
	{ "mmap exec", SYS_mmap, { 0, 0, PROT_READ | PROT_EXEC }, H | M },
	{ "mmap write and exec", SYS_mmap, { 0, 0, PROT_WRITE | PROT_EXEC } },
	{ "mmap", SYS_mmap, { 0, 0, PROT_READ | PROT_WRITE }, EVERY },
	{ "madvise huge pages", SYS_madvise, { 0, 0, MADV_HUGEPAGE } },
	{ "shmat", SYS_shmat, { -1, 0, 0 } },
	{ "memfd_create", SYS_memfd_create, { TEXT("x"), MFD_CLOEXEC }, P },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	/* the kernel's larger doors */
	{ "io_uring_setup", SYS_io_uring_setup, { 0 } },
	{ "bpf", SYS_bpf, { 0 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "fanotify_init", SYS_fanotify_init, { 0 } },
	{ "inotify_init1", SYS_inotify_init1, { 0 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "finit_module", SYS_finit_module, { -1 } },
	{ "kexec_load", SYS_kexec_load, { 0 } },
	{ "mount", SYS_mount, { 0 } },
	{ "umount2", SYS_umount2, { 0 } },
	{ "pivot_root", SYS_pivot_root, { 0 } },
	{ "chroot", SYS_chroot, { NO_PATH } },
	{ "open_tree", SYS_open_tree, { -1 } },
	{ "fsopen", SYS_fsopen, { 0 } },
	{ "reboot", SYS_reboot, { 0 } },
	{ "syslog", SYS_syslog, { 3 } },
	{ "clock_settime", SYS_clock_settime, { 0 } },
	/* files */
	{ "openat to write /etc/passwd", SYS_openat,
	    { AT_FDCWD, AS_PATH, O_WRONLY }, S },
	{ "openat to read and write", SYS_openat,
	    { AT_FDCWD, AS_PATH, O_RDWR } },
	{ "openat to make", SYS_openat,
	    { AT_FDCWD, NO_PATH, O_RDONLY | O_CREAT } },
	{ "openat to cut", SYS_openat, { AT_FDCWD, NO_PATH, O_TRUNC } },
	{ "openat to read", SYS_openat, { AT_FDCWD, AS_PATH, O_CLOEXEC },
	    READERS },
	{ "openat a folder", SYS_openat, { AT_FDCWD, AS_PATH, O_DIRECTORY },
	    READERS },
	{ "openat2", SYS_openat2, { AT_FDCWD, AS_PATH, 0, 0 } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1 } },
	{ "fchmod", SYS_fchmod, { -1, 0777 } },
	{ "fchmodat", SYS_fchmodat, { AT_FDCWD, NO_PATH, 0777 } },
	{ "unlinkat", SYS_unlinkat, { AT_FDCWD, NO_PATH, 0 }, S },
	{ "unlinkat of a folder", SYS_unlinkat,
	    { AT_FDCWD, NO_PATH, AT_REMOVEDIR } },
	{ "truncate", SYS_truncate, { NO_PATH } },
	{ "setxattr", SYS_setxattr, { NO_PATH } },
	{ "fcntl to duplicate", SYS_fcntl, { 0, F_DUPFD, 100 } },
	{ "fcntl to own", SYS_fcntl, { 0, F_SETOWN, PARENT } },
	{ "fcntl flags", SYS_fcntl, { 0, F_GETFL }, EVERY },
	{ "fcntl lock", SYS_fcntl, { -1, F_OFD_SETLK }, L },
	{ "ioctl to type", SYS_ioctl, { 0, TIOCSTI, (long)page } },
	{ "ioctl to count", SYS_ioctl, { -1, FIONREAD }, H | M },
	/* the network */
	{ "socket AF_UNIX", SYS_socket, { AF_UNIX, SOCK_STREAM }, EVERY & ~A },
	{ "socket AF_INET", SYS_socket, { AF_INET, SOCK_STREAM }, A | H | M },
	{ "socket AF_INET6", SYS_socket, { AF_INET6, SOCK_STREAM }, A | H | M },
	{ "socket AF_NETLINK", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 }, H | M },
	{ "socket of netfilter", SYS_socket, { AF_NETLINK, SOCK_RAW, 12 } },
	{ "socket AF_PACKET", SYS_socket, { AF_PACKET, SOCK_RAW } },
	{ "socket AF_VSOCK", SYS_socket, { AF_VSOCK, SOCK_STREAM } },
	{ "socketpair", SYS_socketpair, { AF_UNIX, 0, 0, 0 }, M },
	{ "bind", SYS_bind, { -1 }, H | M },
	{ "listen", SYS_listen, { -1 } },
	{ "accept", SYS_accept, { -1 }, SERVERS },
	{ "sendmsg", SYS_sendmsg, { -1 }, H | P | M },
	{ "recvmsg", SYS_recvmsg, { -1 }, H | M },
/* what only this machine has */
#ifdef __x86_64__
	{ "fork", SYS_fork, { 0 } },
	{ "open to write", SYS_open, { AS_PATH, O_WRONLY } },
	{ "open to read", SYS_open, { AS_PATH, O_RDONLY }, H | M },
	{ "creat", SYS_creat, { NO_PATH, 0600 } },
	{ "chmod", SYS_chmod, { NO_PATH, 0777 } },
	{ "chown", SYS_chown, { NO_PATH } },
	{ "unlink", SYS_unlink, { NO_PATH } },
	{ "rename", SYS_rename, { NO_PATH, NO_PATH }, S },
	{ "link", SYS_link, { NO_PATH, NO_PATH } },
	{ "symlink", SYS_symlink, { NO_PATH, NO_PATH } },
	{ "mknod", SYS_mknod, { NO_PATH } },
	{ "dup2", SYS_dup2, { 0, 0 } },
	{ "modify_ldt", SYS_modify_ldt, { 0 } },
	{ "arch_prctl", SYS_arch_prctl, { 0 } },
	{ "getpid of i386", I386_ABI, { 0 } },
	{ "getpid of x32", X32_BIT | SYS_getpid, { 0 } },
#endif
};

static long
argument(long value)
{
	return value == PARENT ? getppid() : value == MYSELF ? getpid() : value;
}

static void
deed_do(const struct deed *d)
{
	long a[6];

	for (size_t i = 0; i < N(a); i++)
		a[i] = argument(d->arg[i]);
	if (d->nr != I386_ABI) {
		(void)syscall(d->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
		return;
	}
#ifdef __x86_64__
	__asm__ volatile("int $0x80" : : "a"(20) : "memory");
#endif
}

/* A child of ours; how it ended: 0, or the number of a signal. */
static int
child_end(pid_t pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void
box_enter(enum box box)
{
	static const struct rlimit no_core = { 0 };

	setrlimit(RLIMIT_CORE, &no_core);
	if (sandbox_enter(filters[box]) != 0)
		_exit(2);
}

START_TEST(test_deeds)
{
	const struct deed *d = &deeds[_i];

	for (enum box box = 0; box < BOXES; box++) {
		int want = d->ends_well & 1U << box ? 0 : SIGSYS, got;
		pid_t pid = fork();

		if (pid == 0) {
			box_enter(box);
			deed_do(d);
			_exit(0);
		}
		got = child_end(pid);
		ck_assert_msg(got == want, "%s in %s: wanted %d, got %d",
		    d->name, boxes[box].name, want, got);
	}
}
END_TEST

/* --- daily work --- */

static bool
hashes(void)
{
	static const struct password_cost cost = { .ln = 15, .r = 8, .p = 1 };
	char phc[PASSWORD_PHC_MAX];

	return password_hash("secret", 6, &cost, phc) == 0;
}

static bool
signs_as(enum jws_alg alg)
{
	struct jws_key *key = jws_key_generate(alg, "k");
	struct buf out;
	bool done;

	buf_init(&out, mem, 1024);
	done = key != NULL && jws_sign(key, "JWT", "{}", 2, &out) == 0;
	jws_key_free(key);
	return done;
}

static bool
signs(void)
{
	return signs_as(JWS_ES256) && signs_as(JWS_EDDSA);
}

static bool
signs_rsa(void)
{
	return signs_as(JWS_RS256);
}

static bool
allocates(void)
{
	char *p = malloc(100), *q = malloc(1 << 20);

	for (size_t n = 200; p != NULL && q != NULL && n < (64 << 20); n *= 3) {
		char *more = realloc(p, n);

		if (more == NULL)
			return false;
		p = more;
		memset(p, 1, n);
	}
	free(q);
	free(p);
	return true;
}

static bool
keeps_secrets(void)
{
	struct arena *a = arena_new_secret(4096);

	memset(arena_alloc(a, 100000), 1, 100000);
	arena_free(a);
	return true;
}

static bool
draws(void)
{
	unsigned char bytes[300];

	rand_bytes(bytes, sizeof(bytes));
	return true;
}

static bool
logs(void)
{
	log_info("in.sandbox", KS("all", "well"));
	return true;
}

static bool
sleeps(void)
{
	static const struct timespec ms = { 0, 1000000 };

	return nanosleep(&ms, NULL) == 0;
}

static bool
has_time(void)
{
	struct timespec ts;

	return syscall(SYS_clock_gettime, CLOCK_REALTIME, &ts) == 0;
}

static bool
connects(void)
{
	struct sockaddr_un at = { AF_UNIX, "/nonexistent/s" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 &&
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0 &&
	    close(fd) == 0;
}

static bool
reads(void)
{
	char line[100];
	FILE *f = fopen("/etc/passwd", "re");

	return f != NULL && fgets(line, sizeof(line), f) != NULL &&
	    fclose(f) == 0;
}

static bool
spools(void)
{
	static const struct mail mail = { .id = "mail_1", .data = "x", .n = 1 };
	struct buf why;

	buf_init(&why, mem, 64);
	return spool_send(&confs[SPOOL], &mail, &why) == MAIL_SENT;
}

static bool
aborts(void)
{
	abort();
}

static bool
overruns(void)
{
	static volatile size_t n = 64; /* unknown to the compiler */
	char small[8];

	memset(small, 1, n);
	__asm__ volatile("" : : "r"(small) : "memory");
	return true;
}

static bool
faults(void)
{
	static volatile uintptr_t at = 8;

	*(volatile char *)at = 1;
	return true;
}

static bool
frees_twice(void)
{
	void *volatile p = malloc(10);

	free(p);
	free(p);
	return true;
}

static bool
leaves(void)
{
	exit(0);
}

static const struct {
	const char *name;
	bool (*run)(void);
	unsigned where;
	int end; /* a signal */
} works[] = {
	{ "hashes", hashes, SERVERS },
	{ "makes keys and signs", signs, SERVERS | JOBS },
	{ "makes a large key", signs_rsa, JOBS },
	{ "allocates", allocates, EVERY },
	{ "keeps secrets", keeps_secrets, EVERY },
	{ "draws", draws, EVERY },
	{ "logs", logs, EVERY },
	{ "sleeps", sleeps, EVERY },
	{ "asks the kernel for the time", has_time, EVERY },
	{ "connects to a socket", connects, EVERY & ~A },
	{ "reads a file", reads, READERS },
	{ "spools", spools, S },
	{ "leaves", leaves, EVERY },
	/* an end that tells its cause */
	{ "abort", aborts, EVERY, SIGABRT },
	{ "a stack that was overrun", overruns, EVERY, SIGABRT },
	{ "a block freed twice", frees_twice, EVERY, SIGABRT },
	{ "a null pointer", faults, EVERY, SIGSEGV },
};

START_TEST(test_works)
{
	for (enum box box = 0; box < BOXES; box++) {
		pid_t pid;
		int got;

		if ((works[_i].where & 1U << box) == 0)
			continue;
		pid = fork();
		if (pid == 0) {
			box_enter(box);
			_exit(works[_i].run() ? 0 : 1);
		}
		got = child_end(pid);
		ck_assert_msg(got == works[_i].end, "%s, %s: wanted %d, got %d",
		    boxes[box].name, works[_i].name, works[_i].end, got);
	}
}
END_TEST

/* --- with and without --- */

/* The number behind that name in /proc/self/status. */
static int
status_number(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	int number = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			number = (int)strtol(line + strlen(name), NULL, 10);
	if (f != NULL)
		fclose(f);
	return number;
}

/* Of any build: privileges go, and a filter comes where there is one. */
START_TEST(test_enter)
{
	const char *missing = sandbox_missing(&confs[SPOOL]);
	pid_t pid = fork();

	ck_assert_int_eq(filters[SPOOL] == NULL, missing != NULL);
	if (pid == 0) {
		box_enter(SPOOL);
		_exit(status_number("NoNewPrivs:") * 10 +
		    status_number("Seccomp:"));
	}
	ck_assert_int_eq(child_end(pid), missing == NULL ? -12 : -10);
}
END_TEST

START_TEST(test_setting)
{
	struct conf conf = confs[WORKER];

	conf.sandbox = false;
	ck_assert_ptr_nonnull(sandbox_missing(&conf));
	ck_assert_ptr_null(sandbox_new(SANDBOX_WORKER, &conf));
}
END_TEST

static void
boxes_make(void)
{
	mem = arena_new(0);
	/* as in a master: OpenSSL has read its configuration */
	if (mkdtemp(folder) == NULL || !signs())
		abort();
	for (enum box box = 0; box < BOXES; box++) {
		confs[box] = (struct conf) {
			.sandbox = true,
			.db_socket = boxes[box].db_socket,
			.db_host = boxes[box].db_host,
			.mail_transport = boxes[box].transport,
			.mail_spool_dir = folder,
		};
		filters[box] = sandbox_new(boxes[box].kind, &confs[box]);
	}
}

static void
boxes_drop(void)
{
	for (enum box box = 0; box < BOXES; box++)
		sandbox_free(filters[box]);
	unlink(arena_printf(mem, "%s/mail_1.eml", folder));
	rmdir(folder);
	arena_free(mem);
}

int
main(void)
{
	Suite *s = suite_create("sandbox");
	TCase *tc = tcase_create("sandbox");
	SRunner *sr;
	int failed;

	boxes_make();
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_enter);
	tcase_add_test(tc, test_setting);
	if (filters[WORKER] != NULL) {
		tcase_add_loop_test(tc, test_deeds, 0, N(deeds));
		tcase_add_loop_test(tc, test_works, 0, N(works));
	}
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	boxes_drop();
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
