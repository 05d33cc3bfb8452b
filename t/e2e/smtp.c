/*
 * Mails from the API that causes them through the jobs to a real server, and
 * what happens when that server is not there, says no, or when the sender is
 * killed. Time passes by shifting the clock.
 */
#include <arpa/inet.h>
#include <check.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/seal.h"
#include "daemon/jobs.h"
#include "daemon/mail.h"
#include "model/key.h"
#include "model/outbox.h"
#include "out/program.h"
#include "support/api.h"
#include "support/smtp_sink.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct api api;
static struct sink *sink;
static struct arena *mem;
static char dir[32], ca_file[64], key_file[64];
static int64_t shifted_us;
static int reserved_fd;
static char logged[65536];
static size_t logged_n;

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : ".";
}

static void
keep_log(enum log_level level, const char *line)
{
	ck_assert_msg(level < LOG_ERROR, "in the log: %s", line);
	logged_n += (size_t)snprintf(logged + logged_n,
	    sizeof(logged) - logged_n, "%s\n", line);
	ck_assert_uint_lt(logged_n, sizeof(logged));
}

/* The tests' own, so that cardeactl can read it too. */
static void
master_key_set(void)
{
	struct ctx *cx = &api.db.cx;
	const char *message = "";
	struct buf problems;

	ck_assert_msg(db_script(cx, "DELETE FROM signing_key", &message) == 0,
	    "%s", message);
	buf_init(&problems, mem, 64);
	unlink(key_file);
	ck_assert_int_eq(master_key_create(key_file, &problems), 0);
	master_key_free((struct master_key *)api.service.master);
	api.service.master = master_key_load(key_file, &problems);
	ck_assert_msg(api.service.master != NULL, "%s", problems.p);
	cx->master = api.service.master;
	ck_assert_int_eq(key_rotate(cx, false, true, NULL), 0);
}

static void
conf_set(void)
{
	struct conf *c = &api.db.conf;

	c->mail_transport = "smtp";
	c->mail_from = "Cardea <no-reply@example.org>";
	c->mail_smtp_program =
	    arena_printf(mem, "%s/cardea-mail", env("top_builddir"));
	c->mail_smtp_url = arena_printf(mem, "smtp://localhost:%d", sink->port);
	c->mail_smtp_tls = "none";
	c->mail_template_dir =
	    arena_printf(mem, "%s/conf/mail", env("top_srcdir"));
}

static void
begin(void)
{
	mem = arena_new(0);
	snprintf(dir, sizeof(dir), "/tmp/cardea-mail-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", dir);
	snprintf(key_file, sizeof(key_file), "%s/master.key", dir);
	sink = sink_start(ca_file);
	api_open(&api);
	master_key_set();
	conf_set();
	shifted_us = 0;
	logged_n = 0;
	log_set_sink(keep_log);
}

/* Whatever was logged, it held no link and no address. */
static void
end(void)
{
	ck_assert_msg(strstr(logged, "ann@") == NULL, "%s", logged);
	ck_assert_msg(strstr(logged, "token") == NULL, "%s", logged);
	api_close(&api);
	sink_stop(sink);
	unlink(ca_file);
	unlink(key_file);
	rmdir(dir);
	arena_free(mem);
}

static void
run_jobs(void)
{
	ck_assert_int_eq(jobs_run_once(&api.service, NULL), 0);
}

static void
pass_time(int64_t us)
{
	shifted_us += us;
	clock_shift_us(shifted_us);
}

/* The nth mail, oldest first, in api.db.cx's memory. */
static struct outbox_info
mail_info(size_t n)
{
	struct list list;

	ck_assert_int_eq(outbox_list(&api.db.cx, OUTBOX_ALL, 100, &list), 0);
	ck_assert_uint_lt(n, list.n);
	return ((struct outbox_info *)list.items)[list.n - 1 - n];
}

static const char *
mail_state(size_t n)
{
	struct outbox_info info = mail_info(n);

	api.db.cx.now_us = clock_now_us();
	return outbox_state(&api.db.cx, &info);
}

static void
queue(const char *to)
{
	struct ctx cx = api.db.cx;

	cx.now_us = clock_now_us();
	ck_assert_int_eq(outbox_mail(&cx, NULL, "verify-email", to, "en",
			     "{\"name\":\"Ann\",\"email\":\"e\",\"link\":\"l\","
			     "\"product_name\":\"P\",\"public_url\":\"u\","
			     "\"expires\":\"x\"}"),
	    0);
}

