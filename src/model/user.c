#include "model/user.h"

#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "model/email.h"
#include "model/realm.h"

static const struct col user_cols[] = {
	USER_COLS(struct user_secret, user),
	COL_END,
};

static const struct col secret_cols[] = {
	USER_COLS(struct user_secret, user),
	COL(struct user_secret, password),
	COL_END,
};

static const struct col password_cols[] = {
	COL(struct user_secret, password),
	COL_END,
};

struct count_row {
	int64_t n;
};

static const struct col count_cols[] = { COL(struct count_row, n), COL_END };

const struct stmt user_stmts[USER_STMT__MAX] = {
	[USER_INSERT] = { SCOPE_NONE, "uussfsssssssssfttt", NULL,
	    "INSERT INTO user (id, realm_id, email, email_key,"
	    " email_verified_at, username, username_key, password,"
	    " first_name, last_name, display_name, locale, organization,"
	    " plan_wish, is_admin, password_changed_at, created_at,"
	    " updated_at) VALUES (?, ?, ?, ?, IF(?, UTC_TIMESTAMP(6), NULL),"
	    " ?, ?, ?, ?, ?, ?, COALESCE(?, 'en-US'), ?, ?, ?, ?, ?, ?)" },
	[USER_BY_ID] = { SCOPE_REALM, "uu", user_cols,
	    "SELECT " USER_SELECT " FROM user u"
	    " WHERE u.id = ? AND u.realm_id = ?" },
	[USER_BY_EMAIL] = { SCOPE_REALM, "us", secret_cols,
	    "SELECT " USER_SELECT ", u.password FROM user u"
	    " WHERE u.realm_id = ? AND u.email_key = ?" },
	[USER_BY_USERNAME] = { SCOPE_REALM, "us", secret_cols,
	    "SELECT " USER_SELECT ", u.password FROM user u"
	    " WHERE u.realm_id = ? AND u.username_key = ?" },
	[USER_SIGNED_IN] = { SCOPE_USER, "tu", NULL,
	    "UPDATE user SET last_sign_in_at = ? WHERE user.id = ?" },
	[USER_SET_PASSWORD] = { SCOPE_USER, "sttu", NULL,
	    "UPDATE user SET password = ?, password_changed_at = ?,"
	    " updated_at = ? WHERE user.id = ?" },
	[USER_UPGRADE_PASSWORD] = { SCOPE_USER, "su", NULL,
	    "UPDATE user SET password = ? WHERE user.id = ?" },
	[USER_PASSWORD] = { SCOPE_USER, "u", password_cols,
	    "SELECT password FROM user WHERE user.id = ?" },
	[USER_UNLOCK] = { SCOPE_USER, "u", NULL,
	    "UPDATE user SET lock_epoch = lock_epoch + 1"
	    " WHERE user.id = ?" },
	[USER_SET_EMAIL] = { SCOPE_USER, "ssttu", NULL,
	    "UPDATE user SET email = ?, email_key = ?,"
	    " email_verified_at = ?, updated_at = ? WHERE user.id = ?" },
	[USER_LOCK_ROW] = { SCOPE_USER, "u", NULL,
	    "UPDATE user SET updated_at = updated_at WHERE user.id = ?" },
	[USER_HOLD] = { SCOPE_USER, "ui", password_cols,
	    "SELECT password FROM user WHERE user.id = ? AND lock_epoch = ?"
	    " FOR UPDATE" },
	/* assigned from left to right: phone_number still is the old one */
	[USER_SAVE] = { SCOPE_USER, "ssssssssssstu", NULL,
	    "UPDATE user SET phone_verified_at ="
	    " IF(phone_number <=> ?, phone_verified_at, NULL),"
	    " phone_number = ?, first_name = ?, last_name = ?,"
	    " display_name = ?, bio = ?, profile_image_url = ?,"
	    " timezone = ?, locale = ?, organization = ?,"
	    " user_metadata = ?, updated_at = ? WHERE user.id = ?" },
	[USER_SUSPEND] = { SCOPE_USER, "sttu", NULL,
	    "UPDATE user SET status = 'suspended', suspended_reason = ?,"
	    " suspended_until = ?, updated_at = ?,"
	    " lock_epoch = lock_epoch + 1"
	    " WHERE user.id = ? AND status <> 'deleted'" },
	[USER_RESTORE] = { SCOPE_USER, "tu", NULL,
	    "UPDATE user SET status = 'active', suspended_reason = NULL,"
	    " suspended_until = NULL, updated_at = ?"
	    " WHERE user.id = ? AND status IN ('suspended', 'inactive')" },
	[USER_DELETE] = { SCOPE_USER, "ttu", NULL,
	    "UPDATE user SET status = 'deleted', deleted_at = ?,"
	    " updated_at = ?, email_key = NULL, username_key = NULL,"
	    " password = NULL, suspended_until = NULL,"
	    " profile_image_url = NULL, lock_epoch = lock_epoch + 1"
	    " WHERE user.id = ? AND status <> 'deleted'" },
	[USER_GUARD_ADMINS] = { SCOPE_NONE, "", NULL,
	    "UPDATE version SET number = number + 1 WHERE name = 'admin'" },
	[USER_OTHER_ADMINS] = { SCOPE_REALM, "uu", count_cols,
	    "SELECT COUNT(*) FROM user u WHERE u.realm_id = ?"
	    " AND u.is_admin = TRUE AND u.status = 'active'"
	    " AND u.id <> ?" },
};

