/*
 * The API in process: the real pipeline, dialects, flows and a real database,
 * without nginx and FastCGI. A test is a table of cases; what was answered is
 * printed when a case fails.
 */
#ifndef SUPPORT_API_H
#define SUPPORT_API_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "dispatch/pipeline.h"
#include "http/response.h"
#include "support/testdb.h"

struct api {
	struct testdb db;
	struct service service;
	struct http_response res; /* of the last call */
	struct json_object *json; /* its body; NULL when it is none */
};

/*
 * One call. `line` is "METHOD /path"; in line, headers and body @name stands
 * for what api_keep() kept. headers are lines "Name: value", NULL for none.
 * A body makes Content-Type application/json unless a header says another.
 */
struct api_call {
	const char *line, *headers, *body;
	size_t body_n; /* 0: body is text, and @name in it is replaced */
};

/* Also tells what the answer must be. */
struct api_case {
	const char *name; /* NULL ends a table */
	const char *line, *headers, *body;
	int status;
	/*
	 * "path", "!path", "path=value" or "path~part", with ; between them:
	 * members of the body by dots ("error.code", "users.0.id") that must
	 * be there, must not, or have (contain) the value. ":Name=value"
	 * looks at a header, "=text" compares the whole body. null is the
	 * word null, strings stand without quotes.
	 */
	const char *want;
	/* "name=path …": keeps members of the body for later calls */
	const char *keep;
};

/* Opens a fresh database and everything above it. */
void api_open(struct api *);
void api_close(struct api *);

/* Makes the call and returns the status. */
int api_send(struct api *, const struct api_call *);
/* Each case of the table in order; a failure fails the check test. */
void api_run(struct api *, const struct api_case *);

/* A member of the last body by dots; false when absent. */
bool api_at(struct api *, const char *path, struct json_object **ret);
/* The text of a member of the last body; NULL when absent or null. */
const char *api_text(struct api *, const char *path);
void api_keep(const char *name, const char *value);
const char *api_kept(const char *name);

/* Another address, for quotas; NULL goes back to 127.0.0.1. */
void api_from(const char *address);

/*
 * An error or warning in the log fails the test, unless it was announced:
 * lines of this event are fine until the end of the test.
 */
void api_expect_log(const char *event);

/* Keeps the value of a cookie that the last answer set. */
void api_keep_cookie(struct api *, const char *name, const char *as);

/* Statements that no operation has; @name as in calls. */
void api_sql(struct api *, const char *text);

/* The one number that a SELECT gives. */
int64_t api_number(struct api *, const char *select);

/* Forgets all quotas. */
void api_quota_reset(struct api *);

/*
 * Does what was queued but mail, then takes mails that wait until one of
 * this template to this address comes. Returns its link's token, "" when it
 * has none, NULL when no such mail waits. Valid until the next call. The
 * whole link is kept as mail_link, what the template gets as mailed_args.
 */
const char *api_mail(struct api *, const char *template, const char *to);

/* A user of realm main signed up through the API, tokens kept as
 * NAME_access, NAME_refresh and NAME_id. */
void api_signup(struct api *, const char *name);

#endif
