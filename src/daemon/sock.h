/* The Unix socket that nginx hands requests to. */
#ifndef DAEMON_SOCK_H
#define DAEMON_SOCK_H

#include <sys/types.h>

struct buf;

/*
 * Binds and listens under a temporary name and renames it onto path, so that
 * the path is never missing and another instance may be taken over. mode is
 * octal text; uid and gid -1 leave the owner. The descriptor is close-on-
 * exec. -1 with a line in problems.
 */
int sock_listen(const char *path, const char *mode, uid_t uid, gid_t gid,
    struct buf *problems);

#endif
