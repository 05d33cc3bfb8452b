/*
 * What FastCGI itself costs, as a floor for the program to be measured
 * against: workers that answer every request with the same bytes.
 *
 *	floor-fcgi hello SOCKET WORKERS BODY
 *	floor-fcgi select SOCKET WORKERS BODY DB-SOCKET DB-NAME IDS
 *	floor-fcgi sign   (the same)
 *
 * BODY is a file, sent as it is with the headers of the program's own reply.
 * IDS is a file of session ids in hexadecimal; `select` reads one of them at
 * each request, with the program's own statement, `sign` also makes one
 * RSA-2048 signature. Nothing of the request is looked at but its end.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <mysql.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "model/session.h"

#define WORKERS_MAX 64

static const char head[] = "Status: 200 OK\r\n"
			   "Content-Type: application/json\r\n"
			   "Content-Length: %zu\r\n"
			   "X-Request-ID: req_01k9zj3w5te8v9c0a7m2d4f6gh\r\n"
			   "Cache-Control: no-store\r\n"
			   "X-Content-Type-Options: nosniff\r\n"
			   "X-RateLimit-Limit: 1000000\r\n"
			   "X-RateLimit-Remaining: 999999\r\n"
			   "X-RateLimit-Reset: 1763720000\r\n"
			   "\r\n";

struct floor {
	int listen_fd;
	bool selects, signs;
	struct text reply;
	struct bench_ids ids;
	const char *db_socket, *db_name;
	struct bench_select *select;
	EVP_MD_CTX *sign;
};

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

static EVP_MD_CTX *
sign_new(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key = EVP_RSA_gen(2048);

	if (ctx == NULL || key == NULL ||
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1)
		die("no RSA key");
	EVP_PKEY_free(key);
	return ctx;
}

/* One signature over as much as an access token has. */
static void
sign_once(const EVP_MD_CTX *prepared, uint64_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char text[360] = { 0 }, sig[256];
	size_t sig_n = sizeof(sig);

	memcpy(text, &n, sizeof(n));
	if (ctx == NULL || EVP_MD_CTX_copy_ex(ctx, prepared) != 1 ||
	    EVP_DigestSign(ctx, sig, &sig_n, text, sizeof(text)) != 1)
		die("the signature failed");
	EVP_MD_CTX_free(ctx);
}

static void
answer(struct floor *f, FCGX_Request *r, uint64_t n)
{
	char rest[4096];

	while (FCGX_GetStr(rest, sizeof(rest), r->in) == (int)sizeof(rest))
		continue;
	if (f->selects)
		bench_select_run(f->select, &f->ids.id[n % f->ids.n]);
	if (f->signs)
		sign_once(f->sign, n);
	FCGX_PutStr(f->reply.p, (int)f->reply.n, r->out);
	FCGX_Detach(r);
	FCGX_Finish_r(r);
}

/* The accept loop of src/http/fcgi.c, without what it does for others. */
static void
work(struct floor *f, uint64_t n)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	FCGX_Request r;
	sigset_t none;

	sigemptyset(&none);
	if (f->selects)
		f->select = bench_select_new(f->db_socket, f->db_name,
		    session_stmts[SESSION_WITH_USER].text);
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, f->listen_fd, &ev) != 0)
		die("epoll: %s", strerror(errno));
	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, f->listen_fd, 0) != 0)
		die("libfcgi does not start");
	while (!stopped) {
		if (epoll_pwait(ep, &ev, 1, -1, &none) > 0 &&
		    FCGX_Accept_r(&r) == 0)
			answer(f, &r, n++);
	}
	exit(0);
}

static int
socket_open(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(at.sun_path))
		die("the path %s is too long for a socket", path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	unlink(path);
	umask(0177);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, 511) != 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static void
reply_make(struct floor *f, const char *path)
{
	struct text body = bench_file(path);
	size_t room = sizeof(head) + 32 + body.n;
	char *p = bench_alloc(room);
	int n = snprintf(p, room, head, body.n);

	memcpy(p + n, body.p, body.n);
	f->reply = (struct text) { p, (size_t)n + body.n };
}

static void
signals(sigset_t *set)
{
	struct sigaction sa = { .sa_handler = stop };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* Until a signal, or until a worker has died of an error. */
static int
oversee(const pid_t *pid, long n, const sigset_t *set)
{
	sigset_t all = *set;
	int number, status = 0;

	sigaddset(&all, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, NULL);
	sigwait(&all, &number);
	for (long i = 0; i < n; i++)
		kill(pid[i], SIGTERM);
	for (long i = 0; i < n; i++)
		waitpid(pid[i], &status, 0);
	return number == SIGCHLD;
}

int
main(int argc, char **argv)
{
	struct floor f = { 0 };
	pid_t pid[WORKERS_MAX];
	sigset_t set;
	long workers;

	if (argc < 5)
		die("usage: floor-fcgi hello|select|sign SOCKET WORKERS BODY"
		    " [DB-SOCKET DB-NAME IDS]");
	f.signs = strcmp(argv[1], "sign") == 0;
	f.selects = f.signs || strcmp(argv[1], "select") == 0;
	if (f.selects && argc < 8)
		die("%s needs DB-SOCKET, DB-NAME and IDS", argv[1]);
	workers = bench_number(argv[3], 1, WORKERS_MAX);
	reply_make(&f, argv[4]);
	if (f.selects) {
		f.db_socket = argv[5];
		f.db_name = argv[6];
		bench_ids_read(argv[7], &f.ids);
		mysql_library_init(0, NULL, NULL);
	}
	if (f.signs)
		f.sign = sign_new();
	signals(&set);
	f.listen_fd = socket_open(argv[2]);
	for (long i = 0; i < workers; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			die("fork: %s", strerror(errno));
		if (pid[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			work(&f, (uint64_t)i * 7919);
		}
	}
	return oversee(pid, workers, &set);
}
