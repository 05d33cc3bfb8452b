/*
 * Inside src/json: steps through text that json_scan() has passed, without
 * copying it. Spans point into that text and have no blanks around them.
 */
#ifndef JSON_WALK_H
#define JSON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_span {
	const char *p;
	size_t n;
};

struct json_walk {
	const char *p, *end;
};

/* False when the value does not start with open, '{' or '['. */
bool json_walk_init(struct json_walk *, struct json_span, char open);
/* The next item of an array; false after the last. */
bool json_walk_item(struct json_walk *, struct json_span *ret);
/* The next member of an object; the key is still quoted and escaped. */
bool json_walk_member(struct json_walk *, struct json_span *ret_key,
    struct json_span *ret);

/* Does the quoted key say this name, once unescaped? */
bool json_key_is(struct json_span key, const char *name, size_t n);

/* One character of a string's inside; *p moves past it. */
uint32_t json_point(const char **p, const char *end);

/* Exactly this literal: null, true, false? */
bool json_is(struct json_span, const char *literal);

#endif
