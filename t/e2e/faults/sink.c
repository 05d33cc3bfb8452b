/*
 * A mail server that takes every mail, one connection after the other, and
 * appends the Message-ID of each to a file before it acknowledges it.
 *
 *	sink PORT FILE
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void
say(FILE *to, const char *line)
{
	fprintf(to, "%s\r\n", line);
	fflush(to);
}

/* The lines up to the single dot; the Message-ID among them is kept. */
static void
message_take(FILE *from, FILE *ids)
{
	char line[2048];

	while (fgets(line, sizeof(line), from) != NULL) {
		if (strcmp(line, ".\r\n") == 0)
			break;
		if (strncasecmp(line, "Message-ID:", 11) == 0)
			fputs(line, ids);
	}
	fflush(ids);
}

static void
serve(FILE *f, FILE *to, FILE *ids)
{
	char line[2048];

	say(to, "220 localhost ESMTP");
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncasecmp(line, "QUIT", 4) == 0)
			break;
		if (strncasecmp(line, "DATA", 4) == 0) {
			say(to, "354 go on");
			message_take(f, ids);
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
	FILE *ids = argc == 3 ? fopen(argv[2], "ae") : NULL;
	int fd, c;

	if (ids == NULL) {
		fprintf(stderr, "usage: sink PORT FILE\n");
		return 2;
	}
	fd = listen_on((int)strtol(argv[1], NULL, 10));
	while ((c = accept(fd, NULL, NULL)) >= 0) {
		FILE *f = fdopen(c, "r"), *to = fdopen(dup(c), "w");

		serve(f, to, ids);
		fclose(to);
		fclose(f);
	}
	return 1;
}
