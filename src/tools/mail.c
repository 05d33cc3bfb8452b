/* cardeactl mail: the mails of the outbox, waiting, sent and dead. */
#include "daemon/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/id.h"
#include "model/email.h"
#include "model/outbox.h"
#include "tools/tool.h"

#define LIST_DEFAULT 50
#define LIST_MAX     10000

/* What the commands of this file take; each uses some of it. */
struct options {
	int filter;
	int64_t limit;
	bool full, body, all_dead;
	struct uuid id;
};

static const struct {
	const char *name;
	int filter;
} filters[] = {
	{ "--pending", OUTBOX_PENDING },
	{ "--dead", OUTBOX_DEAD },
	{ "--done", OUTBOX_SENT },
};

static bool
filter_take(struct options *o, const char *arg)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strcmp(arg, filters[i].name) == 0) {
			o->filter |= filters[i].filter;
			return true;
		}
	return false;
}

static bool
limit_take(struct options *o, const char *text)
{
	char *end;
	long n = text != NULL ? strtol(text, &end, 10) : 0;

	if (n < 1 || n > LIST_MAX || *end != '\0')
		return false;
	o->limit = n;
	return true;
}

static const char *
to_text(struct arena *mem, const struct outbox_row *row, bool full)
{
	return full ? row->recipient : email_masked(mem, row->recipient);
}

static void
line_print(struct tool *t, const struct outbox_info *info, bool full)
{
	char id[ID_TEXT_MAX], created[CLOCK_TEXT_LEN + 1];

	id_format("mail", &info->row.id, id);
	clock_format(info->row.created_at, created);
	printf("%s %s %-7s %3lld  %-16s %s%s%s\n", id, created,
	    outbox_state(&t->cx, info), (long long)info->row.attempts,
	    info->row.template, to_text(t->cx.mem, &info->row, full),
	    info->last_error != NULL ? "  " : "",
	    info->last_error != NULL ? info->last_error : "");
}

static int
mail_list(struct tool *t, int argc, char **argv)
{
	struct options o = { .limit = LIST_DEFAULT };
	const struct outbox_info *items;
	struct list list;
	int r;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--full") == 0)
			o.full = true;
		else if (strcmp(argv[i], "--limit") == 0) {
			if (!limit_take(&o, argv[++i]))
				return tool_usage(tool_command(),
				    "--limit takes a number from 1 to 10000");
		} else if (!filter_take(&o, argv[i]))
			return tool_usage(tool_command(), "unknown argument");
	r = outbox_list(&t->cx, o.filter != 0 ? o.filter : OUTBOX_ALL, o.limit,
	    &list);
	if (r != 0)
		return tool_result(t, r);
	items = list.items;
	for (size_t i = 0; i < list.n; i++)
		line_print(t, &items[i], o.full);
	return EXIT_OK;
}

static void
time_print(const char *label, int64_t us)
{
	char text[CLOCK_TEXT_LEN + 1];

	if (us == 0)
		return;
	clock_format(us, text);
	printf("%-12s %s\n", label, text);
}

static int
body_print(struct tool *t, const struct outbox_row *row)
{
	struct message m;
	const char *problem;

	if (row->args == NULL) {
		tool_say("its text is gone: it is wiped once a mail is out");
		return EXIT_FAILED;
	}
	if (mail_compose(&t->cx, row, &m, &problem) != 0) {
		tool_say("%s", problem);
		return EXIT_FAILED;
	}
	printf("%-12s %s\n\n%s", "subject", m.subject, m.text);
	return EXIT_OK;
}

static int
info_print(struct tool *t, const struct outbox_info *info,
    const struct options *o)
{
	const struct outbox_row *row = &info->row;
	struct message m = { .from = t->cx.conf->mail_from };
	char id[ID_TEXT_MAX];

	id_format("mail", &row->id, id);
	m.id = id;
	printf("%-12s %s\n", "mail", id);
	printf("%-12s %s\n", "message-id", message_id(t->cx.mem, &m));
	printf("%-12s %s\n", "state", outbox_state(&t->cx, info));
	printf("%-12s %s\n", "template", row->template);
	printf("%-12s %s\n", "locale", row->locale);
	printf("%-12s %s\n", "to", to_text(t->cx.mem, row, o->full));
	printf("%-12s %lld\n", "attempts", (long long)row->attempts);
	time_print("created", row->created_at);
	time_print("next try", info->due_at);
	time_print("sent", info->done_at);
	time_print("given up", info->dead_at);
	if (info->last_error != NULL)
		printf("%-12s %s\n", "last error", info->last_error);
	return o->body ? body_print(t, row) : EXIT_OK;
}

static int
mail_show(struct tool *t, int argc, char **argv)
{
	struct options o = { 0 };
	struct outbox_info info;
	int r;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--full") == 0)
			o.full = true;
		else if (strcmp(argv[i], "--body") == 0)
			o.body = true;
		else if (id_parse("mail", argv[i], &o.id) != 0)
			return tool_usage(tool_command(),
			    "neither an option nor an id such as mail_01...");
	if (uuid_is_zero(&o.id))
		return tool_usage(tool_command(), "which one?");
	r = outbox_get(&t->cx, &o.id, &info);
	return r != 0 ? tool_result(t, r) : info_print(t, &info, &o);
}

static int
dead_retry(struct tool *t)
{
	size_t n;
	int r = outbox_retry_dead(&t->cx, &n);

	if (r == 0)
		printf("%zu %s due again\n", n, n == 1 ? "is" : "are");
	return tool_result(t, r);
}

static int
mail_retry(struct tool *t, int argc, char **argv)
{
	struct uuid id;
	int r;

	if (argc != 2)
		return tool_usage(tool_command(), "an id, or --all-dead");
	if (strcmp(argv[1], "--all-dead") == 0)
		return dead_retry(t);
	if (id_parse("mail", argv[1], &id) != 0)
		return tool_usage(tool_command(),
		    "no id such as mail_01..., and not --all-dead");
	r = outbox_retry(&t->cx, &id);
	if (r == 0)
		puts("due again");
	return tool_result(t, r);
}

const struct command mail_commands[] = {
	{
	    .name = "mail list",
	    .args = "[--pending] [--dead] [--done] [--limit N] [--full]",
	    .about = "List mails, the newest first",
	    .help = "All of them, or those in the states that are named: id, "
		    "when it was\nqueued, state, attempts, template, to whom "
		    "(masked, unless --full), the\nlast error. 50 of them, "
		    "unless --limit says otherwise.\n",
	    .needs = NEEDS_DB,
	    .run = mail_list,
	},
	{
	    .name = "mail show",
	    .args = "[--body] [--full] ID",
	    .about = "Show what is known of a mail",
	    .help = "--body adds its subject and text, links included; it can "
		    "only be had\nwhile the mail is not out.\n",
	    .needs = NEEDS_DB,
	    .run = mail_show,
	},
	{
	    .name = "mail retry",
	    .args = "ID | --all-dead",
	    .about = "Send a mail that waits or was given up",
	    .help = "It is due at once, with all its attempts before it; the "
		    "jobs process\nsends it within half a minute.\n",
	    .needs = NEEDS_DB,
	    .run = mail_retry,
	},
	{ NULL },
};