static void
unquote(const char *p, char *ret)
{
	for (; *p != '\0'; p++) {
		if (p[0] == '=' && p[1] == '\r') {
			p += 2;
		} else if (p[0] == '=' && isxdigit((unsigned char)p[1])) {
			*ret++ =
			    (char)strtol((char[]) { p[1], p[2], 0 }, NULL, 16);
			p += 2;
		} else {
			*ret++ = *p;
		}
	}
	*ret = '\0';
}

/* What follows a text in a mail, up to the end of its line. */
static const char *
mail_after(const struct sink_mail *m, const char *start)
{
	char *text = arena_alloc(mem, m->n + 1), *p;

	unquote(m->data, text);
	p = strstr(text, start);
	ck_assert_msg(p != NULL, "no \"%s\" in:\n%s", start, text);
	p += strlen(start);
	p[strcspn(p, "\r\n")] = '\0';
	return p;
}

/* --- the good days --- */

START_TEST(sign_up_to_verified)
{
	static const struct api_case verify[] = {
		{ "its link", "POST /api/v1/auth/email/verify", NULL,
		    "{\"token\":\"@token\"}", 200, NULL },
		{ "proven", "GET /api/v1/auth/me",
		    "Authorization: Bearer @ann_access", NULL, 200,
		    "email_verified=true" },
		{ NULL },
	};

	api_signup(&api, "ann");
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
	ck_assert_str_eq(sink->mail[0].from, "no-reply@example.org");
	ck_assert_str_eq(sink->mail[0].to, "ann@example.com");
	ck_assert_str_eq(mail_after(&sink->mail[0], "\r\nSubject: "),
	    "Confirm your e-mail address");
	ck_assert_str_eq(mail_state(0), "sent");
	api_keep("token", mail_after(&sink->mail[0], "verify-email?token="));
	api_run(&api, verify);
	run_jobs();
	pass_time(CLOCK_HOUR);
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
}
END_TEST

START_TEST(forgotten_password)
{
	static const struct api_case ask[] = {
		{ "ann", "POST /api/v1/auth/password/forgot", NULL,
		    "{\"email\":\"ann@example.com\"}", 200, NULL },
		{ "nobody", "POST /api/v1/auth/password/forgot", NULL,
		    "{\"email\":\"nobody@example.com\"}", 200, NULL },
		{ NULL },
	};
	static const struct api_case use[] = {
		{ "its link", "POST /api/v1/auth/password/reset", NULL,
		    "{\"token\":\"@token\",\"new_password\":\"Fresh-Paint-9\"}",
		    200, NULL },
		{ NULL },
	};

	api_signup(&api, "ann");
	run_jobs();
	api_run(&api, ask);
	run_jobs();
	ck_assert_int_eq(sink->n, 2);
	api_keep("token", mail_after(&sink->mail[1], "reset-password?token="));
	api_run(&api, use);
	run_jobs();
	ck_assert_int_eq(sink->n, 3);
	ck_assert_str_eq(mail_after(&sink->mail[2], "\r\nSubject: "),
	    "Your password was changed");
}
END_TEST

START_TEST(many)
{
	int64_t next_us;

	for (int i = 0; i < 25; i++)
		queue(arena_printf(mem, "u%d@example.com", i));
	ck_assert_int_eq(jobs_run_once(&api.service, &next_us), 0);
	ck_assert_int_eq(sink->n, 20);
	ck_assert_int_gt(next_us, 0);
	ck_assert_int_le(next_us, clock_now_us());
	run_jobs();
	ck_assert_int_eq(sink->n, 25);
	ck_assert_str_eq(sink->mail[24].to, "u24@example.com");
}
END_TEST

START_TEST(domain_in_ascii)
{
	queue("Ann.M@b\xc3\xbc"
	      "cher.example");
	run_jobs();
	ck_assert_str_eq(sink->mail[0].to, "Ann.M@xn--bcher-kva.example");
}
END_TEST

