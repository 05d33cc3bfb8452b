/* cardeactl migrate. */
#include <stdio.h>

#include "daemon/setup.h"
#include "db/migrate.h"
#include "tools/tool.h"

static void
say(const char *line)
{
	puts(line);
}

static int
pending_print(struct tool *t, const char *dir)
{
	size_t n;
	int r = migrate_pending(&t->cx, dir, &n);

	if (r == 0 && n == 0)
		puts("up to date");
	else if (r == 0)
		printf("%zu to apply\n", n);
	return tool_result(t, r);
}

static int
migrate(struct tool *t, int argc, char **argv)
{
	const char *dir = t->setup->conf.schema_dir;
	bool dry;
	size_t n = 0;
	int code = tool_switch(argc, argv, "--dry-run", &dry), r;

	if (code != EXIT_OK)
		return code;
	if (dry)
		return pending_print(t, dir);
	r = migrate_run(&t->cx, dir, say, &n);
	if (r == 0 && n == 0)
		puts("up to date");
	return tool_result(t, r);
}

const struct command migrate_commands[] = {
	{
	    .name = "migrate",
	    .args = "[--dry-run]",
	    .about = "Bring the database's tables up to date",
	    .help = "Safe to run twice, and on two nodes at once. Run it\n"
		    "before the new binary. --dry-run only counts.\n",
	    .needs = NEEDS_DB,
	    .run = migrate,
	},
	{ NULL },
};
