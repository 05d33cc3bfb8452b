/*
 * The ways a finished message may leave, a row each; the setting
 * mail_transport names one.
 */
#ifndef OUT_TRANSPORT_H
#define OUT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct conf;

enum mail_outcome {
	MAIL_SENT,
	MAIL_LATER, /* this one failed, and may succeed later */
	MAIL_REFUSED, /* this one failed for good */
	MAIL_DOWN, /* nothing can be sent at the moment */
};

/* One message and its envelope. */
struct mail {
	const char *id; /* as in struct message */
	const char *from, *to; /* bare addresses */
	const char *data;
	size_t n;
};

struct transport {
	const char *name;
	/*
	 * The command of those that run one, for a runner: where in struct
	 * conf its path is, its arguments (NULL: none is run), and whether it
	 * may gain privileges.
	 */
	size_t program;
	const char *const *args;
	bool gain;
	/* Within conf.mail_timeout_s; adds to why what was the matter. */
	enum mail_outcome (
	    *send)(const struct conf *, const struct mail *, struct buf *why);
};

extern const struct transport transports[]; /* ends with a NULL name */

/* NULL: there is none of that name. */
const struct transport *transport_find(const char *name);
/* The path of its program, NULL when it runs none. */
const char *transport_program(const struct transport *, const struct conf *);

enum mail_outcome spool_send(const struct conf *, const struct mail *,
    struct buf *why);
enum mail_outcome sendmail_send(const struct conf *, const struct mail *,
    struct buf *why);
enum mail_outcome smtp_send(const struct conf *, const struct mail *,
    struct buf *why);

#endif
