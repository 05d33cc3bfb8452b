/*
 * Tables of system calls, a row each, with the arguments that matter. A
 * process gets the groups that its kind and its settings call for; the first
 * group is everybody's. Nothing here lets a process start another, write a
 * file outside of the mail spool, trace or signal another, or make memory
 * executable: that is what most ways from a flaw to a foothold need.
 *
 * A row belongs here only if something was seen to need it, or the C library
 * may need it on another machine (time without vDSO, say). seccomp sees
 * numbers, not what pointers lead to: paths and addresses are not judged.
 */
#include "config.h"

#include "daemon/sandbox.h"

#include <stddef.h>

#include "base/conf.h"
#include "base/log.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(SANITIZED) || defined(__SANITIZE_ADDRESS__) ||                     \
    __has_feature(address_sanitizer)
enum { SANITIZERS = 1 };
#else
enum { SANITIZERS = 0 };
#endif

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sandbox {
	unsigned short n;
	struct sock_filter code[];
};

#define CMP_MAX 2

struct rule {
	const char *name;
	unsigned n; /* of cmp: all of them must hold */
	struct scmp_arg_cmp cmp[CMP_MAX];
};

/* An argument of type int: the upper half of its register means nothing. */
#define IS(arg, value) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, UINT32_MAX, value)
/* Of these bits, exactly those. */
#define BITS(arg, of, those) SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, of, those)
#define NO_BITS(arg, bits)   BITS(arg, bits, 0)

/* Stands for the pid of who enters the sandbox. */
#define OWN_PID 0x5ca1ab1e

#define CREATING (O_ACCMODE | O_CREAT | O_TRUNC)

static const struct rule everybody[] = {
	{ "read" },
	{ "write" }, /* the log, too */
	{ "close" },
	{ "poll" },
	{ "ppoll" },
	{ "fcntl", 1, { IS(1, F_GETFL) } },
	{ "fcntl", 1, { IS(1, F_SETFL) } },
	{ "fcntl", 1, { IS(1, F_GETFD) } },
	{ "fcntl", 1, { IS(1, F_SETFD) } },
	/* memory, never executable; scrypt and large bodies map their own */
	{ "brk" },
	{ "mmap", 1, { NO_BITS(2, PROT_EXEC) } },
	{ "mprotect", 1, { NO_BITS(2, PROT_EXEC) } },
	{ "munmap" },
	{ "mremap" },
	{ "madvise", 1, { IS(2, MADV_DONTNEED) } },
	{ "madvise", 1, { IS(2, MADV_FREE) } },
	{ "madvise", 1, { IS(2, MADV_DONTDUMP) } }, /* of secret arenas */
	{ "mlock" },
	/* time; most machines answer these without the kernel */
	{ "clock_gettime" },
	{ "gettimeofday" },
	{ "time" },
	{ "clock_nanosleep" },
	{ "restart_syscall" },
	/* locks, randomness, names of ourselves */
	{ "futex" },
	{ "getrandom" },
	{ "getpid" },
	{ "gettid" },
	/* signals to ourselves, and an end by abort() that is seen as one */
	{ "rt_sigaction" },
	{ "rt_sigprocmask" },
	{ "rt_sigpending" },
	{ "rt_sigreturn" },
	{ "tgkill", 2, { IS(0, OWN_PID), IS(2, SIGABRT) } },
	{ "writev" }, /* the C library's last words */
	{ "exit" },
	{ "exit_group" },
	{ NULL },
};

/* What a connection needs, whatever it leads over. */
static const struct rule connecting[] = {
	{ "connect" },
	{ "sendto" },
	{ "recvfrom" },
	{ "setsockopt" },
	{ "getsockopt" },
	{ "shutdown" },
	{ NULL },
};

static const struct rule local[] = {
	{ "socket", 1, { IS(0, AF_UNIX) } },
	{ NULL },
};

static const struct rule internet[] = {
	{ "socket", 1, { IS(0, AF_INET) } },
	{ "socket", 1, { IS(0, AF_INET6) } },
	{ "getsockname" },
	{ "getpeername" },
	{ NULL },
};

static const struct rule reading[] = {
	{ "openat", 1, { NO_BITS(2, CREATING) } },
	{ "newfstatat" },
	{ "fstat" },
	{ "lseek" },
	{ "pread64" },
	{ NULL },
};

