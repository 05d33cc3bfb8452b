#include "out/transport.h"

#include <string.h>

static enum mail_outcome
none_send(const struct conf *conf, const struct mail *mail, struct buf *why)
{
	(void)conf;
	(void)mail;
	(void)why;
	return MAIL_SENT;
}

const struct transport transports[] = {
	{ "spool", spool_send },
	{ "sendmail", sendmail_send },
	{ "smtp", smtp_send },
	{ "none", none_send },
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