static const char *
name_of(struct arena *mem, const struct user *u)
{
	const char *at;

	if (u->display_name != NULL && u->display_name[0] != '\0')
		return u->display_name;
	if (u->first_name != NULL && u->last_name != NULL)
		return arena_printf(mem, "%s %s", u->first_name, u->last_name);
	if (u->first_name != NULL || u->last_name != NULL)
		return u->first_name != NULL ? u->first_name : u->last_name;
	at = strrchr(u->email, '@');
	return at == NULL
	    ? u->email
	    : arena_strndup(mem, u->email, (size_t)(at - u->email));
}

void
user_finish(struct ctx *cx, struct user *u)
{
	if (u->user_metadata == NULL)
		u->user_metadata = "{}";
	if (strcmp(u->status, "suspended") == 0 && u->suspended_until != 0 &&
	    u->suspended_until <= cx->now_us)
		u->status = "active";
	u->name = name_of(cx->mem, u);
	u->role = u->is_admin ? "ADMIN" : "USER";
}

bool
user_active(const struct user *u)
{
	return strcmp(u->status, "active") == 0;
}

/*
 * Which of the two unique keys was hit: the server's message names it, but
 * asking is exact. In the same transaction, so nobody slips in between.
 */
static int
taken(struct ctx *cx, const struct realm *realm, const struct user_new *new)
{
	struct user_secret other;
	int r = user_find_signin(cx, realm, new->email, NULL, &other);

	if (r == 0)
		return err_set(cx, ERR_EMAIL_ALREADY_REGISTERED, NULL);
	if (r != ERR_NOT_FOUND)
		return r;
	return err_set(cx, ERR_USERNAME_TAKEN, NULL);
}

int
user_create(struct ctx *cx, const struct realm *realm,
    const struct user_new *new, struct user *ret)
{
	struct uuid id;
	int r;

	uuid_new(&id, cx->now_us);
	r = db_exec(cx, &user_stmts[USER_INSERT], NULL, &id, &realm->id,
	    new->email, email_key(cx->mem, new->email),
	    (int)new->email_verified, new->username,
	    new->username == NULL ? NULL : username_key(cx->mem, new->username),
	    new->password, new->first_name, new->last_name, new->display_name,
	    new->locale, new->organization, new->plan_wish, (int)new->is_admin,
	    cx->now_us, cx->now_us, cx->now_us);
	if (r == ERR_CONFLICT)
		return taken(cx, realm, new);
	if (r != 0)
		return r;
	return user_get(cx, realm, &id, ret);
}

int
user_get(struct ctx *cx, const struct realm *realm, const struct uuid *id,
    struct user *ret)
{
	struct user_secret row;
	int r = db_row(cx, &user_stmts[USER_BY_ID], &row, id, &realm->id);

	if (r != 0)
		return r;
	*ret = row.user;
	user_finish(cx, ret);
	return 0;
}

int
user_find_signin(struct ctx *cx, const struct realm *realm, const char *email,
    const char *username, struct user_secret *ret)
{
	int r = email != NULL
	    ? db_row(cx, &user_stmts[USER_BY_EMAIL], ret, &realm->id,
		  email_key(cx->mem, email))
	    : db_row(cx, &user_stmts[USER_BY_USERNAME], ret, &realm->id,
		  username_key(cx->mem, username));

	if (r == 0)
		user_finish(cx, &ret->user);
	return r;
}

