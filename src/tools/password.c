/*
 * Reading a password. Bytes go from the descriptor into the secret arena,
 * never through a stdio buffer that nobody wipes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/arena.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "tools/tool.h"

/* One line without its end. NULL: too long, a NUL in it, or none there. */
static char *
line_read(struct arena *mem)
{
	char *line = arena_alloc(mem, PASSWORD_MAX_BYTES + 2);
	size_t n = 0;

	while (n <= PASSWORD_MAX_BYTES) {
		ssize_t r = read(STDIN_FILENO, line + n, 1);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0 || line[n] == '\n')
			break;
		if (line[n] == '\0')
			return NULL;
		n++;
	}
	if (n == 0 || n > PASSWORD_MAX_BYTES)
		return NULL;
	line[n] = '\0';
	return line;
}

static char *
line_ask(struct arena *mem, const char *prompt)
{
	struct termios before, quiet;
	char *line;

	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return NULL;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ECHONL;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fputs(prompt, stderr);
	line = line_read(mem);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	return line;
}

static char *
line_ask_twice(struct arena *mem)
{
	char *one = line_ask(mem, "Password: "), *two;
	size_t n;

	if (one == NULL)
		return NULL;
	two = line_ask(mem, "Once more: ");
	n = strlen(one);
	if (two != NULL && strlen(two) == n && secret_equal(one, two, n))
		return one;
	tool_say("the two are not the same");
	return NULL;
}

char *
tool_password(struct arena *mem)
{
	char *password;

	if (isatty(STDIN_FILENO))
		return line_ask_twice(mem);
	password = line_read(mem);
	if (password == NULL)
		tool_say("give the password as one line of standard input, "
			 "at most %d bytes",
		    PASSWORD_MAX_BYTES);
	return password;
}
