/*
 * The web server decides how many of these there are and when each ends, so
 * there is no recycling here. Its own descriptors are inherited by mistake
 * and closed.
 */
#include "config.h"

#include "daemon/lone.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/shared.h"
#include "daemon/exit.h"
#include "daemon/launch.h"
#include "daemon/priv.h"
#include "daemon/setup.h"
#include "daemon/worker.h"
#include "db/db.h"
#include "dispatch/pipeline.h"

bool
lone_wanted(void)
{
	int on = 0;
	socklen_t n = sizeof(on);

	return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &on, &n) ==
	    0 &&
	    on;
}

static const char *
conf_find(struct arena *mem, const char *argv0)
{
	const char *slash = strrchr(argv0, '/'), *path;

	if (getenv("CARDEA_CONF") != NULL || slash == NULL)
		return NULL;
	path =
	    arena_printf(mem, "%.*s/cardea.conf", (int)(slash - argv0), argv0);
	return access(path, F_OK) == 0 ? path : NULL;
}

static struct shared *
shared_prepare(const struct setup *s, struct buf *problems)
{
	static const struct priv nobody = { .change = false };
	const char *dir = s->conf.state_dir;
	struct shared *shared;

	if (state_dir_prepare(dir, &nobody, problems) != 0)
		return NULL;
	shared = shared_open(arena_printf(s->mem, "%s/cardea.map", dir));
	if (shared == NULL)
		problem_add(problems,
		    "state_dir %s: the map of quotas cannot be opened: "
		    "it must be ours to write",
		    dir);
	return shared;
}

static int
lone_serve(struct setup *s, struct buf *problems)
{
	struct shared *shared;
	int code;

	if (setup_key(s, problems) != 0)
		return EXIT_CONFIG;
	shared = shared_prepare(s, problems);
	if (shared == NULL || db_library_init() != 0)
		return EXIT_CONFIG;
	setup_apply(s, shared);
	if (pipeline_init(&s->conf) != 0)
		return EXIT_CONFIG;
	sandbox_report(&s->conf);
	setup_sandbox(s, SANDBOX_LONE);
	log_info("lone.start", KI("slot", shared_slot()));
	code = worker_run(s, shared, STDIN_FILENO, 0);
	log_info("lone.end");
	db_library_end();
	return code;
}

int
lone_run(const char *conf_path, const char *argv0)
{
	struct arena *mem = arena_new(0);
	struct buf problems;
	struct setup *s;
	int code = EXIT_CONFIG;

	close_range(3, ~0U, 0);
	buf_init(&problems, mem, 256);
	if (conf_path == NULL)
		conf_path = conf_find(mem, argv0);
	s = setup_load(conf_path, &problems);
	if (s != NULL)
		code = lone_serve(s, &problems);
	problems_print("cardea", &problems);
	setup_free(s);
	arena_free(mem);
	return code;
}
