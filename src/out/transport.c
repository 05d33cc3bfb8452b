#include "out/transport.h"

#include <string.h>

#include "base/conf.h"
#include "out/runner.h"

static enum mail_outcome
none_send(const struct conf *conf, const struct mail *mail, struct buf *why)
{
	(void)conf;
	(void)mail;
	(void)why;
	return MAIL_SENT;
}

static const char *const sendmail_args[] = { "-i", "-f", runner_any, "--",
	runner_any, NULL };
static const char *const no_args[] = { NULL };

const struct transport transports[] = {
	{ .name = "spool", .send = spool_send },
	/* those that queue have the rights of a group of their own */
	{ .name = "sendmail",
	    .send = sendmail_send,
	    .program = offsetof(struct conf, mail_sendmail),
	    .args = sendmail_args,
	    .gain = true },
	{ .name = "smtp",
	    .send = smtp_send,
	    .program = offsetof(struct conf, mail_smtp_program),
	    .args = no_args },
	{ .name = "none", .send = none_send },
	{ NULL },
};

const struct transport *
transport_find(const char *name)
{
	const struct transport *t = transports;

	while (t->name != NULL && strcmp(t->name, name) != 0)
		t++;
	return t->name != NULL ? t : NULL;
}

const char *
transport_program(const struct transport *t, const struct conf *conf)
{
	if (t->args == NULL)
		return NULL;
	return *(const char *const *)((const char *)conf + t->program);
}
