/* Whatever the header says, the parts are short, printable and never lost. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/agent.h"
#include "base/arena.h"
#include "fuzz.h"

static void
check_part(const char *text)
{
	if (text == NULL)
		return;
	if (*text == '\0' || strlen(text) > AGENT_PART_MAX)
		abort();
	for (; *text != '\0'; text++) {
		if (!isprint((unsigned char)*text))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	char *text = arena_strndup(mem, (const char *)p, n);
	struct agent a;

	agent_parse(mem, text, &a);
	check_part(a.browser);
	check_part(a.os);
	if (a.type == NULL || a.name == NULL)
		abort();
	arena_free(mem);
	return 0;
}
