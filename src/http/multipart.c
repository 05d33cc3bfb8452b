#include "config.h"

#include "http/multipart.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "http/request.h"

#define BOUNDARY_MAX 70 /* RFC 2046 §5.1.1 */

struct reader {
	struct arena *mem;
	const char *p, *end;
	char delimiter[2 + 2 + BOUNDARY_MAX + 1]; /* CRLF--boundary */
	size_t delimiter_n;
};

struct part {
	char *name; /* NULL: not said yet */
	struct http_part data;
};

/* RFC 9110 §5.6.2 */
static bool
is_token(char c)
{
	return isalnum((unsigned char)c) ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

static const char *
skip_token(const char *p)
{
	while (is_token(*p))
		p++;
	return p;
}

/* Behind the closing quote; NULL when there is none. \" stands for ". */
static const char *
quoted_take(const char *p, char *to)
{
	for (p++; *p != '"'; p++) {
		if (*p == '\\' && p[1] == '"')
			p++;
		if (*p == '\0')
			return NULL;
		*to++ = *p;
	}
	*to = '\0';
	return p + 1;
}

/*
 * The next `; name=value` at *p, which moves behind it. 1, 0 at the end, -1
 * when it is malformed.
 */
static int
param_next(struct arena *mem, const char **p, char **ret_name, char **ret_value)
{
	const char *at = skip_blanks(*p), *end;

	if (*at == '\0')
		return 0;
	if (*at != ';')
		return -1;
	at = skip_blanks(at + 1);
	end = skip_token(at);
	if (end == at || *end != '=')
		return -1;
	*ret_name = arena_strndup(mem, at, (size_t)(end - at));
	at = end + 1;
	*ret_value = arena_strdup(mem, at);
	if (*at == '"') {
		end = quoted_take(at, *ret_value);
	} else {
		end = skip_token(at);
		(*ret_value)[end - at] = '\0';
	}
	if (end == NULL || end == at)
		return -1;
	*p = end;
	return 1;
}

/*
 * The value of a parameter of a header's text; *ret stays NULL when there is
 * none. -1 when the text is malformed or has it twice.
 */
static int
param_find(struct arena *mem, const char *text, const char *name, char **ret)
{
	char *key, *value;
	int r;

	*ret = NULL;
	while ((r = param_next(mem, &text, &key, &value)) == 1) {
		if (strcasecmp(key, name) != 0)
			continue;
		if (*ret != NULL)
			return -1;
		*ret = value;
	}
	return r;
}

/* RFC 2046 §5.1.1: bcharsnospace, with blanks inside. */
static bool
boundary_good(const char *b)
{
	size_t n = strlen(b);

	for (size_t i = 0; i < n; i++) {
		if (!isalnum((unsigned char)b[i]) &&
		    strchr("'()+_,-./:=? ", b[i]) == NULL)
			return false;
	}
	return n > 0 && n <= BOUNDARY_MAX && b[n - 1] != ' ';
}

static int
reader_init(struct reader *r, struct arena *mem, const struct http_request *req)
{
	const char *type = req->content_type;
	char *boundary;

	type += strcspn(type, "; \t");
	if (param_find(mem, type, "boundary", &boundary) != 0 ||
	    boundary == NULL || !boundary_good(boundary))
		return -1;
	r->mem = mem;
	r->p = req->body;
	r->end = req->body + req->body_n;
	r->delimiter_n = strlen(boundary) + 4;
	memcpy(r->delimiter, "\r\n--", 4);
	memcpy(r->delimiter + 4, boundary, r->delimiter_n - 3);
	return 0;
}

static bool
take(struct reader *r, const char *text, size_t n)
{
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, text, n) != 0)
		return false;
	r->p += n;
	return true;
}

/* What may follow a delimiter on its line: blanks, for transports. */
static void
skip_padding(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		r->p++;
}

/* Between the parts: 1 another follows, 0 it was the last, -1 malformed. */
static int
delimiter_end(struct reader *r)
{
	bool last = take(r, "--", 2);

	skip_padding(r);
	if (!last)
		return take(r, "\r\n", 2) ? 1 : -1;
	take(r, "\r\n", 2);
	return r->p == r->end ? 0 : -1;
}

/* A header line without its CRLF; NULL when malformed. "" ends them. */
static char *
line_next(struct reader *r)
{
	const char *end = memchr(r->p, '\r', (size_t)(r->end - r->p));
	char *line;

	if (end == NULL || end - r->p > MULTIPART_LINE_MAX)
		return NULL;
	for (const char *p = r->p; p < end; p++) {
		if ((unsigned char)*p < 0x20 && *p != '\t')
			return NULL;
	}
	line = arena_strndup(r->mem, r->p, (size_t)(end - r->p));
	r->p = end;
	return take(r, "\r\n", 2) ? line : NULL;
}

/* RFC 7578 §4.2 */
static int
disposition_take(struct reader *r, const char *value, struct part *part)
{
	const char *end = skip_token(value);

	if (part->name != NULL || end - value != 9 ||
	    strncasecmp(value, "form-data", 9) != 0 ||
	    param_find(r->mem, end, "name", &part->name) != 0)
		return -1;
	return part->name == NULL ? -1 : 0;
}

/* RFC 7578 §4.7: none that changes bytes is in use. */
static bool
is_plain(const char *encoding)
{
	return strcasecmp(encoding, "binary") == 0 ||
	    strcasecmp(encoding, "8bit") == 0 ||
	    strcasecmp(encoding, "7bit") == 0;
}

static int
header_take(struct reader *r, char *line, struct part *part)
{
	char *colon = line + (skip_token(line) - line);
	const char *value;

	if (colon == line || *colon != ':')
		return -1;
	*colon = '\0';
	value = skip_blanks(colon + 1);
	if (strcasecmp(line, "Content-Disposition") == 0)
		return disposition_take(r, value, part);
	if (strcasecmp(line, "Content-Transfer-Encoding") == 0 &&
	    !is_plain(value))
		return -1;
	return 0;
}

static int
headers_take(struct reader *r, struct part *part)
{
	for (int i = 0; i <= MULTIPART_HEADERS_MAX; i++) {
		char *line = line_next(r);

		if (line == NULL)
			return -1;
		if (*line == '\0')
			return part->name == NULL ? -1 : 0;
		if (header_take(r, line, part) != 0)
			return -1;
	}
	return -1;
}

/* One part and the delimiter behind it. */
static int
part_take(struct reader *r, struct part *part)
{
	const char *found;

	*part = (struct part) { 0 };
	if (headers_take(r, part) != 0)
		return -1;
	found =
	    memmem(r->p, (size_t)(r->end - r->p), r->delimiter, r->delimiter_n);
	if (found == NULL)
		return -1;
	part->data.p = r->p;
	part->data.n = (size_t)(found - r->p);
	r->p = found + r->delimiter_n;
	return delimiter_end(r);
}

int
http_multipart_find(struct arena *mem, const struct http_request *req,
    const char *name, struct http_part *ret)
{
	struct http_part found = { 0 };
	struct reader r;
	struct part part;
	int more;

	if (reader_init(&r, mem, req) != 0)
		return -1;
	take(&r, "\r\n", 2);
	if (!take(&r, r.delimiter + 2, r.delimiter_n - 2))
		return -1;
	more = delimiter_end(&r);
	for (int i = 0; more == 1; i++) {
		more = i < MULTIPART_PARTS_MAX ? part_take(&r, &part) : -1;
		if (more < 0 || strcmp(part.name, name) != 0)
			continue;
		if (found.p != NULL)
			return -1;
		found = part.data;
	}
	if (more == 0)
		*ret = found;
	return more;
}
