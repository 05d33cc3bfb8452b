/* cardeactl create-admin. */
#include "flow/admin.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "tools/tool.h"

static int
create(struct tool *t, const char *realm, const char *email, const char *name)
{
	char *password = tool_password(t->cx.secret), text[ID_TEXT_MAX];
	struct uuid id;
	int r;

	if (password == NULL)
		return EXIT_FAILED;
	r = admin_create(&t->cx, realm, email, name, password, &id);
	if (r != 0)
		return tool_result(t, r);
	id_format("usr", &id, text);
	printf("%s created in realm %s: %s\n", email, realm, text);
	return EXIT_OK;
}

static int
create_admin(struct tool *t, int argc, char **argv)
{
	bool platform = argc > 1 && strcmp(argv[1], "--platform") == 0;

	if (platform) {
		argc--;
		argv++;
	}
	if (argc != 3 || argv[1][0] == '-')
		return tool_usage(tool_command(), "an address and a name");
	return create(t, platform ? "platform" : "main", argv[1], argv[2]);
}

const struct command admin_commands[] = {
	{
	    .name = "create-admin",
	    .args = "[--platform] EMAIL NAME",
	    .about = "Create an administrator",
	    .help = "Of realm main, or with --platform of the platform. The "
		    "password is\nasked for, or read as one line of standard "
		    "input.\n",
	    .needs = NEEDS_DB,
	    .run = create_admin,
	},
	{ NULL },
};
