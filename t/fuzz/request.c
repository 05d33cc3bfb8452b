/*
 * A whole request through the pipeline: the real routes, tables, checks and
 * dialects. NAME=value lines up to an empty one, as the web server gives
 * them; the rest is the body. Whoever says "Bearer user" or "Bearer admin"
 * is one. There is no database, so whatever needs it answers 503.
 *
 * No answer is a 500; its headers are one line each, its JSON is JSON, and
 * nothing but the database is complained of in the log.
 */
#define authenticate fuzz_authenticate
#include "dispatch/pipeline.c"

#include "base/buf.h"
#include "fuzz.h"
#include "http/quota.h"
#include "model/key.h"
#include "json/json.h"

#define LINES_MAX 64

static struct service service;
static struct conf conf;

int
authenticate(struct ctx *cx, const struct realm *realm,
    const char *access_token, struct actor *ret)
{
	bool admin = strcmp(access_token, "admin") == 0;

	if (!admin && strcmp(access_token, "user") != 0)
		return err_set(cx, ERR_UNAUTHORIZED, NULL);
	*ret = (struct actor) { .realm = realm };
	memset(ret->user.id.b, 1, sizeof(ret->user.id.b));
	memset(ret->session.id.b, 2, sizeof(ret->session.id.b));
	ret->user.realm_id = ret->session.realm_id = realm->id;
	ret->session.user_id = ret->user.id;
	ret->session.auth_time = cx->now_us;
	ret->session.amr = "pwd";
	ret->user.email = "ann@example.com";
	ret->user.timezone = "UTC";
	ret->user.locale = "en";
	ret->user.plan = "free";
	ret->user.user_metadata = "{}";
	ret->user.status = "active";
	ret->user.is_admin = admin;
	user_finish(cx, &ret->user);
	return 0;
}

static void
note_log(enum log_level level, const char *line)
{
	HOLDS(level < LOG_ERROR || strstr(line, " db.away ") != NULL);
}

static void
service_start(void)
{
	static const char master[] =
	    "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";
	static const uint8_t quota_key[16] = "a key of a test";
	struct buf problems;
	struct ctx cx;

	fuzz_ctx(&cx, &conf);
	buf_init(&problems, cx.mem, 64);
	service = (struct service) {
		.conf = &conf,
		.mem = arena_new(65536),
		.secret = arena_new(65536),
		.shared = shared_new(NULL),
		.master = master_key_load(fuzz_file(master, strlen(master)),
		    &problems),
		.keys = keyring_new(),
		.db = db_new(&conf),
	};
	HOLDS(service.shared != NULL && service.master != NULL);
	shared_set_slot(0);
	gate_init(service.shared, 2, 4);
	quota_init(quota_key, 1000000, 10000);
	HOLDS(pipeline_init(&conf) == 0);
	log_set_sink(note_log);
	fuzz_ctx_free(&cx);
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* As http/fcgi.c makes it; the pipeline wipes the body. */
static void
request_take(struct fuzz_input *in, struct arena *mem, struct http_request *ret)
{
	const char **params = arena_array(mem, LINES_MAX + 1, sizeof(*params));
	const char *line;
	size_t n = 0;

	while (n < LINES_MAX && *(line = fuzz_line(in, mem)) != '\0')
		if (strchr(line, '=') != NULL)
			params[n++] = line;
	*ret = (struct http_request) { .params = params };
	ret->method =
	    http_method_parse(or_empty(http_param(ret, "REQUEST_METHOD")));
	ret->query = or_empty(http_param(ret, "QUERY_STRING"));
	ret->content_type = http_param(ret, "CONTENT_TYPE");
	ret->remote_addr = or_empty(http_param(ret, "REMOTE_ADDR"));
	ret->path = http_path_find(mem, ret);
	ret->body_n = in->n;
	ret->body = fuzz_rest(in, mem);
	ret->body_too_large = http_param(ret, "TOO_LARGE") != NULL;
}

static void
check_headers(const struct http_response *res)
{
	const char *id = http_header_get(res, "X-Request-ID");

	HOLDS(request_id_good(id));
	for (size_t i = 0; i < res->n_headers; i++)
		for (const char *p = res->headers[i].value; *p != '\0'; p++)
			HOLDS((unsigned char)*p >= 0x20 && *p != 0x7f);
	if (res->status == 405)
		HOLDS(http_header_get(res, "Allow") != NULL);
	if (res->status == 503 || res->status == 429)
		HOLDS(http_header_get(res, "Retry-After") != NULL);
}

static void
check_answer(const struct http_response *res)
{
	HOLDS(res->status >= 200 && res->status <= 599);
	HOLDS(res->status != 500);
	check_headers(res);
	if (res->status < 400)
		return;
	HOLDS(res->content_type != NULL &&
	    strncmp(res->content_type, "application/", 12) == 0);
	HOLDS(json_scan(res->body.p, res->body.n, NULL) == JSON_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_input in = { p, n };
	struct http_request req;
	struct http_response res;

	if (service.mem == NULL)
		service_start();
	request_take(&in, service.mem, &req);
	http_response_init(&res, service.mem);
	pipeline_serve(&service, &req, &res);
	check_answer(&res);
	arena_reset(service.mem);
	return 0;
}
