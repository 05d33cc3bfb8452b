/*
 * Holds an answer against the API's own documentation: its status must be
 * documented for the route, and its body must have every documented member,
 * no other, each of the documented type.
 */
#ifndef SUPPORT_OPENAPI_H
#define SUPPORT_OPENAPI_H

#include <json-c/json.h>

struct api;
struct http_request;

/* Fails the check test. Requests that reach no route pass. */
void openapi_check(struct api *, const struct http_request *);

/* The document as the API serves it, for the life of the process. */
struct json_object *openapi_document(struct api *);

/* NULL, or what of the value does not fit the schema and where. */
const char *openapi_misfit(struct json_object *schema,
    struct json_object *value);

#endif