START_TEST(no_transport)
{
	api.db.conf.mail_transport = "none";
	queue("ann@example.com");
	run_jobs();
	ck_assert_str_eq(mail_state(0), "sent");
	ck_assert_int_eq(sink->connections, 0);
}
END_TEST

/* --- TLS and signing in --- */

static const struct {
	const char *name, *tls;
	bool offered, right_ca;
	const char *auth, *password;
	bool sent, encrypted;
	const char *why; /* in last_error */
} secured[] = {
	{ "required", "required", true, true, "", NULL, true, true, NULL },
	{ "PLAIN", "required", true, true, "PLAIN", "right", true, true, NULL },
	{ "LOGIN", "required", true, true, "LOGIN", "right", true, true, NULL },
	{ "either", "required", true, true, "LOGIN PLAIN", "right", true, true,
	    NULL },
	{ "wrong password", "required", true, true, "PLAIN", "wrong", false,
	    false, "535 5.7.8 no" },
	{ "no password", "required", true, true, "PLAIN", NULL, false, false,
	    "530 5.7.0 who are you?" },
	{ "not offered", "required", false, true, "", NULL, false, false,
	    "STARTTLS" },
	{ "of a stranger", "required", true, false, "", NULL, false, false,
	    "certificate" },
	{ "optional", "optional", true, false, "", NULL, true, true, NULL },
	{ "optional, not offered", "optional", false, false, "", NULL, true,
	    false, NULL },
	{ "none", "none", true, true, "", NULL, true, false, NULL },
	{ "none, with a password", "none", false, true, "PLAIN", "right", true,
	    false, NULL },
};

START_TEST(security)
{
	struct conf *c = &api.db.conf;

	c->mail_smtp_tls = secured[_i].tls;
	c->mail_smtp_ca_file = secured[_i].right_ca ? ca_file : NULL;
	c->mail_smtp_user = secured[_i].password != NULL ? "me" : NULL;
	c->mail_smtp_password = secured[_i].password;
	sink->starttls = secured[_i].offered;
	snprintf(sink->auth, sizeof(sink->auth), "%s", secured[_i].auth);
	snprintf(sink->password, sizeof(sink->password), "right");
	queue("ann@example.com");
	run_jobs();
	ck_assert_msg(sink->n == secured[_i].sent, "%s: %d mails, %s",
	    secured[_i].name, sink->n, logged);
	ck_assert_str_eq(mail_state(0), secured[_i].sent ? "sent" : "waiting");
	ck_assert_msg(strstr(logged, "right") == NULL, "%s", logged);
	if (secured[_i].sent) {
		ck_assert_int_eq(sink->mail[0].tls, secured[_i].encrypted);
		ck_assert_str_eq(sink->mail[0].user,
		    secured[_i].password != NULL ? "me" : "");
	} else {
		ck_assert_msg(strstr(mail_info(0).last_error,
				  secured[_i].why) != NULL,
		    "%s: %s", secured[_i].name, mail_info(0).last_error);
	}
}
END_TEST

/* --- the bad days --- */

/* A port where nobody listens, kept so that nobody does. */
static int
dead_port(void)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t n = sizeof(a);

	reserved_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(reserved_fd, (struct sockaddr *)&a, n), 0);
	ck_assert_int_eq(getsockname(reserved_fd, (struct sockaddr *)&a, &n),
	    0);
	return ntohs(a.sin_port);
}

START_TEST(server_away)
{
	int64_t queued_us = clock_now_us(), next_us;
	struct outbox_info info;

	api.db.conf.mail_smtp_url =
	    arena_printf(mem, "smtp://127.0.0.1:%d", dead_port());
	queue("ann@example.com");
	queue("bob@example.com");
	ck_assert_int_eq(jobs_run_once(&api.service, &next_us), 0);
	/* one was tried, then it saw that there is no use */
	ck_assert_int_eq(mail_info(0).row.attempts, 1);
	ck_assert_int_eq(mail_info(1).row.attempts, 0);
	ck_assert_int_ge(next_us, queued_us + 30 * CLOCK_SECOND);
	info = mail_info(0);
	ck_assert_int_ge(info.due_at, queued_us + CLOCK_MINUTE);
	ck_assert_ptr_nonnull(strstr(info.last_error, "connect"));

	conf_set();
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
	ck_assert_str_eq(sink->mail[0].to, "bob@example.com");
	pass_time(CLOCK_MINUTE);
	run_jobs();
	ck_assert_int_eq(sink->n, 2);
	ck_assert_str_eq(sink->mail[1].to, "ann@example.com");
	ck_assert_int_eq(mail_info(0).row.attempts, 2);
	ck_assert_ptr_null(mail_info(0).last_error);
	close(reserved_fd);
}
END_TEST

