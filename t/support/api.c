#include "support/api.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/shared.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "flow/recovery.h"
#include "http/quota.h"
#include "http/request.h"
#include "model/key.h"
#include "model/outbox.h"
#include "support/openapi.h"

#define KEPT_MAX   64
#define EXPECT_MAX 8

struct kept {
	char name[48];
	char *value;
};

static struct kept kept[KEPT_MAX];
static size_t n_kept;
static const char *address;
static const char *expected[EXPECT_MAX];
static size_t n_expected;
static char unexpected[512]; /* the first log line nobody announced */

static void
note_log(enum log_level level, const char *line)
{
	if (level < LOG_WARN || unexpected[0] != '\0')
		return;
	for (size_t i = 0; i < n_expected; i++) {
		if (strstr(line, expected[i]) != NULL)
			return;
	}
	snprintf(unexpected, sizeof(unexpected), "%s", line);
}

void
api_expect_log(const char *event)
{
	ck_assert_uint_lt(n_expected, EXPECT_MAX);
	expected[n_expected++] = event;
}

static void
master_key_for_test(struct service *s)
{
	char dir[] = "/tmp/cardea-api-XXXXXX";
	struct buf problems;
	char *path;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = arena_printf(s->mem, "%s/master.key", dir);
	buf_init(&problems, s->mem, 64);
	ck_assert_int_eq(master_key_create(path, &problems), 0);
	s->master = master_key_load(path, &problems);
	ck_assert_msg(s->master != NULL, "%s", problems.p);
	unlink(path);
	rmdir(dir);
}

void
api_open(struct api *a)
{
	static const uint8_t quota_key[16] = "a key of a test";
	struct service *s = &a->service;

	*a = (struct api) { 0 };
	n_expected = n_kept = 0;
	unexpected[0] = '\0';
	address = NULL;
	testdb_open(&a->db, TESTDB_MIGRATED);
	a->db.conf.scrypt_allow_weak = true;
	a->db.conf.scrypt_ln = 4;
	a->db.conf.scrypt_p = 1;
	if (getenv("CARDEA_TEST_SIGNING") != NULL)
		a->db.conf.signing_alg = getenv("CARDEA_TEST_SIGNING");
	s->conf = &a->db.conf;
	s->mem = arena_new(0);
	s->secret = arena_new_secret(0);
	s->shared = shared_new(NULL);
	ck_assert_ptr_nonnull(s->shared);
	shared_set_slot(0);
	gate_init(s->shared, 2, 4);
	quota_init(quota_key, 1, 10000);
	master_key_for_test(s);
	s->keys = keyring_new();
	s->db = a->db.cx.db;
	a->db.cx.master = s->master;
	a->db.cx.keys = s->keys;
	a->db.cx.shared = s->shared;
	ck_assert_int_eq(key_rotate(&a->db.cx, false, true, NULL), 0);
	ck_assert_int_eq(pipeline_init(s->conf), 0);
	log_set_sink(note_log);
}

void
api_close(struct api *a)
{
	log_set_sink(NULL);
	clock_shift_us(0);
	json_object_put(a->json);
	for (size_t i = 0; i < n_kept; i++)
		free(kept[i].value);
	n_kept = 0;
	keyring_free(a->service.keys);
	arena_free(a->service.mem);
	arena_free(a->service.secret);
	testdb_close(&a->db);
	ck_assert_msg(unexpected[0] == '\0', "in the log: %s", unexpected);
}

void
api_keep(const char *name, const char *value)
{
	size_t i = 0;

	while (i < n_kept && strcmp(kept[i].name, name) != 0)
		i++;
	ck_assert_uint_lt(i, KEPT_MAX);
	if (i == n_kept)
		n_kept++;
	else
		free(kept[i].value);
	snprintf(kept[i].name, sizeof(kept[i].name), "%s", name);
	kept[i].value = strdup(value);
}

const char *
api_kept(const char *name)
{
	for (size_t i = 0; i < n_kept; i++) {
		if (strcmp(kept[i].name, name) == 0)
			return kept[i].value;
	}
	return NULL;
}

/* The value of @name at p, the longest name that fits; *ret_n its length. */
static const char *
kept_at(const char *p, size_t *ret_n)
{
	const char *value = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < n_kept; i++) {
		size_t n = strlen(kept[i].name);

		if (n > *ret_n && strncmp(p + 1, kept[i].name, n) == 0) {
			*ret_n = n;
			value = kept[i].value;
		}
	}
	return value;
}

static char *
expand(struct api *a, const char *text)
{
	struct buf out;
	const char *value;
	size_t n;

	if (text == NULL)
		return NULL;
	buf_init(&out, a->service.mem, strlen(text) + 64);
	for (; *text != '\0'; text++) {
		value = *text == '@' ? kept_at(text, &n) : NULL;
		if (value == NULL) {
			buf_putc(&out, *text);
			continue;
		}
		buf_puts(&out, value);
		text += n;
	}
	return out.p;
}

