/*
 * People who sign up, refresh, sign in and out and change their password,
 * and who repeat what failed until it is done. What an answer acknowledged
 * goes to a journal before the next request is sent, so that the journal,
 * which no fault of the servers can reach, says what must be there.
 *
 *	load run PORT JOURNAL CLIENTS    until SIGTERM; prints what happened
 *	load verify PORT JOURNAL         every entry against the API
 *
 * SIGUSR1 says that the service is back, SIGUSR2 that it will be taken away:
 * a request that fails between them, from its begin to its end, is wrong. An
 * answer that says that nothing was done is believed: a repeat may then not
 * be told that it was. After SIGTSTP no request begins, "paused" is printed
 * when none is on its way any more; SIGCONT lets people go on.
 *
 * A line of the journal is a person: e-mail, the password in force, the
 * first refresh token (spent), the newest access and refresh tokens, the
 * access token of a session that was signed out, and how often a successor
 * was adopted; "-" for what is not yet. The last line of a person counts. A
 * line that ends in "?" is a request whose outcome was never told; what it
 * may have changed is not judged.
 */
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 32
#define ANSWER_MAX  16384
#define TOKEN_MAX   2048
#define TEXT_MAX    128
#define PAUSE_MS    50
#define THINK_MS    25
#define TIMEOUT_S   20

struct answer {
	int status; /* 0: none, or not a whole one */
	char text[ANSWER_MAX];
};

struct person {
	char email[TEXT_MAX], password[TEXT_MAX];
	char spent[TOKEN_MAX], access[TOKEN_MAX], refresh[TOKEN_MAX];
	char ended[TOKEN_MAX];
	int adoptions;
	bool open; /* the outcome of the last request is not known */
};

struct client {
	pthread_t thread;
	int number, people;
	struct person p;
	char other_access[TOKEN_MAX], other_refresh[TOKEN_MAX];
	bool in_doubt; /* the step was sent before, without an answer */
};

static int port;
static FILE *journal;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t stopping, back, paused;
static _Atomic int requests, failed, wrong, done, resting;
static int all_clients;

static void
on_signal(int sig)
{
	if (sig == SIGUSR1 || sig == SIGUSR2)
		back = sig == SIGUSR1;
	else if (sig == SIGTSTP || sig == SIGCONT)
		paused = sig == SIGTSTP;
	else
		stopping = 1;
}

static void
pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* --- HTTP --- */

