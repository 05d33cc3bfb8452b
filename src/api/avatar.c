/* Pictures of users. What is served is what the validator let out, under the
 * hash of its content, and a browser may do nothing with it but show it. */
#include "api/tables.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/image.h"
#include "dispatch/call.h"
#include "flow/avatar.h"
#include "http/response.h"
#include "model/avatar.h"
#include "model/user.h"

/* The file, and what else a form has. nginx lets 6 MB through. */
#define BODY_MAX (6 * 1024 * 1024)

/* --- upload, removal --- */

struct changed {
	const char *message, *profile_image_url;
};

static const struct field changed_view[] = {
	FIELD(struct changed, message, F_STRING, .example = "Avatar updated"),
	FIELD(struct changed, profile_image_url, F_STRING, .flags = F_NULLABLE,
	    .format = "uri"),
	FIELD_END,
};

static int
answer(struct call *c, const char *message, const struct user *u)
{
	struct changed *out = arena_alloc(c->cx->mem, sizeof(*out));

	out->message = message;
	out->profile_image_url = u->profile_image_url;
	return reply(c, out);
}

static int
upload_run(struct call *c)
{
	struct user u = c->actor->user;
	int r = avatar_upload(c->cx, &u, c->file.p, c->file.n);

	return r != 0 ? r : answer(c, "Avatar updated", &u);
}

static int
remove_run(struct call *c)
{
	struct user u = c->actor->user;
	int r = avatar_remove(c->cx, &u);

	return r != 0 ? r : answer(c, "Avatar removed", &u);
}

static const struct op upload_op = {
	.id = "avatar.upload",
	.summary = "Show this PNG, JPEG or WebP picture with your profile",
	.auth = AUTH_USER,
	.tx = TX_FLOW,
	.body_max = BODY_MAX,
	.file = "file",
	.out = changed_view,
	.about = "At most 5 MB and 4096 pixels on either side. What is not"
		 " the picture itself (metadata, comments, profiles) is"
		 " removed.",
	.errors = ERRORS(ERR_INVALID_IMAGE),
	.run = upload_run,
};

static const struct op remove_op = {
	.id = "avatar.remove",
	.summary = "Show no picture with your profile",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.out = changed_view,
	.run = remove_run,
};

/* --- the picture --- */

struct picture_in {
	uint64_t given;
	struct uuid user_id;
	const char *name; /* 64 hexadecimal digits, a dot, an extension */
};

static const struct field picture_in[] = {
	FIELD(struct picture_in, user_id, F_ID, .flags = F_PATH,
	    .prefix = "usr"),
	FIELD(struct picture_in, name, F_STRING, .flags = F_PATH, .max = 80),
	FIELD_END,
};

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The media type that the name promises; NULL when it is no such name. */
static const char *
name_parse(const char *name, uint8_t ret_sha256[AVATAR_HASH])
{
	if (strlen(name) <= 2 * AVATAR_HASH || name[2 * AVATAR_HASH] != '.')
		return NULL;
	for (int i = 0; i < AVATAR_HASH; i++) {
		int high = digit(name[2 * i]), low = digit(name[2 * i + 1]);

		if (high < 0 || low < 0)
			return NULL;
		ret_sha256[i] = (uint8_t)(high << 4 | low);
	}
	return image_type(name + 2 * AVATAR_HASH + 1);
}

static int
picture_run(struct call *c)
{
	const struct picture_in *in = c->in;
	uint8_t sha256[AVATAR_HASH];
	const char *type = name_parse(in->name, sha256);
	int r = ERR_NOT_FOUND;

	buf_init(&c->raw, c->cx->mem, 0);
	if (type != NULL)
		r = avatar_read(c->cx, &in->user_id, sha256, type, &c->raw);
	if (r == ERR_NOT_FOUND)
		return err_set(c->cx, ERR_NOT_FOUND, NULL);
	if (r != 0)
		return r;
	http_header_set(c->res, "Cache-Control",
	    "public, max-age=31536000, immutable");
	http_header_set(c->res, "Content-Security-Policy",
	    "default-src 'none'; sandbox");
	return reply_raw(c, type);
}

static const struct op picture_op = {
	.id = "avatar.get",
	.summary = "A user's picture",
	.auth = AUTH_NONE,
	.tx = TX_NONE,
	.quota = QUOTA_NONE,
	.cacheable = true,
	.in = picture_in,
	.in_size = sizeof(struct picture_in),
	.about = "Found by the hash of its content, so it never changes.",
	.errors = ERRORS(ERR_UNAVAILABLE),
	.media = "image/png,image/jpeg,image/webp",
	.run = picture_run,
};

const struct route avatar_routes[] = {
	{ D_JANUA, POST, "/api/v1/users/me/avatar", &upload_op },
	{ D_JANUA, DELETE, "/api/v1/users/me/avatar", &remove_op },
	{ D_ROOT, GET, "/avatars/{user_id}/{name}", &picture_op },
	{ .op = NULL },
};
