/*
 * What a durable write costs at best: one conditional UPDATE a time, each its
 * own commit, over N connections, without HTTP and without a read.
 *
 *	floor-update adopt|revoke DB-SOCKET DB-NAME IDS CONNECTIONS SECONDS
 *
 * The statements are the program's own in what they change. Each session is
 * written once: prints updates a second, and ends early when the ids run out.
 */
#include <errno.h>
#include <mysql.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define CONNECTIONS_MAX 64

static const char adopt_sql[] =
    "UPDATE session SET counter = counter + 1, adopted_at = UTC_TIMESTAMP(6),"
    " last_active_at = UTC_TIMESTAMP(6)"
    " WHERE id = ? AND counter = 0 AND revoked_at IS NULL";
static const char revoke_sql[] =
    "UPDATE session SET revoked_at = UTC_TIMESTAMP(6),"
    " revoked_reason = 'signout' WHERE id = ? AND revoked_at IS NULL";

struct board {
	_Atomic size_t next, done;
	double end_s;
};

struct update {
	MYSQL *db;
	MYSQL_STMT *stmt;
	struct uuid id;
	MYSQL_BIND param;
};

static void
update_open(struct update *u, const char *socket, const char *name,
    const char *sql)
{
	u->db = bench_connect(socket, name);
	u->stmt = mysql_stmt_init(u->db);
	u->param.buffer_type = MYSQL_TYPE_STRING;
	u->param.buffer = u->id.b;
	u->param.buffer_length = sizeof(u->id.b);
	if (mysql_stmt_prepare(u->stmt, sql, strlen(sql)) != 0 ||
	    mysql_stmt_bind_param(u->stmt, &u->param) != 0)
		die("prepare: %s", mysql_stmt_error(u->stmt));
}

static void
update_all(struct update *u, const struct bench_ids *ids, struct board *b)
{
	size_t i;

	while (bench_now_s() < b->end_s) {
		i = atomic_fetch_add(&b->next, 1);
		if (i >= ids->n)
			return;
		u->id = ids->id[i];
		if (mysql_stmt_execute(u->stmt) != 0)
			die("execute: %s", mysql_stmt_error(u->stmt));
		if (mysql_stmt_affected_rows(u->stmt) != 1)
			die("a session was not as prepared");
		atomic_fetch_add(&b->done, 1);
	}
}

int
main(int argc, char **argv)
{
	struct update u = { 0 };
	struct bench_ids ids;
	struct board *b;
	const char *sql;
	long connections;
	double begin;
	int status;

	if (argc != 7)
		die("usage: floor-update adopt|revoke DB-SOCKET DB-NAME IDS"
		    " CONNECTIONS SECONDS");
	sql = strcmp(argv[1], "adopt") == 0 ? adopt_sql : revoke_sql;
	bench_ids_read(argv[4], &ids);
	connections = bench_number(argv[5], 1, CONNECTIONS_MAX);
	b = mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	mysql_library_init(0, NULL, NULL);
	begin = bench_now_s() + 0.2; /* all are connected by then */
	b->end_s = begin + (double)bench_number(argv[6], 1, 3600);
	for (long i = 0; i < connections; i++) {
		switch (fork()) {
		case -1:
			die("fork: %s", strerror(errno));
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			update_open(&u, argv[2], argv[3], sql);
			while (bench_now_s() < begin)
				usleep(1000);
			update_all(&u, &ids, b);
			exit(0);
		}
	}
	while (wait(&status) > 0) {
		if (status != 0)
			return 1;
	}
	printf("%.1f\n", (double)b->done / (bench_now_s() - begin));
	return 0;
}
