/*
 * A mail server that takes every mail, one connection after the other, and
 * appends its recipient, the first word of its subject and its Message-ID to
 * a file before it acknowledges it.
 *
 *	sink PORT FILE
 *
 * While there is a FILE.hold the acknowledgement waits; FILE.held is there
 * as long as it does.
 */
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX 256

static char hold_path[PATH_MAX], held_path[PATH_MAX];

static void
say(FILE *to, const char *line)
{
	fprintf(to, "%s\r\n", line);
	fflush(to);
}

/* The first word after a header's name, into text. */
static void
header_take(const char *line, const char *name, char text[MAX])
{
	size_t n = strlen(name);

	line += n;
	if (strncasecmp(line - n, name, n) == 0)
		snprintf(text, MAX, "%.*s", (int)strcspn(line, " \r\n"), line);
}

/* The lines up to the single dot. */
static void
message_take(FILE *from, FILE *record)
{
	char line[2048], to[MAX] = "-", subject[MAX] = "-", id[MAX] = "-";
	bool head = true;

	while (fgets(line, sizeof(line), from) != NULL) {
		if (strcmp(line, ".\r\n") == 0)
			break;
		head = head && line[0] != '\r';
		if (!head)
			continue;
		header_take(line, "To: ", to);
		header_take(line, "Subject: ", subject);
		header_take(line, "Message-ID: ", id);
	}
	fprintf(record, "%s %s %s\n", to, subject, id);
	fflush(record);
}

static void
hold(void)
{
	struct timespec moment = { 0, 10 * 1000 * 1000 };

	if (access(hold_path, F_OK) != 0)
		return;
	close(open(held_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	while (access(hold_path, F_OK) == 0)
		nanosleep(&moment, NULL);
	unlink(held_path);
}

static void
serve(FILE *f, FILE *to, FILE *record)
{
	char line[2048];

	say(to, "220 localhost ESMTP");
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncasecmp(line, "QUIT", 4) == 0)
			break;
		if (strncasecmp(line, "DATA", 4) == 0) {
			say(to, "354 go on");
			message_take(f, record);
			hold();
		}
		say(to, "250 ok");
	}
}

static int
listen_on(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	at.sin_port = htons((uint16_t)port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    listen(fd, 16) == 0)
		return fd;
	perror("sink");
	exit(1);
}

int
main(int argc, char **argv)
{
	FILE *record = argc == 3 ? fopen(argv[2], "ae") : NULL;
	int fd, c;

	if (record == NULL) {
		fprintf(stderr, "usage: sink PORT FILE\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	snprintf(hold_path, sizeof(hold_path), "%s.hold", argv[2]);
	snprintf(held_path, sizeof(held_path), "%s.held", argv[2]);
	fd = listen_on((int)strtol(argv[1], NULL, 10));
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		FILE *f = fdopen(c, "r"), *to = fdopen(dup(c), "w");

		serve(f, to, record);
		fclose(to);
		fclose(f);
	}
	return 1;
}