static const struct {
	const char *at, *reply, *drop_at, *stall_at;
	const char *state, *why;
} troubles[] = {
	{ "RCPT", "450 4.2.0 later", "", "", "waiting", "450 4.2.0 later" },
	{ "RCPT", "550 5.1.1 <ann@example.com> unknown", "", "", "dead",
	    "550 5.1.1 [...] unknown" },
	{ "DATA", "451 4.3.0 later", "", "", "waiting", "451 4.3.0 later" },
	{ "DATA", "554 5.7.1 no", "", "", "dead", "554 5.7.1 no" },
	{ ".", "452 4.3.1 full", "", "", "waiting", "452 4.3.1 full" },
	{ ".", "554 5.7.1 https://x/?token=1 is bad", "", "", "dead",
	    "554 5.7.1 [...] is bad" },
	{ ".", "554 5.7.1 \xff\x1b[1mno", "", "", "dead", "554 5.7.1 ??[1mno" },
	/* about us, not about this mail */
	{ "MAIL", "550 5.7.1 not you", "", "", "waiting", "550 5.7.1 not you" },
	{ "greeting", "554 5.7.1 not you", "", "", "waiting",
	    "554 5.7.1 not you" },
	{ "", "", "EHLO", "", "waiting", NULL },
	{ "", "", "RCPT", "", "waiting", NULL },
	{ "", "", "DATA", "", "waiting", NULL },
	{ "", "", ".", "", "waiting", NULL },
	{ "", "", "", "MAIL", "waiting", NULL },
	{ "", "", "", ".", "waiting", NULL },
};

START_TEST(trouble)
{
	snprintf(sink->fail_at, sizeof(sink->fail_at), "%s", troubles[_i].at);
	snprintf(sink->fail_reply, sizeof(sink->fail_reply), "%s",
	    troubles[_i].reply);
	snprintf(sink->drop_at, sizeof(sink->drop_at), "%s",
	    troubles[_i].drop_at);
	snprintf(sink->stall_at, sizeof(sink->stall_at), "%s",
	    troubles[_i].stall_at);
	api.db.conf.mail_timeout_s = 1;
	queue("ann@example.com");
	run_jobs();
	ck_assert_int_eq(sink->n, 0);
	ck_assert_str_eq(mail_state(0), troubles[_i].state);
	if (troubles[_i].why != NULL)
		ck_assert_str_eq(mail_info(0).last_error, troubles[_i].why);
	ck_assert_ptr_nonnull(mail_info(0).last_error);
	sink->fail_at[0] = sink->drop_at[0] = sink->stall_at[0] = '\0';
	api.db.conf.mail_timeout_s = 30;
	pass_time(CLOCK_MINUTE);
	run_jobs();
	ck_assert_int_eq(sink->n, strcmp(troubles[_i].state, "waiting") == 0);
}
END_TEST

START_TEST(one_bad_mail)
{
	snprintf(sink->fail_at, sizeof(sink->fail_at), "RCPT");
	snprintf(sink->fail_reply, sizeof(sink->fail_reply), "450 no");
	queue("ann@example.com");
	queue("bob@example.com");
	run_jobs();
	/* that did not keep the other from being tried */
	ck_assert_int_eq(mail_info(1).row.attempts, 1);
}
END_TEST

