/*
 * Feeds a target every file of a folder: the one named, else the corpus of
 * the program's own name. A folder without files is a failure.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* Bytes of exact size, so that sanitizers see a byte too far. */
static int
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	long n;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (n = ftell(f)) < 0) {
		perror(path);
		return -1;
	}
	rewind(f);
	p = malloc((size_t)n + (n == 0));
	if (p == NULL || fread(p, 1, (size_t)n, f) != (size_t)n) {
		perror(path);
		return -1;
	}
	fclose(f);
	LLVMFuzzerTestOneInput(p, (size_t)n);
	free(p);
	return 0;
}

static int
replay_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[4096];
	int n = 0;

	if (d == NULL) {
		perror(folder);
		return -1;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (replay_file(path) != 0)
			return -1;
		n++;
	}
	closedir(d);
	printf("%s: %d files\n", folder, n);
	return n > 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	const char *name = strrchr(argv[0], '/');
	char folder[2048];

	name = name != NULL ? name + 1 : argv[0];
	snprintf(folder, sizeof(folder), "%s/t/fuzz/corpus/%s",
	    top != NULL ? top : ".", name);
	return replay_folder(argc > 1 ? argv[1] : folder) == 0 ? EXIT_SUCCESS
							       : EXIT_FAILURE;
}
