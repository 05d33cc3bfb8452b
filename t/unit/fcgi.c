/*
 * A real round trip: workers in forked children on a Unix socket, and a
 * FastCGI client of a hundred lines that plays the web server.
 */
#include <check.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/fcgi.h"
#include "http/request.h"
#include "http/response.h"

#define BODY_MAX 100000

static struct arena *mem;
static struct sockaddr_un addr = { .sun_family = AF_UNIX };
static char folder[32];
static int listen_fd;

/* --- the worker --- */

static volatile sig_atomic_t stop, reloads;

static void
on_signal(int number)
{
	if (number == SIGTERM)
		stop = 1;
	else
		reloads++;
}

/* Says what it saw. */
static void
answer(const struct http_request *q, struct http_response *r)
{
	size_t i;
	unsigned sum = 0;

	for (i = 0; i < q->body_n; i++)
		sum = sum * 31 + (unsigned char)q->body[i];
	r->status = q->body_too_large ? 413 : 200;
	r->content_type = "text/plain";
	http_header_set(r, "X-Test", "yes");
	buf_printf(&r->body, "%s %s?%s type=%s from=%s n=%zu sum=%u reloads=%d",
	    http_method_name(q->method), q->path != NULL ? q->path : "(none)",
	    q->query, q->content_type != NULL ? q->content_type : "(none)",
	    q->remote_addr, q->body_n, sum, (int)reloads);
	if (q->query[0] == 'l')
		for (i = 0; i < 50000; i++)
			buf_puts(&r->body, " more");
}

static void
work(struct fcgi *f, const sigset_t *open)
{
	struct http_request q;
	struct http_response r;
	struct arena *request_mem = arena_new(65536);

	while (!stop) {
		enum fcgi_event e =
		    fcgi_next(f, request_mem, open, 5000, BODY_MAX, &q);

		if (e == FCGI_FAILED)
			exit(3);
		if (e == FCGI_NOTHING)
			continue;
		http_response_init(&r, request_mem);
		answer(&q, &r);
		fcgi_reply(f, &r, q.method == HTTP_HEAD);
		arena_reset(request_mem);
	}
	arena_free(request_mem);
}

static void
on(int number, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler };

	sigaction(number, &sa, NULL);
}

/* With SIGTERM and SIGHUP blocked from before the fork on. */
static pid_t
worker_start(void)
{
	sigset_t open, before;
	struct fcgi *f;
	pid_t pid;

	sigemptyset(&open);
	sigaddset(&open, SIGTERM);
	sigaddset(&open, SIGHUP);
	sigprocmask(SIG_BLOCK, &open, &before);
	pid = fork();
	if (pid != 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		return pid;
	}
	on(SIGTERM, on_signal);
	on(SIGHUP, on_signal);
	f = fcgi_new(listen_fd);
	if (f == NULL)
		exit(2);
	work(f, &open);
	fcgi_free(f);
	arena_free(mem);
	exit(0);
}

static void
worker_stop(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "the worker ended with status %#x", (unsigned)status);
}

static void
setup(void)
{
	mem = arena_new(65536);
	snprintf(folder, sizeof(folder), "/tmp/cardea-fcgi-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", folder);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&addr,
			     sizeof(addr)),
	    0);
	ck_assert_int_eq(listen(listen_fd, 128), 0);
}

static void
teardown(void)
{
	close(listen_fd);
	unlink(addr.sun_path);
	rmdir(folder);
	arena_free(mem);
}

/* --- the client: FastCGI 1.0, section 3 --- */

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7 };

static void
record_put(struct buf *b, int type, const char *p, size_t n)
{
	unsigned char head[8] = { 1, (unsigned char)type, 0, 1,
		(unsigned char)(n >> 8), (unsigned char)n };

	buf_put(b, head, sizeof(head));
	buf_put(b, p, n);
}

/* As many records as it takes, then the empty one. */
static void
stream_put(struct buf *b, int type, const char *p, size_t n)
{
	size_t chunk;

	for (; n > 0; p += chunk, n -= chunk) {
		chunk = n > 65535 ? 65535 : n;
		record_put(b, type, p, chunk);
	}
	record_put(b, type, "", 0);
}

