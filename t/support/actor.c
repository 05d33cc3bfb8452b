#include "support/actor.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "db/db.h"
#include "http/response.h"
#include "model/key.h"

void
client_open(struct actor_client *a, const struct api *base)
{
	*a = (struct actor_client) { .service = base->service };
	testdb_join(&base->db, &a->cx);
	a->cx.master = base->service.master;
	a->cx.shared = base->service.shared;
	a->service.db = a->cx.db;
	a->service.mem = arena_new(0);
	a->service.secret = arena_new_secret(0);
	a->service.keys = keyring_new();
}

void
client_close(struct actor_client *a)
{
	keyring_free(a->service.keys);
	arena_free(a->service.mem);
	arena_free(a->service.secret);
	testdb_leave(&a->cx);
}

int
client_send(struct actor_client *a, enum http_method method, const char *path,
    const char *bearer, const char *body)
{
	struct arena *mem = a->service.mem;
	const char *params[3] = { "CONTENT_TYPE=application/json", NULL };
	struct http_response res;
	struct http_request req = {
		.method = method,
		.path = path,
		.query = "",
		.content_type = "application/json",
		.remote_addr = "127.0.0.1",
		.params = params,
	};

	arena_reset(mem);
	if (bearer != NULL)
		params[1] =
		    arena_printf(mem, "HTTP_AUTHORIZATION=Bearer %s", bearer);
	req.body = arena_strdup(mem, body == NULL ? "" : body);
	req.body_n = strlen(req.body);
	http_response_init(&res, mem);
	pipeline_serve(&a->service, &req, &res);
	snprintf(a->body, sizeof(a->body), "%s", res.body.p);
	a->status = res.status;
	return res.status;
}

bool
client_member(const struct actor_client *a, const char *path, char *ret,
    size_t size)
{
	struct json_object *json = json_tokener_parse(a->body), *at = json;
	char name[64];

	while (at != NULL && *path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		if (!json_object_object_get_ex(at, name, &at))
			at = NULL;
		path += n + (path[n] == '.');
	}
	if (at != NULL)
		snprintf(ret, size, "%s", json_object_get_string(at));
	json_object_put(json);
	return at != NULL;
}
