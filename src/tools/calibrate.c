/*
 * cardeactl calibrate: what a password hash costs on this machine, and the
 * dearest setting within the target time that is not below OWASP's floor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/password.h"
#include "tools/tool.h"

#define TARGET_MS 250
#define ROUNDS    3
#define TOO_MUCH  4 /* times the target: nobody wants to wait for it */

struct trial {
	struct password_cost cost;
	double ms;
	bool weak;
};

/* N * p is the work; at the same work, more memory is better. */
static bool
dearer(const struct password_cost *a, const struct password_cost *b)
{
	unsigned long long wa = (1ULL << a->ln) * a->p;
	unsigned long long wb = (1ULL << b->ln) * b->p;

	return wa != wb ? wa > wb : a->ln > b->ln;
}

static void
trial_run(struct trial *t)
{
	t->ms = password_time_ms(&t->cost, ROUNDS);
	t->weak = password_cost_weak(&t->cost);
	printf("%3u %2u %2u %5u MiB %8.1f ms%s\n", t->cost.ln, t->cost.r,
	    t->cost.p, (128U * t->cost.r << t->cost.ln) >> 20, t->ms,
	    t->weak ? "  below the floor" : "");
	fflush(stdout);
}

static void
recommend(const struct password_cost *best, bool fits, long target_ms)
{
	if (!fits)
		printf("\nNothing from the floor up fits into %ld ms: this "
		       "is the floor.\n",
		    target_ms);
	printf("\nFor cardea.conf:\n\nscrypt_ln = %u\nscrypt_r = %u\n"
	       "scrypt_p = %u\n",
	    best->ln, best->r, best->p);
}

/* Those of one ln, cheapest first; true when the cheapest fits. */
static bool
row_run(uint32_t ln, long target_ms, struct password_cost *best, bool *fits)
{
	for (uint32_t p = 1; p <= 3; p++) {
		struct trial t = { .cost = { ln, 8, p } };

		trial_run(&t);
		if (t.ms > TOO_MUCH * (double)target_ms)
			return p > 1;
		if (t.weak || t.ms > (double)target_ms ||
		    (*fits && !dearer(&t.cost, best)))
			continue;
		*best = t.cost;
		*fits = true;
	}
	return true;
}

static int
calibrate_run(long target_ms)
{
	struct password_cost best = PASSWORD_COST_FLOOR;
	bool fits = false;

	printf(" ln  r  p    memory        time\n");
	for (uint32_t ln = 14; ln <= 17; ln++)
		if (!row_run(ln, target_ms, &best, &fits))
			break;
	recommend(&best, fits, target_ms);
	return EXIT_OK;
}

static int
calibrate(struct tool *t, int argc, char **argv)
{
	long ms = TARGET_MS;
	char *end;

	(void)t;
	if (argc == 1)
		return calibrate_run(ms);
	if (argc != 3 || strcmp(argv[1], "--target-ms") != 0)
		return tool_usage(tool_command(), "unknown argument");
	ms = strtol(argv[2], &end, 10);
	if (end == argv[2] || *end != '\0' || ms < 1 || ms > 60000)
		return tool_usage(tool_command(), "--target-ms: 1 to 60000");
	return calibrate_run(ms);
}

const struct command calibrate_commands[] = {
	{
	    .name = "calibrate",
	    .args = "[--target-ms N]",
	    .about = "Measure password hashing, recommend settings",
	    .help =
		"Takes the dearest parameters that take at most N ms (250)"
		" and are\nnot below OWASP's floor. One hash a core runs at "
		"a time, so the\nmemory is needed once a core.\n",
	    .run = calibrate,
	},
	{ NULL },
};
