/*
 * cardeactl status: asks the master to write its status file and prints it.
 * Who may not signal the master sees what it wrote last.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "daemon/setup.h"
#include "daemon/status.h"
#include "tools/tool.h"

#define FRESH_TRIES 100

static pid_t
status_master(struct tool *t, const char *text)
{
	const char *pid = status_value(t->mem, text, "pid");

	return pid != NULL ? (pid_t)strtol(pid, NULL, 10) : 0;
}

static bool
alive(pid_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

static bool
same_writing(struct tool *t, const char *a, const char *b)
{
	const char *wa = status_value(t->mem, a, "written_us");
	const char *wb = status_value(t->mem, b, "written_us");

	return wa != NULL && wb != NULL && strcmp(wa, wb) == 0;
}

/* A second is plenty; after it the old text has to do. */
static char *
status_fresh(struct tool *t, const char *dir, char *old, pid_t master)
{
	const struct timespec pause = { 0, 10 * 1000 * 1000 };

	if (kill(master, SIGUSR1) != 0)
		return old;
	for (int i = 0; i < FRESH_TRIES; i++) {
		char *text = status_read(t->mem, dir);

		if (text != NULL && !same_writing(t, old, text))
			return text;
		nanosleep(&pause, NULL);
	}
	return old;
}

static int
status(struct tool *t, int argc, char **argv)
{
	const char *dir = t->setup->conf.state_dir;
	bool given;
	int code = tool_switch(argc, argv, NULL, &given);
	char *text;
	pid_t master;

	if (code != EXIT_OK)
		return code;
	text = status_read(t->mem, dir);
	master = text != NULL ? status_master(t, text) : 0;
	if (!alive(master)) {
		tool_say("not running: no master of %s/status", dir);
		return EXIT_FAILED;
	}
	fputs(status_fresh(t, dir, text, master), stdout);
	return EXIT_OK;
}

const struct command status_commands[] = {
	{
	    .name = "status",
	    .about = "Print what the running master says of itself",
	    .help = "Exit code 1: none is running.\n",
	    .needs = NEEDS_CONF,
	    .run = status,
	},
	{ NULL },
};
