/*
 * Whatever is logged is one line of printable ASCII with the pairs that were
 * given and no more, and each value can be read back, as far as it was not
 * cut. Lines: request id, a value; the rest is another one.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "fuzz.h"

static char seen[8192];

static void
keep(enum log_level level, const char *line)
{
	HOLDS(level == LOG_WARN && strlen(line) < sizeof(seen));
	snprintf(seen, sizeof(seen), "%s", line);
}

static int
nibble(char c)
{
	HOLDS((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The byte that an escape stands for; *p moves to its last character. */
static char
unescape(const char **p)
{
	static const char from[] = "\"\\nrt", to[] = "\"\\\n\r\t";
	const char *at;

	++*p;
	if (**p == 'x') {
		*p += 2;
		return (char)(nibble((*p)[-1]) << 4 | nibble(**p));
	}
	HOLDS(**p != '\0');
	at = strchr(from, **p);
	HOLDS(at != NULL);
	return to[at - from];
}

/* A value, bare up to a blank or in quotes; gives what is behind it. */
static const char *
take_value(const char *p, struct buf *out)
{
	bool quoted = *p == '"';

	for (p += quoted; quoted ? *p != '"' : *p != ' ' && *p != '\0'; p++) {
		HOLDS(*p >= 0x20 && *p < 0x7f);
		HOLDS(quoted || strchr("\"=\\", *p) == NULL);
		buf_putc(out, *p == '\\' ? unescape(&p) : *p);
	}
	return p + quoted;
}

/* The key at p and its value, which must be the one given; want may be NULL. */
static const char *
take_pair(struct arena *mem, const char *p, const char *key, const char *want)
{
	size_t n = strlen(key);
	struct buf got;

	HOLDS(*p == ' ' && strncmp(p + 1, key, n) == 0 && p[n + 1] == '=');
	buf_init(&got, mem, 64);
	p = take_value(p + n + 2, &got);
	HOLDS(*p == ' ' || *p == '\0');
	if (want == NULL || strcmp(got.p, want) == 0)
		return p;
	HOLDS(got.n >= 3 && strcmp(got.p + got.n - 3, "...") == 0);
	HOLDS(strncmp(got.p, want, got.n - 3) == 0);
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	const char *rid = fuzz_line(&in, mem), *a = fuzz_line(&in, mem);
	const char *b = fuzz_rest(&in, mem), *at;

	log_set_sink(keep);
	log_set_request(rid);
	log_warn("fuzz.line", KS("a", a), KI("n", n), KS("b", b),
	    KS("c", NULL));
	at = strstr(seen, " warn fuzz.line");
	HOLDS(at != NULL && at - seen == 24);
	at = take_pair(mem, at + strlen(" warn fuzz.line"), "pid", NULL);
	if (*rid != '\0')
		at = take_pair(mem, at, "rid",
		    arena_strndup(mem, rid, strnlen(rid, 64)));
	at = take_pair(mem, at, "a", a);
	at = take_pair(mem, at, "n", NULL);
	at = take_pair(mem, at, "b", b);
	HOLDS(strcmp(at, " c=-") == 0);
	arena_free(mem);
	return 0;
}