/*
 * Names of hosts: the C library reads files, asks the kernel for its
 * addresses, may load modules (code from files only: what can be written
 * cannot be executed), and asks name servers.
 */
static const struct rule resolving[] = {
	{ "open", 1, { NO_BITS(1, CREATING) } },
	{ "access" },
	{ "stat" },
	{ "readlink" },
	{ "getdents64" },
	{ "mmap", 1, { BITS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC) } },
	{ "uname" },
	{ "geteuid" },
	{ "getuid" },
	{ "socket", 1, { IS(0, AF_UNIX) } }, /* name service caches */
	{ "socket", 2, { IS(0, AF_NETLINK), IS(2, 0) } },
	{ "bind" },
	{ "sendmsg" },
	{ "sendmmsg" },
	{ "recvmsg" },
	{ "ioctl", 1, { IS(1, FIONREAD) } },
	{ NULL },
};

static const struct rule serving[] = {
	{ "accept" },
	{ "accept4" },
	{ "epoll_wait" },
	{ "epoll_pwait" },
	{ NULL },
};

/* The locks on its file by which lone workers know each other. */
static const struct rule slot_locks[] = {
	{ "fcntl", 1, { IS(1, F_OFD_SETLK) } },
	{ NULL },
};

/* A mail is handed to the process that may start programs. */
static const struct rule handing_over[] = {
	{ "memfd_create" },
	{ "sendmsg" },
	{ NULL },
};

/* transport spool, and nothing else, writes files. */
static const struct rule spooling[] = {
	{ "mkdir" },
	{ "mkdirat" },
	{ "openat", 1, { BITS(2, O_ACCMODE, O_WRONLY) } },
	{ "fsync" },
	{ "rename" },
	{ "renameat" },
	{ "renameat2" },
	{ "unlinkat", 1, { IS(2, 0) } },
	{ NULL },
};

/* libcurl resolves in a thread. */
static const struct rule threads[] = {
	{ "clone", 1, { BITS(0, CLONE_THREAD, CLONE_THREAD) } },
	{ "set_robust_list" },
	{ "rseq" },
	{ "sched_getaffinity" },
	{ "sched_yield" },
	{ "socketpair", 1, { IS(0, AF_UNIX) } },
	{ "pipe2" },
	{ "eventfd2" },
	{ "prctl", 1, { IS(0, PR_SET_NAME) } },
	{ NULL },
};

enum {
	EVERYBODY = 1 << 0,
	CONNECTING = 1 << 1,
	LOCAL = 1 << 2,
	INTERNET = 1 << 3,
	READING = 1 << 4,
	RESOLVING = 1 << 5,
	SERVING = 1 << 6,
	SLOT_LOCKS = 1 << 7,
	HANDING_OVER = 1 << 8,
	SPOOLING = 1 << 9,
	THREADS = 1 << 10,
};

static const struct {
	unsigned bit;
	const struct rule *rules;
} groups[] = {
	{ EVERYBODY, everybody },
	{ CONNECTING, connecting },
	{ LOCAL, local },
	{ INTERNET, internet },
	{ READING, reading },
	{ RESOLVING, resolving },
	{ SERVING, serving },
	{ SLOT_LOCKS, slot_locks },
	{ HANDING_OVER, handing_over },
	{ SPOOLING, spooling },
	{ THREADS, threads },
};

#define NAME_GROUPS (INTERNET | READING | RESOLVING)

static bool
is_address(const char *host)
{
	static const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *found;

	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	freeaddrinfo(found);
	return true;
}

static unsigned
database_groups(const struct conf *conf)
{
	if (conf->db_socket != NULL)
		return CONNECTING | LOCAL;
	if (conf->db_host != NULL && is_address(conf->db_host))
		return CONNECTING | INTERNET;
	return CONNECTING | NAME_GROUPS;
}

static unsigned
mail_groups(const struct conf *conf)
{
	if (strcmp(conf->mail_transport, "spool") == 0)
		return SPOOLING;
	return strcmp(conf->mail_transport, "none") == 0 ? 0 : HANDING_OVER;
}

