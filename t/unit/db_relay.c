/* A process of its own, since the client blocks; told what to do in memory
 * that both share. It serves one connection after the other. */
#include "config.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db_relay.h"

struct relay {
	char word[64];
	bool reply;
	_Atomic int times;
	pid_t pid;
	int listen_fd;
	struct sockaddr_un to;
};

static void
address(struct sockaddr_un *ret, const char *path)
{
	*ret = (struct sockaddr_un) { .sun_family = AF_UNIX };
	ck_assert_uint_lt(strlen(path), sizeof(ret->sun_path));
	snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", path);
}

/* Moves what has arrived; false once a side has hung up. */
static bool
move(int from, int to)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof(bytes));

	return n > 0 && write(to, bytes, (size_t)n) == n;
}

/* As move(), but stops at the word. */
static bool
move_request(struct relay *r, int client, int server)
{
	char bytes[65536];
	ssize_t n = read(client, bytes, sizeof(bytes));

	if (n <= 0)
		return false;
	if (r->times == 0 ||
	    memmem(bytes, (size_t)n, r->word, strlen(r->word)) == NULL)
		return write(server, bytes, (size_t)n) == n;
	r->times--;
	if (r->reply && write(server, bytes, (size_t)n) == n)
		n = read(server, bytes, sizeof(bytes));
	return false;
}

static void
connection_serve(struct relay *r, int client)
{
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pollfd p[] = {
		{ .fd = client, .events = POLLIN },
		{ .fd = server, .events = POLLIN },
	};
	bool open =
	    connect(server, (struct sockaddr *)&r->to, sizeof(r->to)) == 0;

	while (open && poll(p, 2, -1) > 0) {
		if (p[1].revents != 0)
			open = move(server, client);
		else
			open = move_request(r, client, server);
	}
	close(server);
	close(client);
}

static void
relay_run(struct relay *r)
{
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int client = accept(r->listen_fd, NULL, NULL);

		if (client >= 0)
			connection_serve(r, client);
	}
}

struct relay *
relay_start(const char *path, const char *to)
{
	struct relay *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sockaddr_un here;
	pid_t pid;

	ck_assert_ptr_ne(r, MAP_FAILED);
	address(&here, path);
	address(&r->to, to);
	unlink(path);
	r->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(r->listen_fd, (struct sockaddr *)&here,
			     sizeof(here)),
	    0);
	ck_assert_int_eq(listen(r->listen_fd, 8), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		relay_run(r);
	r->pid = pid;
	return r;
}

void
relay_cut(struct relay *r, const char *word, bool reply, int times)
{
	snprintf(r->word, sizeof(r->word), "%s", word);
	r->reply = reply;
	r->times = times;
}

void
relay_stop(struct relay *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	close(r->listen_fd);
	munmap(r, sizeof(*r));
}
