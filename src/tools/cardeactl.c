/*
 * cardeactl: finds the command, prepares what it needs, and turns results
 * into exit codes, once for all commands.
 */
#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/shared.h"
#include "daemon/setup.h"
#include "db/db.h"
#include "tools/tool.h"

static const struct command *const tables[] = {
	config_commands,
	keys_commands,
	migrate_commands,
	jobs_commands,
	mail_commands,
	calibrate_commands,
	status_commands,
	admin_commands,
	routes_commands,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static const char intro[] =
    "Usage: cardeactl [-c FILE] COMMAND ...\n"
    "\n"
    "  -c, --config FILE  the configuration (default: $CARDEA_CONF, else\n"
    "                     " CARDEA_SYSCONFDIR "/cardea.conf)\n"
    "      --version      print the version\n"
    "      --help         print this; after a command: about it\n"
    "\n"
    "Commands:\n";

static const char outro[] =
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 69 the database is away,\n"
    "78 configuration or master key.\n";

static const struct command *running;

void
tool_say(const char *fmt, ...)
{
	va_list ap;

	fputs("cardeactl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const struct command *
tool_command(void)
{
	return running;
}

int
tool_usage(const struct command *cmd, const char *problem)
{
	tool_say("%s: %s", cmd->name, problem);
	fprintf(stderr, "Usage: cardeactl %s%s%s\n", cmd->name,
	    cmd->args != NULL ? " " : "", cmd->args != NULL ? cmd->args : "");
	return EXIT_USAGE;
}

int
tool_switch(int argc, char **argv, const char *name, bool *ret_given)
{
	bool given = false;

	for (int i = 1; i < argc; i++) {
		if (name == NULL || strcmp(argv[i], name) != 0)
			return tool_usage(running, "unknown argument");
		given = true;
	}
	*ret_given = given;
	return EXIT_OK;
}

static void
fail_print(const struct fail *fail)
{
	for (size_t i = 0; i < fail->n_fields; i++)
		tool_say("  %s: %s", fail->fields[i].field,
		    fail->fields[i].message);
}

int
tool_result(const struct tool *t, int r)
{
	const struct fail *fail = &t->cx.fail;

	if (r == 0)
		return EXIT_OK;
	if (r < 0) {
		tool_say("%s failed: the log line above says why",
		    running->name);
		return EXIT_FAILED;
	}
	if (r == ERR_UNAVAILABLE || r == ERR_COMMIT_UNKNOWN) {
		tool_say("%s: the database does not answer: is it running, "
			 "and are db_socket or db_host, db_name and db_user "
			 "right?",
		    running->name);
		return EXIT_UNAVAILABLE;
	}
	tool_say("%s: %s", running->name,
	    fail->text != NULL ? fail->text
			       : err_text((enum err)r, ERR_API_V1));
	fail_print(fail);
	return EXIT_FAILED;
}

static int
conf_open(struct tool *t, int needs)
{
	struct buf problems;
	int r = 0;

	buf_init(&problems, t->mem, 256);
	t->setup = setup_load(t->conf_path, &problems);
	if (t->setup == NULL ||
	    ((needs & NEEDS_KEY) == NEEDS_KEY &&
		setup_key(t->setup, &problems) != 0))
		r = -1;
	problems_print("cardeactl", &problems);
	return r == 0 ? EXIT_OK : EXIT_CONFIG;
}

/* Its own shared memory: what is one command to the workers' quotas. */
static int
service_open(struct tool *t)
{
	struct shared *shared = shared_new(NULL);

	if (shared == NULL || db_library_init() != 0)
		return EXIT_FAILED;
	shared_set_slot(0);
	setup_apply(t->setup, shared);
	setup_service(&t->sv, t->setup, shared);
	t->cx = (struct ctx) {
		.mem = t->sv.mem,
		.secret = t->sv.secret,
		.db = t->sv.db,
		.conf = t->sv.conf,
		.shared = shared,
		.master = t->sv.master,
		.keys = t->sv.keys,
		.now_us = clock_now_us(),
	};
	return EXIT_OK;
}

static int
tool_open(struct tool *t, int needs)
{
	int code = EXIT_OK;

	if (needs & NEEDS_CONF)
		code = conf_open(t, needs);
	if (code == EXIT_OK && (needs & NEEDS_DB) == NEEDS_DB)
		code = service_open(t);
	return code;
}

static void
tool_close(struct tool *t)
{
	if (t->sv.mem != NULL) {
		setup_service_fini(&t->sv);
		db_library_end();
	}
	setup_free(t->setup);
	arena_free(t->mem);
}

static int
command_help(const struct command *cmd)
{
	printf("Usage: cardeactl %s%s%s\n\n%s.\n", cmd->name,
	    cmd->args != NULL ? " " : "", cmd->args != NULL ? cmd->args : "",
	    cmd->about);
	if (cmd->help != NULL)
		printf("\n%s", cmd->help);
	return EXIT_OK;
}

static bool
help_wanted(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

static int
command_run(const struct command *cmd, const char *conf_path, int argc,
    char **argv)
{
	struct tool t = { .conf_path = conf_path };
	int code;

	running = cmd;
	if (help_wanted(argc, argv))
		return command_help(cmd);
	t.mem = arena_new(0);
	code = tool_open(&t, cmd->needs);
	if (code == EXIT_OK)
		code = cmd->run(&t, argc, argv);
	tool_close(&t);
	if (fflush(stdout) != 0 && code == EXIT_OK)
		code = EXIT_FAILED;
	return code;
}

/* How many words of argv the name takes up, 0: it is another. */
static int
words_match(const char *name, int argc, char **argv)
{
	int n = 0;

	for (const char *p = name; *p != '\0'; n++) {
		size_t len = strcspn(p, " ");

		if (n == argc || strlen(argv[n]) != len ||
		    strncmp(argv[n], p, len) != 0)
			return 0;
		p += len + (p[len] == ' ');
	}
	return n;
}

static const struct command *
command_find(int argc, char **argv, int *ret_words)
{
	for (size_t i = 0; i < TABLES; i++)
		for (const struct command *c = tables[i]; c->name; c++) {
			*ret_words = words_match(c->name, argc, argv);
			if (*ret_words > 0)
				return c;
		}
	return NULL;
}

/* All commands, or those whose first word is group. How many there were. */
static int
commands_list(FILE *out, const char *group)
{
	int n = 0;

	for (size_t i = 0; i < TABLES; i++)
		for (const struct command *c = tables[i]; c->name; c++) {
			if (group != NULL &&
			    (strncmp(c->name, group, strlen(group)) != 0 ||
				c->name[strlen(group)] != ' '))
				continue;
			fprintf(out, "  %-16s %s\n", c->name, c->about);
			n++;
		}
	return n;
}

/* "cardeactl keys", "cardeactl keys --help", "cardeactl nonsense". */
static int
group_run(int argc, char **argv)
{
	if (argc == 2 && help_wanted(argc, argv)) {
		printf("Usage: cardeactl %s ...\n\n", argv[0]);
		if (commands_list(stdout, argv[0]) > 0)
			return EXIT_OK;
	}
	tool_say("%s%s%s: no such command", argv[0], argc > 1 ? " " : "",
	    argc > 1 ? argv[1] : "");
	if (commands_list(stderr, argv[0]) == 0)
		fputs("Try: cardeactl --help\n", stderr);
	return EXIT_USAGE;
}

static int
help_all(void)
{
	fputs(intro, stdout);
	commands_list(stdout, NULL);
	fputs(outro, stdout);
	return EXIT_OK;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *conf_path = NULL;
	const struct command *cmd;
	int c, words;

	while ((c = getopt_long(argc, argv, "+c:", options, NULL)) != -1) {
		if (c == 'c')
			conf_path = optarg;
		else if (c == 'v')
			return puts("cardeactl " PACKAGE_VERSION) < 0;
		else if (c == 'h')
			return help_all();
		else
			return EXIT_USAGE;
	}
	argc -= optind;
	argv += optind;
	if (argc == 0) {
		fputs("Try: cardeactl --help\n", stderr);
		return EXIT_USAGE;
	}
	cmd = command_find(argc, argv, &words);
	if (cmd == NULL)
		return group_run(argc, argv);
	return command_run(cmd, conf_path, argc - words + 1, argv + words - 1);
}
