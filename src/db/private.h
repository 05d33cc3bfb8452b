/*
 * Between the files of this floor. Inside, a step's outcome is a fault: what
 * went wrong, seen from what may be done about it. Only exec.c and tx.c turn
 * faults into the results that db.h promises.
 */
#ifndef DB_PRIVATE_H
#define DB_PRIVATE_H

#include <mysql.h>
#include <sys/queue.h>

#include "db/db.h"

#define STMT_CACHE_MAX 64
#define CELL_ROOMS     64
#define CELL_ROOM      192 /* bytes; most strings are shorter */

enum fault {
	FAULT_NONE,
	FAULT_EMPTY, /* no row where one was asked for */
	FAULT_CONFLICT, /* duplicate key; nothing else happened */
	FAULT_STALE, /* must be prepared again; nothing happened */
	FAULT_REPEAT, /* rolled back: deadlock and the like */
	FAULT_KILLED, /* stopped by an operator or the server, undone */
	FAULT_UNSENT, /* the connection was gone before anything was sent */
	FAULT_LOST, /* the connection went while the server worked */
	FAULT_SLOW, /* the same, by our own time-out */
	FAULT_AWAY, /* no connection can be had */
	FAULT_UNKNOWN, /* COMMIT was sent and its outcome never came */
	FAULT_OTHER, /* a mistake of ours, or a broken server */
};

/* What the server or the client library said last. */
struct complaint {
	unsigned number;
	char state[SQLSTATE_LENGTH + 1];
	char text[MYSQL_ERRMSG_SIZE];
	bool plain; /* the text cannot hold anything of a client's */
};

enum tx_state {
	TX_CLOSED,
	TX_DECLARED, /* db_tx() runs, nothing was sent yet */
	TX_STARTED,
	TX_DOOMED, /* a statement failed: it must not be committed */
};

/* Where a value lies on its way to the server. */
struct param {
	int64_t number;
	MYSQL_TIME time;
};

/* Where a column's value lands. */
struct cell {
	union {
		int64_t number;
		MYSQL_TIME time;
		struct uuid id;
	} v;
	char *room; /* of a string; NULL: none */
	unsigned long n;
	my_bool null;
	my_bool error;
	bool is_time;
	bool is_decimal;
};

struct cached {
	TAILQ_ENTRY(cached) link;
	struct stmt stmt; /* its pointers are what tells it apart */
	MYSQL_STMT *st;
	bool bound; /* the cells are where its columns go */
	size_t n_cells;
	struct cell cells[];
};

TAILQ_HEAD(cached_list, cached);

struct db {
	const struct conf *conf;
	MYSQL *my; /* NULL: not connected */
	char user[256]; /* empty: as the library thinks */
	bool away; /* the last attempt to connect failed */
	bool patient; /* connected without a time-out */
	int64_t used_us; /* monotonic: when the last command was sent */
	uint64_t sent;
	struct complaint complaint;

	struct cached_list cache; /* most recently used first */
	size_t n_cached;

	/* strings of the row just fetched, by their columns */
	char rooms[CELL_ROOMS][CELL_ROOM];

	/* the arguments of the statement at work */
	MYSQL_BIND *binds;
	struct param *params;
	size_t n_params, cap_params;

	void (*hook)(void *arg); /* of a test; NULL otherwise */
	void *hook_arg;

	enum tx_state tx;
	enum fault tx_fault; /* why it is doomed */
	unsigned tx_number; /* and the error that did it */
};

/* fault.c */
enum fault fault_of(unsigned number);
/* How often in all a statement or transaction is tried. */
int fault_tries(enum fault, unsigned number);
bool fault_lost_connection(enum fault);
enum fault fault_note(struct db *, unsigned number, const char *state,
    const char *text);
enum fault fault_of_connection(struct db *);
enum fault fault_of_stmt(struct db *, MYSQL_STMT *);
/* Logs the complaint and returns ERR_INTERNAL_LOGGED. */
int fault_log(struct db *, const char *text);
/* Another kind of failure that nothing more can be done about: a warning. */
void fault_warn(struct db *, const char *event, const char *text);
/* ERR_UNAVAILABLE with a Retry-After of 1 to 3 s. */
int fault_unavailable(struct ctx *);
int fault_commit_unknown(struct ctx *);
/* A short sleep of random length before the next try. */
void fault_wait(enum fault, int tries);

/* connection.c */
enum fault connection_open(struct db *);
void connection_drop(struct db *);
/* Text without parameters and rows. */
enum fault connection_query(struct db *, const char *text);
/* Drops the connection if the fault says that it is of no use. */
void connection_heed(struct db *, enum fault);

/* stmt.c */
enum fault stmt_find(struct db *, const struct stmt *, struct cached **ret);
/* Prepares without caching, and compares with bind and result. */
enum fault stmt_prepare(struct db *, const struct stmt *, MYSQL_STMT **ret);
/* Binds its columns, unless they are, or are not known yet. */
enum fault stmt_bind(struct db *, struct cached *);
void stmt_forget(struct db *, struct cached *);
void stmt_forget_all(struct db *);

/* bind.c */
enum fault bind_take(struct db *, const struct stmt *, va_list);
size_t col_count(const struct col *);
/* NULL, or why the column cannot be read as that kind. */
const char *col_misfit(const struct col *, const MYSQL_FIELD *);
void col_bind(const struct col *, const MYSQL_FIELD *, struct cell *,
    MYSQL_BIND *);
/* One column of the current row into its place; 0 or -1. */
int col_store(struct ctx *, struct cached *, size_t i, void *row);

/* when.c */
/* false if the year is beyond 0 to 9999. */
bool when_to_time(int64_t us, MYSQL_TIME *ret);
int64_t when_from_time(const MYSQL_TIME *);

/* tx.c */
/* Sends START TRANSACTION if it is due; opens the connection outside one. */
enum fault tx_ready(struct db *);
/* Inside a transaction, after a fault that leaves it in doubt. */
void tx_doom(struct db *, enum fault);

/* script.c; ret_done counts the statements that succeeded. */
int script_run(struct ctx *, const char *text, size_t *ret_done,
    const char **ret_message);

#endif