int
user_signed_in(struct ctx *cx, struct user *u)
{
	int r =
	    db_exec(cx, &user_stmts[USER_SIGNED_IN], NULL, cx->now_us, &u->id);

	if (r == 0)
		u->last_sign_in_at = cx->now_us;
	return r;
}

int
user_set_password(struct ctx *cx, const struct uuid *id, const char *phc)
{
	return db_exec(cx, &user_stmts[USER_SET_PASSWORD], NULL, phc,
	    cx->now_us, cx->now_us, id);
}

int
user_upgrade_password(struct ctx *cx, const struct uuid *id, const char *phc)
{
	return db_exec(cx, &user_stmts[USER_UPGRADE_PASSWORD], NULL, phc, id);
}

int
user_password(struct ctx *cx, const struct uuid *id, const char **ret_phc)
{
	struct user_secret row;
	int r = db_row(cx, &user_stmts[USER_PASSWORD], &row, id);

	if (r == 0)
		*ret_phc = row.password;
	return r;
}

int
user_unlock(struct ctx *cx, const struct uuid *id)
{
	return db_exec(cx, &user_stmts[USER_UNLOCK], NULL, id);
}

int
user_set_email(struct ctx *cx, const struct uuid *id, const char *email)
{
	int r = db_exec(cx, &user_stmts[USER_SET_EMAIL], NULL, email,
	    email_key(cx->mem, email), cx->now_us, cx->now_us, id);

	return r == ERR_CONFLICT
	    ? err_set(cx, ERR_EMAIL_ALREADY_REGISTERED, NULL)
	    : r;
}

int
user_lock_row(struct ctx *cx, const struct uuid *id)
{
	return db_exec(cx, &user_stmts[USER_LOCK_ROW], NULL, id);
}

int
user_save(struct ctx *cx, struct user *u)
{
	struct user_secret row;
	int r = db_exec(cx, &user_stmts[USER_SAVE], NULL, u->phone_number,
	    u->phone_number, u->first_name, u->last_name, u->display_name,
	    u->bio, u->profile_image_url, u->timezone, u->locale,
	    u->organization, u->user_metadata, cx->now_us, &u->id);

	if (r == 0)
		r = db_row(cx, &user_stmts[USER_BY_ID], &row, &u->id,
		    &u->realm_id);
	if (r != 0)
		return r;
	*u = row.user;
	user_finish(cx, u);
	return 0;
}

/* Rows changed: one, or the user is not in a state for it. */
static int
changed_one(int r, size_t n)
{
	return r == 0 && n == 0 ? ERR_NOT_FOUND : r;
}

int
user_suspend(struct ctx *cx, const struct uuid *id, const char *reason,
    int64_t until)
{
	size_t n = 0;
	int r = db_exec(cx, &user_stmts[USER_SUSPEND], &n, reason, until,
	    cx->now_us, id);

	return changed_one(r, n);
}

int
user_restore(struct ctx *cx, const struct uuid *id)
{
	size_t n = 0;
	int r = db_exec(cx, &user_stmts[USER_RESTORE], &n, cx->now_us, id);

	return changed_one(r, n);
}

int
user_delete(struct ctx *cx, const struct uuid *id)
{
	size_t n = 0;
	int r = db_exec(cx, &user_stmts[USER_DELETE], &n, cx->now_us,
	    cx->now_us, id);

	return changed_one(r, n);
}

int
user_spare_admin(struct ctx *cx, const struct realm *realm,
    const struct uuid *id)
{
	struct count_row row = { 0 };
	int r = db_exec(cx, &user_stmts[USER_GUARD_ADMINS], NULL);

	if (r == 0)
		r = db_row(cx, &user_stmts[USER_OTHER_ADMINS], &row, &realm->id,
		    id);
	if (r == 0 && row.n == 0)
		r = err_set(cx, ERR_LAST_ADMIN, NULL);
	return r;
}

int
user_hold(struct ctx *cx, const struct user *u)
{
	struct user_secret row;
	int r = db_row(cx, &user_stmts[USER_HOLD], &row, &u->id, u->lock_epoch);

	return r == ERR_NOT_FOUND ? err_retry(cx, ERR_UNAVAILABLE, 1) : r;
}
