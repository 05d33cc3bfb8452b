/* What a master does to its surroundings before it serves. */
#ifndef DAEMON_LAUNCH_H
#define DAEMON_LAUNCH_H

struct buf;
struct priv;

/*
 * Goes to the background. The caller's process waits for daemon_ready() and
 * exits with 0, or with the code of the child that never got so far; until
 * then problems go to its standard error. Returns what daemon_ready() takes.
 */
int daemonise(void);
void daemon_ready(int notify_fd); /* -1: there was no daemonise() */

/* Creates it if it is absent, for the user we become. 0 or -1. */
int state_dir_prepare(const char *dir, const struct priv *,
    struct buf *problems);

#endif
