/* cardeactl keys: the master key file and the signing keys under it. */
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/seal.h"
#include "daemon/setup.h"
#include "model/key.h"
#include "tools/tool.h"

static int
keys_init(struct tool *t, int argc, char **argv)
{
	const char *path = t->setup->conf.master_key_file;
	struct buf problems;
	bool given;
	int code = tool_switch(argc, argv, NULL, &given);

	if (code != EXIT_OK)
		return code;
	buf_init(&problems, t->mem, 256);
	if (master_key_create(path, &problems) != 0) {
		problems_print("cardeactl", &problems);
		return EXIT_FAILED;
	}
	printf("%s: created; keep a copy in a safe place: what it seals "
	       "is lost without it\n",
	    path);
	return EXIT_OK;
}

static const char *
key_state(const struct key_info *key, int64_t now_us)
{
	if (now_us < key->signs_from)
		return "published";
	return now_us < key->signs_until ? "signs" : "verifies";
}

static void
key_print(const struct key_info *key, int64_t now_us)
{
	char from[CLOCK_TEXT_LEN + 1], until[CLOCK_TEXT_LEN + 1];
	char gone[CLOCK_TEXT_LEN + 1];

	clock_format(key->signs_from, from);
	clock_format(key->signs_until, until);
	clock_format(key->verifies_until, gone);
	printf("%-44s %-5s %-9s %s %s %s\n", key->kid, key->alg,
	    key_state(key, now_us), from, until, gone);
}

static int
keys_list(struct tool *t, int argc, char **argv)
{
	struct list keys;
	const struct key_info *items;
	bool given;
	int code = tool_switch(argc, argv, NULL, &given), r;

	if (code != EXIT_OK)
		return code;
	r = key_list(&t->cx, &keys);
	if (r != 0)
		return tool_result(t, r);
	printf("%-44s %-5s %-9s %-20s %-20s %s\n", "kid", "alg", "state",
	    "signs from", "signs until", "verifies until");
	items = keys.items;
	for (size_t i = 0; i < keys.n; i++)
		key_print(&items[i], t->cx.now_us);
	return EXIT_OK;
}

static int
keys_rotate(struct tool *t, int argc, char **argv)
{
	bool now, made;
	int code = tool_switch(argc, argv, "--now", &now), r;

	if (code != EXIT_OK)
		return code;
	r = key_rotate(&t->cx, true, now, &made);
	if (r != 0)
		return tool_result(t, r);
	puts(made ? "a new key was made" : "nothing to do");
	return EXIT_OK;
}

const struct command keys_commands[] = {
	{
	    .name = "keys init",
	    .about = "Create the master key file",
	    .help = "Creates the file that master_key_file names, readable "
		    "by its\nowner alone. An existing one is left alone.\n",
	    .needs = NEEDS_CONF,
	    .run = keys_init,
	},
	{
	    .name = "keys list",
	    .about = "List the signing keys",
	    .needs = NEEDS_DB,
	    .run = keys_list,
	},
	{
	    .name = "keys rotate",
	    .args = "[--now]",
	    .about = "Make a new signing key",
	    .help = "It is published at once and signs ten minutes later, so "
		    "that\neverybody who caches the key set knows it by "
		    "then. --now: it signs\nat once, for when the old one "
		    "is lost.\n",
	    .needs = NEEDS_DB,
	    .run = keys_rotate,
	},
	{ NULL },
};
