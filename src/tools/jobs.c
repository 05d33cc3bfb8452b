/* cardeactl jobs. */
#include "daemon/jobs.h"

#include "daemon/setup.h"
#include "db/db.h"
#include "out/runner.h"
#include "tools/tool.h"

static int
jobs_once(struct tool *t, int argc, char **argv)
{
	bool once;
	int code = tool_switch(argc, argv, "--once", &once), r;

	if (code != EXIT_OK)
		return code;
	if (!once)
		return tool_usage(tool_command(),
		    "without --once it is the work of `cardea`");
	setup_sandbox(t->setup, SANDBOX_JOBS);
	if (jobs_confine(t->setup) != 0)
		return EXIT_FAILED;
	r = db_ping(&t->cx);
	if (r == 0)
		r = jobs_run_once(&t->sv, NULL);
	runner_stop();
	return tool_result(t, r);
}

const struct command jobs_commands[] = {
	{
	    .name = "jobs",
	    .args = "--once",
	    .about = "Do what the jobs process does, once",
	    .help = "For hosts where no `cardea` master runs: from cron, "
		    "every minute.\nSafe beside a running one.\n",
	    .needs = NEEDS_DB,
	    .run = jobs_once,
	},
	{ NULL },
};
