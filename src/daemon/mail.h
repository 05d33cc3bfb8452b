/*
 * The mails of the outbox, made of their templates and sent.
 */
#ifndef DAEMON_MAIL_H
#define DAEMON_MAIL_H

#include <stdint.h>

#include "out/message.h"

struct conf;
struct ctx;
struct outbox_row;

/*
 * A row of the jobs table: sends what is due, some of it at a time. A mail
 * whose sender was killed goes out again when its lease is over, with the
 * same Message-ID.
 */
int mail_job(struct ctx *, int64_t *ret_next_us);

/*
 * The row as a message, in cx->secret. 0, or -1 with what is wrong with
 * template or arguments.
 */
int mail_compose(struct ctx *, const struct outbox_row *, struct message *ret,
    const char **ret_problem);

/* How long after the nth failure it is tried again. */
int64_t mail_backoff_us(int64_t attempts);

/*
 * What may be kept of a server's words: printable ASCII, with addresses and
 * links cut out. In mem.
 */
const char *mail_redact(struct arena *mem, const char *words);

#endif
