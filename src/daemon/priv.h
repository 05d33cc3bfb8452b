/* Becoming the unprivileged user that the configuration names. */
#ifndef DAEMON_PRIV_H
#define DAEMON_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;
struct conf;

struct priv {
	bool change; /* false: stay who we are */
	uid_t uid; /* -1 when there is no change */
	gid_t gid;
	const char *user; /* belongs to the configuration */
};

/* 0, or -1 with lines in problems: unknown, or we may not. */
int priv_find(const struct conf *, struct priv *ret, struct buf *problems);

/*
 * For good: groups, real, effective and saved ids. The kernel then takes us
 * for undumpable until the next exec, so that nobody of that user reads the
 * keys out of our memory; it also forgets the parent death signal.
 */
int priv_drop(const struct priv *, struct buf *problems);

#endif
