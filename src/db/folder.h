/* The migrations as they lie in a folder: NNNN-name.sql, from 0001 on. */
#ifndef DB_FOLDER_H
#define DB_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct arena;

#define MIGRATION_SUM_LEN 32 /* SHA-256 */

struct migration {
	int version;
	const char *file; /* without the folder */
	const char *text;
	uint8_t sum[MIGRATION_SUM_LEN];
};

struct folder {
	struct arena *mem;
	void (*say)(const char *line); /* may be NULL */
	struct list files; /* of struct migration, in order */
};

/*
 * Fills in the files. 0, or -1 after folder_refuse(): a name that is not of
 * the form, a number twice or left out, a file that cannot be read.
 */
int folder_read(struct folder *, const char *dir);

/* Logs and says why a migration is refused and what to do; returns -1. */
int folder_refuse(const struct folder *, const char *file, const char *problem,
    const char *remedy);

#endif
