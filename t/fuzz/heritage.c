/*
 * What a master hands to the binary that replaces it, in the environment. A
 * text that is taken is written anew and taken for the same; no other
 * process's is.
 */
#include "daemon/upgrade.c"

#include "fuzz.h"

static void
check(const char *text)
{
	struct heritage h, back;

	if (!heritage_parse(text, &h))
		return;
	heritage_set(&h);
	HOLDS(heritage_parse(getenv(UPGRADE_ENV), &back));
	HOLDS(back.listen_fd == h.listen_fd && back.shared_fd == h.shared_fd);
	HOLDS(back.generation == h.generation && back.restarts == h.restarts &&
	    back.recycled == h.recycled && back.started_at == h.started_at);
	HOLDS(memcmp(back.pid, h.pid, sizeof(h.pid)) == 0);
	unsetenv(UPGRADE_ENV);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *text = fuzz_rest(&in, mem);

	check(text);
	check(arena_printf(mem, "%d %s", (int)getpid(), text));
	arena_free(mem);
	return 0;
}
