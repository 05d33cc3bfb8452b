#include "flow/avatar.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/image.h"
#include "crypto/digest.h"
#include "model/avatar.h"
#include "model/realm.h"
#include "model/user.h"

struct upload {
	struct user *user;
	struct avatar avatar;
	const char *url;
};

static const char *
url_of(struct ctx *cx, const struct uuid *user_id, const struct avatar *a,
    const char *extension)
{
	char id[ID_TEXT_MAX];

	id_format("usr", user_id, id);
	return arena_printf(cx->mem, "%s/avatars/%s/%s.%s",
	    cx->conf->public_url, id,
	    hex_encode(cx->mem, a->sha256, sizeof(a->sha256)), extension);
}

static int
refuse(struct ctx *cx, const char *why)
{
	err_field(cx, "file", "image", why);
	return err_set(cx, ERR_INVALID_IMAGE,
	    arena_printf(cx->mem, "The file %s", why));
}

/* The row as it is now: another request may have changed it. */
static int
hold(struct ctx *cx, struct user *u)
{
	struct realm realm = { .id = u->realm_id };
	int r = user_lock_row(cx, &u->id);

	return r != 0 ? r : user_get(cx, &realm, &u->id, u);
}

static int
upload_tx(struct ctx *cx, void *arg)
{
	struct upload *up = arg;
	int r = hold(cx, up->user);

	if (r == 0)
		r = avatar_put(cx, &up->user->id, &up->avatar);
	up->user->profile_image_url = up->url;
	return r != 0 ? r : user_save(cx, up->user);
}

int
avatar_upload(struct ctx *cx, struct user *u, const void *p, size_t n)
{
	struct upload up = { .user = u };
	struct image image;
	const char *why;

	if (n > AVATAR_MAX)
		return refuse(cx, "is too large (at most 5 MB)");
	why = image_clean(cx->mem, p, n, &image);
	if (why != NULL)
		return refuse(cx, why);
	up.avatar.type = image.type;
	up.avatar.p = image.bytes.p;
	up.avatar.n = image.bytes.n;
	sha256(up.avatar.p, up.avatar.n, up.avatar.sha256);
	up.url = url_of(cx, &u->id, &up.avatar, image.extension);
	return db_tx(cx, upload_tx, &up);
}

int
avatar_remove(struct ctx *cx, struct user *u)
{
	int r = hold(cx, u);

	if (r == 0)
		r = avatar_drop(cx, &u->id);
	u->profile_image_url = NULL;
	return r != 0 ? r : user_save(cx, u);
}