static void
length_put(struct buf *b, size_t n)
{
	if (n < 128) {
		buf_putc(b, (char)n);
		return;
	}
	buf_putc(b, (char)(0x80 | n >> 24));
	buf_putc(b, (char)(n >> 16));
	buf_putc(b, (char)(n >> 8));
	buf_putc(b, (char)n);
}

static void
param_put(struct buf *b, const char *name, const char *value)
{
	length_put(b, strlen(name));
	length_put(b, strlen(value));
	buf_puts(b, name);
	buf_puts(b, value);
}

struct ask {
	const char *method, *uri, *query, *type;
	const char *body;
	size_t body_n;
	const char *length; /* NULL: that of the body */
};

static void
ask_put(struct buf *b, const struct ask *a)
{
	static const char begin[8] = { 0, 1 }; /* a responder, then close */
	struct buf params;
	char length[24];

	snprintf(length, sizeof(length), "%zu", a->body_n);
	buf_init(&params, mem, 256);
	param_put(&params, "REQUEST_METHOD", a->method);
	param_put(&params, "REQUEST_URI", a->uri);
	param_put(&params, "QUERY_STRING", a->query ? a->query : "");
	param_put(&params, "CONTENT_TYPE", a->type ? a->type : "");
	param_put(&params, "CONTENT_LENGTH",
	    a->length != NULL   ? a->length
		: a->body_n > 0 ? length
				: "");
	param_put(&params, "REMOTE_ADDR", "192.0.2.1");
	param_put(&params, "HTTP_LONG",
	    "0123456789012345678901234567890123456789012345678901234567890"
	    "0123456789012345678901234567890123456789012345678901234567890"
	    "0123456789");
	record_put(b, BEGIN, begin, sizeof(begin));
	stream_put(b, PARAMS, params.p, params.n);
	stream_put(b, STDIN, a->body, a->body_n);
}

static int
dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
send_all(int fd, const char *p, size_t n)
{
	ssize_t w;

	for (; n > 0; p += w, n -= (size_t)w) {
		w = send(fd, p, n, MSG_NOSIGNAL);
		if (w <= 0)
			return false;
	}
	return true;
}

