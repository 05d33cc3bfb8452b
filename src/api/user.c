/* Accounts: one's own, and for administrators those of the realm. */
#include "api/tables.h"

#include "api/input.h"
#include "api/view.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "dispatch/call.h"
#include "flow/account.h"

struct user_in {
	uint64_t given;
	struct uuid user_id;
	const char *password, *reason;
	int64_t duration;
};

/* Absent from the path: oneself. */
#define USER_ROW                                                               \
	FIELD(struct user_in, user_id, F_ID, .flags = F_PATH | F_ME,           \
	    .prefix = "usr")

static const struct field user_in[] = { USER_ROW, FIELD_END };

/* --- read --- */

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

typedef int account_fn(struct ctx *, const struct actor *, const struct uuid *,
    struct user *);

/* Answers the user that the function finds or has changed. */
static int
user_of(struct call *c, account_fn *f)
{
	const struct user_in *in = c->in;
	struct user *u = arena_alloc(c->cx->mem, sizeof(*u));
	int r = f(c->cx, c->actor, &in->user_id, u);

	return r != 0 ? r : reply(c, u);
}

static int
get_run(struct call *c)
{
	return user_of(c, account_find);
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
	.out = legacy_user_view,
	.run = legacy_me_run,
};

static const struct op get_op = {
	.id = "user.get",
	.summary = "A profile: your own, or any as an administrator",
	.auth = AUTH_USER,
	.tx = TX_NONE,
	.in = user_in,
	.in_size = sizeof(struct user_in),
	.out = user_view,
	.no_such = ERR_USER_NOT_FOUND,
	.run = get_run,
};

/* --- delete --- */

static const struct field delete_in[] = {
	USER_ROW,
	FIELD(struct user_in, password, F_STRING, .flags = F_SECRET,
	    .max = 1024, .check = password_bytes_check,
	    .about = "Your own; not needed soon after a sign-in"),
	FIELD_END,
};

static int
delete_run(struct call *c)
{
	const struct user_in *in = c->in;
	int r = account_delete(c->cx, c->actor, &in->user_id, in->password);

	return r != 0 ? r : reply_message(c, "Account deleted");
}

static const struct op delete_op = {
	.id = "user.delete",
	.summary = "Delete an account: your own, or any as an administrator",
	.auth = AUTH_USER,
	.tx = TX_FLOW,
	.hashes = true,
	.in = delete_in,
	.in_size = sizeof(struct user_in),
	.no_such = ERR_USER_NOT_FOUND,
	.about = "Your own: within minutes of a sign-in, or with your"
		 " password. All its sessions and links end, the address is"
		 " free at once; the data is erased later.",
	.errors = ERRORS(ERR_WRONG_PASSWORD, ERR_LAST_ADMIN,
	    ERR_REAUTHENTICATION_REQUIRED),
	.run = delete_run,
};

/* --- suspend, restore, unlock --- */

static const struct field suspend_in[] = {
	USER_ROW,
	FIELD(struct user_in, reason, F_STRING, .flags = F_TRIM, .max = 500,
	    .example = "Violation of terms of service"),
	FIELD(struct user_in, duration, F_INT, .min = 60,
	    .max = INT64_C(100) * 365 * 86400,
	    .about = "Seconds; without it, until it is ended",
	    .example = "86400"),
	FIELD_END,
};

static int
suspend_run(struct call *c)
{
	const struct user_in *in = c->in;
	struct user *u = arena_alloc(c->cx->mem, sizeof(*u));
	int r = account_suspend(c->cx, c->actor, &in->user_id, in->reason,
	    in->duration, u);

	return r != 0 ? r : reply(c, u);
}

static int
restore_run(struct call *c)
{
	return user_of(c, account_restore);
}

static int
unlock_run(struct call *c)
{
	return user_of(c, account_unlock);
}

static const struct op suspend_op = {
	.id = "user.suspend",
	.summary = "Shut an account out and end its sessions",
	.auth = AUTH_ADMIN,
	.tx = TX_WRITE,
	.in = suspend_in,
	.in_size = sizeof(struct user_in),
	.out = user_view,
	.no_such = ERR_USER_NOT_FOUND,
	.errors = ERRORS(ERR_BAD_REQUEST, ERR_LAST_ADMIN),
	.run = suspend_run,
};

static const struct op restore_op = {
	.id = "user.restore",
	.summary = "End a suspension",
	.auth = AUTH_ADMIN,
	.tx = TX_WRITE,
	.in = user_in,
	.in_size = sizeof(struct user_in),
	.out = user_view,
	.no_such = ERR_USER_NOT_FOUND,
	.errors = ERRORS(ERR_BAD_REQUEST),
	.run = restore_run,
};

static const struct op unlock_op = {
	.id = "user.unlock",
	.summary = "Forget an account's failed sign-ins",
	.auth = AUTH_ADMIN,
	.tx = TX_WRITE,
	.in = user_in,
	.in_size = sizeof(struct user_in),
	.out = user_view,
	.no_such = ERR_USER_NOT_FOUND,
	.run = unlock_run,
};

const struct route user_routes[] = {
	{ D_JANUA, GET, "/api/v1/auth/me", &me_op },
	{ D_JANUA, GET, "/api/v1/users/me", &me_op },
	{ D_JANUA, GET, "/api/v1/users/{user_id}", &get_op },
	{ D_JANUA, DELETE, "/api/v1/users/me", &delete_op },
	{ D_JANUA, DELETE, "/api/v1/users/{user_id}", &delete_op },
	{ D_JANUA, POST, "/api/v1/users/{user_id}/suspend", &suspend_op },
	{ D_JANUA, POST, "/api/v1/users/{user_id}/unsuspend", &restore_op },
	{ D_JANUA, POST, "/api/v1/users/{user_id}/reactivate", &restore_op },
	{ D_JANUA, POST, "/api/v1/admin/users/{user_id}/suspend", &suspend_op },
	{ D_JANUA, POST, "/api/v1/admin/users/{user_id}/unsuspend",
	    &restore_op },
	{ D_JANUA, POST, "/api/v1/admin/users/{user_id}/unlock", &unlock_op },
	{ D_JANUA_V1, GET, "/v1/auth/me", &me_op },
	{ D_JANUA_V1, GET, "/v1/users/me", &me_op },
	{ D_JANUA_V1, DELETE, "/v1/users/me", &delete_op },
	{ D_JANUA_V1, POST, "/v1/admin/users/{user_id}/suspend", &suspend_op },
	{ D_JANUA_V1, POST, "/v1/admin/users/{user_id}/unlock", &unlock_op },
	{ D_AUTHAPI, GET, "/v1/auth/profile", &me_op, .out = profile_view },
	{ D_AUCTORITAS, GET, "/api/user/me", &legacy_me_op },
	{ .op = NULL },
};
