/*
 * How one of the documented APIs speaks: the case of its keys, its error
 * envelope, its quota headers and where it reads credentials. One file a
 * dialect; what differs beyond this is a column of a route. Nothing above
 * this floor asks which dialect it is.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"

struct buf;
struct fail;
struct quota_state;

/* One failure on its way out. */
struct error_view {
	enum err err;
	int status;
	const char *code, *text;
	const struct fail *fail;
	const char *path; /* as matched, for clients that show it */
	const char *request_id;
	int64_t now_us;
	const struct quota_state *quota; /* NULL: none was counted */
};

/* The payload of answers that only say something. */
struct message {
	bool success;
	const char *message;
};

struct dialect {
	const char *name;
	const char *const *mounts; /* path prefixes, NULL ends them */
	enum field_case kase;
	enum err_column errors;
	const char *realm; /* whose users sign in here */
	bool cookies; /* credentials may stand in a cookie */
	bool window_header; /* X-RateLimit-Window too */
	bool plan_quota; /* signed-in quotas go by the user's plan */
	const struct field *message; /* shows a struct message */
	void (*error)(struct buf *out, const struct error_view *);
	/* for the API's documentation: its name, and what error() writes */
	const char *title, *about;
	const struct field *envelope;
	const struct field *envelope_429; /* NULL: as any other */
};

enum dialect_id {
	D_ROOT, /* what is under no mount: health, JWKS, standards */
	D_JANUA, /* plinto and janua, one product */
	D_AUTHAPI,
	D_JANUA_V1,
	D_AUCTORITAS,
	D__MAX
};

extern const struct dialect *const dialects[D__MAX];

/* The one with the longest mount that the path starts with. */
const struct dialect *dialect_for_path(const char *path);

/* What several envelopes share. */

/*
 * {"field":…,"validation_errors":[…], details …}; {} when there is nothing.
 */
void dialect_put_details(struct buf *, const struct error_view *);
/* "name":"text", with a comma before it unless it is the first. */
void dialect_put_text(struct buf *, const char *name, const char *text,
    bool *first);
void dialect_put_int(struct buf *, const char *name, int64_t number,
    bool *first);
void dialect_put_time(struct buf *, const char *name, int64_t us, bool *first);
/* "error":{"code","message","details"}. */
void dialect_put_error(struct buf *, const struct error_view *, bool *first);

/* Rows that describe them: {code, message, details}, and details alone. */
extern const struct field dialect_error[];
extern const struct field dialect_details[];

/* A row of an envelope; it describes bytes, not a struct. */
#define ENVELOPE_ROW(n, k, ...)                                                \
	{                                                                      \
		.name = (n), .kind = (k), __VA_ARGS__                          \
	}

/* {message}, and {success, message}. */
extern const struct field dialect_message[];
extern const struct field dialect_success_message[];

#endif
