#include "flow/mail.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/field.h"
#include "model/outbox.h"
#include "model/user.h"
#include "json/json.h"

/* What every template may show. */
struct mail_args {
	const char *name, *email, *link, *product_name, *public_url;
};

static const struct field arg_fields[] = {
	FIELD(struct mail_args, name, F_STRING),
	FIELD(struct mail_args, email, F_STRING),
	FIELD(struct mail_args, link, F_STRING),
	FIELD(struct mail_args, product_name, F_STRING),
	FIELD(struct mail_args, public_url, F_STRING),
	FIELD_END,
};

static int
queue(struct ctx *cx, const char *template, const struct user *u,
    const char *link)
{
	struct mail_args args = {
		.name = u->name,
		.email = u->email,
		.link = link,
		.product_name = cx->conf->product_name,
		.public_url = cx->conf->public_url,
	};
	struct buf text;

	buf_init(&text, cx->secret, 512);
	json_put_object(&text, arg_fields, CASE_SNAKE, &args);
	return outbox_mail(cx, template, u->email, u->locale, text.p);
}

int
mail_link(struct ctx *cx, const char *template, const struct user *u,
    const char *token)
{
	return queue(cx, template, u,
	    arena_printf(cx->secret, "%s/%s?token=%s", cx->conf->public_url,
		template, token));
}

int
mail_notice(struct ctx *cx, const char *template, const struct user *u)
{
	return queue(cx, template, u, NULL);
}
