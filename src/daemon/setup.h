/*
 * What master, lone workers and cardeactl prepare alike: the configuration
 * and the master key, with every problem in words for the operator.
 */
#ifndef DAEMON_SETUP_H
#define DAEMON_SETUP_H

#include "base/conf.h"
#include "daemon/sandbox.h"

struct arena;
struct buf;
struct master_key;
struct service;
struct shared;

struct setup {
	struct arena *mem; /* of conf */
	struct conf conf;
	struct master_key *master; /* NULL until setup_key() */
	/* NULL until setup_sandbox(), and where there is none */
	struct sandbox *worker_sandbox, *jobs_sandbox;
};

/* path as for conf_load(). NULL with lines in problems. */
struct setup *setup_load(const char *path, struct buf *problems);
/* Loads the master key that conf names. 0, or -1 with lines in problems. */
int setup_key(struct setup *, struct buf *problems);
/* Wipes the master key from this process. */
void setup_forget_key(struct setup *);
void setup_free(struct setup *); /* NULL is fine */

/*
 * Builds the filter of the processes of that kind to come, and loads what
 * they could not load any more.
 */
void setup_sandbox(struct setup *, enum sandbox_kind);

/*
 * Makes the settings that live in the process take effect: log level, form
 * of ids, quotas, the gate. Before any fork, and again after a reload.
 */
void setup_apply(const struct setup *, struct shared *);

/* Opens conf.log_file over standard error, if there is one. 0 or -1. */
int setup_log(const struct conf *, struct buf *problems);

/*
 * What one process needs to serve: its own arenas, key ring and (not yet
 * connected) database handle. Never fails.
 */
void setup_service(struct service *, const struct setup *, struct shared *);
void setup_service_fini(struct service *);

/* Adds one line of text. */
void problem_add(struct buf *problems, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Line by line on standard error, or into the log. */
void problems_print(const char *program, const struct buf *problems);
void problems_log(const char *event, const struct buf *problems);

#endif
