/*
 * From the start of a program to its first 200.
 *
 *	start PORT PATH TOKEN PROGRAM ARGUMENT...
 *
 * Runs the program, asks 127.0.0.1:PORT again and again with that bearer
 * token until it answers 200, ends the program with SIGTERM, and prints the
 * milliseconds from fork() to the end of that reply's first line.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define PATIENCE_S 20
#define PAUSE_US   200

/* The status of one request, or 0. */
static long
ask(long port, const char *request)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char line[64] = "";
	ssize_t got = 0;

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    write(fd, request, strlen(request)) == (ssize_t)strlen(request))
		got = read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	return got > 12 ? strtol(line + 9, NULL, 10) : 0;
}

static void
end(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
}

int
main(int argc, char **argv)
{
	char request[8192];
	double begin, now;
	long port, status;
	pid_t pid;
	int n;

	if (argc < 5)
		die("usage: start PORT PATH TOKEN PROGRAM ARGUMENT...");
	port = bench_number(argv[1], 1, 65535);
	n = snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	    "Authorization: Bearer %s\r\n\r\n",
	    argv[2], argv[3]);
	if (n < 0 || (size_t)n >= sizeof(request))
		die("path and token are too long");
	if (ask(port, request) == 200)
		die("something answers at port %ld already", port);
	begin = bench_now_s();
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execv(argv[4], argv + 4);
		die("%s: %s", argv[4], strerror(errno));
	}
	if (pid < 0)
		die("fork: %s", strerror(errno));
	do {
		usleep(PAUSE_US);
		status = ask(port, request);
		now = bench_now_s();
	} while (status != 200 && now - begin < PATIENCE_S);
	end(pid);
	if (status != 200)
		die("the last answer in %d s was %ld", PATIENCE_S, status);
	printf("%.2f\n", (now - begin) * 1e3);
	return 0;
}
