/* What a request says of itself. */
#include "http/request.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/arena.h"

static const char *const method_names[] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH",
	[HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS",
	[HTTP_OTHER] = "OTHER",
};

const char *
http_method_name(enum http_method m)
{
	return method_names[m];
}

/* Case matters (RFC 9110 §9.1). */
enum http_method
http_method_parse(const char *name)
{
	enum http_method m;

	for (m = HTTP_GET; m < HTTP_OTHER; m++) {
		if (strcmp(method_names[m], name) == 0)
			return m;
	}
	return HTTP_OTHER;
}

static const char *
param_find(const struct http_request *r, const char *name)
{
	size_t i, n = strlen(name);

	if (r->params == NULL)
		return NULL;
	for (i = 0; r->params[i] != NULL; i++) {
		if (strncmp(r->params[i], name, n) == 0 &&
		    r->params[i][n] == '=')
			return r->params[i] + n + 1;
	}
	return NULL;
}

/*
 * Apache hands on Authorization only to those who ask for it by a rewrite
 * rule, which puts REDIRECT_ before the name.
 */
const char *
http_param(const struct http_request *r, const char *name)
{
	const char *v = param_find(r, name);

	if (strcmp(name, "HTTP_AUTHORIZATION") != 0)
		return v;
	if (v == NULL || *v == '\0')
		v = param_find(r, "REDIRECT_HTTP_AUTHORIZATION");
	return v == NULL || *v == '\0' ? NULL : v;
}

char *
http_media_type(struct arena *mem, const struct http_request *r)
{
	const char *type = r->content_type != NULL ? r->content_type : "";
	char *text, *p;

	type += strspn(type, " \t");
	text = arena_strndup(mem, type, strcspn(type, "; \t"));
	for (p = text; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return text;
}

/* ::ffff:192.0.2.1 is an IPv4 client of a socket that takes both. */
static char *
key_of_v6(struct arena *mem, struct in6_addr a)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		inet_ntop(AF_INET, &a.s6_addr[12], text, sizeof(text));
		return arena_strdup(mem, text);
	}
	memset(&a.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &a, text, sizeof(text));
	return arena_printf(mem, "%s/64", text);
}

char *
http_address_key(struct arena *mem, const char *remote_addr)
{
	const char *addr = remote_addr != NULL ? remote_addr : "";
	char *bare = arena_strndup(mem, addr, strcspn(addr, "%"));
	struct in6_addr v6;

	/* without a colon it is IPv4, which has one form, or no address */
	if (strchr(bare, ':') == NULL || inet_pton(AF_INET6, bare, &v6) != 1)
		return arena_strdup(mem, addr);
	return key_of_v6(mem, v6);
}
