/*
 * Tokens for sessions that are there already, made with the instance's own
 * keys, so that a load needs no sign-in for each.
 *
 *	mint CONF access|refresh PROCESSES <IDS >TOKENS
 *
 * One id in hexadecimal a line, one token a line in the same order. Access
 * tokens come with the counter 1: they adopt where the session's counter is
 * 0. Refresh tokens are the current ones.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/shared.h"
#include "bench.h"
#include "crypto/seal.h"
#include "daemon/setup.h"
#include "db/db.h"
#include "dispatch/pipeline.h"
#include "flow/refresh.h"
#include "flow/token.h"
#include "model/session.h"

#define PROCESSES_MAX 64

static struct ctx
context(const struct service *sv)
{
	return (struct ctx) {
		.mem = sv->mem,
		.secret = sv->secret,
		.db = sv->db,
		.conf = sv->conf,
		.shared = sv->shared,
		.master = sv->master,
		.keys = sv->keys,
		.now_us = clock_now_us(),
	};
}

static void
mint_one(struct service *sv, const struct uuid *id, bool refresh, FILE *out)
{
	struct ctx cx = context(sv);
	struct session_user su;
	struct tokens t = { 0 };
	const char *token;
	int64_t expires_in;
	int r = session_find(&cx, id, &su);

	if (r == 0 && refresh) {
		r = refresh_issue(&cx, &su.session, &t);
		token = t.refresh_token;
	} else if (r == 0) {
		r = token_mint(&cx, &su.session, 1, &token, &expires_in);
	}
	if (r != 0)
		die("no token: error %d", r);
	fprintf(out, "%s\n", token);
	arena_reset(sv->mem);
}

static void
mint_part(struct setup *s, const struct bench_ids *ids, size_t from, size_t to,
    bool refresh, FILE *out)
{
	struct service sv;
	int fd;

	setup_service(&sv, s, shared_new(&fd));
	for (size_t i = from; i < to; i++)
		mint_one(&sv, &ids->id[i], refresh, out);
	if (fflush(out) != 0)
		die("write: %s", strerror(errno));
	setup_service_fini(&sv);
	exit(0);
}

static void
copy_out(FILE *from)
{
	char chunk[65536];
	size_t n;

	rewind(from);
	while ((n = fread(chunk, 1, sizeof(chunk), from)) > 0) {
		if (fwrite(chunk, 1, n, stdout) != n)
			die("write: %s", strerror(errno));
	}
	fclose(from);
}

static struct setup *
prepare(const char *conf)
{
	struct arena *mem = arena_new(0);
	struct buf problems;
	struct setup *s;

	buf_init(&problems, mem, 0);
	s = setup_load(conf, &problems);
	if (s == NULL || setup_key(s, &problems) != 0)
		die("%s", problems.p);
	arena_free(mem);
	if (db_library_init() != 0)
		die("the database's library does not start");
	return s;
}

int
main(int argc, char **argv)
{
	FILE *part[PROCESSES_MAX];
	struct bench_ids ids;
	struct setup *s;
	bool refresh;
	size_t n;
	int status;

	if (argc != 4)
		die("usage: mint CONF access|refresh PROCESSES <IDS");
	s = prepare(argv[1]);
	refresh = strcmp(argv[2], "refresh") == 0;
	n = (size_t)bench_number(argv[3], 1, PROCESSES_MAX);
	bench_ids_read("/dev/stdin", &ids);
	for (size_t i = 0; i < n; i++) {
		part[i] = tmpfile();
		if (part[i] == NULL)
			die("tmpfile: %s", strerror(errno));
		switch (fork()) {
		case -1:
			die("fork: %s", strerror(errno));
		case 0:
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			mint_part(s, &ids, ids.n * i / n, ids.n * (i + 1) / n,
			    refresh, part[i]);
		}
	}
	while (wait(&status) > 0) {
		if (status != 0)
			return 1;
	}
	for (size_t i = 0; i < n; i++)
		copy_out(part[i]);
	return 0;
}
