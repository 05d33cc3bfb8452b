/* cardea: the master of the workers, or a worker of its own. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "daemon/child.h"
#include "daemon/exit.h"
#include "daemon/lone.h"
#include "daemon/master.h"

static const char help[] =
    "Usage: cardea [-c FILE] [--foreground | --daemon | --check]\n"
    "\n"
    "  -c, --config FILE  the configuration (default: $CARDEA_CONF, else\n"
    "                     " CARDEA_SYSCONFDIR "/cardea.conf)\n"
    "      --foreground   stay in the foreground (default)\n"
    "      --daemon       go to the background once everything is ready;\n"
    "                     logs to cardea.log in state_dir unless log_file\n"
    "                     names another\n"
    "      --check        say whether it would start\n"
    "      --version      print the version\n"
    "      --help         print this\n"
    "\n"
    "Writes cardea.pid and status into state_dir. Signals: HUP reads the\n"
    "configuration again, USR2 executes the new binary, both without a lost\n"
    "request; TERM lets requests finish; QUIT ends at once; USR1 writes the\n"
    "status file. With a listening FastCGI socket as standard input\n"
    "(mod_fcgid, spawn-fcgi) it is one worker without a master.\n"
    "\n"
    "Exit codes: 0 ended as asked, 2 usage, 78 configuration, else 1.\n";

enum { OPT_FOREGROUND = 256, OPT_DAEMON, OPT_CHECK, OPT_VERSION, OPT_HELP };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "daemon", no_argument, NULL, OPT_DAEMON },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
usage(void)
{
	fputs("Try: cardea --help\n", stderr);
	return EXIT_USAGE;
}

static int
check(const char *conf_path)
{
	int code = master_check(conf_path);

	if (code == EXIT_OK)
		puts("cardea: everything is fine");
	return code;
}

int
main(int argc, char **argv)
{
	struct master_args args = { .argv = argv };
	int mode = 0, c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == 'c')
			args.conf_path = optarg;
		else if (c == OPT_VERSION)
			return puts("cardea " PACKAGE_VERSION) < 0;
		else if (c == OPT_HELP)
			return fputs(help, stdout) < 0;
		else if (c == '?' || mode != 0)
			return usage();
		else
			mode = c;
	}
	if (optind != argc)
		return usage();
	if (mode == OPT_CHECK)
		return check(args.conf_path);
	signals_block();
	if (mode == 0 && lone_wanted())
		return lone_run(args.conf_path, argv[0]);
	args.daemon = mode == OPT_DAEMON;
	return master_run(&args);
}
