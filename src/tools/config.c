/* cardeactl config: is it right, and what is in force. */
#include <stdio.h>

#include "base/buf.h"
#include "daemon/setup.h"
#include "tools/tool.h"

/* Mistakes were said before we got here. */
static int
config_check(struct tool *t, int argc, char **argv)
{
	const char *path = t->setup->conf.path;
	const char *missing = sandbox_missing(&t->setup->conf);
	bool given;
	int code = tool_switch(argc, argv, NULL, &given);

	if (code != EXIT_OK)
		return code;
	printf("%s: fine\n", path != NULL ? path : "no file, defaults");
	if (missing != NULL)
		printf("no sandbox: %s\n", missing);
	return EXIT_OK;
}

static int
config_show(struct tool *t, int argc, char **argv)
{
	struct buf out;
	bool given;
	int code = tool_switch(argc, argv, NULL, &given);

	if (code != EXIT_OK)
		return code;
	buf_init(&out, t->mem, 4096);
	conf_show(&t->setup->conf, &out);
	fwrite(out.p, 1, out.n, stdout);
	return EXIT_OK;
}

const struct command config_commands[] = {
	{
	    .name = "config check",
	    .about = "Say what is wrong with the configuration",
	    .help = "Every mistake is one line: file, line, what to do.\n",
	    .needs = NEEDS_CONF,
	    .run = config_check,
	},
	{
	    .name = "config show",
	    .about = "Print every setting and where it comes from",
	    .help = "Secrets are hidden.\n",
	    .needs = NEEDS_CONF,
	    .run = config_show,
	},
	{ NULL },
};
