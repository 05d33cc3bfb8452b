/*
 * What a User-Agent header tells of who sent it, well enough to show a user
 * the list of their devices. Anything may stand in the header: nothing may be
 * believed because of it.
 */
#ifndef BASE_AGENT_H
#define BASE_AGENT_H

struct arena;

#define AGENT_MOBILE  "mobile"
#define AGENT_TABLET  "tablet"
#define AGENT_DESKTOP "desktop"
#define AGENT_BOT     "bot" /* a program without a person before it */
#define AGENT_UNKNOWN "unknown"

#define AGENT_PART_MAX 40 /* characters of a browser that names itself */

struct agent {
	const char *type; /* one of those above */
	const char *browser; /* "Chrome", "curl"; NULL: cannot be told */
	const char *os; /* "macOS"; NULL: cannot be told */
	const char *name; /* "Chrome on macOS", never NULL */
};

/* text may be NULL. Strings live in mem, or for ever. */
void agent_parse(struct arena *mem, const char *text, struct agent *ret);

#endif
