/*
 * A mail as it travels: RFC 5322 with MIME (RFC 2045 to 2047), plain text and
 * HTML as alternatives, lines ended by CRLF, nothing but ASCII unless the
 * local part of an address needs more (RFC 6532). The same message gives the
 * same bytes each time, so that a repeat is known for what it is.
 */
#ifndef OUT_MESSAGE_H
#define OUT_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"

struct message {
	const char *id; /* unique, of letters, digits, _ and - */
	const char *from; /* "address" or "Name <address>" */
	const char *to; /* an address, its domain in ASCII */
	const char *locale; /* for Content-Language */
	int64_t at_us; /* when it was written */
	const char *subject, *text; /* UTF-8, lines of text ended by \n */
	const char *html; /* NULL: plain text alone */
};

/*
 * Control characters in the subject and in names become blanks; an address
 * with anything that does not belong into one is an error: -1.
 */
int message_write(const struct message *, struct buf *out);

/* The bare address of what message.from holds; in mem. */
const char *message_address(struct arena *mem, const char *from);
/* As in the header: "<id@domain of from>"; in mem. */
const char *message_id(struct arena *mem, const struct message *);

#endif
