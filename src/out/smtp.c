/*
 * SMTP is spoken by a program of its own, cardea-mail, so that nothing else
 * has to carry a TLS client. It gets all it has to know on standard input
 * (smtp_program.h), the password too: arguments and environments are read by
 * others.
 */
#include "out/smtp_program.h"

#include <sysexits.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "out/program.h"
#include "out/transport.h"

/* It ends by itself in time; this is for when it does not. */
#define GRACE_S 5

static enum mail_outcome
outcome(int code)
{
	switch (code) {
	case EX_OK:
		return MAIL_SENT;
	case EX_UNAVAILABLE:
		return MAIL_REFUSED;
	case EX_TEMPFAIL:
		return MAIL_LATER;
	default:
		return MAIL_DOWN;
	}
}

static void
line_put(struct buf *out, const char *name, const char *value)
{
	if (value != NULL)
		buf_printf(out, "%s %s\n", name, value);
}

enum mail_outcome
smtp_send(const struct conf *conf, const struct mail *m, struct buf *why)
{
	const char *argv[] = { conf->mail_smtp_program, NULL };
	struct buf input;

	buf_init(&input, why->mem, m->n + 1024);
	line_put(&input, SMTP_URL, conf->mail_smtp_url);
	line_put(&input, SMTP_TLS, conf->mail_smtp_tls);
	line_put(&input, SMTP_CA_FILE, conf->mail_smtp_ca_file);
	line_put(&input, SMTP_USER, conf->mail_smtp_user);
	line_put(&input, SMTP_PASSWORD, conf->mail_smtp_password);
	line_put(&input, SMTP_FROM, m->from);
	line_put(&input, SMTP_TO, m->to);
	if (!conf->sandbox)
		line_put(&input, SMTP_SANDBOX, "no");
	buf_printf(&input, "%s %lld\n\n", SMTP_TIMEOUT,
	    (long long)conf->mail_timeout_s);
	buf_put(&input, m->data, m->n);
	return outcome(program_run(argv, input.p, input.n,
	    conf->mail_timeout_s + GRACE_S, why));
}
