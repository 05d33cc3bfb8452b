/*
 * A user: one account of one realm.
 */
#ifndef MODEL_USER_H
#define MODEL_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"
#include "db/db.h"

struct ctx;
struct realm;

enum user_stmt {
	USER_INSERT,
	USER_BY_ID,
	USER_BY_EMAIL,
	USER_BY_USERNAME,
	USER_SIGNED_IN,
	USER_SET_PASSWORD,
	USER_UPGRADE_PASSWORD,
	USER_PASSWORD,
	USER_UNLOCK,
	USER_SET_EMAIL,
	USER_LOCK_ROW,
	USER_HOLD,
	USER_SAVE,
	USER_SUSPEND,
	USER_RESTORE,
	USER_DELETE,
	USER_GUARD_ADMINS,
	USER_OTHER_ADMINS,
	USER_STMT__MAX
};

extern const struct stmt user_stmts[USER_STMT__MAX];

/* Everything of it but the password. Strings live in the call's arena. */
struct user {
	struct uuid id, realm_id;
	const char *email;
	bool email_verified;
	const char *username; /* NULL: none; so too the ones below */
	const char *first_name, *last_name, *display_name, *bio;
	const char *phone_number;
	bool phone_verified;
	const char *profile_image_url;
	const char *timezone, *locale; /* never NULL */
	const char *organization; /* a label, authapi's */
	const char *plan; /* free, pro, enterprise; never NULL */
	const char *user_metadata; /* a JSON object; never NULL */
	const char *status; /* active, inactive, suspended, deleted */
	int64_t suspended_until;
	bool is_admin, mfa_enabled;
	/* raised to forget failed sign-ins, and sign-ins on their way */
	int64_t lock_epoch;
	int64_t created_at, updated_at, last_sign_in_at;
	/* derived: the display name, else "first last", else the local part */
	const char *name;
	const char *role; /* derived: USER or ADMIN */
};

/*
 * The columns of struct user as every statement selects them from a table
 * called u, and where they go: a struct that embeds one says at which member.
 */
#define USER_SELECT                                                            \
	"u.id, u.realm_id, u.email, u.email_verified_at IS NOT NULL,"          \
	" u.username, u.first_name, u.last_name, u.display_name, u.bio,"       \
	" u.phone_number, u.phone_verified_at IS NOT NULL,"                    \
	" u.profile_image_url, u.timezone, u.locale, u.organization, u.plan,"  \
	" u.user_metadata, u.status, u.suspended_until, u.is_admin,"           \
	" u.mfa_enabled, u.lock_epoch, u.created_at, u.updated_at, u.last_sign_in_at"
#define USER_COLS(type, m)                                                     \
	COL(type, m.id), COL(type, m.realm_id), COL(type, m.email),            \
	    COL(type, m.email_verified), COL(type, m.username),                \
	    COL(type, m.first_name), COL(type, m.last_name),                   \
	    COL(type, m.display_name), COL(type, m.bio),                       \
	    COL(type, m.phone_number), COL(type, m.phone_verified),            \
	    COL(type, m.profile_image_url), COL(type, m.timezone),             \
	    COL(type, m.locale), COL(type, m.organization), COL(type, m.plan), \
	    COL(type, m.user_metadata), COL(type, m.status),                   \
	    COL(type, m.suspended_until), COL(type, m.is_admin),               \
	    COL(type, m.mfa_enabled), COL(type, m.lock_epoch),                 \
	    COL(type, m.created_at), COL(type, m.updated_at),                  \
	    COL(type, m.last_sign_in_at)

/* Fills in what is derived; after a row was read into one. */
void user_finish(struct ctx *, struct user *);

/* May sign in and be signed in. A suspension that has run out is none. */
bool user_active(const struct user *);

/* What a sign-up brings. NULL where there is nothing. */
struct user_new {
	const char *email; /* checked */
	const char *password; /* a PHC string */
	const char *username, *first_name, *last_name, *display_name;
	const char *locale, *organization, *plan_wish;
	bool is_admin, email_verified;
};

/*
 * ERR_EMAIL_ALREADY_REGISTERED or ERR_USERNAME_TAKEN when they are. The new
 * row comes back whole.
 */
int user_create(struct ctx *, const struct realm *, const struct user_new *,
    struct user *ret);

int user_get(struct ctx *, const struct realm *, const struct uuid *id,
    struct user *ret);

/* A user with what signing in needs. */
struct user_secret {
	struct user user;
	const char *password; /* NULL: none set */
};

/* By e-mail, or by username where email is NULL. ERR_NOT_FOUND. */
int user_find_signin(struct ctx *, const struct realm *, const char *email,
    const char *username, struct user_secret *ret);

int user_signed_in(struct ctx *, struct user *);
/* A new password, chosen by its owner. */
int user_set_password(struct ctx *, const struct uuid *id, const char *phc);
/* The same password under another hash. */
int user_upgrade_password(struct ctx *, const struct uuid *id, const char *phc);
/* The PHC string, NULL when none is set. ERR_NOT_FOUND. */
int user_password(struct ctx *, const struct uuid *id, const char **ret_phc);
/* Forgets failed sign-ins. */
int user_unlock(struct ctx *, const struct uuid *id);
/*
 * The address, verified from now on; the one it had, or a new one, which
 * gives ERR_EMAIL_ALREADY_REGISTERED when somebody else has it.
 */
int user_set_email(struct ctx *, const struct uuid *id, const char *email);
/* Serialises what must not happen twice at once for one user. In a tx. */
int user_lock_row(struct ctx *, const struct uuid *id);
/*
 * Locks the row, too, for what was decided by an older look at the user: when
 * the password has been changed since, or the account suspended or deleted,
 * ERR_UNAVAILABLE asks to try again.
 */
int user_hold(struct ctx *, const struct user *);

/*
 * Writes what its owner may change: names, bio, phone_number, image, time
 * zone, locale, organization, metadata. Another phone number is unverified.
 * *u becomes what a SELECT would show.
 */
int user_save(struct ctx *, struct user *u);

/* until 0: until somebody ends it. ERR_NOT_FOUND for a deleted one. */
int user_suspend(struct ctx *, const struct uuid *id, const char *reason,
    int64_t until);
/* ERR_NOT_FOUND when there is nothing to end. */
int user_restore(struct ctx *, const struct uuid *id);
/* Frees e-mail and username at once. ERR_NOT_FOUND: it is deleted already. */
int user_delete(struct ctx *, const struct uuid *id);

/*
 * ERR_LAST_ADMIN unless another active administrator of the realm stays.
 * Whoever asks comes one after another until their commits. In a tx.
 */
int user_spare_admin(struct ctx *, const struct realm *, const struct uuid *id);

#endif
