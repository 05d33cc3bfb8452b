/*
 * What the machine can hash at best: one process a core, and nothing beside.
 *
 *	floor-scrypt SECONDS PROCESSES LN R P
 *
 * Prints verifications a second.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "crypto/password.h"

#define PROCESSES_MAX 256

static const char password[] = "Hinge-and-Door-1";

struct tally {
	double count, seconds;
};

/* Rounds end after the time is over; the time they took is what counts. */
static void
hash_for(const char *phc, double seconds, struct tally *ret)
{
	double begin = bench_now_s(), now = begin;
	bool match;

	while (now - begin < seconds) {
		if (password_verify(phc, password, strlen(password), &match) !=
			0 ||
		    !match)
			die("a password does not match its own hash");
		ret->count++;
		now = bench_now_s();
	}
	ret->seconds = now - begin;
}

int
main(int argc, char **argv)
{
	char phc[PASSWORD_PHC_MAX];
	struct password_cost cost;
	struct tally *tally;
	long processes, seconds;
	double rate = 0;
	int status;

	if (argc != 6)
		die("usage: floor-scrypt SECONDS PROCESSES LN R P");
	seconds = bench_number(argv[1], 1, 3600);
	processes = bench_number(argv[2], 1, PROCESSES_MAX);
	cost.ln = (uint32_t)bench_number(argv[3], 1, 30);
	cost.r = (uint32_t)bench_number(argv[4], 1, 64);
	cost.p = (uint32_t)bench_number(argv[5], 1, 64);
	if (password_hash(password, strlen(password), &cost, phc) != 0)
		die("the password cannot be hashed at this cost");
	tally = mmap(NULL, sizeof(*tally) * PROCESSES_MAX,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tally == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	for (long i = 0; i < processes; i++) {
		switch (fork()) {
		case -1:
			die("fork: %s", strerror(errno));
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			hash_for(phc, (double)seconds, &tally[i]);
			exit(0);
		}
	}
	while (wait(&status) > 0) {
		if (status != 0)
			return 1;
	}
	for (long i = 0; i < processes; i++)
		rate += tally[i].count / tally[i].seconds;
	printf("%.3f\n", rate);
	return 0;
}
