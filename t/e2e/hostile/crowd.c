/*
 * Many connections that want nothing but to be there: silent ones, ones kept
 * after an answer, headers and bodies that do not end, TLS handshakes that
 * stop half-way. What the server closes is opened again, so that all stand
 * at once for as long as it takes, while somebody else asks for a profile.
 *
 *	crowd PORT TLS-PORT CONNECTIONS TOKEN
 *
 * It prints "full N ..." once N stand, the profile was read PROBES times and
 * a quarter of all were opened again, which shows that time-outs freed their
 * places. After a line on its input it opens none any more and waits until
 * the server has ended all but the kept ones ("over ..."). At the end of its
 * input it leaves. Whatever takes longer than LIMIT_S is told and ends it.
 *
 * Each connection has an address of its own in 127.1.0.0/16.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/web.h"

#define LIMIT_S  150
#define PROBES   500
#define DIALLING 200 /* at once; the server's backlog is 511 */
#define EVENTS   256
#define DRIP_MS  1000
#define KEPT_MAX 900 /* requests; nginx ends a connection after 1000 */
#define FROM     0x7F010000

static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

/*
 * text: what is sent at first; share: of twenty; drips: a byte now and then,
 * so that only a limit for the whole of it ends it; stays: the server need
 * not end it.
 */
static const struct kind {
	const char *name, *text;
	size_t n;
	int share;
	bool tls, answered, drips, stays;
} kinds[] = {
	{ "silent", "", .share = 6 },
	{ "kept", "GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n", .share = 5,
	    .answered = true, .stays = true },
	{ "header",
	    "GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nX-A: ", .share = 2 },
	{ "header-drips", "GET /api/v1/auth/me HTTP/1.1\r\nHost: a\r\nX-A: ",
	    .share = 3, .drips = true },
	{ "body",
	    "POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\n"
	    "Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
	    .share = 3 },
	{ "tls", hello, sizeof(hello) - 1, .share = 1, .tls = true },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

enum state { ABSENT, DIALS, ASKS, STANDS };

struct guest {
	const struct kind *kind;
	enum state state;
	int fd;
	uint32_t from;
};

static int port, tls_port;
static struct guest *guests;
static size_t guests_n;
static int poll_fd, dialling, standing, reopened, surprises;
static int ended[KINDS];
static bool refilling = true;
static const char *token;
static _Atomic int fresh_n, kept_n, bad;
static atomic_bool probing = true;

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void
pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* --- who asks meanwhile --- */

static void
probe(struct web *w, bool closes, struct web_answer *a)
{
	struct web_request rq = { "GET", "/api/v1/auth/me", token, NULL,
		closes };

	web_ask(w, &rq, a);
	if (a->status == 200 && strstr(web_body(a), "\"email\"") != NULL)
		return;
	bad++;
	fprintf(stderr, "crowd: the profile: status %d %.300s\n", a->status,
	    web_body(a));
}

/* Over new connections and over a kept one in turn. */
static void *
probe_run(void *arg)
{
	static struct web_answer a;
	struct web fresh = { -1, port, 0 }, kept = { -1, port, 0 };

	(void)arg;
	while (probing) {
		probe(&fresh, true, &a);
		web_close(&fresh);
		fresh_n++;
		probe(&kept, kept_n % KEPT_MAX == KEPT_MAX - 1, &a);
		kept_n++;
		pause_ms(10);
	}
	web_close(&kept);
	return NULL;
}

/* --- the guests --- */

static void
guest_close(struct guest *g)
{
	if (g->state == STANDS)
		standing--;
	else if (g->state != ABSENT)
		dialling--;
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
	g->state = ABSENT;
}

static void
guest_open(struct guest *g)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT };

	g->fd =
	    web_dial(g->kind->tls ? tls_port : port, g->from, SOCK_NONBLOCK);
	if (g->fd < 0)
		return;
	g->state = DIALS;
	dialling++;
	ev.data.ptr = g;
	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, g->fd, &ev) != 0)
		guest_close(g);
}

static void
guest_stands(struct guest *g)
{
	g->state = STANDS;
	dialling--;
	standing++;
}

/* Connected: says its part. */
static void
guest_speaks(struct guest *g)
{
	const struct kind *k = g->kind;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = g };
	size_t n = k->n != 0 ? k->n : strlen(k->text);

	if (n > 0 && send(g->fd, k->text, n, MSG_NOSIGNAL) != (ssize_t)n) {
		guest_close(g);
		return;
	}
	epoll_ctl(poll_fd, EPOLL_CTL_MOD, g->fd, &ev);
	if (k->answered)
		g->state = ASKS;
	else
		guest_stands(g);
}

static void
guest_ended(struct guest *g)
{
	bool stood = g->state == STANDS;

	guest_close(g);
	if (!stood)
		return;
	ended[g->kind - kinds]++;
	reopened += refilling;
}

