/*
 * An order to the runner, from a process that may have been taken over. What
 * can be taken apart is written with the very same bytes; what is run is the
 * program that was agreed on, with its fixed arguments, and soon over.
 */
#include "out/runner.c"

#include "base/arena.h"
#include "fuzz.h"

static const char *const args[] = { "-i", "-f", runner_any, "--", runner_any,
	NULL };
static const struct runner_terms terms = {
	.program = "/usr/sbin/sendmail",
	.args = args,
};

static void
check_fit(const char *const *argv)
{
	size_t n = 0;

	while (argv[n] != NULL)
		n++;
	HOLDS(n == 6 && strcmp(argv[0], terms.program) == 0);
	for (size_t i = 0; args[i] != NULL; i++)
		HOLDS(
		    args[i] == runner_any || strcmp(args[i], argv[i + 1]) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct order *o = arena_alloc(mem, sizeof(*o));
	struct order *again = arena_alloc(mem, sizeof(*again));
	const char *argv[ARGS_MAX + 1];

	if (n > sizeof(*o))
		n = sizeof(*o);
	if (n > 0)
		memcpy(o, p, n);
	if (order_parse(o, n, argv)) {
		HOLDS(argv[0] != NULL);
		HOLDS(o->timeout_s > 0 && o->timeout_s <= TIMEOUT_MAX_S);
		HOLDS(order_write(again, argv, o->timeout_s));
		HOLDS(again->n == o->n &&
		    memcmp(again->text, o->text, o->n) == 0);
		if (order_fits(&terms, argv))
			check_fit(argv);
	}
	arena_free(mem);
	return 0;
}