static void
receive_all(int fd, struct buf *b)
{
	char chunk[8192];
	ssize_t n;

	while ((n = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		buf_put(b, chunk, (size_t)n);
}

/* What stdout said; NULL unless the end of the request was told. */
static char *
reply_parse(const struct buf *b)
{
	const unsigned char *p = (const unsigned char *)b->p;
	struct buf out;
	size_t i, n;
	bool ended = false;

	buf_init(&out, mem, b->n + 1);
	for (i = 0; i + 8 <= b->n; i += 8 + n + p[i + 6]) {
		n = (size_t)p[i + 4] << 8 | p[i + 5];
		if (i + 8 + n > b->n)
			return NULL;
		if (p[i + 1] == STDOUT)
			buf_put(&out, p + i + 8, n);
		ended = p[i + 1] == END;
	}
	return ended ? out.p : NULL;
}

static char *
ask(const struct ask *a)
{
	struct buf sent, got;
	int fd = dial();

	if (fd < 0)
		return NULL;
	buf_init(&sent, mem, 4096);
	buf_init(&got, mem, 4096);
	ask_put(&sent, a);
	send_all(fd, sent.p, sent.n);
	receive_all(fd, &got);
	close(fd);
	return reply_parse(&got);
}

static void
expect(const char *want, const char *got)
{
	ck_assert_msg(got != NULL && strcmp(want, got) == 0,
	    "\n  want %s\n  got  %s", want, got != NULL ? got : "(nothing)");
}

static void
expect_start(const char *want, const char *got)
{
	ck_assert_msg(got != NULL && strncmp(want, got, strlen(want)) == 0,
	    "\n  want %s…\n  got  %.200s", want,
	    got != NULL ? got : "(nothing)");
}

/* --- tests --- */

static char *
reply_text(const char *status, const char *body, bool without_body)
{
	return arena_printf(mem,
	    "Status: %s\r\nContent-Type: text/plain\r\n"
	    "Content-Length: %zu\r\nX-Test: yes\r\n\r\n%s",
	    status, strlen(body), without_body ? "" : body);
}

START_TEST(round_trip)
{
	static const struct {
		struct ask ask;
		const char *body;
		bool without_body;
	} cases[] = {
		{ { .method = "GET", .uri = "/a//b?x=1", .query = "x=1" },
		    "GET /a/b?x=1 type=(none) from=192.0.2.1 n=0 sum=0 "
		    "reloads=0" },
		{ { .method = "HEAD", .uri = "/a" },
		    "HEAD /a? type=(none) from=192.0.2.1 n=0 sum=0 "
		    "reloads=0",
		    true },
		{ { .method = "POST",
		      .uri = "/p",
		      .type = "text/x",
		      .body = "ab",
		      .body_n = 2 },
		    "POST /p? type=text/x from=192.0.2.1 n=2 sum=3105 "
		    "reloads=0" },
		{ { .method = "POST",
		      .uri = "/p",
		      .body = "ab\0c",
		      .body_n = 4,
		      .length = "" },
		    "POST /p? type=(none) from=192.0.2.1 n=4 sum=2984004 "
		    "reloads=0" },
		{ { .method = "BREW", .uri = "/a%2Fb" },
		    "OTHER (none)? type=(none) from=192.0.2.1 n=0 sum=0 "
		    "reloads=0" },
	};
	pid_t worker = worker_start();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(reply_text("200 OK", cases[i].body,
			   cases[i].without_body),
		    ask(&cases[i].ask));
	worker_stop(worker);
}
END_TEST

static char *
filled(size_t n)
{
	char *p = arena_alloc(mem, n);

	memset(p, 'x', n);
	return p;
}

START_TEST(body_sizes)
{
	static const struct {
		size_t n;
		const char *length;
		const char *reply;
	} cases[] = {
		{ BODY_MAX, NULL, "Status: 200 OK" },
		{ BODY_MAX, "", "Status: 200 OK" },
		{ BODY_MAX + 1, NULL, "Status: 413 Content Too Large" },
		{ BODY_MAX + 1, "", "Status: 413 Content Too Large" },
		{ 900000, NULL, "Status: 413 Content Too Large" },
		{ 900000, "", "Status: 413 Content Too Large" },
		{ 3, "99999999999999999999999",
		    "Status: 413 Content Too Large" },
		{ 3, "18446744073709551615", "Status: 413 Content Too Large" },
		{ 3, "-1", "Status: 200 OK" },
	};
	pid_t worker = worker_start();
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ask a = { .method = "POST",
			.uri = "/",
			.body = filled(cases[i].n),
			.body_n = cases[i].n,
			.length = cases[i].length };

		expect_start(cases[i].reply, ask(&a));
	}
	worker_stop(worker);
}
END_TEST

/* Half a body, or more than was announced, is no request: no reply. */
START_TEST(body_of_wrong_length)
{
	struct ask less = { .method = "POST",
		.uri = "/",
		.body = "abc",
		.body_n = 3,
		.length = "4" };
	struct ask more = { .method = "POST",
		.uri = "/",
		.body = "abc",
		.body_n = 3,
		.length = "2" };
	struct ask right = { .method = "GET", .uri = "/" };
	pid_t worker = worker_start();

	expect("", ask(&less));
	expect("", ask(&more));
	expect_start("Status: 200 OK", ask(&right));
	worker_stop(worker);
}
END_TEST

START_TEST(long_reply)
{
	struct ask a = { .method = "GET", .uri = "/?l", .query = "l" };
	pid_t worker = worker_start();
	char *got = ask(&a), *body, *length;

	ck_assert_ptr_nonnull(got);
	body = strstr(got, "\r\n\r\n") + 4;
	ck_assert_uint_gt(strlen(body), 250000);
	length = arena_printf(mem, "\r\nContent-Length: %zu\r\n", strlen(body));
	ck_assert_ptr_nonnull(strstr(got, length));
	worker_stop(worker);
}
END_TEST

/* Cut after each number of bytes; the worker outlives it. */
START_TEST(aborted_connection)
{
	struct ask a = { .method = "POST",
		.uri = "/",
		.body = "hello",
		.body_n = 5 };
	struct ask longer = { .method = "GET", .uri = "/?l", .query = "l" };
	pid_t worker = worker_start();
	struct buf sent;
	size_t n;
	int fd;

	buf_init(&sent, mem, 1024);
	ask_put(&sent, &a);
	for (n = 0; n < sent.n; n += n < 40 ? 1 : 23) {
		fd = dial();
		ck_assert_int_ge(fd, 0);
		send_all(fd, sent.p, n);
		close(fd);
	}
	buf_clear(&sent);
	ask_put(&sent, &longer);
	for (n = 0; n < 5; n++) {
		fd = dial();
		ck_assert_int_ge(fd, 0);
		send_all(fd, sent.p, sent.n);
		close(fd);
	}
	expect_start("Status: 200 OK", ask(&a));
	worker_stop(worker);
}
END_TEST

/* Pending when the worker looks, though requests are waiting. */
START_TEST(signal_before_request)
{
	struct ask a = { .method = "GET", .uri = "/" };
	struct buf sent, got;
	pid_t worker;
	int fd = dial();

	buf_init(&sent, mem, 1024);
	buf_init(&got, mem, 1024);
	ask_put(&sent, &a);
	ck_assert(send_all(fd, sent.p, sent.n));
	worker = worker_start();
	kill(worker, SIGHUP);
	receive_all(fd, &got);
	expect_start("Status: 200 OK", reply_parse(&got));
	close(fd);
	worker_stop(worker);
}
END_TEST

#define REQUESTS 300
#define ROUNDS   40

/* Sends its requests one after the other; its status is the failures. */
static pid_t
client_start(void)
{
	struct ask a = { .method = "POST",
		.uri = "/",
		.body = "hello",
		.body_n = 5 };
	pid_t pid = fork();
	int i, failures = 0;
	char *got;

	if (pid != 0)
		return pid;
	for (i = 0; i < REQUESTS; i++) {
		got = ask(&a);
		failures += got == NULL || strncmp(got, "Status: 200", 11) != 0;
		arena_reset(mem);
	}
	arena_free(mem);
	exit(failures > 255 ? 255 : failures);
}

/*
 * Three clients; two workers that are told to reload all the time, and
 * replaced one after the other.
 */
START_TEST(no_request_lost)
{
	pid_t workers[2] = { worker_start(), worker_start() };
	pid_t clients[3], old;
	int i, j, status;

	for (i = 0; i < 3; i++)
		clients[i] = client_start();
	for (i = 0; i < ROUNDS; i++) {
		for (j = 0; j < 20; j++) {
			kill(workers[0], SIGHUP);
			kill(workers[1], SIGHUP);
			sched_yield();
		}
		old = workers[i % 2];
		workers[i % 2] = worker_start();
		worker_stop(old);
	}
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(waitpid(clients[i], &status, 0), clients[i]);
		ck_assert_msg(status == 0, "client %d: status %#x", i,
		    (unsigned)status);
	}
	worker_stop(workers[0]);
	worker_stop(workers[1]);
}
END_TEST

