/*
 * Sign-ins from many addresses, over all mounts, more than can be hashed,
 * while a profile is read. Watches the hashing gate itself, in the memory
 * that the master shares with its workers.
 *
 *	flood PORT MASTER-PID EMAIL PASSWORD TOKEN
 *
 * Every fourth sign-in has that e-mail and password, the others are of
 * people who do not exist. It ends once HASHED were answered after a hash,
 * REFUSED were refused and PROBES profiles read, or after LIMIT_S, and
 * prints what it counted; memory in KB.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/shared.h"
#include "support/web.h"

#define LIMIT_S  200
#define HASHED   60
#define REFUSED  300
#define PROBES   500
#define CLIENTS  48
#define READERS  2
#define WORKERS  64
#define FROM     0x7F020000
#define PAUSE_MS 100

/* envelope: what a 503 of that mount has in its body. */
static const struct mount {
	const char *path, *envelope[3];
} mounts[] = {
	{ "/api/v1/auth/signin",
	    { "\"error_code\":\"UNAVAILABLE\",\"status_code\":503",
		"\"error\":{\"code\":\"UNAVAILABLE\"",
		"\"detail\":\"Service temporarily unavailable\"" } },
	{ "/v1/auth/login",
	    { "{\"error\":{\"code\":\"unavailable\",\"message\":",
		"\"details\":" } },
	{ "/v1/auth/signin",
	    { "{\"error\":{\"code\":\"UNAVAILABLE\",\"message\":",
		"\"requestId\":\"req_", "\"timestamp\":\"" } },
	{ "/api/auth/login",
	    { "\"error\":{\"code\":\"UNAVAILABLE\"", "\"status\":503",
		"\"timestamp\":\"" } },
};
#define MOUNTS (sizeof(mounts) / sizeof(*mounts))

static int port, master;
static const char *email, *password, *token;
static _Atomic int sent, hashed, refused, undocumented, other;
static _Atomic int probes, bad;
static atomic_bool stopping;
static pid_t workers[WORKERS];
static int workers_n;

/* by the watcher alone */
static int hold_most, wait_most;
static long memory_most;

static void
pause_us(long us)
{
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&ts, NULL);
}

static void
complain(const char *what, const struct web_answer *a)
{
	fprintf(stderr, "flood: %s: %.600s\n", what, a->text);
}

/* --- the flood --- */

static bool
documented(const struct mount *m, const struct web_answer *a)
{
	char value[32];

	if (!web_header(a, "Retry-After", value, sizeof(value)) ||
	    strtol(value, NULL, 10) < 1 || strtol(value, NULL, 10) > 60)
		return false;
	for (int i = 0; i < 3 && m->envelope[i] != NULL; i++)
		if (strstr(web_body(a), m->envelope[i]) == NULL)
			return false;
	return true;
}

static void
judge(const struct mount *m, bool known, const struct web_answer *a)
{
	if (a->status == (known ? 200 : 401)) {
		hashed++;
	} else if (a->status == 503) {
		refused++;
		if (!documented(m, a)) {
			undocumented++;
			complain("refused, not as documented", a);
		}
		pause_us(PAUSE_MS * 1000);
	} else {
		other++;
		complain("neither hashed nor refused", a);
	}
}

