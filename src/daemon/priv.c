/*
 * Everything that needs root (the master key file, the socket's owner, the
 * log) is done before the drop; nothing is taken back afterwards.
 */
#include "config.h"

#include "daemon/priv.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/conf.h"
#include "daemon/setup.h"

static int
group_find(const char *name, gid_t *ret, struct buf *problems)
{
	const struct group *gr = getgrnam(name);

	if (gr == NULL) {
		problem_add(problems, "group: there is no group %s", name);
		return -1;
	}
	*ret = gr->gr_gid;
	return 0;
}

int
priv_find(const struct conf *conf, struct priv *ret, struct buf *problems)
{
	struct priv p = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	const struct passwd *pw;

	if (conf->user == NULL) {
		*ret = p;
		return 0;
	}
	pw = getpwnam(conf->user);
	if (pw == NULL) {
		problem_add(problems,
		    "user: there is no user %s: create it, or name another",
		    conf->user);
		return -1;
	}
	if (geteuid() != 0 && geteuid() != pw->pw_uid) {
		problem_add(problems,
		    "user: only root can become %s: start as root or as %s",
		    conf->user, conf->user);
		return -1;
	}
	p = (struct priv) {
		.change = geteuid() == 0 && pw->pw_uid != 0,
		.uid = pw->pw_uid,
		.gid = pw->pw_gid,
		.user = conf->user,
	};
	if (conf->group != NULL &&
	    group_find(conf->group, &p.gid, problems) != 0)
		return -1;
	*ret = p;
	return 0;
}

int
priv_drop(const struct priv *p, struct buf *problems)
{
	if (!p->change)
		return 0;
	if (initgroups(p->user, p->gid) == 0 &&
	    setresgid(p->gid, p->gid, p->gid) == 0 &&
	    setresuid(p->uid, p->uid, p->uid) == 0)
		return 0;
	problem_add(problems, "user: cannot become %s: %s", p->user,
	    strerror(errno));
	return -1;
}
