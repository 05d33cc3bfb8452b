/*
 * Arguments to the server and columns from it. Numbers, instants and ids
 * land in cells that are bound once, when the statement is prepared. Strings
 * land in rooms that the connection's statements share, and are then copied
 * into the call's memory; one that is longer, or whose column has no room, is
 * fetched a second time, straight to where it belongs.
 */
#include <inttypes.h>
#include <limits.h>
#include <mysqld_error.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "db/private.h"

#define CHARSET_BINARY 63
#define DECIMAL_MAX    80 /* characters of a DECIMAL(65,38) */

static void
params_reserve(struct db *db, size_t n)
{
	if (n <= db->cap_params)
		return;
	db->binds = realloc(db->binds, n * sizeof(*db->binds));
	db->params = realloc(db->params, n * sizeof(*db->params));
	if (db->binds == NULL || db->params == NULL)
		abort();
	db->cap_params = n;
}

static void
bind_bytes(MYSQL_BIND *b, enum enum_field_types type, const void *p, size_t n)
{
	if (p == NULL) {
		b->buffer_type = MYSQL_TYPE_NULL;
		return;
	}
	b->buffer_type = type;
	b->buffer = (void *)(uintptr_t)p;
	b->buffer_length = (unsigned long)n;
}

static void
bind_number(MYSQL_BIND *b, struct param *p, int64_t number)
{
	p->number = number;
	b->buffer_type = MYSQL_TYPE_LONGLONG;
	b->buffer = &p->number;
}

static bool
bind_instant(MYSQL_BIND *b, struct param *p, int64_t us)
{
	if (us == 0) {
		b->buffer_type = MYSQL_TYPE_NULL;
		return true;
	}
	b->buffer_type = MYSQL_TYPE_DATETIME;
	b->buffer = &p->time;
	return when_to_time(us, &p->time);
}

static void
bind_uuid(MYSQL_BIND *b, const struct uuid *id)
{
	bool null = id == NULL || uuid_is_zero(id);

	bind_bytes(b, MYSQL_TYPE_BLOB, null ? NULL : id->b, sizeof(id->b));
}

/* Takes one argument; false if it cannot be sent. */
static bool
bind_next(MYSQL_BIND *b, struct param *p, char kind, va_list *ap)
{
	const char *text;
	const void *bytes;

	switch (kind) {
	case 'u':
		bind_uuid(b, va_arg(*ap, const struct uuid *));
		return true;
	case 's':
		text = va_arg(*ap, const char *);
		bind_bytes(b, MYSQL_TYPE_STRING, text,
		    text == NULL ? 0 : strlen(text));
		return true;
	case 'b':
		bytes = va_arg(*ap, const void *);
		bind_bytes(b, MYSQL_TYPE_BLOB, bytes, va_arg(*ap, size_t));
		return true;
	case 'i':
		bind_number(b, p, va_arg(*ap, int64_t));
		return true;
	case 't':
		return bind_instant(b, p, va_arg(*ap, int64_t));
	case 'f':
		bind_number(b, p, va_arg(*ap, int) != 0);
		return true;
	default:
		return false;
	}
}

enum fault
bind_take(struct db *db, const struct stmt *stmt, va_list args)
{
	size_t n = strlen(stmt->bind);
	bool good = true;
	va_list ap;

	params_reserve(db, n);
	if (n > 0)
		memset(db->binds, 0, n * sizeof(*db->binds));
	va_copy(ap, args);
	for (size_t i = 0; i < n && good; i++)
		good = bind_next(&db->binds[i], &db->params[i], stmt->bind[i],
		    &ap);
	va_end(ap);
	db->n_params = n;
	return good ? FAULT_NONE
		    : fault_note(db, ER_WRONG_ARGUMENTS, "HY000",
			  "an argument is of no known kind or out of range");
}

size_t
col_count(const struct col *cols)
{
	size_t n = 0;

	while (cols != NULL && cols[n].kind != COL__END)
		n++;
	return n;
}

static bool
field_is_time(const MYSQL_FIELD *f)
{
	return f->type == MYSQL_TYPE_DATETIME ||
	    f->type == MYSQL_TYPE_TIMESTAMP || f->type == MYSQL_TYPE_DATE;
}

static bool
field_is_decimal(const MYSQL_FIELD *f)
{
	return f->type == MYSQL_TYPE_NEWDECIMAL ||
	    f->type == MYSQL_TYPE_DECIMAL;
}

static bool
field_is_integer(const MYSQL_FIELD *f)
{
	switch (f->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
		return true;
	default:
		return false;
	}
}

static bool
field_is_string(const MYSQL_FIELD *f)
{
	switch (f->type) {
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_JSON:
	case MYSQL_TYPE_ENUM:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
	case MYSQL_TYPE_BLOB:
		return true;
	default:
		return false;
	}
}

const char *
col_misfit(const struct col *col, const MYSQL_FIELD *f)
{
	bool number = field_is_integer(f) || field_is_decimal(f);

	if (f->type == MYSQL_TYPE_NULL)
		return NULL;
	switch (col->kind) {
	case COL_INT64:
		return number || field_is_time(f) ? NULL
						  : "is no number or instant";
	case COL_INT:
	case COL_BOOL:
		return number ? NULL : "is no number";
	case COL_UUID:
		return field_is_string(f) && f->charsetnr == CHARSET_BINARY
		    ? NULL
		    : "is no BINARY(16)";
	case COL_STRING:
	case COL_BLOB:
		return field_is_string(f) ? NULL : "is no string";
	case COL__END:
		break;
	}
	return "has no place in the row";
}