START_TEST(back_off)
{
	static const int minutes[] = { 1, 2, 4, 8, 16, 32, 64, 128, 240 };

	snprintf(sink->fail_at, sizeof(sink->fail_at), "RCPT");
	snprintf(sink->fail_reply, sizeof(sink->fail_reply), "450 no");
	queue("ann@example.com");
	for (size_t i = 0; i < N(minutes); i++) {
		int64_t wait_us = minutes[i] * CLOCK_MINUTE;

		run_jobs();
		ck_assert_int_eq(mail_info(0).row.attempts, (int64_t)i + 1);
		ck_assert_int_eq(mail_backoff_us((int64_t)i + 1), wait_us);
		/* not before */
		pass_time(
		    mail_info(0).due_at - clock_now_us() - CLOCK_MINUTE / 2);
		run_jobs();
		ck_assert_int_eq(mail_info(0).row.attempts, (int64_t)i + 1);
		pass_time(CLOCK_MINUTE / 2 + CLOCK_SECOND);
	}
	ck_assert_str_eq(mail_state(0), "waiting");
	run_jobs();
	ck_assert_str_eq(mail_state(0), "dead");
	pass_time(CLOCK_DAY);
	run_jobs();
	ck_assert_int_eq(mail_info(0).row.attempts, 10);
	ck_assert_int_eq(sink->n, 0);
}
END_TEST

/* --- killed --- */

static void
jobs_in_child(void)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		db_free(api.service.db);
		api.service.db = db_new(&api.db.conf);
		sink->kill_pid = getpid();
		(void)jobs_run_once(&api.service, NULL);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	sink->kill_pid = 0;
}

/* The server has it, we do not know: it goes out again, the very same. */
START_TEST(killed_before_done)
{
	queue("ann@example.com");
	jobs_in_child();
	ck_assert_int_eq(sink->n, 1);
	ck_assert_str_eq(mail_state(0), "sending");
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
	pass_time((api.db.conf.mail_timeout_s + 61) * CLOCK_SECOND);
	ck_assert_str_eq(mail_state(0), "waiting");
	run_jobs();
	ck_assert_int_eq(sink->n, 2);
	ck_assert_str_eq(mail_state(0), "sent");
	ck_assert_str_eq(mail_after(&sink->mail[0], "\r\nMessage-ID: "),
	    mail_after(&sink->mail[1], "\r\nMessage-ID: "));
	ck_assert_str_eq(sink->mail[0].data, sink->mail[1].data);
}
END_TEST

/* A mail that kills whoever sends it is given up in the end. */
START_TEST(killer)
{
	api.db.conf.mail_attempts = 2;
	queue("ann@example.com");
	for (int i = 0; i < 2; i++) {
		jobs_in_child();
		pass_time(CLOCK_HOUR);
	}
	run_jobs();
	ck_assert_str_eq(mail_state(0), "dead");
	ck_assert_int_eq(sink->n, 2);
}
END_TEST

/* Who lost the lease cannot undo what its new holder did. */
START_TEST(late_failure)
{
	struct ctx cx = api.db.cx;
	struct outbox_row row;

	queue("ann@example.com");
	cx.now_us = clock_now_us();
	ck_assert_int_eq(outbox_claim(&cx, "mail", 60, &row), 0);
	pass_time(2 * CLOCK_MINUTE);
	run_jobs();
	ck_assert_str_eq(mail_state(0), "sent");
	ck_assert_int_eq(outbox_failed(&cx, &row, "late", cx.now_us), 0);
	ck_assert_str_eq(mail_state(0), "sent");
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
}
END_TEST

START_TEST(arguments_that_do_not_open)
{
	queue("ann@example.com");
	master_key_set();
	/* it is an error, and so it is logged */
	log_set_sink(NULL);
	log_set_level((enum log_level)(LOG_ERROR + 1));
	run_jobs();
	log_set_level(LOG_INFO);
	ck_assert_str_eq(mail_state(0), "dead");
	ck_assert_str_eq(mail_info(0).last_error,
	    "its arguments are gone, or do not open");
	ck_assert_int_eq(sink->n, 0);
}
END_TEST

/* --- cardeactl --- */

static const char *
ctl(int want, const char *verb, const char *a, const char *b)
{
	const char *program =
	    arena_printf(mem, "%s/cardeactl", env("top_builddir"));
	const char *conf = arena_printf(mem, "%s/c", dir);
	const char *argv[] = { program, "-c", conf, "mail", verb, a, b, NULL };
	FILE *f = fopen(conf, "w");
	struct buf said;

	ck_assert_ptr_nonnull(f);
	fprintf(f,
	    "db_socket = %s\ndb_user = %s\ndb_name = %s\n"
	    "master_key_file = %s\nmail_template_dir = %s\n",
	    api.db.conf.db_socket, api.db.conf.db_user, api.db.conf.db_name,
	    key_file, api.db.conf.mail_template_dir);
	ck_assert_int_eq(fclose(f), 0);
	buf_init(&said, mem, 256);
	ck_assert_msg(program_run(argv, "", 0, 60, &said) == want, "%s",
	    said.p);
	unlink(conf);
	return said.p;
}

