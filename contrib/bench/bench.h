/*
 * What the programs of the benchmark share. They are run by contrib/bench/run
 * alone, so whatever goes wrong is said and ends the program.
 */
#ifndef CONTRIB_BENCH_BENCH_H
#define CONTRIB_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Zeroed, never NULL. */
void *bench_alloc(size_t n);
/* A whole number within the bounds. */
long bench_number(const char *text, long min, long max);
double bench_now_s(void); /* monotonic */

struct text {
	char *p; /* with a NUL that n does not count */
	size_t n;
};

struct text bench_file(const char *path);

/* Ids in hexadecimal, one a line; at least one. */
struct bench_ids {
	struct uuid *id;
	size_t n;
};

void bench_ids_read(const char *path, struct bench_ids *ret);

/* One prepared statement with one id as its parameter, all columns fetched. */
struct bench_select;

struct st_mysql;
struct st_mysql *bench_connect(const char *socket, const char *name);
struct bench_select *bench_select_new(const char *socket, const char *name,
    const char *sql);
void bench_select_run(struct bench_select *, const struct uuid *id);

#endif
