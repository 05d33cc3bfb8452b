/*
 * A worker without a master: started by mod_fcgid, spawn-fcgi or a shared
 * host with a listening FastCGI socket as descriptor 0, one process of
 * several. Quotas and the gate live in cardea.map in the state directory;
 * `cardeactl jobs --once` does the jobs, from cron.
 */
#ifndef DAEMON_LONE_H
#define DAEMON_LONE_H

#include <stdbool.h>

/* Descriptor 0 is a socket that listens. */
bool lone_wanted(void);

/*
 * Serves until SIGTERM. conf_path NULL: $CARDEA_CONF, else cardea.conf in the
 * folder of argv0, else as conf_load(). Returns the exit code.
 */
int lone_run(const char *conf_path, const char *argv0);

#endif