static const char *
dead_letter(void)
{
	struct outbox_info info;
	char id[ID_TEXT_MAX];

	snprintf(sink->fail_at, sizeof(sink->fail_at), "RCPT");
	snprintf(sink->fail_reply, sizeof(sink->fail_reply), "550 gone");
	queue("ann@example.com");
	run_jobs();
	sink->fail_at[0] = '\0';
	info = mail_info(0);
	id_format("mail", &info.row.id, id);
	return arena_strdup(mem, id);
}

START_TEST(dead_and_revived)
{
	const char *id = dead_letter(), *said;

	said = ctl(0, "list", "--dead", NULL);
	ck_assert_msg(strstr(said, id) != NULL, "%s", said);
	ck_assert_msg(strstr(said, " dead ") != NULL, "%s", said);
	ck_assert_msg(strstr(said, "a..@example.com") != NULL, "%s", said);
	ck_assert_msg(strstr(said, "ann@example.com") == NULL, "%s", said);
	said = ctl(0, "list", "--full", NULL);
	ck_assert_msg(strstr(said, "ann@example.com") != NULL, "%s", said);
	ck_assert_str_eq(ctl(0, "list", "--pending", NULL), "");
	ck_assert_str_eq(ctl(0, "show", id, NULL), "last error   550 gone");
	said = ctl(0, "show", "--body", id);
	ck_assert_msg(strstr(said, "automatically") != NULL, "%s", said);

	ck_assert_str_eq(ctl(0, "retry", id, NULL), "due again");
	ck_assert_str_eq(mail_state(0), "waiting");
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
	ck_assert_ptr_nonnull(
	    strstr(mail_after(&sink->mail[0], "\r\nMessage-ID: "), id));
	ck_assert_msg(strstr(ctl(0, "list", "--done", NULL), id) != NULL, "-");
	(void)ctl(1, "show", "--body", id);
	(void)ctl(1, "retry", id, NULL);
}
END_TEST

START_TEST(all_revived)
{
	(void)dead_letter();
	ck_assert_str_eq(ctl(0, "retry", "--all-dead", NULL), "1 is due again");
	ck_assert_str_eq(ctl(0, "retry", "--all-dead", NULL),
	    "0 are due again");
	run_jobs();
	ck_assert_int_eq(sink->n, 1);
}
END_TEST

START_TEST(wrong_use)
{
	(void)ctl(2, "show", NULL, NULL);
	(void)ctl(2, "show", "usr_1", NULL);
	(void)ctl(2, "retry", NULL, NULL);
	(void)ctl(2, "list", "--limit", "0");
	(void)ctl(2, "list", "--limit", NULL);
	(void)ctl(2, "list", "--none", NULL);
	(void)ctl(1, "show", "mail_00000000000000000000000001", NULL);
	(void)ctl(1, "retry", "mail_00000000000000000000000001", NULL);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s = suite_create("smtp");
	TCase *c = tcase_create("smtp");
	SRunner *runner;
	int failed;

	(void)argc;
	testdb_need_server(argv);
	tcase_add_checked_fixture(c, begin, end);
	tcase_set_timeout(c, 120);
	tcase_add_test(c, sign_up_to_verified);
	tcase_add_test(c, forgotten_password);
	tcase_add_test(c, many);
	tcase_add_test(c, domain_in_ascii);
	tcase_add_test(c, no_transport);
	tcase_add_loop_test(c, security, 0, (int)N(secured));
	tcase_add_test(c, server_away);
	tcase_add_loop_test(c, trouble, 0, (int)N(troubles));
	tcase_add_test(c, one_bad_mail);
	tcase_add_test(c, back_off);
	tcase_add_test(c, killed_before_done);
	tcase_add_test(c, killer);
	tcase_add_test(c, late_failure);
	tcase_add_test(c, arguments_that_do_not_open);
	tcase_add_test(c, dead_and_revived);
	tcase_add_test(c, all_revived);
	tcase_add_test(c, wrong_use);
	suite_add_tcase(s, c);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
