/*
 * wait, read, serve, reply, log, forget. A worker that was told to end still
 * answers the request it holds; those it has not accepted stay in the
 * socket's backlog for the others.
 */
#include "daemon/worker.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/shared.h"
#include "daemon/child.h"
#include "daemon/exit.h"
#include "daemon/sandbox.h"
#include "daemon/setup.h"
#include "dispatch/pipeline.h"
#include "http/fcgi.h"
#include "http/request.h"
#include "http/response.h"
#include "out/place.h"

/* A typed id has up to 36 characters, a secret of 256 bits 43 or more. */
#define LOG_SEGMENT_MAX 40

struct worker {
	struct service sv;
	struct fcgi *fcgi;
	struct shared *shared;
	int64_t left; /* requests until the end; <0: no such end */
};

/* A tenth more or less, so that not all workers end at once. */
static int64_t
requests_jitter(int64_t n)
{
	if (n <= 0)
		return -1;
	return n - n / 10 + rand_below((uint32_t)(n / 5 + 1));
}

const char *
worker_log_path(const char *path, char *ret, unsigned ret_size)
{
	size_t n = 0;
	bool cut = false;

	if (path == NULL) /* one that matches nothing, see http/path.c */
		return "-";
	for (const char *p = path; *p != '\0';) {
		size_t len = strcspn(p + 1, "/") + 1;
		bool hide = len - 1 > LOG_SEGMENT_MAX;

		if (n + (hide ? 3 : len + 1) > ret_size)
			break;
		memcpy(ret + n, hide ? "/*" : p, hide ? 2 : len);
		n += hide ? 2 : len;
		cut |= hide;
		p += len;
		ret[n] = '\0';
	}
	return cut ? ret : path;
}

/* Nobody else writes to the counters of our slot. */
static void
add_one(_Atomic uint64_t *counter)
{
	uint64_t n = atomic_load_explicit(counter, memory_order_relaxed);

	atomic_store_explicit(counter, n + 1, memory_order_relaxed);
}

static void
worker_count(struct worker *w, int status)
{
	struct shared_slot *slot = &w->shared->slot[shared_slot()];

	add_one(&slot->requests);
	add_one(&slot->all_requests);
	if (status >= 500)
		add_one(&slot->all_errors);
}

static void
worker_log(const struct http_request *rq, const struct http_response *rs,
    int64_t took_us)
{
	char path[256];

	if (!log_wants(LOG_DEBUG))
		return;
	log_set_request(http_header_get(rs, "X-Request-Id"));
	log_debug("request", KS("method", http_method_name(rq->method)),
	    KS("path", worker_log_path(rq->path, path, sizeof(path))),
	    KI("status", rs->status), KI("us", took_us),
	    KI("bytes", rs->body.n));
	log_set_request(NULL);
}

static void
worker_answer(struct worker *w, const struct http_request *rq)
{
	struct http_response rs;
	int64_t begin_us = clock_mono_us();

	http_response_init(&rs, w->sv.mem);
	pipeline_serve(&w->sv, rq, &rs);
	worker_count(w, rs.status);
	fcgi_reply(w->fcgi, &rs, rq->method == HTTP_HEAD);
	worker_log(rq, &rs, clock_mono_us() - begin_us);
}

static int
worker_loop(struct worker *w)
{
	size_t body_max = pipeline_body_max();
	struct http_request rq;

	while (w->left != 0 && !stop_heard()) {
		switch (fcgi_next(w->fcgi, w->sv.mem, stop_signals(), -1,
		    body_max, &rq)) {
		case FCGI_REQUEST:
			worker_answer(w, &rq);
			if (w->left > 0)
				w->left--;
			break;
		case FCGI_NOTHING:
			break;
		case FCGI_FAILED:
			return EXIT_FAILED;
		}
		arena_reset(w->sv.mem);
	}
	return EXIT_OK;
}

static void
slot_take(struct shared *shared)
{
	struct shared_slot *slot = &shared->slot[shared_slot()];

	atomic_store(&slot->requests, 0);
	atomic_store(&slot->since_us, clock_now_us());
	atomic_store(&slot->pid, (int32_t)getpid());
}

int
worker_run(const struct setup *s, struct shared *shared, int listen_fd,
    int64_t requests)
{
	struct worker w = { .shared = shared };
	int code = EXIT_FAILED;

	slot_take(shared);
	stop_init(NULL);
	w.left = requests_jitter(requests);
	w.fcgi = fcgi_new(listen_fd);
	setup_service(&w.sv, s, shared);
	place_open(&s->conf);
	if (w.fcgi != NULL && sandbox_enter(s->worker_sandbox) == 0)
		code = worker_loop(&w);
	log_debug("worker.end",
	    KI("requests", atomic_load(&shared->slot[shared_slot()].requests)));
	setup_service_fini(&w.sv);
	if (w.fcgi != NULL)
		fcgi_free(w.fcgi);
	return code;
}
