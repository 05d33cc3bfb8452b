/* The signed-in user's own profile. */
#include "api/tables.h"

#include "api/view.h"
#include "dispatch/call.h"

static const struct field profile_view[] = {
	FIELD(struct user, id, F_ID, .prefix = "usr"),
	FIELD(struct user, email, F_STRING, .example = "ann@example.com",
	    .format = "email"),
	FIELD(struct user, name, F_STRING, .example = "Ann Lee"),
	FIELD(struct user, organization, F_STRING, .flags = F_NULLABLE,
	    .example = "Example Corp"),
	FIELD_AS(struct user, "subscription_plan", plan, F_STRING,
	    .example = "free"),
	FIELD(struct user, email_verified, F_BOOL),
	FIELD(struct user, created_at, F_TIME),
	FIELD(struct user, updated_at, F_TIME),
	FIELD_END,
};

static const struct field legacy_view[] = {
	LEGACY_USER_ROWS(struct actor, user),
	FIELD_END,
};

static int
me_run(struct call *c)
{
	return reply(c, &c->actor->user);
}

static int
legacy_me_run(struct call *c)
{
	return reply(c, c->actor);
}

static const struct op me_op = {
	.id = "user.me",
	.summary = "Your own profile",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = user_view,
	.run = me_run,
};

static const struct op legacy_me_op = {
	.id = "user.legacy_me",
	.summary = "Your own profile",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.out = legacy_view,
	.run = legacy_me_run,
};

const struct route user_routes[] = {
	{ D_JANUA, GET, "/api/v1/auth/me", &me_op },
	{ D_JANUA_V1, GET, "/v1/auth/me", &me_op },
	{ D_AUTHAPI, GET, "/v1/auth/profile", &me_op, .out = profile_view },
	{ D_AUCTORITAS, GET, "/api/user/me", &legacy_me_op },
	{ .op = NULL },
};
