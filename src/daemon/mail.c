/*
 * lease, compose, send, tell: the database is asked before and after, never
 * meanwhile. What fails is due again later; what nothing can be done about,
 * or was tried too often, joins the dead letters and keeps its arguments, so
 * that an operator can send it after all.
 */
#include "daemon/mail.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/log.h"
#include "base/utf8.h"
#include "daemon/child.h"
#include "model/email.h"
#include "model/outbox.h"
#include "out/template.h"
#include "out/transport.h"
#include "json/json.h"

#define BATCH          20
#define LEASE_MARGIN_S 60 /* beyond the time-out of sending */
#define BACKOFF_FIRST  CLOCK_MINUTE
#define BACKOFF_MAX    (4 * CLOCK_HOUR)
#define DOWN_PAUSE     (30 * CLOCK_SECOND)
#define NAME_MAX_CHARS 60
#define MARK_NAP_NS    200000000

int64_t
mail_backoff_us(int64_t attempts)
{
	int64_t us = BACKOFF_FIRST;

	while (--attempts > 0 && us < BACKOFF_MAX)
		us *= 2;
	return us < BACKOFF_MAX ? us : BACKOFF_MAX;
}

/*
 * A name is what somebody typed who may not own the mailbox: it must not
 * carry a message or a link of theirs.
 */
static const char *
name_harmless(const char *name)
{
	if (utf8_count(name) > NAME_MAX_CHARS || strpbrk(name, "/:@<>") != NULL)
		return "";
	for (const char *p = name; (p = strchr(p, '.')) != NULL; p++)
		if (p[1] != '\0' && p[1] != ' ' && p[2] != '\0' &&
		    p[2] != '.' && p[2] != ' ')
			return "";
	return name;
}

struct args {
	struct arena *mem;
	const char *json;
	size_t n;
};

static const char *
args_find(const void *arg, const char *name)
{
	const struct args *a = arg;
	const char *p, *text;
	size_t n;

	if (!json_member(a->json, a->n, name, &p, &n) || *p == '{' || *p == '[')
		return NULL;
	if (*p != '"')
		return *p == 'n' ? "" : arena_strndup(a->mem, p, n);
	text = json_string(a->mem, p, n);
	if (text != NULL && strcmp(name, "name") == 0)
		text = name_harmless(text);
	return text;
}

/* The domain in ASCII, as servers want it; the local part untouched. */
static const char *
recipient_ascii(struct arena *mem, const char *email)
{
	const char *at = strrchr(email, '@');
	const char *domain = strrchr(email_key(mem, email), '@');

	if (at == NULL || domain == NULL)
		return email;
	return arena_printf(mem, "%.*s%s", (int)(at - email), email, domain);
}

int
mail_compose(struct ctx *cx, const struct outbox_row *row, struct message *ret,
    const char **ret_problem)
{
	static const char installed[] = CARDEA_DATADIR "/mail";
	const char *own = cx->conf->mail_template_dir;
	const char *const dirs[] = { own != NULL ? own : installed,
		own != NULL ? installed : NULL, NULL };
	struct args args = { .mem = cx->secret, .json = row->args };
	const struct template_values values = { args_find, &args };
	char *id = arena_alloc(cx->secret, ID_TEXT_MAX);
	struct rendered text;
	size_t at;

	args.n = row->args != NULL ? strlen(row->args) : 0;
	if (row->args == NULL || json_scan(row->args, args.n, &at) != JSON_OK) {
		*ret_problem = "its arguments are gone, or do not open";
		return -1;
	}
	if (template_render(cx->secret, dirs, row->locale, row->template,
		&values, &text, ret_problem) != 0)
		return -1;
	id_format("mail", &row->id, id);
	*ret = (struct message) {
		.id = id,
		.from = cx->conf->mail_from,
		.to = recipient_ascii(cx->secret, row->recipient),
		.locale = text.locale,
		.at_us = row->created_at,
		.subject = text.subject,
		.text = text.text,
		.html = text.html,
	};
	return 0;
}

