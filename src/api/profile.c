/* Changing a profile: one's own, or by an administrator. Members that are
 * absent stay, null ones are cleared; PUT does the same as PATCH. */
#include "api/tables.h"

#include <string.h>

#include "api/input.h"
#include "api/view.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/account.h"
#include "model/email.h"

#define METADATA_MAX (16 * 1024)

struct profile_in {
	uint64_t given;
	struct uuid user_id;
	const char *first_name, *last_name, *display_name, *bio;
	const char *phone_number, *profile_image_url, *timezone, *locale;
	const char *organization, *user_metadata, *email;
};

#define NAME_ROW(name, member, n, shown)                                       \
	FIELD_AS(struct profile_in, name, member, F_STRING,                    \
	    .flags = F_TRIM | F_ONE_LINE, .max = (n), .example = (shown))

static const struct field profile_in[] = {
	FIELD(struct profile_in, user_id, F_ID, .flags = F_PATH | F_ME,
	    .prefix = "usr"),
	NAME_ROW("first_name", first_name, 100, "Jane"),
	NAME_ROW("last_name", last_name, 100, "Smith"),
	NAME_ROW("display_name", display_name, 200, "Jane Smith"),
	FIELD(struct profile_in, bio, F_STRING, .max = 1000,
	    .example = "Software Engineer"),
	FIELD(struct profile_in, phone_number, F_STRING, .flags = F_TRIM,
	    .max = 20, .check = phone_check, .example = "+49 30 1234567",
	    .about = "Another number is unverified"),
	FIELD(struct profile_in, profile_image_url, F_STRING, .flags = F_TRIM,
	    .max = 2048, .check = web_url_check,
	    .example = "https://example.com/avatar.jpg", .format = "uri"),
	FIELD(struct profile_in, timezone, F_STRING, .flags = F_TRIM, .max = 50,
	    .check = timezone_check, .example = "America/New_York"),
	FIELD(struct profile_in, locale, F_STRING, .flags = F_TRIM, .max = 35,
	    .check = locale_check, .example = "en-US"),
	FIELD(struct profile_in, user_metadata, F_RAW, .flags = F_RAW_OBJECT,
	    .max = METADATA_MAX, .about = "Replaced whole"),
	FIELD_END,
};

static const struct field named_in[] = {
	NAME_ROW("name", display_name, 200, "Jane Smith"),
	NAME_ROW("organization", organization, 200, "Example Corp"),
	FIELD_END,
};

static const struct field legacy_in[] = {
	NAME_ROW("name", display_name, 200, "Jane Smith"),
	EMAIL_ROW(struct profile_in),
	FIELD_END,
};

/* Rows of the tables above and where they go in struct user. "" is none. */
static const struct {
	const char *name;
	size_t from, to;
} merges[] = {
#define MERGE_AS(name, m)                                                      \
	{                                                                      \
		name, offsetof(struct profile_in, m), offsetof(struct user, m) \
	}
#define MERGE(m) MERGE_AS(#m, m)
	MERGE(first_name),
	MERGE(last_name),
	MERGE(display_name),
	MERGE_AS("name", display_name),
	MERGE(bio),
	MERGE(phone_number),
	MERGE(profile_image_url),
	MERGE(timezone),
	MERGE(locale),
	MERGE(organization),
	MERGE(user_metadata),
};

static const struct field *
row_find(const struct field *rows, const char *name)
{
	for (; rows->name != NULL; rows++) {
		if (strcmp(rows->name, name) == 0)
			return rows;
	}
	return NULL;
}

/* Returns whether there was anything. */
static bool
merge(const struct field *rows, const struct profile_in *in, struct user *u)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++) {
		const char *text;

		if (row_find(rows, merges[i].name) == NULL ||
		    !field_given(in, rows, merges[i].name))
			continue;
		memcpy(&text, (const char *)in + merges[i].from, sizeof(text));
		if (text != NULL && *text == '\0')
			text = NULL;
		memcpy((char *)u + merges[i].to, &text, sizeof(text));
		any = true;
	}
	if (u->timezone == NULL)
		u->timezone = "UTC";
	if (u->locale == NULL)
		u->locale = "en-US";
	return any;
}

/* The user as it is after the change. */
static int
change(struct call *c, struct user *u)
{
	const struct profile_in *in = c->in;
	const char *old_image;
	int r = account_hold(c->cx, c->actor, &in->user_id, u);

	if (r != 0)
		return r;
	old_image = u->profile_image_url;
	return merge(c->op->in, in, u) ? account_save(c->cx, u, old_image) : 0;
}

static int
update_run(struct call *c)
{
	struct user *u = arena_alloc(c->cx->mem, sizeof(*u));
	int r = change(c, u);

	return r != 0 ? r : reply(c, u);
}

/* Absent: nothing. The same one again: nothing either. */
static int
move(struct call *c, const struct user *u)
{
	const struct profile_in *in = c->in;

	if (!field_given(in, legacy_in, "email"))
		return 0;
	if (in->email == NULL)
		return err_field(c->cx, "email", "required",
		    "must not be null");
	if (strcmp(in->email, u->email) == 0)
		return 0;
	return account_move(c->cx, c->actor, u, in->email);
}

static int
legacy_update_run(struct call *c)
{
	struct actor *after =
	    arena_memdup(c->cx->mem, c->actor, sizeof(*after));
	int r = change(c, &after->user);

	if (r == 0)
		r = move(c, &after->user);
	return r != 0 ? r : reply(c, after);
}

static const struct op update_op = {
	.id = "user.update",
	.summary = "Change a profile: your own, or any as an administrator",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = profile_in,
	.in_size = sizeof(struct profile_in),
	.out = user_view,
	.no_such = ERR_USER_NOT_FOUND,
	.about = "What is absent stays, what is null is cleared. Another"
		 " phone number is unverified.",
	.run = update_run,
};

static const struct op named_update_op = {
	.id = "user.update_named",
	.summary = "Change your profile",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.in = named_in,
	.in_size = sizeof(struct profile_in),
	.out = profile_view,
	.about = "What is absent stays, what is null is cleared.",
	.errors = ERRORS(ERR_USER_NOT_FOUND),
	.run = update_run,
};

static const struct op legacy_update_op = {
	.id = "user.legacy_update",
	.summary = "Change your name, or move to another address",
	.auth = AUTH_USER,
	.tx = TX_WRITE,
	.quota_field = "email",
	.field_quota = QUOTA_VERIFY,
	.in = legacy_in,
	.in_size = sizeof(struct profile_in),
	.out = legacy_user_view,
	.about = "Another address takes the old one's place when the link"
		 " that is mailed to it is followed.",
	.errors = ERRORS(ERR_USER_NOT_FOUND, ERR_EMAIL_ALREADY_REGISTERED),
	.run = legacy_update_run,
};

const struct route profile_routes[] = {
	{ D_JANUA, PUT, "/api/v1/users/me", &update_op },
	{ D_JANUA, PATCH, "/api/v1/users/me", &update_op },
	{ D_JANUA, PUT, "/api/v1/users/{user_id}", &update_op },
	{ D_JANUA, PATCH, "/api/v1/users/{user_id}", &update_op },
	{ D_JANUA, PATCH, "/api/v1/auth/profile", &update_op },
	{ D_JANUA_V1, PATCH, "/v1/users/me", &update_op },
	{ D_AUTHAPI, PUT, "/v1/auth/profile", &named_update_op },
	{ D_AUCTORITAS, PATCH, "/api/user/me", &legacy_update_op },
	{ .op = NULL },
};
