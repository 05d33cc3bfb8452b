/*
 * MariaDB through prepared statements. The only floor that knows <mysql.h>.
 *
 * A handle belongs to one process and one thread. Statements are prepared at
 * first use and cached with the connection, the least recently used one
 * dropped beyond the cap. A lost connection is opened again by itself; while
 * the database is away calls return ERR_UNAVAILABLE with a Retry-After.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "base/list.h"

struct conf;
struct ctx;
struct db;

/* Whose rows a statement can touch; a test reads the text for the key. */
enum scope {
	SCOPE_NONE, /* kept in t/golden/scope-none.txt */
	SCOPE_REALM, /* names realm_id = ? */
	SCOPE_USER, /* names user_id = ? (or user.id = ?) */
	SCOPE_SESSION, /* names the session's id = ? */
	SCOPE_KEY, /* found by an unguessable key alone */
};

struct blob {
	const uint8_t *p;
	size_t n;
};

enum col_kind {
	COL_STRING, /* const char *; NULL stays NULL */
	COL_INT64, /* an integer, or µs since 1970 of a DATETIME; NULL is 0 */
	COL_INT,
	COL_BOOL,
	COL_UUID, /* BINARY(16); NULL is zero */
	COL_BLOB, /* struct blob; NULL is {NULL, 0} */
	COL__END,
};

/* Where one column of a result row goes. */
struct col {
	enum col_kind kind;
	size_t offset;
};

/* clang-format off */
/* The kind follows from the member's type. */
#define COL(type, member)                                                      \
	{                                                                      \
		_Generic(((type *)0)->member, const char *: COL_STRING,        \
		    int64_t: COL_INT64, int: COL_INT, bool: COL_BOOL,          \
		    struct uuid: COL_UUID, struct blob: COL_BLOB),             \
		    offsetof(type, member)                                     \
	}
/* clang-format on */
#define COL_END                                                                \
	{                                                                      \
		COL__END, 0                                                    \
	}

/*
 * bind says what the call's arguments are, one character each:
 *	u  const struct uuid *        NULL or all zero binds NULL
 *	s  const char *               NULL binds NULL
 *	b  const void *, size_t       NULL binds NULL
 *	i  int64_t
 *	t  int64_t, µs since 1970     0 binds NULL; a DATETIME(6)
 *	f  int                        a flag, 0 or 1
 * An int64_t argument must have that type (cast constants), since the
 * arguments are variadic.
 */
struct stmt {
	enum scope scope;
	const char *bind;
	const struct col *result; /* NULL: no rows */
	const char *text;
};

/* Opens nothing yet: the first statement connects. */
struct db *db_new(const struct conf *);
void db_free(struct db *); /* NULL is fine */
/* Process-wide preparation of the client library, before any fork. */
int db_library_init(void);
/*
 * Loads what a later connection of a process that may open no file could
 * need. After db_library_init(); what is not there is not missed.
 */
void db_library_warm(const struct conf *);
void db_library_end(void);

/* 0, ERR_UNAVAILABLE while the database cannot be reached, or <0. */
int db_ping(struct ctx *);

/*
 * Runs a statement without rows. ret_n (may be NULL) gets the number of rows
 * changed. A duplicate key gives ERR_CONFLICT without a word set, for the
 * caller to say what is taken.
 */
int db_exec(struct ctx *, const struct stmt *, size_t *ret_n, ...);

/*
 * The first row into the struct at row; strings live in the call's arena.
 * ERR_NOT_FOUND without a word set when there is none, row untouched.
 */
int db_row(struct ctx *, const struct stmt *, void *row, ...);

/* All rows, as an array of structs of that size in the call's arena. */
int db_rows(struct ctx *, const struct stmt *, struct list *ret, size_t size,
    ...);

/*
 * Runs fn in a transaction and commits when it returns 0, else rolls back
 * and returns what fn returned. Deadlock, lock time-out and Galera's
 * certification failure run fn again, some times: what fn does outside the
 * database must bear that. A connection lost at COMMIT gives
 * ERR_COMMIT_UNKNOWN. Transactions do not nest.
 */
int db_tx(struct ctx *, int (*fn)(struct ctx *, void *), void *arg);
bool db_in_tx(const struct db *);

/*
 * For tests that decide who goes next: called before a statement that stands
 * alone and before the first one of a transaction, NULL for nothing.
 */
void db_set_hook(struct db *, void (*hook)(void *arg), void *arg);

/* Statements sent since db_new(), the transaction's own ones too. */
uint64_t db_sent(const struct db *);

/*
 * Prepares the statement and drops it again: 0, or -1 with the server's
 * message in ret_message and the numbers of its parameters and columns
 * compared with bind and result.
 */
int db_check(struct ctx *, const struct stmt *, const char **ret_message);

/*
 * Text of one or more statements (a migration), not prepared, on a connection
 * of its own without a time-out. 0, ERR_UNAVAILABLE or <0, the latter two
 * with the server's message.
 */
int db_script(struct ctx *, const char *text, const char **ret_message);

#endif