const char *
mail_redact(struct arena *mem, const char *words)
{
	struct buf out;

	buf_init(&out, mem, 128);
	while (*words != '\0') {
		size_t blanks = strspn(words, " \t");
		size_t n = strcspn(words + blanks, " \t");
		const char *word = arena_strndup(mem, words + blanks, n);

		buf_put(&out, words, blanks);
		if (strchr(word, '@') != NULL || strstr(word, "//") != NULL ||
		    strstr(word, "token") != NULL)
			buf_puts(&out, "[...]");
		else
			buf_puts(&out, word);
		words += blanks + n;
	}
	for (char *c = out.p; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = *c == '\t' ? ' ' : '?';
	return out.p;
}

static enum mail_outcome
compose_and_send(struct ctx *cx, const struct transport *t,
    const struct outbox_row *row, struct buf *why)
{
	struct message message;
	const char *problem;
	struct mail mail;
	struct buf data;

	if (mail_compose(cx, row, &message, &problem) != 0) {
		log_error("mail.compose", KS("template", row->template),
		    KS("problem", problem));
		buf_puts(why, problem);
		return row->args == NULL ? MAIL_REFUSED : MAIL_LATER;
	}
	buf_init(&data, cx->secret, 16384);
	if (message_write(&message, &data) != 0) {
		buf_puts(why, "not an address that mail can go to");
		return MAIL_REFUSED;
	}
	mail = (struct mail) {
		.id = message.id,
		.from = message_address(cx->secret, message.from),
		.to = message.to,
		.data = data.p,
		.n = data.n,
	};
	return t->send(cx->conf, &mail, why);
}

static void
outcome_log(struct ctx *cx, const struct outbox_row *row, const char *event,
    const char *why)
{
	char id[ID_TEXT_MAX];

	id_format("mail", &row->id, id);
	if (why == NULL)
		log_info(event, KS("mail", id), KS("template", row->template),
		    KS("to", email_masked(cx->mem, row->recipient)),
		    KI("attempt", row->attempts),
		    KS("transport", cx->conf->mail_transport));
	else
		log_warn(event, KS("mail", id), KS("template", row->template),
		    KS("to", email_masked(cx->mem, row->recipient)),
		    KI("attempt", row->attempts), KS("why", why));
}

static int
failed(struct ctx *cx, const struct outbox_row *row, bool for_good,
    const char *why)
{
	int64_t retry_at = for_good || row->attempts >= cx->conf->mail_attempts
	    ? 0
	    : cx->now_us + mail_backoff_us(row->attempts);

	why = mail_redact(cx->secret, why);
	outcome_log(cx, row, retry_at == 0 ? "mail.dead" : "mail.failed", why);
	return outbox_failed(cx, row, why, retry_at);
}

/* Leased once too often without an end: sending it kills the sender. */
static bool
hopeless(const struct ctx *cx, const struct outbox_row *row)
{
	return row->attempts > cx->conf->mail_attempts;
}

/*
 * It is out, and only we know: whoever took the row after us would send it
 * once more. While the database is away there is nothing else to do.
 */
static int
mark_done(struct ctx *cx, const struct outbox_row *row)
{
	struct timespec nap = { 0, MARK_NAP_NS };
	char id[ID_TEXT_MAX];
	int r = outbox_done(cx, row);

	if (r <= 0)
		return r;
	id_format("mail", &row->id, id);
	log_warn("mail.unmarked", KS("mail", id));
	while (r > 0 && !stop_asked()) {
		nanosleep(&nap, NULL);
		ctx_fail_clear(cx);
		r = outbox_done(cx, row);
	}
	return r;
}

static int
row_serve(struct ctx *cx, const struct transport *t,
    const struct outbox_row *row, enum mail_outcome *ret)
{
	struct buf why;

	*ret = MAIL_REFUSED;
	if (hopeless(cx, row))
		return failed(cx, row, true, "never came to an end");
	buf_init(&why, cx->secret, 256);
	*ret = compose_and_send(cx, t, row, &why);
	cx->now_us = clock_now_us();
	if (*ret != MAIL_SENT)
		return failed(cx, row, *ret == MAIL_REFUSED, why.p);
	outcome_log(cx, row, "mail.sent", NULL);
	return mark_done(cx, row);
}

int
mail_job(struct ctx *cx, int64_t *ret_next_us)
{
	const struct transport *t = transport_find(cx->conf->mail_transport);
	int64_t lease_s = cx->conf->mail_timeout_s + LEASE_MARGIN_S;
	enum mail_outcome outcome = MAIL_SENT;
	struct outbox_row row;

	*ret_next_us = 0;
	for (int i = 0; i < BATCH && outcome != MAIL_DOWN; i++) {
		int r;

		if (stop_asked())
			break;
		cx->now_us = clock_now_us();
		r = outbox_claim(cx, "mail", lease_s, &row);
		if (r == ERR_NOT_FOUND)
			return 0;
		if (r == 0)
			r = row_serve(cx, t, &row, &outcome);
		arena_reset(cx->secret);
		if (r != 0)
			return r;
	}
	*ret_next_us = cx->now_us + (outcome == MAIL_DOWN ? DOWN_PAUSE : 0);
	return 0;
}