static void
signin(int n, struct web_answer *a)
{
	const struct mount *m = &mounts[(size_t)n % MOUNTS];
	/* that mount has accounts of its own */
	bool known = n / (int)MOUNTS % 4 == 0 && m != &mounts[3];
	struct web w = { -1, port, FROM + (uint32_t)(n / 250 * 256 + n % 250) };
	char body[512];

	if (known)
		snprintf(body, sizeof(body),
		    "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
	else
		snprintf(body, sizeof(body),
		    "{\"email\":\"nobody-%d-%d@example.com\","
		    "\"password\":\"Hinge-and-Door-1\"}",
		    (int)getpid(), n);
	web_ask(&w, &(struct web_request) { "POST", m->path, NULL, body, true },
	    a);
	web_close(&w);
	judge(m, known, a);
}

static void *
flood_run(void *arg)
{
	struct web_answer *a = calloc(1, sizeof(*a));

	(void)arg;
	while (a != NULL && !stopping)
		signin(sent++, a);
	free(a);
	return NULL;
}

static void *
read_run(void *arg)
{
	struct web_answer *a = calloc(1, sizeof(*a));
	struct web w = { -1, port, 0 };

	(void)arg;
	while (a != NULL && !stopping) {
		web_ask(&w,
		    &(struct web_request) { "GET", "/api/v1/auth/me", token,
			NULL, probes % 2 == 0 },
		    a);
		if (a->status != 200) {
			bad++;
			complain("the profile", a);
		}
		probes++;
		pause_us(10000);
	}
	web_close(&w);
	free(a);
	return NULL;
}

/* --- watching --- */

/* What the master shares, by the name that it has for the kernel. */
static const struct shared *
shared_of(int pid)
{
	char path[64], target[64];
	struct stat st;
	void *p;

	for (int i = 0; i < 256; i++) {
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, i);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0 || strncmp(target, "/memfd:cardea", 13) != 0)
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) != 0 ||
		    st.st_size != sizeof(struct shared))
			break;
		p = mmap(NULL, sizeof(struct shared), PROT_READ, MAP_SHARED, fd,
		    0);
		return p == MAP_FAILED ? NULL : p;
	}
	fprintf(stderr, "flood: no shared memory at process %d: %s\n", pid,
	    strerror(errno));
	return NULL;
}

static void
workers_find(const struct shared *s)
{
	for (int i = 0; i < SHARED_SLOTS; i++)
		if (atomic_load(&s->slot[i].pid) > 0)
			workers[workers_n++] = atomic_load(&s->slot[i].pid);
}

/* Of all workers, resident. */
static long
memory_kb(void)
{
	char path[64];
	long sum = 0;

	for (int i = 0; i < workers_n; i++) {
		long all = 0, pages = 0;
		char text[128];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/statm", (int)workers[i]);
		f = fopen(path, "re");
		if (f == NULL)
			continue;
		if (fgets(text, sizeof(text), f) != NULL) {
			char *end;

			all = strtol(text, &end, 10);
			pages = all > 0 ? strtol(end, NULL, 10) : 0;
		}
		fclose(f);
		sum += pages * (sysconf(_SC_PAGESIZE) / 1024);
	}
	return sum;
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

static bool
enough(void)
{
	return hashed >= HASHED && refused >= REFUSED && probes >= PROBES;
}

static void
watch(const struct shared *s)
{
	const struct gate *g = &s->gate;
	time_t until = time(NULL) + LIMIT_S;

	for (unsigned n = 0; !enough() && time(NULL) < until; n++) {
		long kb = n % 16 == 0 ? memory_kb() : 0;

		hold_most = most(hold_most,
		    __builtin_popcountll(atomic_load(&g->hold)));
		wait_most = most(wait_most,
		    __builtin_popcountll(atomic_load(&g->wait)));
		memory_most = kb > memory_most ? kb : memory_most;
		pause_us(500);
	}
}

int
main(int argc, char **argv)
{
	pthread_t thread[CLIENTS + READERS];
	const struct shared *s;
	long before;

	if (argc != 6) {
		fprintf(stderr,
		    "usage: flood PORT MASTER-PID EMAIL PASSWORD TOKEN\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	master = (int)strtol(argv[2], NULL, 10);
	email = argv[3];
	password = argv[4];
	token = argv[5];
	s = shared_of(master);
	if (s == NULL)
		return 2;
	workers_find(s);
	before = memory_kb();
	for (int i = 0; i < CLIENTS + READERS; i++)
		pthread_create(&thread[i], NULL,
		    i < CLIENTS ? flood_run : read_run, NULL);
	watch(s);
	stopping = true;
	for (int i = 0; i < CLIENTS + READERS; i++)
		pthread_join(thread[i], NULL);
	printf("sent %d hashed %d refused %d undocumented %d other %d"
	       " probes %d bad %d slots %u hold %d waiters %u wait %d"
	       " workers %d before %ld most %ld after %ld\n",
	    sent, hashed, refused, undocumented, other, probes, bad,
	    s->gate.slots, hold_most, s->gate.waiters, wait_most, workers_n,
	    before, memory_most, memory_kb());
	return enough() ? 0 : 1;
}
