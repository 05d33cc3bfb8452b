#include "api/view.h"

#include "flow/token.h"
#include "model/user.h"

const struct field user_view[] = {
	FIELD(struct user, id, F_ID, .prefix = "usr"),
	FIELD(struct user, email, F_STRING),
	FIELD(struct user, email_verified, F_BOOL),
	FIELD(struct user, username, F_STRING),
	FIELD(struct user, first_name, F_STRING),
	FIELD(struct user, last_name, F_STRING),
	FIELD(struct user, display_name, F_STRING),
	FIELD(struct user, bio, F_STRING),
	FIELD(struct user, phone_number, F_STRING),
	FIELD(struct user, phone_verified, F_BOOL),
	FIELD(struct user, profile_image_url, F_STRING),
	FIELD(struct user, timezone, F_STRING),
	FIELD(struct user, locale, F_STRING),
	FIELD(struct user, status, F_STRING),
	FIELD(struct user, mfa_enabled, F_BOOL),
	FIELD(struct user, is_admin, F_BOOL),
	FIELD(struct user, user_metadata, F_RAW),
	FIELD(struct user, created_at, F_TIME),
	FIELD(struct user, updated_at, F_TIME),
	FIELD(struct user, last_sign_in_at, F_TIME),
	FIELD_END,
};

const struct field tokens_view[] = {
	FIELD(struct tokens, access_token, F_STRING),
	FIELD(struct tokens, refresh_token, F_STRING),
	FIELD(struct tokens, token_type, F_STRING),
	FIELD(struct tokens, expires_in, F_INT),
	FIELD_END,
};

const struct field tokens_view_v1[] = {
	FIELD(struct tokens, access_token, F_STRING),
	FIELD(struct tokens, refresh_token, F_STRING),
	FIELD(struct tokens, expires_in, F_INT),
	FIELD_AS(struct tokens, "token_type", token_type_title, F_STRING),
	FIELD_END,
};