/* A TLS alert is no answer; anything else that comes unasked is one. */
static void
guest_hears(struct guest *g)
{
	char text[4096];
	ssize_t n = recv(g->fd, text, sizeof(text) - 1, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		guest_ended(g);
		return;
	}
	text[n] = '\0';
	if (g->state == ASKS && strncmp(text, "HTTP/1.1 200 ", 13) == 0) {
		guest_stands(g);
		return;
	}
	if (g->kind->tls)
		return;
	surprises++;
	fprintf(stderr, "crowd: %s: unasked: %.300s\n", g->kind->name, text);
	guest_ended(g);
}

static void
guest_event(struct guest *g, uint32_t events)
{
	if (g->state == ABSENT)
		return;
	if (g->state == DIALS && (events & EPOLLOUT) != 0)
		guest_speaks(g);
	else if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
		guest_hears(g);
}

static void
guests_init(void)
{
	size_t share = 0, k = 0;

	guests = calloc(guests_n, sizeof(*guests));
	if (guests == NULL)
		abort();
	for (size_t i = 0; i < guests_n; i++) {
		guests[i] = (struct guest) { &kinds[k], ABSENT, -1,
			FROM + (uint32_t)(i / 250 * 256 + i % 250 + 1) };
		if (++share >= (size_t)kinds[k].share) {
			share = 0;
			k = (k + 1) % KINDS;
		}
	}
}

static void
guests_refill(void)
{
	for (size_t i = 0; i < guests_n && dialling < DIALLING; i++)
		if (guests[i].state == ABSENT)
			guest_open(&guests[i]);
}

static void
guests_drip(void)
{
	static int64_t last;

	if (now_ms() - last < DRIP_MS)
		return;
	last = now_ms();
	for (size_t i = 0; i < guests_n; i++) {
		struct guest *g = &guests[i];

		if (g->kind->drips && g->state == STANDS)
			(void)send(g->fd, "x", 1, MSG_NOSIGNAL);
	}
}

static void
turn(void)
{
	struct epoll_event ev[EVENTS];
	int n;

	if (refilling)
		guests_refill();
	guests_drip();
	n = epoll_wait(poll_fd, ev, EVENTS, 50);
	for (int i = 0; i < n; i++)
		guest_event(ev[i].data.ptr, ev[i].events);
}

/* --- the phases --- */

static void
report(const char *what)
{
	printf("%s %d reopened %d surprises %d probes %d bad %d", what,
	    standing, reopened, surprises, fresh_n + kept_n, bad);
	for (size_t k = 0; k < KINDS; k++)
		printf(" %s %d", kinds[k].name, ended[k]);
	printf("\n");
	fflush(stdout);
}

static int
give_up(const char *what)
{
	report(what);
	return 1;
}

static int
fill(void)
{
	int64_t until = now_ms() + LIMIT_S * 1000LL;
	bool was_full = false;

	while (!was_full || reopened < (int)guests_n / 4 ||
	    fresh_n + kept_n < PROBES || standing < (int)guests_n) {
		turn();
		was_full = was_full || standing == (int)guests_n;
		if (now_ms() > until)
			return give_up(was_full ? "not-kept" : "not-full");
	}
	report("full");
	return 0;
}

static bool
line_waits(void)
{
	struct timeval none = { 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(STDIN_FILENO, &set);
	return select(STDIN_FILENO + 1, &set, NULL, NULL, &none) > 0;
}

/* Keeps on refilling until it is told. */
static void
hold(void)
{
	char line[64];

	while (!line_waits())
		turn();
	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
}

static int
count_left(void)
{
	int n = 0;

	for (size_t i = 0; i < guests_n; i++)
		n += guests[i].state != ABSENT && !guests[i].kind->stays;
	return n;
}

static int
empty(void)
{
	int64_t until = now_ms() + LIMIT_S * 1000LL;

	refilling = false;
	while (count_left() > 0) {
		turn();
		if (now_ms() > until)
			return give_up("not-over");
	}
	report("over");
	return 0;
}

/* As many files as the hard limit lets us have. */
static void
raise_limit(void)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	if (r.rlim_cur < guests_n + 50) {
		fprintf(stderr,
		    "crowd: %zu connections want more files than the hard"
		    " limit of %llu (ulimit -Hn)\n",
		    guests_n, (unsigned long long)r.rlim_cur);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	pthread_t prober;
	char line[64];
	int r;

	if (argc != 5) {
		fprintf(stderr,
		    "usage: crowd PORT TLS-PORT CONNECTIONS TOKEN\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	tls_port = (int)strtol(argv[2], NULL, 10);
	guests_n = (size_t)strtol(argv[3], NULL, 10);
	token = argv[4];
	raise_limit();
	poll_fd = epoll_create1(EPOLL_CLOEXEC);
	guests_init();
	pthread_create(&prober, NULL, probe_run, NULL);
	r = fill();
	if (r == 0) {
		hold();
		r = empty();
	}
	probing = false;
	pthread_join(prober, NULL);
	if (r == 0 && fgets(line, sizeof(line), stdin) != NULL)
		r = 1;
	for (size_t i = 0; i < guests_n; i++)
		guest_close(&guests[i]);
	free(guests);
	return r;
}
