/* cardeactl routes. */
#include <stdio.h>

#include "daemon/setup.h"
#include "dispatch/router.h"
#include "tools/tool.h"

static int
routes(struct tool *t, int argc, char **argv)
{
	bool given;
	int code = tool_switch(argc, argv, NULL, &given);

	if (code != EXIT_OK)
		return code;
	if (pipeline_init(&t->setup->conf) != 0)
		return EXIT_FAILED;
	routes_print(stdout);
	return EXIT_OK;
}

const struct command routes_commands[] = {
	{
	    .name = "routes",
	    .about = "List every path that is served",
	    .help = "One `dialect METHOD /path operation` a line.\n",
	    .needs = NEEDS_CONF,
	    .run = routes,
	},
	{ NULL },
};
