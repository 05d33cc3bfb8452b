#include "bench.h"

#include <errno.h>
#include <mysql.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS_MAX 64
#define COLUMN_SIZE 2048

struct bench_select {
	MYSQL *db;
	MYSQL_STMT *stmt;
	struct uuid id;
	MYSQL_BIND param;
	MYSQL_BIND column[COLUMNS_MAX];
	my_bool null[COLUMNS_MAX];
	unsigned long length[COLUMNS_MAX];
	char value[COLUMNS_MAX][COLUMN_SIZE];
};

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("bench: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

void *
bench_alloc(size_t n)
{
	void *p = calloc(1, n);

	if (p == NULL)
		die("no memory for %zu bytes", n);
	return p;
}

long
bench_number(const char *text, long min, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < min || n > max)
		die("'%s' is not a number from %ld to %ld", text, min, max);
	return n;
}

double
bench_now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct text
bench_file(const char *path)
{
	struct text t = { 0 };
	FILE *f = fopen(path, "r");
	long n = -1;

	if (f != NULL && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	if (n < 0 || fseek(f, 0, SEEK_SET) != 0)
		die("%s: %s", path, strerror(errno));
	t.n = (size_t)n;
	t.p = bench_alloc(t.n + 1);
	if (fread(t.p, 1, t.n, f) != t.n)
		die("%s cannot be read", path);
	fclose(f);
	return t;
}

static void
id_read(const char *line, struct uuid *ret)
{
	char pair[3] = "", *end;

	for (size_t i = 0; i < sizeof(ret->b); i++) {
		memcpy(pair, line + 2 * i, 2);
		ret->b[i] = (uint8_t)strtoul(pair, &end, 16);
		if (*end != '\0')
			die("'%.32s' is not an id in hexadecimal", line);
	}
}

void
bench_ids_read(const char *path, struct bench_ids *ret)
{
	struct text t = bench_file(path);
	size_t line = 2 * sizeof(struct uuid) + 1;

	ret->n = t.n / line;
	if (ret->n == 0 || t.n % line != 0)
		die("%s has no lines of %zu hexadecimal digits", path,
		    line - 1);
	ret->id = bench_alloc(ret->n * sizeof(*ret->id));
	for (size_t i = 0; i < ret->n; i++)
		id_read(t.p + i * line, &ret->id[i]);
	free(t.p);
}

MYSQL *
bench_connect(const char *socket, const char *name)
{
	MYSQL *db = mysql_init(NULL);

	if (db == NULL)
		die("no memory for a connection");
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (mysql_real_connect(db, NULL, NULL, NULL, name, 0, socket, 0) ==
	    NULL)
		die("database %s at %s: %s", name, socket, mysql_error(db));
	return db;
}

/* Each column in its own type, as a program that knows them would take it. */
static void
column_bind(struct bench_select *s, unsigned i, const MYSQL_FIELD *field)
{
	MYSQL_BIND *b = &s->column[i];

	b->buffer_type = MYSQL_TYPE_STRING;
	if (IS_NUM(field->type))
		b->buffer_type = MYSQL_TYPE_LONGLONG;
	if (field->type == MYSQL_TYPE_DATETIME)
		b->buffer_type = MYSQL_TYPE_DATETIME;
	b->buffer = s->value[i];
	b->buffer_length = COLUMN_SIZE;
	b->is_null = &s->null[i];
	b->length = &s->length[i];
}

struct bench_select *
bench_select_new(const char *socket, const char *name, const char *sql)
{
	struct bench_select *s = bench_alloc(sizeof(*s));
	MYSQL_RES *meta;

	s->db = bench_connect(socket, name);
	s->stmt = mysql_stmt_init(s->db);
	if (mysql_stmt_prepare(s->stmt, sql, strlen(sql)) != 0)
		die("prepare: %s", mysql_stmt_error(s->stmt));
	s->param.buffer_type = MYSQL_TYPE_STRING;
	s->param.buffer = s->id.b;
	s->param.buffer_length = sizeof(s->id.b);
	meta = mysql_stmt_result_metadata(s->stmt);
	if (meta == NULL || mysql_num_fields(meta) > COLUMNS_MAX)
		die("the statement has no columns, or too many");
	for (unsigned i = 0; i < mysql_num_fields(meta); i++)
		column_bind(s, i, mysql_fetch_field_direct(meta, i));
	mysql_free_result(meta);
	if (mysql_stmt_bind_param(s->stmt, &s->param) != 0 ||
	    mysql_stmt_bind_result(s->stmt, s->column) != 0)
		die("bind: %s", mysql_stmt_error(s->stmt));
	return s;
}

void
bench_select_run(struct bench_select *s, const struct uuid *id)
{
	int r;

	s->id = *id;
	if (mysql_stmt_execute(s->stmt) != 0)
		die("execute: %s", mysql_stmt_error(s->stmt));
	r = mysql_stmt_fetch(s->stmt);
	if (r != 0 && r != MYSQL_DATA_TRUNCATED)
		die("fetch: %s",
		    r == MYSQL_NO_DATA ? "no row" : mysql_stmt_error(s->stmt));
	mysql_stmt_free_result(s->stmt);
}
