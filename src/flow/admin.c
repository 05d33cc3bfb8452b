#include "flow/admin.h"

#include "base/ctx.h"
#include "flow/password.h"
#include "model/email.h"
#include "model/realm.h"
#include "model/user.h"

struct creation {
	const struct realm *realm;
	struct user_new new;
	struct user user;
};

static int
create_tx(struct ctx *cx, void *arg)
{
	struct creation *c = arg;

	return user_create(cx, c->realm, &c->new, &c->user);
}

int
admin_create(struct ctx *cx, const char *realm, const char *email,
    const char *name, const char *password, struct uuid *ret_id)
{
	struct creation c = {
		.realm = realm_find_name(realm),
		.new = {
			.email = email,
			.display_name = name,
			.is_admin = true,
			.email_verified = true,
		},
	};
	int r;

	if (c.realm == NULL)
		return err_field(cx, "realm", "value", "no such realm");
	if (email_check(email) != NULL)
		return err_field(cx, "email", "format", email_check(email));
	r = password_allowed(cx, c.realm, password);
	if (r == 0)
		r = password_make(cx, password, &c.new.password);
	if (r == 0)
		r = db_tx(cx, create_tx, &c);
	if (r == 0)
		*ret_id = c.user.id;
	return r;
}