static void
cell_bind(enum col_kind kind, struct cell *cell, MYSQL_BIND *b)
{
	if (cell->is_time) {
		b->buffer_type = MYSQL_TYPE_DATETIME;
		b->buffer = &cell->v.time;
	} else if (kind == COL_UUID) {
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = &cell->v.id;
		b->buffer_length = sizeof(cell->v.id);
	} else if (kind == COL_STRING || kind == COL_BLOB || cell->is_decimal) {
		b->buffer_type =
		    kind == COL_BLOB ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
		b->buffer = cell->room;
		b->buffer_length = cell->room != NULL ? CELL_ROOM : 0;
	} else {
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = &cell->v.number;
	}
}

void
col_bind(const struct col *col, const MYSQL_FIELD *f, struct cell *cell,
    MYSQL_BIND *b)
{
	bool number = col->kind == COL_INT64 || col->kind == COL_INT ||
	    col->kind == COL_BOOL;

	cell->is_time = number && field_is_time(f);
	cell->is_decimal = number && field_is_decimal(f);
	cell_bind(col->kind, cell, b);
	b->length = &cell->n;
	b->is_null = &cell->null;
	b->error = &cell->error;
}

/* Copies what the fetch left where it was; cell->n is its length. */
static int
cell_copy(struct cached *c, size_t i, enum enum_field_types type, void *to)
{
	const struct cell *cell = &c->cells[i];
	unsigned long n = 0;
	my_bool null = 0, error = 0;
	MYSQL_BIND b = { .buffer_type = type,
		.buffer = to,
		.buffer_length = cell->n,
		.length = &n,
		.is_null = &null,
		.error = &error };

	if (cell->n == 0)
		return 0;
	if (cell->room != NULL && cell->n <= CELL_ROOM) {
		memcpy(to, cell->room, cell->n);
		return 0;
	}
	if (mysql_stmt_fetch_column(c->st, &b, (unsigned)i, 0) != 0)
		return -1;
	return null || error || n != cell->n ? -1 : 0;
}

/* "-12.000" is a whole number, "12.5" is none. */
static int
decimal_parse(const char *text, int64_t *ret)
{
	char *end;
	intmax_t n = strtoimax(text, &end, 10);

	if (end == text || n == INTMAX_MAX || n == INTMAX_MIN)
		return -1;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0");
	if (*end != '\0')
		return -1;
	*ret = n;
	return 0;
}

static int
cell_decimal(struct cached *c, size_t i, int64_t *ret)
{
	char text[DECIMAL_MAX + 1] = "";

	if (c->cells[i].n > DECIMAL_MAX ||
	    cell_copy(c, i, MYSQL_TYPE_STRING, text) != 0)
		return -1;
	return decimal_parse(text, ret);
}

static int
cell_number(struct cached *c, size_t i, int64_t *ret)
{
	const struct cell *cell = &c->cells[i];

	if (cell->null) {
		*ret = 0;
		return 0;
	}
	if (cell->is_decimal)
		return cell_decimal(c, i, ret);
	if (cell->error)
		return -1;
	*ret = cell->is_time ? when_from_time(&cell->v.time) : cell->v.number;
	return 0;
}

/* With a NUL behind that n does not count. */
static int
cell_string(struct ctx *cx, struct cached *c, size_t i,
    enum enum_field_types type, char **ret)
{
	const struct cell *cell = &c->cells[i];

	*ret = NULL;
	if (cell->null)
		return 0;
	*ret = arena_alloc(cx->mem, cell->n + 1);
	return cell_copy(c, i, type, *ret);
}

static int
store_string(struct ctx *cx, struct cached *c, size_t i, const char **to)
{
	char *text;

	if (cell_string(cx, c, i, MYSQL_TYPE_STRING, &text) != 0)
		return -1;
	*to = text;
	return 0;
}

static int
store_blob(struct ctx *cx, struct cached *c, size_t i, struct blob *to)
{
	char *bytes;

	if (cell_string(cx, c, i, MYSQL_TYPE_BLOB, &bytes) != 0)
		return -1;
	to->p = (const uint8_t *)bytes;
	to->n = c->cells[i].null ? 0 : c->cells[i].n;
	return 0;
}

static int
store_int(struct cached *c, size_t i, int *to)
{
	int64_t n;

	if (cell_number(c, i, &n) != 0 || n < INT_MIN || n > INT_MAX)
		return -1;
	*to = (int)n;
	return 0;
}

static int
store_bool(struct cached *c, size_t i, bool *to)
{
	int64_t n;

	if (cell_number(c, i, &n) != 0)
		return -1;
	*to = n != 0;
	return 0;
}

static int
store_uuid(struct cached *c, size_t i, struct uuid *to)
{
	const struct cell *cell = &c->cells[i];

	if (cell->null) {
		*to = (struct uuid) { 0 };
		return 0;
	}
	if (cell->n != sizeof(*to))
		return -1;
	*to = cell->v.id;
	return 0;
}

int
col_store(struct ctx *cx, struct cached *c, size_t i, void *row)
{
	const struct col *col = &c->stmt.result[i];
	void *to = (char *)row + col->offset;

	switch (col->kind) {
	case COL_STRING:
		return store_string(cx, c, i, to);
	case COL_INT64:
		return cell_number(c, i, to);
	case COL_INT:
		return store_int(c, i, to);
	case COL_BOOL:
		return store_bool(c, i, to);
	case COL_UUID:
		return store_uuid(c, i, to);
	case COL_BLOB:
		return store_blob(cx, c, i, to);
	case COL__END:
		break;
	}
	return -1;
}
