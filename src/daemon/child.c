/*
 * A handler that only sets a flag, and raises the word that the process may
 * be about to sleep on: that closes the window between check and sleep.
 */
#include "config.h"

#include "daemon/child.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static volatile sig_atomic_t stop_flag;
static _Atomic uint32_t *stop_wake;
static sigset_t stop_set;

void
signals_block(void)
{
	static const int ours[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2, SIGCHLD, SIGALRM };
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t all;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigaction(ours[i], &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

void
child_begin(pid_t master, const char *name)
{
	prctl(PR_SET_NAME, name);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* it may have died before that */
	if (getppid() != master)
		exit(EXIT_SUCCESS);
}

static void
stop_handler(int sig)
{
	(void)sig;
	stop_flag = 1;
	if (stop_wake != NULL)
		atomic_fetch_add(stop_wake, 1);
}

void
stop_init(_Atomic uint32_t *wake)
{
	struct sigaction sa = { .sa_handler = stop_handler };

	stop_flag = 0;
	stop_wake = wake;
	sigfillset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigemptyset(&stop_set);
	sigaddset(&stop_set, SIGTERM);
}

bool
stop_heard(void)
{
	return stop_flag;
}

bool
stop_asked(void)
{
	sigset_t pending;

	if (stop_flag)
		return true;
	return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM);
}

const sigset_t *
stop_signals(void)
{
	return &stop_set;
}
