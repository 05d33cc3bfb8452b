#include "api/view.h"

#include "flow/authenticate.h"
#include "flow/token.h"
#include "model/user.h"

static const char *const user_states[] = { "active", "inactive", "suspended",
	"deleted", NULL };

const struct field user_view[] = {
	FIELD(struct user, id, F_ID, .prefix = "usr"),
	FIELD(struct user, email, F_STRING, .example = "ann@example.com",
	    .format = "email"),
	FIELD(struct user, email_verified, F_BOOL),
	FIELD(struct user, username, F_STRING, .flags = F_NULLABLE,
	    .example = "ann"),
	FIELD(struct user, first_name, F_STRING, .flags = F_NULLABLE,
	    .example = "Ann"),
	FIELD(struct user, last_name, F_STRING, .flags = F_NULLABLE,
	    .example = "Lee"),
	FIELD(struct user, display_name, F_STRING, .flags = F_NULLABLE,
	    .example = "Ann Lee"),
	FIELD(struct user, bio, F_STRING, .flags = F_NULLABLE),
	FIELD(struct user, phone_number, F_STRING, .flags = F_NULLABLE),
	FIELD(struct user, phone_verified, F_BOOL),
	FIELD(struct user, profile_image_url, F_STRING, .flags = F_NULLABLE,
	    .example = "https://example.com/ann.png", .format = "uri"),
	FIELD(struct user, timezone, F_STRING, .example = "UTC"),
	FIELD(struct user, locale, F_STRING, .example = "en-US"),
	FIELD(struct user, status, F_STRING, .values = user_states),
	FIELD(struct user, mfa_enabled, F_BOOL),
	FIELD(struct user, is_admin, F_BOOL),
	FIELD(struct user, user_metadata, F_RAW, .flags = F_RAW_OBJECT,
	    .about = "Yours; keys pass untouched", .example = "{}"),
	FIELD(struct user, created_at, F_TIME),
	FIELD(struct user, updated_at, F_TIME),
	FIELD(struct user, last_sign_in_at, F_TIME, .flags = F_NULLABLE),
	FIELD_END,
};

const struct field profile_view[] = {
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

const struct field legacy_user_view[] = {
	LEGACY_USER_ROWS(struct actor, user),
	FIELD_END,
};

const struct field tokens_view[] = {
	FIELD(struct tokens, access_token, F_STRING,
	    .about = "A JWT, for Authorization: Bearer",
	    .example = TOKEN_EXAMPLE),
	FIELD(struct tokens, refresh_token, F_STRING,
	    .example = REFRESH_EXAMPLE),
	FIELD(struct tokens, token_type, F_STRING, .example = "bearer"),
	FIELD(struct tokens, expires_in, F_INT,
	    .about = "Seconds the access token is good for", .example = "3600"),
	FIELD_END,
};

const struct field tokens_view_v1[] = {
	FIELD(struct tokens, access_token, F_STRING,
	    .about = "A JWT, for Authorization: Bearer",
	    .example = TOKEN_EXAMPLE),
	FIELD(struct tokens, refresh_token, F_STRING,
	    .example = REFRESH_EXAMPLE),
	FIELD(struct tokens, expires_in, F_INT,
	    .about = "Seconds the access token is good for", .example = "3600"),
	FIELD_AS(struct tokens, "token_type", token_type_title, F_STRING,
	    .example = "Bearer"),
	FIELD_END,
};