/* "Name: value" lines to NAME=value; Content-Type has no HTTP_ before it. */
static const char **
params_of(struct api *a, char *headers)
{
	const char **params = arena_array(a->service.mem, 34, sizeof(*params));
	char *save = NULL, *line, *p;
	size_t n = 0;

	for (line = headers == NULL ? NULL : strtok_r(headers, "\n", &save);
	     line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');

		ck_assert_msg(colon != NULL && n < 33, "header %s", line);
		*colon = '\0';
		for (p = line; *p != '\0'; p++)
			*p = *p == '-' ? '_' : (char)toupper(*p);
		params[n++] = arena_printf(a->service.mem, "%s%s=%s",
		    strcmp(line, "CONTENT_TYPE") == 0 ? "" : "HTTP_", line,
		    colon + 1 + strspn(colon + 1, " "));
	}
	return params;
}

static void
parse_answer(struct api *a)
{
	json_object_put(a->json);
	a->json = NULL;
	if (a->res.body.n > 0 && a->res.content_type != NULL &&
	    strstr(a->res.content_type, "json") != NULL)
		a->json = json_tokener_parse(a->res.body.p);
}

int
api_send(struct api *a, const struct api_call *call)
{
	struct http_request req = { .query = "" };
	char *line, *space, *mark;

	arena_reset(a->service.mem);
	line = expand(a, call->line);
	space = strchr(line, ' ');
	ck_assert_msg(space != NULL, "no path in %s", line);
	*space = '\0';
	req.method = http_method_parse(line);
	req.path = space + 1;
	mark = strchr(space + 1, '?');
	if (mark != NULL) {
		*mark = '\0';
		req.query = mark + 1;
	}
	req.params = params_of(a, expand(a, call->headers));
	req.content_type = http_param(&req, "CONTENT_TYPE");
	req.body = call->body_n > 0
	    ? arena_memdup(a->service.mem, call->body, call->body_n)
	    : expand(a, call->body == NULL ? "" : call->body);
	req.body_n = call->body_n > 0 ? call->body_n : strlen(req.body);
	if (req.content_type == NULL && req.body_n > 0)
		req.content_type = "application/json; charset=utf-8";
	req.remote_addr = address == NULL ? "127.0.0.1" : address;
	http_response_init(&a->res, a->service.mem);
	pipeline_serve(&a->service, &req, &a->res);
	for (size_t i = 0; i < req.body_n; i++)
		ck_assert_msg(req.body[i] == '\0', "%s: its body was not wiped",
		    call->line);
	parse_answer(a);
	openapi_check(a, &req);
	return a->res.status;
}

bool
api_at(struct api *a, const char *path, struct json_object **ret)
{
	struct json_object *at = a->json;
	char name[64];

	while (*path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		if (at != NULL && json_object_is_type(at, json_type_array)) {
			size_t i = (size_t)strtoul(name, NULL, 10);

			if (i >= json_object_array_length(at))
				return false;
			at = json_object_array_get_idx(at, i);
		} else if (!json_object_object_get_ex(at, name, &at)) {
			return false;
		}
		path += n + (path[n] == '.');
	}
	*ret = at;
	return true;
}

const char *
api_text(struct api *a, const char *path)
{
	struct json_object *at;

	if (!api_at(a, path, &at) || at == NULL)
		return NULL;
	return json_object_get_string(at);
}

static const char *
text_at(struct api *a, const char *path)
{
	struct json_object *at;

	if (path[0] == ':')
		return http_header_get(&a->res, path + 1);
	if (path[0] == '\0')
		return a->res.body.p;
	if (!api_at(a, path, &at))
		return NULL;
	return at == NULL ? "null" : json_object_get_string(at);
}

/* One piece of a want; NULL when it holds, else what was there. */
static const char *
unmet(struct api *a, char *piece)
{
	size_t n = strcspn(piece, "=~");
	char op = piece[n];
	const char *got;

	if (piece[0] == '!')
		return text_at(a, piece + 1);
	piece[n] = '\0';
	got = text_at(a, piece);
	piece[n] = op;
	if (got == NULL)
		return "(absent)";
	if (op == '=')
		return strcmp(got, piece + n + 1) == 0 ? NULL : got;
	if (op == '~')
		return strstr(got, piece + n + 1) != NULL ? NULL : got;
	return NULL;
}

static void
check_want(struct api *a, const struct api_case *c)
{
	char *want = c->want == NULL ? NULL : expand(a, c->want);
	char *save = NULL, *piece;
	const char *got;

	piece = want == NULL ? NULL : strtok_r(want, ";", &save);
	for (; piece != NULL; piece = strtok_r(NULL, ";", &save)) {
		piece += strspn(piece, " ");
		got = unmet(a, piece);
		ck_assert_msg(got == NULL, "%s: %s: wanted %s, got %s\n%s",
		    c->name, c->line, piece, got, a->res.body.p);
	}
}