static unsigned
groups_of(enum sandbox_kind kind, const struct conf *conf)
{
	switch (kind) {
	case SANDBOX_WORKER:
		return EVERYBODY | SERVING | database_groups(conf);
	case SANDBOX_LONE:
		return EVERYBODY | SERVING | SLOT_LOCKS | database_groups(conf);
	case SANDBOX_JOBS: /* reads the templates of mails */
		return EVERYBODY | READING | mail_groups(conf) |
		    database_groups(conf);
	case SANDBOX_MAIL:
		return EVERYBODY | CONNECTING | NAME_GROUPS | THREADS;
	}
	abort();
}

static void
failed(const char *what, int error)
{
	log_error("sandbox.failed", KS("what", what),
	    KS("error", strerror(error)));
}

static void
must(const char *what, int r)
{
	if (r >= 0)
		return;
	failed(what, -r);
	abort();
}

/* A call that this machine does not have cannot be made on it. */
static void
rule_add(scmp_filter_ctx ctx, const struct rule *rule)
{
	int nr = seccomp_syscall_resolve_name(rule->name);

	if (nr == __NR_SCMP_ERROR)
		return;
	must(rule->name,
	    seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, rule->n,
		rule->cmp));
}

static void
rules_add(scmp_filter_ctx ctx, unsigned set)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if ((set & groups[i].bit) == 0)
			continue;
		for (const struct rule *r = groups[i].rules; r->name; r++)
			rule_add(ctx, r);
	}
	/* its flags cannot be seen; told so, the C library calls clone */
	if (set & THREADS)
		must("clone3",
		    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS),
			SCMP_SYS(clone3), 0));
}

static struct sandbox *
code_export(scmp_filter_ctx ctx)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	struct sandbox *s;
	off_t size;

	must("memfd_create", fd < 0 ? -errno : 0);
	must("export", seccomp_export_bpf(ctx, fd));
	size = lseek(fd, 0, SEEK_END);
	s = calloc(1, sizeof(*s) + (size_t)size);
	if (s == NULL || pread(fd, s->code, (size_t)size, 0) != size)
		abort();
	s->n = (unsigned short)((size_t)size / sizeof(s->code[0]));
	close(fd);
	return s;
}

/* Asks without changing anything. */
static const char *
kernel_missing(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0)
		return NULL;
	return errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP
	    ? "this kernel has no seccomp filters"
	    : "the kernel refuses seccomp filters";
}

static struct sandbox *
build(unsigned set)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	struct sandbox *s;

	if (ctx == NULL)
		abort();
	must("bad arch",
	    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
		SCMP_ACT_KILL_PROCESS));
	rules_add(ctx, set);
	s = code_export(ctx);
	seccomp_release(ctx);
	/* or each child would come to own a copy of what was built with */
	malloc_trim(0);
	return s;
}

/* The one thing that is known only to who enters. */
static void
pid_fill(struct sandbox *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->code[i].code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		    s->code[i].k == OWN_PID)
			s->code[i].k = (uint32_t)getpid();
}

static int
filter_load(struct sandbox *s)
{
	struct sock_fprog prog = { .len = s->n, .filter = s->code };

	pid_fill(s);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0)
		return 0;
	failed("seccomp", errno);
	return -1;
}

struct sandbox *
sandbox_new(enum sandbox_kind kind, const struct conf *conf)
{
	if (SANITIZERS || (conf != NULL && sandbox_missing(conf) != NULL) ||
	    kernel_missing() != NULL)
		return NULL;
	return build(groups_of(kind, conf));
}

#else

#include <stdlib.h>
#include <sys/prctl.h>

struct sandbox {
	unsigned short n;
};

static const char *
kernel_missing(void)
{
	return "built without libseccomp";
}

static int
filter_load(struct sandbox *s)
{
	(void)s;
	return 0;
}

struct sandbox *
sandbox_new(enum sandbox_kind kind, const struct conf *conf)
{
	(void)kind;
	(void)conf;
	return NULL;
}

#endif

const char *
sandbox_missing(const struct conf *conf)
{
	if (!conf->sandbox)
		return "the setting says no";
	if (SANITIZERS)
		return "built with sanitizers, which need more";
	return kernel_missing();
}

void
sandbox_report(const struct conf *conf)
{
	const char *missing = sandbox_missing(conf);

	if (missing != NULL && conf->sandbox)
		log_warn("sandbox.off", KS("problem", missing));
}

void
sandbox_free(struct sandbox *s)
{
	free(s);
}

int
sandbox_enter(struct sandbox *s)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return s != NULL ? filter_load(s) : 0;
}
