/*
 * Whatever is logged is one line of printable ASCII with the pairs that were
 * given and no more. Lines: request id, a value; the rest is another one.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "fuzz.h"

static char seen[8192];

static void
keep(enum log_level level, const char *line)
{
	HOLDS(level == LOG_WARN && strlen(line) < sizeof(seen));
	snprintf(seen, sizeof(seen), "%s", line);
}

/* The key at *p and its value, which a blank ends. */
static const char *
take_pair(const char *p, const char *key)
{
	size_t n = strlen(key);

	HOLDS(*p == ' ' && strncmp(p + 1, key, n) == 0 && p[n + 1] == '=');
	p += n + 2;
	while (*p > 0x20 && *p < 0x7f) {
		HOLDS(*p != '=' && *p != '"');
		p++;
	}
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *rid = fuzz_line(&in, mem), *a = fuzz_line(&in, mem), *at;

	log_set_sink(keep);
	log_set_request(rid);
	log_warn("fuzz.line", KS("a", a), KI("n", n),
	    KS("b", fuzz_rest(&in, mem)), KS("c", NULL));
	at = strstr(seen, " warn fuzz.line");
	HOLDS(at != NULL && at - seen == 24);
	at = take_pair(at + strlen(" warn fuzz.line"), "pid");
	if (*rid != '\0')
		at = take_pair(at, "rid");
	at = take_pair(at, "a");
	at = take_pair(at, "n");
	at = take_pair(at, "b");
	HOLDS(strcmp(at, " c=-") == 0);
	arena_free(mem);
	return 0;
}
