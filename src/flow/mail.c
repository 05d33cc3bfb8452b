#include "flow/mail.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/field.h"
#include "model/outbox.h"
#include "model/user.h"
#include "json/json.h"

/* What every template may show; null where it does not apply. */
struct mail_args {
	const char *name, *email, *link, *product_name, *public_url;
	const char *time; /* of what it is about */
	const char *expires; /* the link */
	struct mail_facts facts;
};

static const struct field arg_fields[] = {
	FIELD(struct mail_args, name, F_STRING),
	FIELD(struct mail_args, email, F_STRING),
	FIELD(struct mail_args, link, F_STRING),
	FIELD(struct mail_args, product_name, F_STRING),
	FIELD(struct mail_args, public_url, F_STRING),
	FIELD(struct mail_args, time, F_STRING),
	FIELD(struct mail_args, expires, F_STRING),
	FIELD_AS(struct mail_args, "device", facts.device, F_STRING),
	FIELD_AS(struct mail_args, "location", facts.location, F_STRING),
	FIELD_AS(struct mail_args, "ip_address", facts.ip_address, F_STRING),
	FIELD_AS(struct mail_args, "new_email", facts.new_email, F_STRING),
	FIELD_END,
};

/* As people read it in any language: "2025-11-16 10:30 UTC". */
static const char *
time_text(struct arena *mem, int64_t us)
{
	char text[CLOCK_TEXT_LEN + 1];

	clock_format(us, text);
	return arena_printf(mem, "%.10s %.5s UTC", text, text + 11);
}

static int
queue(struct ctx *cx, const char *template, const struct user *u,
    struct mail_args *args)
{
	struct buf text;

	args->name = u->name;
	args->email = u->email;
	args->product_name = cx->conf->product_name;
	args->public_url = cx->conf->public_url;
	args->time = time_text(cx->mem, cx->now_us);
	buf_init(&text, cx->secret, 1024);
	json_put_object(&text, arg_fields, CASE_SNAKE, args);
	return outbox_mail(cx, &u->id, template, u->email, u->locale, text.p);
}

int
mail_link(struct ctx *cx, const char *template, const struct user *u,
    const char *token)
{
	bool reset = strcmp(template, MAIL_RESET) == 0;
	int64_t ttl_s =
	    reset ? cx->conf->reset_ttl_s : cx->conf->verification_ttl_s;
	struct mail_args args = {
		.link = arena_printf(cx->secret, "%s/%s?token=%s",
		    cx->conf->public_url, template, token),
		.expires =
		    time_text(cx->mem, cx->now_us + ttl_s * CLOCK_SECOND),
	};

	return queue(cx, template, u, &args);
}

int
mail_notice_of(struct ctx *cx, const char *template, const struct user *u,
    const struct mail_facts *facts)
{
	struct mail_args args = { .facts = *facts };

	return queue(cx, template, u, &args);
}

int
mail_notice(struct ctx *cx, const char *template, const struct user *u)
{
	return mail_notice_of(cx, template, u, &(struct mail_facts) { 0 });
}
