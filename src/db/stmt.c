/*
 * Prepared statements, cached with the connection. A prepared statement
 * costs the server 24 KB and us 10, for each worker, so the cache is capped
 * and the one that was not used longest goes. Statements are told apart by
 * the addresses of their parts: they are constants of the program.
 */
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "db/private.h"

void
stmt_forget(struct db *db, struct cached *c)
{
	TAILQ_REMOVE(&db->cache, c, link);
	db->n_cached--;
	mysql_stmt_close(c->st);
	free(c);
}

void
stmt_forget_all(struct db *db)
{
	while (!TAILQ_EMPTY(&db->cache))
		stmt_forget(db, TAILQ_FIRST(&db->cache));
}

static enum fault
misfit_note(struct db *db, const char *text)
{
	enum fault fault = fault_note(db, ER_WRONG_ARGUMENTS, "HY000", text);

	db->complaint.plain = true;
	return fault;
}

static enum fault
column_misfit(struct db *db, size_t i, const char *name, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), "column %zu (%s) %s", i + 1, name, why);
	return misfit_note(db, text);
}

static enum fault
count_misfit(struct db *db, const struct stmt *stmt, MYSQL_STMT *st)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "%lu parameters and %u columns, but bind has %zu and result %zu",
	    mysql_stmt_param_count(st), mysql_stmt_field_count(st),
	    strlen(stmt->bind), col_count(stmt->result));
	return misfit_note(db, text);
}

/* The server tells the columns of RETURNING with the first execution. */
static bool
columns_come_late(const struct stmt *stmt, MYSQL_STMT *st)
{
	return stmt->result != NULL && mysql_stmt_field_count(st) == 0 &&
	    strstr(stmt->text, " RETURNING ") != NULL;
}

static enum fault
columns_fit(struct db *db, const struct stmt *stmt, MYSQL_STMT *st)
{
	const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(st);
	size_t n = mysql_stmt_field_count(st);

	if (n != col_count(stmt->result))
		return count_misfit(db, stmt, st);
	for (size_t i = 0; i < n; i++) {
		const char *why = col_misfit(&stmt->result[i], &fields[i]);

		if (why != NULL)
			return column_misfit(db, i, fields[i].name, why);
	}
	return FAULT_NONE;
}

/* Do the parameters and columns agree with bind and result? */
static enum fault
stmt_fits(struct db *db, const struct stmt *stmt, MYSQL_STMT *st)
{
	if (strlen(stmt->bind) != mysql_stmt_param_count(st))
		return count_misfit(db, stmt, st);
	return columns_come_late(stmt, st) ? FAULT_NONE
					   : columns_fit(db, stmt, st);
}

/*
 * Preparing changes nothing, so a loss here is as good as nothing sent. The
 * message cannot hold a client's data, since the text has none.
 */
static enum fault
stmt_prepare_text(struct db *db, const char *text, MYSQL_STMT *st)
{
	enum fault fault;

	if (mysql_stmt_prepare(st, text, (unsigned long)strlen(text)) == 0)
		return FAULT_NONE;
	fault = fault_of_stmt(db, st);
	db->complaint.plain = true;
	if (fault == FAULT_LOST)
		return FAULT_UNSENT;
	return fault == FAULT_SLOW ? FAULT_AWAY : fault;
}

enum fault
stmt_prepare(struct db *db, const struct stmt *stmt, MYSQL_STMT **ret)
{
	MYSQL_STMT *st = mysql_stmt_init(db->my);
	enum fault fault;

	if (st == NULL)
		abort();
	fault = stmt_prepare_text(db, stmt->text, st);
	if (fault == FAULT_NONE)
		fault = stmt_fits(db, stmt, st);
	if (fault != FAULT_NONE)
		mysql_stmt_close(st);
	else
		*ret = st;
	return fault;
}

/* The library keeps a copy of the binds; the cells stay ours. */
static enum fault
cells_bind(struct db *db, struct cached *c)
{
	const MYSQL_FIELD *fields = mariadb_stmt_fetch_fields(c->st);
	MYSQL_BIND *binds = calloc(c->n_cells, sizeof(*binds));
	int r;

	if (binds == NULL)
		abort();
	for (size_t i = 0; i < c->n_cells; i++) {
		c->cells[i].room = i < CELL_ROOMS ? db->rooms[i] : NULL;
		col_bind(&c->stmt.result[i], &fields[i], &c->cells[i],
		    &binds[i]);
	}
	r = mysql_stmt_bind_result(c->st, binds);
	free(binds);
	return r == 0 ? FAULT_NONE : fault_of_stmt(db, c->st);
}

enum fault
stmt_bind(struct db *db, struct cached *c)
{
	enum fault fault;

	if (c->bound || columns_come_late(&c->stmt, c->st))
		return FAULT_NONE;
	fault = columns_fit(db, &c->stmt, c->st);
	if (fault == FAULT_NONE && c->n_cells > 0)
		fault = cells_bind(db, c);
	c->bound = fault == FAULT_NONE;
	return fault;
}

static enum fault
stmt_add(struct db *db, const struct stmt *stmt, struct cached **ret)
{
	size_t n = col_count(stmt->result);
	MYSQL_STMT *st;
	struct cached *c;
	enum fault fault = stmt_prepare(db, stmt, &st);

	if (fault != FAULT_NONE)
		return fault;
	c = calloc(1, sizeof(*c) + n * sizeof(c->cells[0]));
	if (c == NULL)
		abort();
	*c = (struct cached) { .stmt = *stmt, .st = st, .n_cells = n };
	TAILQ_INSERT_HEAD(&db->cache, c, link);
	db->n_cached++;
	fault = stmt_bind(db, c);
	if (fault != FAULT_NONE)
		stmt_forget(db, c);
	else
		*ret = c;
	return fault;
}

static bool
stmt_same(const struct stmt *a, const struct stmt *b)
{
	return a->text == b->text && a->result == b->result &&
	    a->bind == b->bind;
}

enum fault
stmt_find(struct db *db, const struct stmt *stmt, struct cached **ret)
{
	struct cached *c;

	TAILQ_FOREACH(c, &db->cache, link)
	{
		if (!stmt_same(&c->stmt, stmt))
			continue;
		if (c != TAILQ_FIRST(&db->cache)) {
			TAILQ_REMOVE(&db->cache, c, link);
			TAILQ_INSERT_HEAD(&db->cache, c, link);
		}
		*ret = c;
		return FAULT_NONE;
	}
	if (db->n_cached == STMT_CACHE_MAX)
		stmt_forget(db, TAILQ_LAST(&db->cache, cached_list));
	return stmt_add(db, stmt, ret);
}
