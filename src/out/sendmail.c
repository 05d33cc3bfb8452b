/* Exit codes are those of sysexits.h, as every sendmail has them. */
#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "out/program.h"
#include "out/transport.h"

/* What is not here is a fault of the program, not of the mail. */
static enum mail_outcome
outcome(int code)
{
	switch (code) {
	case EX_OK:
		return MAIL_SENT;
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST:
		return MAIL_REFUSED;
	case EX_TEMPFAIL:
	case PROGRAM_LATE:
	case PROGRAM_KILLED:
		return MAIL_LATER;
	default:
		return MAIL_DOWN;
	}
}

/* Its input has lines as files here have them. */
static void
lines_put(struct buf *out, const struct mail *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->data[i] != '\r')
			buf_putc(out, m->data[i]);
}

enum mail_outcome
sendmail_send(const struct conf *conf, const struct mail *m, struct buf *why)
{
	const char *argv[] = { conf->mail_sendmail, "-i", "-f", m->from, "--",
		m->to, NULL };
	struct buf input;

	buf_init(&input, why->mem, m->n);
	lines_put(&input, m);
	return outcome(
	    program_run(argv, input.p, input.n, conf->mail_timeout_s, why));
}
