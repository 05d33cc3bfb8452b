/*
 * A configuration file. Problems are told exactly when the result says so,
 * one a line, each with the place; what is in force is shown as a file that
 * loads and shows the same, and no password is shown.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "fuzz.h"

/* Wrong names are compared with all right ones, which takes its time. */
#define BYTES_MAX 1000

static void
check_problems(const struct buf *problems, const char *path)
{
	const char *p = problems->p, *end;

	for (; *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		HOLDS(end != NULL && end > p);
		HOLDS(strncmp(p, path, strlen(path)) == 0 ||
		    strncmp(p, "default: ", 9) == 0);
	}
}

/* The lines without where each value came from. */
static char *
shown(struct arena *mem, const struct conf *conf)
{
	struct buf all, bare;
	char *line, *next, *end, *from;

	buf_init(&all, mem, 4096);
	buf_init(&bare, mem, 4096);
	conf_show(conf, &all);
	for (line = all.p; *line != '\0'; line = next) {
		end = strchr(line, '\n');
		HOLDS(end != NULL);
		next = end + 1;
		*end = '\0';
		from = NULL;
		for (char *p = line; (p = strstr(p, "  # ")) != NULL; p++)
			from = p;
		HOLDS(from != NULL);
		*from = '\0';
		buf_printf(&bare, "%s\n", line);
	}
	return bare.p;
}

static void
check_shown(struct arena *mem, const struct conf *conf)
{
	char *text = shown(mem, conf), *again;
	struct buf problems;
	struct conf back;

	HOLDS(conf->db_password == NULL ||
	    strstr(text, "\ndb_password = (hidden)\n") != NULL);
	buf_init(&problems, mem, 64);
	HOLDS(conf_load(mem, fuzz_file(text, strlen(text)), &back, &problems) ==
	    0);
	HOLDS(problems.n == 0);
	again = shown(mem, &back);
	HOLDS(strcmp(text, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	const char *path = fuzz_file(p, n < BYTES_MAX ? n : BYTES_MAX);
	struct buf problems;
	struct conf conf;
	int r;

	buf_init(&problems, mem, 64);
	r = conf_load(mem, path, &conf, &problems);
	HOLDS((r == 0) == (problems.n == 0));
	check_problems(&problems, path);
	if (r == 0)
		check_shown(mem, &conf);
	arena_free(mem);
	return 0;
}