static int
dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct timeval limit = { TIMEOUT_S, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

static size_t
read_all(int fd, char *p, size_t max)
{
	size_t n = 0;
	ssize_t r;

	do {
		r = recv(fd, p + n, max - 1 - n, 0);
		if (r > 0)
			n += (size_t)r;
	} while (n < max - 1 && (r > 0 || (r < 0 && errno == EINTR)));
	p[n] = '\0';
	return n;
}

/* The status of an answer that came to its end, else 0. */
static int
answer_status(const char *text, size_t n)
{
	const char *body = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length:");

	if (strncmp(text, "HTTP/1.1 ", 9) != 0 || body == NULL)
		return 0;
	if (length != NULL && length < body &&
	    strtoul(length + 17, NULL, 10) > n - (size_t)(body + 4 - text))
		return 0;
	return (int)strtol(text + 9, NULL, 10);
}

static void
ask(const char *method, const char *path, const char *bearer, const char *body,
    struct answer *a)
{
	char request[TOKEN_MAX * 2];
	int fd, n;

	a->status = 0;
	a->text[0] = '\0';
	requests++;
	n = snprintf(request, sizeof(request),
	    "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n"
	    "%s%s%s\r\n%s",
	    method, path, strlen(body), *bearer ? "Authorization: Bearer " : "",
	    bearer, *bearer ? "\r\n" : "", body);
	fd = dial();
	if (fd < 0)
		return;
	if (send(fd, request, (size_t)n, MSG_NOSIGNAL) == n)
		a->status = answer_status(a->text,
		    read_all(fd, a->text, sizeof(a->text)));
	close(fd);
}

/* The text after "name": of an answer. */
static bool
member(const struct answer *a, const char *name, char ret[TOKEN_MAX])
{
	char quoted[TEXT_MAX];
	const char *p, *end;

	snprintf(quoted, sizeof(quoted), "\"%s\":\"", name);
	p = strstr(a->text, quoted);
	if (p == NULL)
		return false;
	p += strlen(quoted);
	end = strchr(p, '"');
	if (end == NULL || end - p >= TOKEN_MAX)
		return false;
	memcpy(ret, p, (size_t)(end - p));
	ret[end - p] = '\0';
	return true;
}

__attribute__((format(printf, 2, 3))) static void
body_print(char body[TOKEN_MAX + TEXT_MAX], const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(body, TOKEN_MAX + TEXT_MAX, format, ap);
	va_end(ap);
}

/* --- the journal --- */

static const char *
dash(const char *text)
{
	return *text != '\0' ? text : "-";
}

/* Written through to the kernel: this process may be killed too. */
static void
journal_put(const struct person *p)
{
	pthread_mutex_lock(&lock);
	fprintf(journal, "%s %s %s %s %s %s %d %s\n", p->email, p->password,
	    dash(p->spent), dash(p->access), dash(p->refresh), dash(p->ended),
	    p->adoptions, p->open ? "?" : ".");
	fflush(journal);
	pthread_mutex_unlock(&lock);
}

static void
complain(const char *who, const char *step, const struct answer *a)
{
	const char *body = strstr(a->text, "\r\n\r\n");

	wrong++;
	pthread_mutex_lock(&lock);
	printf("wrong: %s: %s: status %d %.200s\n", who, step, a->status,
	    body != NULL ? body + 4 : "");
	fflush(stdout);
	pthread_mutex_unlock(&lock);
}

/* --- the steps of a person --- */

static void
tokens_take(const struct answer *a, char access[TOKEN_MAX],
    char refresh[TOKEN_MAX])
{
	member(a, "access_token", access);
	member(a, "refresh_token", refresh);
}

static void
send_signup(struct client *c, struct answer *a)
{
	char body[TOKEN_MAX + TEXT_MAX];

	body_print(body, "{\"email\":\"%s\",\"password\":\"%s\"}", c->p.email,
	    c->p.password);
	ask("POST", "/api/v1/auth/signup", "", body, a);
}

static void
take_signup(struct client *c, const struct answer *a)
{
	tokens_take(a, c->p.access, c->p.refresh);
	memcpy(c->p.spent, c->p.refresh, sizeof(c->p.spent));
}

static void
send_signin(struct client *c, struct answer *a)
{
	char body[TOKEN_MAX + TEXT_MAX];

	body_print(body, "{\"email\":\"%s\",\"password\":\"%s\"}", c->p.email,
	    c->p.password);
	ask("POST", "/api/v1/auth/signin", "", body, a);
}

static void
take_other(struct client *c, const struct answer *a)
{
	tokens_take(a, c->other_access, c->other_refresh);
}

static void
send_refresh(struct client *c, struct answer *a)
{
	char body[TOKEN_MAX + TEXT_MAX];

	body_print(body, "{\"refresh_token\":\"%s\"}", c->p.refresh);
	ask("POST", "/api/v1/auth/refresh", "", body, a);
}

static void
take_refresh(struct client *c, const struct answer *a)
{
	tokens_take(a, c->p.access, c->p.refresh);
}

/* With the new access token: that adopts the rotation. */
static void
send_me(struct client *c, struct answer *a)
{
	ask("GET", "/api/v1/auth/me", c->p.access, "", a);
}

static void
take_adoption(struct client *c, const struct answer *a)
{
	(void)a;
	c->p.adoptions++;
}

static void
send_signout(struct client *c, struct answer *a)
{
	char body[TOKEN_MAX + TEXT_MAX];

	body_print(body, "{\"refresh_token\":\"%s\"}", c->other_refresh);
	ask("POST", "/api/v1/auth/signout", c->other_access, body, a);
}

static void
take_signout(struct client *c, const struct answer *a)
{
	(void)a;
	memcpy(c->p.ended, c->other_access, sizeof(c->p.ended));
}

#define OLD_PASSWORD "Hinge-and-Door-1"
#define NEW_PASSWORD "Fresh-Paint-99"

static void
send_password(struct client *c, struct answer *a)
{
	char body[TOKEN_MAX + TEXT_MAX];

	body_print(body,
	    "{\"current_password\":\"%s\",\"new_password\":\"" NEW_PASSWORD
	    "\"}",
	    c->p.password);
	ask("POST", "/api/v1/auth/password/change", c->p.access, body, a);
}

static void
take_password(struct client *c, const struct answer *a)
{
	(void)a;
	snprintf(c->p.password, sizeof(c->p.password), NEW_PASSWORD);
}

/*
 * again: what a repeat may be answered when the first try, whose answer was
 * lost, has done it; 0 when that is a success too.
 */
static const struct step {
	const char *name;
	void (*send)(struct client *, struct answer *);
	void (*take)(struct client *, const struct answer *);
	int again;
	bool writes;
} steps[] = {
	{ "sign-up", send_signup, take_signup, 409, true },
	{ "me", send_me, NULL, 0, false },
	{ "refresh", send_refresh, take_refresh, 0, false },
	{ "adoption", send_me, take_adoption, 0, true },
	{ "refresh", send_refresh, take_refresh, 0, false },
	{ "second adoption", send_me, take_adoption, 0, true },
	{ "sign-in", send_signin, take_other, 0, true },
	{ "sign-out", send_signout, take_signout, 401, true },
	{ "password change", send_password, take_password, 400, true },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* Not an answer of ours to this request: to be sent again. */
static bool
is_failure(const struct answer *a)
{
	return a->status == 0 || a->status >= 500;
}

static const char *
answer_header(const struct answer *a, const char *name)
{
	const char *h = strcasestr(a->text, name);
	const char *body = strstr(a->text, "\r\n\r\n");

	return h != NULL && h < body ? h + strlen(name) : NULL;
}

/* Whether what was asked for may have been done all the same. */
static bool
in_doubt(const struct answer *a)
{
	return a->status != 503 || strstr(a->text, "outcome") != NULL;
}

/* Signed up, but the answer was lost: the person signs in instead. */
static bool
signup_again(struct client *c)
{
	struct answer a;

	do {
		send_signin(c, &a);
		if (is_failure(&a))
			pause_ms(PAUSE_MS);
	} while (is_failure(&a) && !stopping);
	if (a.status == 200)
		take_signup(c, &a);
	else if (!is_failure(&a))
		complain(c->p.email, "sign-in after a lost sign-up", &a);
	return a.status == 200;
}

static bool
step_ends(struct client *c, const struct step *s, const struct answer *a)
{
	if (a->status >= 200 && a->status < 300) {
		if (s->take != NULL)
			s->take(c, a);
		return true;
	}
	if (c->in_doubt && s->again != 0 && a->status == s->again) {
		if (s->send == send_signup)
			return signup_again(c);
		s->take(c, a);
		return true;
	}
	complain(c->p.email, s->name, a);
	return false;
}

static void
failure_count(struct client *c, const struct step *s, const struct answer *a,
    bool was_back)
{
	const char *retry = answer_header(a, "\r\nRetry-After: ");

	failed++;
	pthread_mutex_lock(&lock);
	printf("failed: %s: status %d\n", s->name, a->status);
	fflush(stdout);
	pthread_mutex_unlock(&lock);
	if (a->status == 503 && (retry == NULL || strtol(retry, NULL, 10) < 1))
		complain(c->p.email, "503 without Retry-After", a);
	if (was_back && back)
		complain(c->p.email, "the service was back", a);
}

/* False when the person's story ends here. */
static bool
step_run(struct client *c, const struct step *s)
{
	struct answer a;
	bool ok;

	c->in_doubt = false;
	for (;;) {
		bool was_back = back;

		s->send(c, &a);
		if (!is_failure(&a))
			break;
		failure_count(c, s, &a, was_back);
		c->in_doubt |= in_doubt(&a);
		if (stopping) {
			c->p.open = s->writes;
			journal_put(&c->p);
			return false;
		}
		pause_ms(PAUSE_MS);
	}
	ok = step_ends(c, s, &a);
	c->p.open = !ok;
	if (ok && s->writes)
		done++;
	journal_put(&c->p);
	return ok;
}

static void
rest(void)
{
	if (!paused)
		return;
	if (++resting == all_clients) {
		puts("paused");
		fflush(stdout);
	}
	while (paused && !stopping)
		pause_ms(THINK_MS);
	resting--;
}

static void
person_live(struct client *c)
{
	memset(&c->p, 0, sizeof(c->p));
	snprintf(c->p.email, sizeof(c->p.email), "load-%ld-%d-%d@example.com",
	    (long)getpid(), c->number, c->people++);
	snprintf(c->p.password, sizeof(c->p.password), OLD_PASSWORD);
	for (size_t i = 0; i < STEPS && !stopping; i++) {
		rest();
		if (!step_run(c, &steps[i]))
			return;
		pause_ms(THINK_MS);
	}
}

static void *
client_main(void *arg)
{
	struct client *c = arg;

	while (!stopping)
		person_live(c);
	return NULL;
}

static int
run(int clients)
{
	static const int heard[] = { SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGTSTP,
		SIGCONT };
	static struct client client[CLIENTS_MAX];
	struct sigaction sa = { .sa_handler = on_signal };

	all_clients = clients;
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++)
		sigaction(heard[i], &sa, NULL);
	for (int i = 0; i < clients; i++) {
		client[i].number = i;
		pthread_create(&client[i].thread, NULL, client_main,
		    &client[i]);
	}
	for (int i = 0; i < clients; i++)
		pthread_join(client[i].thread, NULL);
	printf("requests %d failed %d wrong %d acknowledged %d\n", requests,
	    failed, wrong, done);
	return wrong == 0 ? 0 : 1;
}

/* --- verify --- */

static void
expect(const struct person *p, const char *what, int wanted, struct answer *a)
{
	if (a->status != wanted)
		complain(p->email, what, a);
	done++;
}

static void
person_verify(const struct person *p)
{
	struct client c = { .p = *p };
	struct answer a;

	if (p->open || strcmp(p->access, "-") == 0)
		return;
	send_me(&c, &a);
	expect(p, "the session lives", 200, &a);
	send_refresh(&c, &a);
	expect(p, "its refresh token", 200, &a);
	send_signin(&c, &a);
	expect(p, "the password in force", 200, &a);
	if (strcmp(p->password, NEW_PASSWORD) == 0) {
		snprintf(c.p.password, sizeof(c.p.password), OLD_PASSWORD);
		send_signin(&c, &a);
		expect(p, "the password before it", 401, &a);
	}
	if (strcmp(p->ended, "-") == 0)
		return;
	ask("GET", "/api/v1/auth/me", p->ended, "", &a);
	expect(p, "a session that was signed out", 401, &a);
	/* last: it gives the thief away, and the session ends */
	snprintf(c.p.refresh, sizeof(c.p.refresh), "%s", p->spent);
	send_refresh(&c, &a);
	expect(p, "a refresh token two adoptions old", 401, &a);
}

/* The next word of a line, into text. */
static void
word(char **line, char *text, size_t max)
{
	char *w = strsep(line, " \n");

	snprintf(text, max, "%s", w != NULL ? w : "");
}

static void
person_read(char *line, struct person *p)
{
	char open[TEXT_MAX];

	word(&line, p->email, sizeof(p->email));
	word(&line, p->password, sizeof(p->password));
	word(&line, p->spent, sizeof(p->spent));
	word(&line, p->access, sizeof(p->access));
	word(&line, p->refresh, sizeof(p->refresh));
	word(&line, p->ended, sizeof(p->ended));
	word(&line, open, sizeof(open));
	p->adoptions = (int)strtol(open, NULL, 10);
	word(&line, open, sizeof(open));
	p->open = open[0] == '?';
}

struct people {
	struct person *p;
	size_t n;
};

static struct person *
people_find(struct people *all, const char *email)
{
	for (size_t i = all->n; i-- > 0;)
		if (strcmp(all->p[i].email, email) == 0)
			return &all->p[i];
	all->p = realloc(all->p, (all->n + 1) * sizeof(*all->p));
	if (all->p == NULL)
		abort();
	return &all->p[all->n++];
}

static int
verify(void)
{
	struct people all = { 0 };
	struct person p;
	char *line = NULL;
	size_t max = 0;

	while (getline(&line, &max, journal) > 0) {
		person_read(line, &p);
		*people_find(&all, p.email) = p;
	}
	for (size_t i = 0; i < all.n; i++)
		person_verify(&all.p[i]);
	printf("people %zu checks %d wrong %d\n", all.n, done, wrong);
	free(line);
	free(all.p);
	return wrong == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	bool runs = argc == 5 && strcmp(argv[1], "run") == 0;
	int clients = runs ? (int)strtol(argv[4], NULL, 10) : 0;

	if (!runs && (argc != 4 || strcmp(argv[1], "verify") != 0)) {
		fprintf(stderr,
		    "usage: load run PORT JOURNAL CLIENTS\n"
		    "       load verify PORT JOURNAL\n");
		return 2;
	}
	port = (int)strtol(argv[2], NULL, 10);
	journal = fopen(argv[3], runs ? "ae" : "re");
	if (journal == NULL || clients > CLIENTS_MAX) {
		fprintf(stderr, "load: %s: %s\n", argv[3], strerror(errno));
		return 2;
	}
	return runs ? run(clients) : verify();
}
