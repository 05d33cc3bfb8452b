#include "dispatch/call.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "crypto/digest.h"
#include "crypto/seal.h"
#include "flow/token.h"
#include "http/request.h"
#include "model/session.h"
#include "json/json.h"

static const struct field *
view_of(const struct call *c)
{
	if (c->alt_view != NULL)
		return c->alt_view;
	return c->route->out != NULL ? c->route->out : c->op->out;
}

int
reply(struct call *c, const void *payload)
{
	c->out = payload;
	c->out_size = c->op->out_list;
	c->view = view_of(c);
	return 0;
}

int
reply_message(struct call *c, const char *text)
{
	struct message *m = arena_alloc(c->cx->mem, sizeof(*m));

	m->success = true;
	m->message = text;
	c->view = c->dialect->message;
	c->out = m;
	return 0;
}

int
reply_empty(struct call *c)
{
	c->status = 204;
	return 0;
}

int
reply_raw(struct call *c, const char *content_type)
{
	c->raw_type = content_type;
	return 0;
}

void
reply_cookies(struct call *c, const struct tokens *tokens)
{
	c->cookies = tokens;
}

int
call_fault(struct call *c, const char *row, const char *type,
    const char *message)
{
	const struct field f = { .name = row };
	char name[FIELD_NAME_MAX];

	field_name(&f, c->dialect->kase, name);
	return err_field(c->cx, arena_strdup(c->cx->mem, name), type, message);
}

const char *
call_cookie(const struct call *c, const char *name)
{
	return http_cookie(c->cx->mem, c->req, name);
}

/* What is stored and shown: printable ASCII, cut to what a column holds. */
static const char *
agent_of(const struct call *c)
{
	const char *given = http_param(c->req, "HTTP_USER_AGENT");
	char *agent;

	if (given == NULL)
		return NULL;
	agent =
	    arena_strndup(c->cx->mem, given, strnlen(given, CLIENT_AGENT_MAX));
	for (char *p = agent; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	}
	return agent;
}

/* What the client calls its device; anything but a word is none. */
static const char *
device_id_of(struct call *c, const char *device_info)
{
	const char *p, *id;
	size_t n;

	if (device_info == NULL ||
	    !json_member(device_info, strlen(device_info), "device_id", &p, &n))
		return NULL;
	id = json_string(c->cx->mem, p, n);
	return id == NULL || *id == '\0' ? NULL : id;
}

int
call_client(struct call *c, const char *device_info, struct client *ret)
{
	const char *agent = agent_of(c);
	const char *text;
	uint8_t full[SHA256_LEN];

	*ret = (struct client) {
		.ip_address = c->client_address,
		.user_agent = agent,
		.device_info = device_info,
		.device_id = device_id_of(c, device_info),
	};
	text = arena_printf(c->cx->mem, "%s\n%s", c->address,
	    agent == NULL ? "" : agent);
	if (master_key_mac(c->cx->master, master_key_version(c->cx->master),
		"client hash", text, strlen(text), full) != 0)
		return ERR_INTERNAL_LOGGED;
	memcpy(ret->hash, full, sizeof(ret->hash));
	return 0;
}
