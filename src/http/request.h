/*
 * One HTTP request, wherever it came from: FastCGI in a worker, a table row
 * in a test. Everything lives in the request's arena.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct list;

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_OTHER,
};

const char *http_method_name(enum http_method);
enum http_method http_method_parse(const char *name);

struct http_request {
	enum http_method method;
	/* decoded and merged: what nginx calls $uri. NULL: one that cannot be
	 * (see http_path_normal), which is a 404 */
	const char *path;
	const char *query; /* raw, without the '?'; never NULL */
	const char *content_type; /* NULL when absent */
	const char *body;
	size_t body_n;
	bool body_too_large; /* the body was not read */
	const char *remote_addr;
	/* NAME=value, names as in FastCGI ("HTTP_ORIGIN"); ends with NULL */
	const char *const *params;
};

/*
 * By its FastCGI name, "HTTP_USER_AGENT"; NULL when absent. Authorization is
 * also found where Apache's rewriting leaves it.
 */
const char *http_param(const struct http_request *, const char *name);

/*
 * The value of one name in a query string or form body, percent-decoded into
 * mem. NULL when absent. Sets *ret_bad for a malformed escape, a NUL,
 * invalid UTF-8 or the name given twice. Text ends at a NUL: the caller
 * refuses a body that holds one.
 */
char *http_form_value(struct arena *mem, const char *form, const char *name,
    bool *ret_bad);

/* The value of a cookie (RFC 6265 §4.2); NULL when absent. */
char *http_cookie(struct arena *mem, const struct http_request *,
    const char *name);

/* type/subtype in lower case without parameters; "" when absent. */
char *http_media_type(struct arena *mem, const struct http_request *);

/*
 * The path in the normal form that routes match: percent escapes decoded,
 * "//" merged, "." and ".." resolved. NULL when it holds %2F, %00, a bad
 * escape, a control byte, invalid UTF-8, or climbs above the root. For
 * servers that hand on the raw REQUEST_URI.
 */
char *http_path_normal(struct arena *mem, const char *raw);

/*
 * The path of a request by its parameters: CARDEA_URI (nginx's $uri, decoded
 * and merged already), else REQUEST_URI in its normal form. NULL for the
 * same reasons as above; %2F and %00 are looked for in REQUEST_URI.
 */
char *http_path_find(struct arena *mem, const struct http_request *);

/*
 * What quotas count: an IPv4 address, or the /64 of an IPv6 one; in text.
 * What is no address is its own key.
 */
char *http_address_key(struct arena *mem, const char *remote_addr);

/*
 * REMOTE_ADDR; or, where that is a proxy of the list (of const char *:
 * addresses and networks), whom X-Forwarded-For says it speaks for.
 */
const char *http_client_address(struct arena *mem, const struct http_request *,
    const struct list *trusted);

#endif
