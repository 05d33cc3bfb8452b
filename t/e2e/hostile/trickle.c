/*
 * Bodies that come a byte at a time, all from one address, so that no
 * time-out of the server ends them.
 *
 *	trickle PORT N ADDRESS TOKEN
 *
 * Once each was refused or has stood for ROUNDS bytes, it prints how many
 * are held, how many were refused, with what the documentation says, and
 * what the profile answers to another address meanwhile and to this one
 * after they have gone.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "support/web.h"

#define ROUNDS   20
#define ROUND_MS 200
#define N_MAX    1000

static const char head[] =
    "POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\n"
    "Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{";

static int port;
static struct web body[N_MAX];
static int bodies, refused, documented, unlike;

static void
look(struct web *w)
{
	struct web_answer a = { 0 };
	char value[32];
	ssize_t n = recv(w->fd, a.text, sizeof(a.text) - 1, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	web_close(w);
	a.n = n > 0 ? (size_t)n : 0;
	if (strncmp(a.text, "HTTP/1.1 429 ", 13) != 0) {
		unlike++;
		fprintf(stderr, "trickle: %.300s\n", n > 0 ? a.text : "closed");
		return;
	}
	refused++;
	documented += web_header(&a, "Retry-After", value, sizeof(value)) &&
	    strtol(value, NULL, 10) >= 1 &&
	    strstr(web_body(&a), "\"error_code\":\"RATE_LIMIT_EXCEEDED\"") !=
		NULL &&
	    strstr(web_body(&a), "\"retry_after\":") != NULL;
}

static void
round_trip(void)
{
	struct timespec ts = { 0, ROUND_MS * 1000000L };

	nanosleep(&ts, NULL);
	for (int i = 0; i < bodies; i++) {
		if (body[i].fd < 0)
			continue;
		(void)send(body[i].fd, " ", 1, MSG_NOSIGNAL);
		look(&body[i]);
	}
}

static void
begin(uint32_t from)
{
	for (int i = 0; i < bodies; i++) {
		body[i] = (struct web) { web_dial(port, from, 0), port, from };
		if (body[i].fd >= 0)
			(void)send(body[i].fd, head, sizeof(head) - 1,
			    MSG_NOSIGNAL);
	}
}

static int
profile(uint32_t from, const char *token)
{
	static struct web_answer a;
	struct web w = { -1, port, from };

	web_ask(&w,
	    &(struct web_request) { "GET", "/api/v1/auth/me", token, NULL,
		true },
	    &a);
	web_close(&w);
	return a.status;
}

/* Once nginx has seen that the bodies' connections are closed. */
static int
profile_after(uint32_t from, const char *token)
{
	struct timespec ts = { 0, 100000000L };
	int status = 0;

	for (int i = 0; i < 200 && status != 200; i++) {
		status = profile(from, token);
		nanosleep(&ts, NULL);
	}
	return status;
}

int
main(int argc, char **argv)
{
	uint32_t from;
	int held = 0, elsewhere;

	if (argc != 5) {
		fprintf(stderr, "usage: trickle PORT N ADDRESS TOKEN\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	bodies = (int)strtol(argv[2], NULL, 10);
	from = ntohl(inet_addr(argv[3]));
	if (bodies < 1 || bodies > N_MAX)
		return 2;
	begin(from);
	for (int i = 0; i < ROUNDS; i++)
		round_trip();
	for (int i = 0; i < bodies; i++)
		held += body[i].fd >= 0;
	elsewhere = profile(from + 1, argv[4]);
	for (int i = 0; i < bodies; i++)
		web_close(&body[i]);
	printf("held %d refused %d documented %d unlike %d elsewhere %d"
	       " after %d\n",
	    held, refused, documented, unlike, elsewhere,
	    profile_after(from, argv[4]));
	return unlike == 0 ? 0 : 1;
}
