/*
 * A reload builds a second struct setup beside the first, so that a broken
 * configuration changes nothing. Children inherit theirs through fork().
 */
#include "daemon/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/gate.h"
#include "base/id.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "dispatch/pipeline.h"
#include "http/quota.h"
#include "model/key.h"

#define REQUEST_KEEP (64 * 1024)
#define SECRET_KEEP  4096

struct setup *
setup_load(const char *path, struct buf *problems)
{
	struct setup *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->mem = arena_new(0);
	if (conf_load(s->mem, path, &s->conf, problems) == 0)
		return s;
	setup_free(s);
	return NULL;
}

int
setup_key(struct setup *s, struct buf *problems)
{
	s->master = master_key_load(s->conf.master_key_file, problems);
	return s->master != NULL ? 0 : -1;
}

void
setup_forget_key(struct setup *s)
{
	if (s->master != NULL)
		master_key_free(s->master);
	s->master = NULL;
}

void
setup_free(struct setup *s)
{
	if (s == NULL)
		return;
	setup_forget_key(s);
	sandbox_free(s->worker_sandbox);
	sandbox_free(s->jobs_sandbox);
	arena_free(s->mem);
	free(s);
}

void
setup_sandbox(struct setup *s, enum sandbox_kind kind)
{
	if (sandbox_missing(&s->conf) != NULL)
		return;
	db_library_warm(&s->conf);
	*(kind == SANDBOX_JOBS ? &s->jobs_sandbox : &s->worker_sandbox) =
	    sandbox_new(kind, &s->conf);
}

/* From the master key, so that processes that share a map agree on it. */
static void
quota_key(const struct setup *s, uint8_t ret[16])
{
	uint8_t version = master_key_version(s->master);

	if (master_key_derive(s->master, version, "quota", ret, 16) != 0)
		abort();
}

void
setup_apply(const struct setup *s, struct shared *shared)
{
	const struct conf *conf = &s->conf;
	enum log_level level = LOG_INFO;
	uint8_t key[16];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	log_level_parse(conf->log_level, &level);
	log_set_level(level);
	id_set_form(strcmp(conf->id_form, "uuid") == 0 ? ID_UUID : ID_TYPEID);
	quota_key(s, key);
	quota_init(key, conf->quota_scale, (uint32_t)conf->quota_enterprise);
	gate_init(shared, cores > 0 ? (int)cores : 1,
	    conf->workers > 1 ? (int)(conf->workers / 2) : 1);
}

int
setup_log(const struct conf *conf, struct buf *problems)
{
	int fd;

	if (conf->log_file == NULL)
		return 0;
	fd = open(conf->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
	    0640);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0) {
		problem_add(problems, "log_file %s: %s", conf->log_file,
		    strerror(errno));
		return -1;
	}
	close(fd);
	return 0;
}

void
setup_service(struct service *sv, const struct setup *s, struct shared *shared)
{
	*sv = (struct service) {
		.conf = &s->conf,
		.shared = shared,
		.master = s->master,
		.keys = keyring_new(),
		.db = db_new(&s->conf),
		.mem = arena_new(REQUEST_KEEP),
		.secret = arena_new_secret(SECRET_KEEP),
	};
}

void
setup_service_fini(struct service *sv)
{
	arena_free(sv->mem);
	arena_free(sv->secret);
	db_free(sv->db);
	keyring_free(sv->keys);
}

void
problem_add(struct buf *problems, const char *fmt, ...)
{
	char *line;
	va_list ap;

	va_start(ap, fmt);
	line = arena_vprintf(problems->mem, fmt, ap);
	va_end(ap);
	buf_puts(problems, line);
	buf_putc(problems, '\n');
}

static void
problems_each(const struct buf *problems,
    void (*fn)(const char *what, const char *line), const char *what)
{
	for (const char *p = problems->p; *p != '\0';) {
		size_t n = strcspn(p, "\n");

		if (n > 0)
			fn(what, arena_strndup(problems->mem, p, n));
		p += n + (p[n] == '\n');
	}
}

static void
line_print(const char *program, const char *line)
{
	fprintf(stderr, "%s: %s\n", program, line);
}

static void
line_log(const char *event, const char *line)
{
	log_error(event, KS("problem", line));
}

void
problems_print(const char *program, const struct buf *problems)
{
	problems_each(problems, line_print, program);
}

void
problems_log(const char *event, const struct buf *problems)
{
	problems_each(problems, line_log, event);
}