static void
keep_members(struct api *a, const struct api_case *c)
{
	char *keep = c->keep == NULL ? NULL : expand(a, c->keep);
	char *save = NULL, *piece, *eq;
	const char *value;

	piece = keep == NULL ? NULL : strtok_r(keep, " ", &save);
	for (; piece != NULL; piece = strtok_r(NULL, " ", &save)) {
		eq = strchr(piece, '=');
		ck_assert_ptr_nonnull(eq);
		*eq = '\0';
		value = text_at(a, eq + 1);
		ck_assert_msg(value != NULL, "%s: no %s to keep in %s", c->name,
		    eq + 1, a->res.body.p);
		api_keep(piece, value);
	}
}

void
api_run(struct api *a, const struct api_case *cases)
{
	for (const struct api_case *c = cases; c->name != NULL; c++) {
		int status = api_send(a,
		    &(struct api_call) {
			.line = c->line,
			.headers = c->headers,
			.body = c->body,
		    });

		ck_assert_msg(status == c->status,
		    "%s: %s: wanted status %d, got %d\n%s", c->name, c->line,
		    c->status, status, a->res.body.p);
		check_want(a, c);
		keep_members(a, c);
	}
}

void
api_from(const char *new_address)
{
	address = new_address;
}

void
api_keep_cookie(struct api *a, const char *name, const char *as)
{
	char value[4096];
	size_t n = strlen(name);

	for (size_t i = 0; i < a->res.n_headers; i++) {
		const char *v = a->res.headers[i].value;

		if (strcmp(a->res.headers[i].name, "Set-Cookie") != 0 ||
		    strncmp(v, name, n) != 0 || v[n] != '=')
			continue;
		v += n + 1;
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(v, ";"), v);
		api_keep(as, value);
		return;
	}
	ck_abort_msg("no cookie %s", name);
}

void
api_sql(struct api *a, const char *text)
{
	const char *message = "";

	ck_assert_msg(db_script(&a->db.cx, expand(a, text), &message) == 0,
	    "%s: %s", text, message);
}

int64_t
api_number(struct api *a, const char *select)
{
	struct {
		int64_t n;
	} row = { -1 };
	const struct col cols[] = { { COL_INT64, 0 }, COL_END };
	const struct stmt stmt = { SCOPE_NONE, "", cols, select };

	ck_assert_int_eq(db_row(&a->db.cx, &stmt, &row), 0);
	return row.n;
}

void
api_quota_reset(struct api *a)
{
	memset(a->service.shared->quota, 0, sizeof(a->service.shared->quota));
}

static const char *
link_token(struct api *a, const char *args)
{
	struct json_object *json = json_tokener_parse(args), *link;
	const char *text, *token = NULL;

	if (json_object_object_get_ex(json, "link", &link) && link != NULL) {
		api_keep("mail_link", json_object_get_string(link));
		text = strstr(json_object_get_string(link), "?token=");
		if (text != NULL)
			token = arena_strdup(a->service.mem, text + 7);
	}
	json_object_put(json);
	return token == NULL ? "" : token;
}

static const char *
mail_keep(struct api *a, const char *args)
{
	api_keep("mailed_args", args);
	return link_token(a, args);
}

const char *
api_mail(struct api *a, const char *template, const char *to)
{
	struct ctx cx = a->db.cx;
	struct outbox_row row;
	const char *token = NULL;
	int64_t next;

	arena_reset(a->service.mem);
	cx.mem = a->service.mem;
	cx.secret = a->service.secret;
	cx.now_us = clock_now_us();
	ck_assert_int_eq(recovery_job(&cx, &next), 0);
	while (token == NULL && outbox_claim(&cx, "mail", 60, &row) == 0) {
		ck_assert_int_eq(outbox_done(&cx, &row), 0);
		if (strcmp(row.template, template) == 0 &&
		    strcmp(row.recipient, to) == 0)
			token = mail_keep(a, row.args);
	}
	arena_reset(a->service.secret);
	return token;
}

void
api_signup(struct api *a, const char *name)
{
	char body[256], keep[64];
	static const char *const members[][2] = {
		{ "access", "tokens.access_token" },
		{ "refresh", "tokens.refresh_token" },
		{ "id", "user.id" },
	};

	snprintf(body, sizeof(body),
	    "{\"email\":\"%s@example.com\",\"password\":\"SecurePass123!\"}",
	    name);
	api_quota_reset(a);
	ck_assert_int_eq(api_send(a,
			     &(struct api_call) {
				 "POST /api/v1/auth/signup",
				 NULL,
				 body,
			     }),
	    201);
	for (size_t i = 0; i < 3; i++) {
		snprintf(keep, sizeof(keep), "%s_%s", name, members[i][0]);
		api_keep(keep, api_text(a, members[i][1]));
	}
}
