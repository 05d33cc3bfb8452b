/* How a session looks, for the files that show some. */
#ifndef API_SESSION_VIEW_H
#define API_SESSION_VIEW_H

#include "base/agent.h"
#include "base/field.h"
#include "model/session.h"

struct call;

struct session_location {
	const char *city, *country, *ip;
};

struct session_item {
	struct session s;
	struct agent device; /* by its user agent */
	struct session_location location;
	const char *device_info; /* "{}" when the client sent none */
	bool is_current, revoked;
};

extern const struct field session_view[]; /* struct session_item */

void session_item_fill(struct call *, const struct session *,
    struct session_item *ret);

/* {success, message, revoked_count, revokedCount}: "Revoked 2 sessions". */
extern const struct field count_view[];
int reply_count(struct call *, const char *noun, int64_t n);

#endif
