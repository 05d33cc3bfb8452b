/*
 * cardeactl: a table of commands. What a command needs (configuration, keys,
 * database) stands in its row and is there when it runs.
 */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <stdbool.h>

#include "base/ctx.h"
#include "daemon/exit.h"
#include "dispatch/pipeline.h"

struct setup;

enum {
	NEEDS_CONF = 1,
	NEEDS_KEY = 2 | NEEDS_CONF, /* the master key */
	NEEDS_DB = 4 | NEEDS_KEY, /* and a service with its database */
};

struct tool {
	const char *conf_path; /* as given, or NULL */
	struct arena *mem; /* for the whole run */
	struct setup *setup; /* NULL without NEEDS_CONF */
	struct service sv; /* with NEEDS_DB */
	struct ctx cx; /* with NEEDS_DB; mem and secret are its own */
};

struct command {
	const char *name; /* one word or two; NULL ends the table */
	const char *args; /* "[--now]"; NULL: none */
	const char *about; /* one line */
	const char *help; /* more of it, or NULL */
	int needs;
	/*
	 * argv[0] is the command, the rest what follows it. Returns the exit
	 * code.
	 */
	int (*run)(struct tool *, int argc, char **argv);
};

/* Each file of commands has a table; cardeactl.c lists them. */
extern const struct command admin_commands[];
extern const struct command calibrate_commands[];
extern const struct command config_commands[];
extern const struct command jobs_commands[];
extern const struct command keys_commands[];
extern const struct command mail_commands[];
extern const struct command migrate_commands[];
extern const struct command routes_commands[];
extern const struct command status_commands[];

/* "cardeactl: …" and a newline on standard error. */
void tool_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says that the arguments are wrong; EXIT_USAGE. */
int tool_usage(const struct command *, const char *problem);
/* The row that is running. */
const struct command *tool_command(void);

/*
 * The exit code for what a call returned, after saying why it failed and
 * what to do.
 */
int tool_result(const struct tool *, int r);

/*
 * For commands whose only argument is one optional switch: 0 with whether
 * it was given, or EXIT_USAGE after saying so.
 */
int tool_switch(int argc, char **argv, const char *name, bool *ret_given);

/*
 * A password into mem (a secret arena): typed twice without echo on a
 * terminal, else one line of standard input. NULL after saying why.
 */
char *tool_password(struct arena *mem);

#endif