/* An idle worker ends at once, and dispositions stay ours. */
START_TEST(idle_signals)
{
	pid_t worker = worker_start();

	kill(worker, SIGHUP);
	worker_stop(worker);
}
END_TEST

START_TEST(dispositions)
{
	struct sigaction now;
	struct fcgi *f;

	on(SIGTERM, SIG_DFL);
	on(SIGUSR1, SIG_IGN);
	f = fcgi_new(listen_fd);
	ck_assert_ptr_nonnull(f);
	sigaction(SIGTERM, NULL, &now);
	ck_assert(now.sa_handler == SIG_DFL);
	sigaction(SIGUSR1, NULL, &now);
	ck_assert(now.sa_handler == SIG_IGN);
	sigaction(SIGPIPE, NULL, &now);
	ck_assert(now.sa_handler == SIG_IGN);
	fcgi_free(f);
}
END_TEST

START_TEST(no_socket)
{
	ck_assert_ptr_null(fcgi_new(-1));
	fcgi_free(NULL);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fcgi");
	TCase *t = tcase_create("fcgi");
	SRunner *r;
	int failures;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, round_trip);
	tcase_add_test(t, body_sizes);
	tcase_add_test(t, body_of_wrong_length);
	tcase_add_test(t, long_reply);
	tcase_add_test(t, aborted_connection);
	tcase_add_test(t, signal_before_request);
	tcase_add_test(t, no_request_lost);
	tcase_add_test(t, idle_signals);
	tcase_add_test(t, dispositions);
	tcase_add_test(t, no_socket);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failures = srunner_ntests_failed(r);
	srunner_free(r);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
