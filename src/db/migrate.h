/*
 * Forward-only migrations: files NNNN-name.sql in a folder, applied in
 * order, each recorded in the table schema_migration with the SHA-256 of its
 * text. Safe to run twice, and by two nodes at once: a lock row with an
 * owner and a lease, since GET_LOCK does not span a cluster.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stddef.h>

struct ctx;

/*
 * say (may be NULL) gets a line for each file applied, and one that says why
 * it stopped and what to do. 0; ERR_UNAVAILABLE; or <0, logged: an applied
 * file has changed, one is missing or out of order, or one failed.
 */
int migrate_run(struct ctx *, const char *dir, void (*say)(const char *line),
    size_t *ret_applied);

/* How many files are not applied yet. */
int migrate_pending(struct ctx *, const char *dir, size_t *ret_n);

#endif
