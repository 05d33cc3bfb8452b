/* Views that several resources show. */
#ifndef API_VIEW_H
#define API_VIEW_H

#include "base/field.h"

/* Examples that the documentation shows. */
#define TOKEN_EXAMPLE   "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9..."
#define REFRESH_EXAMPLE "rt_AQGajEckQHorn..."

/* struct user: whole, as /api/v1 and /v1 show it everywhere */
extern const struct field user_view[];
/* struct user, as authapi shows it */
extern const struct field profile_view[];
/* the user of a struct actor, as auctoritas shows it */
extern const struct field legacy_user_view[];
/* struct tokens, as an object of its own */
extern const struct field tokens_view[];
extern const struct field tokens_view_v1[]; /* "Bearer" */

/* Auctoritas' flat user, for any struct that has a struct user as member m. */
#define LEGACY_USER_ROWS(type, m)                                              \
	FIELD_AS(type, "id", m.id, F_ID, .prefix = "usr"),                     \
	    FIELD_AS(type, "email", m.email, F_STRING,                         \
		.example = "ann@example.com", .format = "email"),              \
	    FIELD_AS(type, "name", m.name, F_STRING, .example = "Ann Lee"),    \
	    FIELD_AS(type, "role", m.role, F_STRING, .example = "USER")

#endif
