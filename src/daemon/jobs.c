/*
 * The wake-up word is read before the database is asked, so that work queued
 * in between ends the sleep at once. SIGTERM raises the same word, which
 * closes the window between the check and the sleep.
 */
#include "daemon/jobs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/shared.h"
#include "daemon/child.h"
#include "daemon/exit.h"
#include "daemon/mail.h"
#include "daemon/sandbox.h"
#include "daemon/setup.h"
#include "dispatch/pipeline.h"
#include "flow/recovery.h"
#include "model/due.h"
#include "out/place.h"
#include "out/runner.h"
#include "out/transport.h"

#define IDLE_US  (30 * CLOCK_SECOND)
#define RETRY_US (5 * CLOCK_SECOND)
/* Between two rounds: a row that never gets done must not eat a core. */
#define PAUSE_US (CLOCK_SECOND / 50)
/* No slewing of the clock comes to that much in one sleep. */
#define STEP_US CLOCK_SECOND

const struct job jobs[] = {
	{ "keys", due_keys },
	{ "recovery", recovery_job }, /* before mail: it queues some */
	{ "mail", mail_job },
	{ "sweep", due_sweep },
	{ NULL },
};

static void
ctx_begin(struct ctx *cx, const struct service *sv)
{
	memset(cx, 0, sizeof(*cx));
	cx->mem = sv->mem;
	cx->secret = sv->secret;
	cx->db = sv->db;
	cx->conf = sv->conf;
	cx->shared = sv->shared;
	cx->master = sv->master;
	cx->keys = sv->keys;
	cx->now_us = clock_now_us();
}

static void
ctx_end(struct ctx *cx)
{
	arena_reset(cx->mem);
	arena_reset(cx->secret);
}

/* 0 stands for never. */
static int64_t
earlier(int64_t a_us, int64_t b_us)
{
	if (a_us == 0 || b_us == 0)
		return a_us + b_us;
	return a_us < b_us ? a_us : b_us;
}

static int
job_run(struct service *sv, const struct job *job, int64_t *ret_next_us)
{
	struct ctx cx;
	int64_t next_us = 0;
	int r;

	ctx_begin(&cx, sv);
	r = job->run(&cx, &next_us);
	if (r != 0) {
		log_warn("job.failed", KS("job", job->name), KI("error", r));
		next_us = cx.now_us + RETRY_US;
	}
	*ret_next_us = next_us;
	ctx_end(&cx);
	return r;
}

int
jobs_run_once(struct service *sv, int64_t *ret_next_us)
{
	int64_t first_us = 0, next_us;
	int first_error = 0;

	for (const struct job *job = jobs; job->name != NULL; job++) {
		int r = job_run(sv, job, &next_us);

		if (first_error == 0)
			first_error = r;
		first_us = earlier(first_us, next_us);
		if (stop_asked())
			break;
	}
	if (ret_next_us != NULL)
		*ret_next_us = first_us;
	return first_error;
}

/* The one question of a round. */
static int64_t
due_ask(struct service *sv)
{
	struct ctx cx;
	int64_t next_us = 0;

	ctx_begin(&cx, sv);
	if (jobs_due(&cx, &next_us) != 0)
		next_us = cx.now_us + RETRY_US;
	ctx_end(&cx);
	return next_us;
}

static int64_t
bound(int64_t us, int64_t min_us, int64_t max_us)
{
	return us < min_us ? min_us : us > max_us ? max_us : us;
}

/* Until due_us (0: never), a wake-up, SIGTERM, or IDLE_US. */
static void
sleep_until(struct shared *shared, uint32_t seq, int64_t due_us)
{
	int64_t us = due_us == 0 ? IDLE_US : due_us - clock_now_us();
	sigset_t before;

	us = bound(us, PAUSE_US, IDLE_US);
	sigprocmask(SIG_UNBLOCK, stop_signals(), &before);
	shared_wait(&shared->jobs_seq, seq, us / 1000 + 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int64_t
clock_offset_us(void)
{
	return clock_now_us() - clock_mono_us();
}

/* Somebody set the wall clock: what is due and what expires moved with it. */
static void
clock_watch(int64_t *offset_us)
{
	int64_t by_us = clock_offset_us() - *offset_us;

	if (llabs(by_us) >= STEP_US)
		log_warn("clock.step", KI("by_ms", by_us / 1000));
	*offset_us += by_us;
}

static void
jobs_loop(struct service *sv)
{
	struct shared *shared = sv->shared;
	int64_t offset_us = clock_offset_us();

	while (!stop_asked() && !runner_lost()) {
		uint32_t seq = atomic_load(&shared->jobs_seq);
		int64_t due_us = due_ask(sv);

		clock_watch(&offset_us);
		if (due_us != 0 && due_us <= clock_now_us())
			jobs_run_once(sv, &due_us);
		sleep_until(shared, seq, due_us);
	}
}

static void
key_shed(void *setup)
{
	setup_forget_key(setup);
}

int
jobs_confine(struct setup *s)
{
	const struct conf *conf = &s->conf;
	const struct transport *t = transport_find(conf->mail_transport);
	struct runner_terms terms = {
		.program = transport_program(t, conf),
		.args = t->args,
		.gain = t->gain,
		.shed = key_shed,
		.shed_arg = s,
	};

	if (terms.program != NULL && runner_start(&terms) != 0)
		return -1;
	place_open(conf);
	return sandbox_enter(s->jobs_sandbox);
}

int
jobs_run(struct setup *s, struct shared *shared)
{
	struct service sv;
	bool confined;

	stop_init(&shared->jobs_seq);
	setup_service(&sv, s, shared);
	confined = jobs_confine(s) == 0;
	if (confined)
		jobs_loop(&sv);
	setup_service_fini(&sv);
	return confined && !runner_lost() ? EXIT_OK : EXIT_FAILED;
}
