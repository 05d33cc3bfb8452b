/* Exit codes of cardea and cardeactl, as scripts and systemd read them. */
#ifndef DAEMON_EXIT_H
#define DAEMON_EXIT_H

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNAVAILABLE = 69, /* the database is away */
	EXIT_CONFIG = 78, /* configuration or master key: see the messages */
};

#endif
