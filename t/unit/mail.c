/* Messages, templates and the transports that need no server. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "daemon/mail.h"
#include "model/outbox.h"
#include "out/message.h"
#include "out/program.h"
#include "out/runner.h"
#include "out/template.h"
#include "out/transport.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct arena *mem;
static char dir[32];

static void
set_up(void)
{
	mem = arena_new(0);
	snprintf(dir, sizeof(dir), "/tmp/cardea-mail-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
tear_down(void)
{
	arena_free(mem);
	rmdir(dir);
}

/* --- messages --- */

static struct message
message(void)
{
	return (struct message) {
		.id = "mail_1",
		.from = "no-reply@example.org",
		.to = "ann@example.com",
		.locale = "en",
		.at_us = INT64_C(1763289000) * CLOCK_SECOND,
		.subject = "Hello",
		.text = "One\n\nTwo\n",
	};
}

/* Lines end with CRLF and are short; all is ASCII; no header twice. */
static void
well_formed(const char *p)
{
	const char *head_end = strstr(p, "\r\n\r\n"), *start = p;

	ck_assert_ptr_nonnull(head_end);
	for (; *p != '\0'; p++) {
		ck_assert_msg((uint8_t)*p < 0x80, "not ASCII: %s", start);
		if (*p == '\r')
			ck_assert_msg(p[1] == '\n', "bare CR: %s", start);
		if (*p == '\n') {
			ck_assert_msg(p[-1] == '\r', "bare LF: %s", start);
			start = p + 1;
			ck_assert_int_ne(*start, '.');
		}
		ck_assert_msg(p - start <= 78, "long line: %.100s", start);
	}
}

static const char *
written(const struct message *m)
{
	struct buf out;

	buf_init(&out, mem, 1024);
	ck_assert_int_eq(message_write(m, &out), 0);
	ck_assert_uint_eq(strlen(out.p), out.n);
	well_formed(out.p);
	return out.p;
}

/* The value of a header with its folds; fails when it is there twice. */
static const char *
header(const char *text, const char *name)
{
	const char *start = arena_printf(mem, "\r\n%s: ", name);
	const char *p, *end;

	text = arena_printf(mem, "\r\n%s", text);
	text = arena_strndup(mem, text,
	    (size_t)(strstr(text, "\r\n\r\n") - text + 2));
	p = strstr(text, start);
	ck_assert_msg(p != NULL, "no %s in %s", name, text);
	p += strlen(start);
	ck_assert_msg(strstr(p, start) == NULL, "%s twice: %s", name, text);
	end = strstr(p, "\r\n");
	while (end[2] == ' ')
		end = strstr(end + 2, "\r\n");
	return arena_strndup(mem, p, (size_t)(end - p));
}

START_TEST(message_whole)
{
	struct message m = message();

	m.html = "<p class=\"x\">Gr\xc3\xbc\xc3\x9f"
		 "e</p>\n";
	ck_assert_str_eq(written(&m),
	    "Date: Sun, 16 Nov 2025 10:30:00 +0000\r\n"
	    "From: no-reply@example.org\r\n"
	    "To: ann@example.com\r\n"
	    "Subject: Hello\r\n"
	    "Message-ID: <mail_1@example.org>\r\n"
	    "Content-Language: en\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_mail_1\"\r\n"
	    "\r\n"
	    "--=_mail_1\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "One\r\n\r\nTwo\r\n"
	    "\r\n"
	    "--=_mail_1\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "<p class=3D\"x\">Gr=C3=BC=C3=9Fe</p>\r\n"
	    "\r\n"
	    "--=_mail_1--\r\n");
}
END_TEST

#define Q(text) "=?UTF-8?Q?" text "?="

static const struct {
	const char *subject, *want;
} subjects[] = {
	{ "Hello, you", "Hello, you" },
	{ "", "" },
	{ "Gr\xc3\xbc\xc3\x9f"
	  "e an Ann",
	    Q("Gr=C3=BC=C3=9Fe_an_Ann") },
	{ "=?UTF-8?Q?x?=", Q("=3D=3FUTF=2D8=3FQ=3Fx=3F=3D") },
	{ " blanks ", Q("_blanks_") },
	{ "a\r\nBcc: b@example.org", Q("a__Bcc=3A_b=40example=2Eorg") },
	{ "a\nb\tc\x7f", Q("a_b_c_") },
	{ "a\xc2\x85"
	  "b\xe2\x80\xa8"
	  "c",
	    Q("a_b_c") },
	{ "broken \xff\xc3", Q("broken_=EF=BF=BD=EF=BF=BD") },
	/* folded between characters, never inside one */
	{ "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
	  "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac",
	    Q("=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC=E2=82=AC") "\r\n " Q(
		"=E2=82=AC=E2=82=AC") },
};

START_TEST(subject)
{
	struct message m = message();

	m.subject = subjects[_i].subject;
	ck_assert_str_eq(header(written(&m), "Subject"), subjects[_i].want);
}
END_TEST

START_TEST(subject_long)
{
	struct message m = message();
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	m.subject = text;
	(void)written(&m);
	text[67] = '\0';
	ck_assert_str_eq(header(written(&m), "Subject"), text);
}
END_TEST

static const struct {
	const char *from, *want, *address;
} senders[] = {
	{ "a@b.example", "a@b.example", "a@b.example" },
	{ "Cardea <a@b>", "\"Cardea\"\r\n <a@b>", "a@b" },
	{ "<a@b>", "a@b", "a@b" },
	{ "\"X, Y\" <a@b>", "\"X, Y\"\r\n <a@b>", "a@b" },
	{ "X \\ \"Y\" Z <a@b>", "\"X \\\\ \\\"Y\\\" Z\"\r\n <a@b>", "a@b" },
	{ "J\xc3\xbcrgen <a@b>", Q("J=C3=BCrgen") "\r\n <a@b>", "a@b" },
	{ "X\r\nBcc: y <a@b>", Q("X__Bcc=3A_y") "\r\n <a@b>", "a@b" },
};

START_TEST(sender)
{
	struct message m = message();

	m.from = senders[_i].from;
	ck_assert_str_eq(header(written(&m), "From"), senders[_i].want);
	ck_assert_str_eq(message_address(mem, m.from), senders[_i].address);
}
END_TEST

static const char *const bad_addresses[] = {
	"",
	"ann",
	"@b",
	"a@",
	"a@b@c",
	"a@b\r\nBcc: c@d",
	"a@b\n",
	"a b@c",
	"a@b c",
	"a@b>,<c@d",
	"a@b,c@d",
	"\"a\"@b",
	"a@b;c",
	"a@b\x7f",
	"a@b\xc3\xbc",
	"\xff@b",
};

START_TEST(address_refused)
{
	struct message m = message();
	struct buf out;

	buf_init(&out, mem, 64);
	m.to = bad_addresses[_i];
	ck_assert_int_eq(message_write(&m, &out), -1);
	m = message();
	m.from = arena_printf(mem, "X <%s>", bad_addresses[_i]);
	if (strchr(bad_addresses[_i], '>') == NULL)
		ck_assert_int_eq(message_write(&m, &out), -1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

/* RFC 6532: only the local part may need it. */
START_TEST(address_international)
{
	struct message m = message();
	struct buf out;

	buf_init(&out, mem, 64);
	m.to = "j\xc3\xbcrgen@example.com";
	ck_assert_int_eq(message_write(&m, &out), 0);
	ck_assert_str_eq(header(out.p, "To"), m.to);
}
END_TEST

/* Undoes quoted-printable; CRLF becomes \n. */
static const char *
body(const char *text)
{
	const char *p = strstr(text, "\r\n\r\n") + 4;
	char *ret = arena_alloc(mem, strlen(p) + 1), *to = ret;

	for (; *p != '\0'; p++) {
		char hex[3] = { p[0] == '=' ? p[1] : '0',
			p[0] == '=' ? p[2] : '0' };

		if (*p == '\r')
			continue;
		if (p[0] == '=' && p[1] == '\r') {
			p += 2;
			continue;
		}
		*to++ = *p == '=' ? (char)strtol(hex, NULL, 16) : *p;
		p += *p == '=' ? 2 : 0;
	}
	return ret;
}

static const char *const bodies[] = {
	"\n",
	"a\n",
	"a = b\n",
	".\n..\n.x\n",
	"From me\nFor you\n",
	"a \nb\t\n \n\tc\n",
	"-- \nfooter\n",
	"\xe2\x82\xac\xf0\x9f\x98\x80\n",
	"a\x01\x7f\n",
	"not \xff text\n",
};

START_TEST(body_returns)
{
	struct message m = message();

	m.text = bodies[_i];
	ck_assert_str_eq(body(written(&m)), bodies[_i]);
}
END_TEST

START_TEST(body_any_length)
{
	static const char *const fill[] = { "x", "=", "\xc3\xbc",
		"\xf0\x9f\x98\x80", " ", "." };

	for (size_t f = 0; f < N(fill); f++)
		for (int n = 1; n < 160; n++) {
			struct message m = message();
			struct buf b;

			buf_init(&b, mem, 1024);
			for (int i = 0; i < n; i++)
				buf_puts(&b, fill[f]);
			buf_puts(&b, "\nend\n");
			m.text = b.p;
			ck_assert_str_eq(body(written(&m)), b.p);
		}
}
END_TEST

START_TEST(body_without_newline)
{
	struct message m = message();

	m.text = "end";
	ck_assert_str_eq(body(written(&m)), "end\n");
}
END_TEST

/* --- templates --- */

/* Pairs of name and value, NULL at the end. */
static const char *
pairs_find(const void *arg, const char *name)
{
	const char *const *p = arg;

	for (; *p != NULL; p += 2)
		if (strcmp(p[0], name) == 0)
			return p[1];
	return NULL;
}

static const char *const some[] = { "a", "A & <b>'\"", "b", "B", "none", "",
	"lines", "x\r\ny\x1bz", NULL };

static const struct {
	const char *source;
	bool html;
	const char *want, *problem;
} fills[] = {
	{ "plain", false, "plain", NULL },
	{ "", false, "", NULL },
	{ "{{a}}", false, "A & <b>'\"", NULL },
	{ "{{a}}", true, "A &amp; &lt;b&gt;&#39;&quot;", NULL },
	{ "{ {{b}} }", true, "{ B }", NULL },
	{ "{{lines}}", false, "x  y z", NULL },
	{ "{{lines}}", true, "x  y z", NULL },
	{ "[{{none}}]", false, "[]", NULL },
	{ "{{#b}}<{{b}}>{{/b}}", true, "<B>", NULL },
	{ "{{#none}}{{b}}{{/none}}.", false, ".", NULL },
	{ "{{^none}}{{b}}{{/none}}.", false, "B.", NULL },
	{ "{{^b}}x{{/b}}.", false, ".", NULL },
	{ "{{#b}}1{{#none}}2{{/none}}3{{/b}}", false, "13", NULL },
	{ "{{#none}}1{{#b}}2{{/b}}3{{/none}}", false, "", NULL },
	{ "{{c}}", false, NULL, "unknown: {{c}}" },
	{ "{{#none}}{{c}}{{/none}}", false, NULL, "unknown: {{c}}" },
	{ "{{#c}}{{/c}}", false, NULL, "unknown: {{c}}" },
	{ "{{a", false, NULL, "malformed: {{a}}" },
	{ "{{}}", false, NULL, "malformed: {{}}" },
	{ "{{ a }}", false, NULL, "malformed: {{ a }}" },
	{ "{{A}}", false, NULL, "malformed: {{A}}" },
	{ "{{{a}}}", false, NULL, "malformed: {{{a}}" },
	{ "{{#b}}x", false, NULL, "not closed: {{b}}" },
	{ "{{/b}}", false, NULL, "not opened: {{b}}" },
	{ "{{#b}}{{/a}}", false, NULL, "not opened: {{a}}" },
	{ "{{content}}", true, NULL, "unknown: {{content}}" },
	{ "{{#b}}{{#b}}{{#b}}{{#b}}{{#b}}{{#b}}{{#b}}{{#b}}{{#b}}", false, NULL,
	    "nested too deep: {{b}}" },
};

START_TEST(filled)
{
	const struct template_values values = { pairs_find, some };
	const char *problem = NULL;
	struct buf out;
	int r;

	buf_init(&out, mem, 64);
	r = template_fill(fills[_i].source, fills[_i].html, &values, &out,
	    &problem);
	if (fills[_i].want != NULL) {
		ck_assert_msg(r == 0, "%s: %s", fills[_i].source, problem);
		ck_assert_str_eq(out.p, fills[_i].want);
	} else {
		ck_assert_msg(r == -1, "%s gave %s", fills[_i].source, out.p);
		ck_assert_str_eq(problem, fills[_i].problem);
	}
}
END_TEST

static const char *
shipped(void)
{
	const char *top = getenv("top_srcdir");

	return arena_printf(mem, "%s/conf/mail", top != NULL ? top : ".");
}

/* All that flow/mail.c gives; its facts are there or not. */
#define ARGS(fact)                                                             \
	"name", (fact), "email", "ann@example.com", "link",                    \
	    "https://x.example/verify?token=T&x", "product_name", "P&Q",       \
	    "public_url", "https://x.example", "time", "2025-11-16 10:30 UTC", \
	    "expires", "2025-11-18 10:30 UTC", "device", (fact), "location",   \
	    (fact), "ip_address", (fact), "new_email", (fact), NULL

static const char *const full[] = { ARGS("<F&F>") };
static const char *const bare[] = { ARGS("") };

static const struct {
	const char *name;
	bool link, facts;
} names[] = {
	{ "verify-email", true, true },
	{ "reset-password", true, true },
	{ "account-exists", false, true },
	{ "new-device", false, true },
	{ "password-changed", false, true },
	{ "email-changed", false, true },
};

static void
shipped_check(const char *locale, size_t i, const char *const *args)
{
	const char *const dirs[] = { shipped(), NULL };
	const struct template_values values = { pairs_find, args };
	struct rendered r;
	const char *problem = "";

	ck_assert_msg(template_render(mem, dirs, locale, names[i].name, &values,
			  &r, &problem) == 0,
	    "%s", problem);
	ck_assert_str_eq(r.locale, locale);
	ck_assert_msg(strlen(r.subject) > 5, "%s", r.subject);
	ck_assert_ptr_nonnull(r.html);
	ck_assert_ptr_nonnull(strstr(r.html, "<!DOCTYPE html>"));
	ck_assert_ptr_nonnull(strstr(r.html, "P&amp;Q"));
	ck_assert_ptr_nonnull(strstr(r.text, "P&Q"));
	ck_assert_ptr_null(strstr(r.html, "<F&F>"));
	ck_assert_ptr_null(strstr(r.text, "\n\n\n"));
	ck_assert(args != full || strstr(r.html, "&lt;F&amp;F&gt;") != NULL);
	ck_assert(args != full || strstr(r.text, "<F&F>") != NULL);
	ck_assert((strstr(r.html, "token=T&amp;x\"") != NULL) == names[i].link);
	ck_assert((strstr(r.text, "\nhttps://x.example/verify?token=T&x\n") !=
		      NULL) == names[i].link);
	for (const char *p = r.text; *p != '\0'; p += strcspn(p, "\n") + 1)
		ck_assert_msg(strcspn(p, "\n") <= 100, "%s", p);
}

START_TEST(all_shipped)
{
	for (size_t i = 0; i < N(names); i++) {
		shipped_check("en", i, full);
		shipped_check("en", i, bare);
		shipped_check("de", i, full);
		shipped_check("de", i, bare);
	}
}
END_TEST

static void
file_make(const char *name, const char *text)
{
	const char *path = arena_printf(mem, "%s/%s", dir, name);
	FILE *f;

	for (char *p = strchr(path + strlen(dir) + 1, '/'); p != NULL;
	     p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(path, 0700);
		*p = '/';
	}
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static void
dir_clear(void)
{
	const char *argv[] = { "/bin/rm", "-rf", dir, NULL };
	struct buf said;

	buf_init(&said, mem, 64);
	ck_assert_int_eq(program_run(argv, "", 0, 60, &said), 0);
}

/* own/ goes before all/, and a closer locale before that. */
static const struct {
	const char *locale, *name, *want;
} lookups[] = {
	{ "en", "x", "own en" },
	{ "en-US", "x", "own en" },
	{ "de", "x", "all de" },
	{ "de-AT", "x", "own de-AT" },
	{ "de-CH", "x", "all de" },
	{ "fr", "x", "own en" },
	{ "", "x", "own en" },
	{ "../own/de-AT", "x", "own en" },
	{ "de/../de-AT", "x", "own en" },
	{ "en", "y", "all y" },
	{ "de-AT", "y", "all y" },
	{ "en", "z", NULL },
	{ "en", "../en/x", NULL },
	{ "en", "", NULL },
};

START_TEST(lookup)
{
	const char *const dirs[] = { arena_printf(mem, "%s/own", dir),
		arena_printf(mem, "%s/all", dir), NULL };
	const struct template_values values = { pairs_find, some };
	struct rendered r;
	const char *problem = NULL;

	file_make("own/en/x.txt", "Subject: own en\n\n.\n");
	file_make("own/de-AT/x.txt", "Subject: own de-AT\n\n.\n");
	file_make("all/en/x.txt", "Subject: all en\n\n.\n");
	file_make("all/de/x.txt", "Subject: all de\n\n.\n");
	file_make("all/en/y.txt", "Subject: all y\n\n.\n");
	if (template_render(mem, dirs, lookups[_i].locale, lookups[_i].name,
		&values, &r, &problem) == 0)
		ck_assert_str_eq(r.subject, lookups[_i].want);
	else
		ck_assert_msg(lookups[_i].want == NULL, "%s", problem);
	dir_clear();
}
END_TEST

static const struct {
	const char *text, *html, *layout;
	const char *want_html, *problem;
} layouts[] = {
	{ "Subject: {{b}}\n\nt\n", NULL, "L", NULL, NULL },
	{ "Subject: s\r\n\r\nt\r\n", "<p>{{a}}</p>", NULL,
	    "<p>A &amp; &lt;b&gt;&#39;&quot;</p>", NULL },
	{ "Subject: {{a}}\n\nt\n", "{{b}}",
	    "<{{lang}}|{{subject}}|{{content}}>",
	    "<en|A &amp; &lt;b&gt;&#39;&quot;|B>", NULL },
	{ "Subject: s\n\nt\n", "<!DOCTYPE html>x", "L{{content}}",
	    "<!DOCTYPE html>x", NULL },
	{ "s\n\nt\n", NULL, NULL, NULL,
	    "en/x.txt: it has to start with \"Subject: \", one line, and an "
	    "empty line" },
	{ "Subject: s\nX: y\n\nt\n", NULL, NULL, NULL,
	    "en/x.txt: it has to start with \"Subject: \", one line, and an "
	    "empty line" },
	{ "Subject: s\n", NULL, NULL, NULL,
	    "en/x.txt: it has to start with \"Subject: \", one line, and an "
	    "empty line" },
	{ "Subject: {{x}}\n\nt\n", NULL, NULL, NULL,
	    "en/x.txt: unknown: {{x}}" },
	{ "Subject: s\n\nt\n", "{{x}}", NULL, NULL,
	    "en/x.html: unknown: {{x}}" },
	{ "Subject: s\n\nt\n", "x", "{{y}}", NULL,
	    "en/layout.html: unknown: {{y}}" },
};

START_TEST(layout)
{
	const char *const dirs[] = { dir, NULL };
	const struct template_values values = { pairs_find, some };
	struct rendered r;
	const char *problem = NULL;
	int result;

	file_make("en/x.txt", layouts[_i].text);
	if (layouts[_i].html != NULL)
		file_make("en/x.html", layouts[_i].html);
	if (layouts[_i].layout != NULL)
		file_make("en/layout.html", layouts[_i].layout);
	result = template_render(mem, dirs, "en", "x", &values, &r, &problem);
	if (layouts[_i].problem != NULL) {
		ck_assert_int_eq(result, -1);
		ck_assert_str_eq(problem, layouts[_i].problem);
	} else {
		ck_assert_msg(result == 0, "%s", problem);
		ck_assert_str_eq(r.text, "t\n");
		ck_assert_pstr_eq(r.html, layouts[_i].want_html);
	}
	dir_clear();
}
END_TEST

/* --- words of servers --- */

static const struct {
	const char *words, *want;
} redactions[] = {
	{ "550 5.1.1 no", "550 5.1.1 no" },
	{ "550 <ann@example.com>: no", "550 [...] no" },
	{ "554 see https://x.example/?a", "554 see [...]" },
	{ "554 in verify-email?token=abc ", "554 in [...] " },
	{ "a\tb\x1b[0m\xff", "a b?[0m?" },
	{ "", "" },
};

START_TEST(redaction)
{
	ck_assert_str_eq(mail_redact(mem, redactions[_i].words),
	    redactions[_i].want);
}
END_TEST

/* --- transports --- */

static const struct mail a_mail = {
	.id = "mail_1",
	.from = "-f@example.org",
	.to = "-t@example.com",
	.data = "Subject: x\r\n\r\n.\r\nend\r\n",
	.n = 22,
};

static const char *
file_text(const char *name)
{
	const char *path = arena_printf(mem, "%s/%s", dir, name);
	char *text = arena_alloc(mem, 4096);
	FILE *f = fopen(path, "r");

	ck_assert_msg(f != NULL, "%s is not there", path);
	text[fread(text, 1, 4095, f)] = '\0';
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(spool)
{
	struct conf conf = { .mail_spool_dir =
				 arena_printf(mem, "%s/new", dir) };
	const struct transport *t = transport_find("spool");
	struct buf why;

	buf_init(&why, mem, 64);
	for (int i = 0; i < 2; i++) {
		ck_assert_msg(t->send(&conf, &a_mail, &why) == MAIL_SENT, "%s",
		    why.p);
		ck_assert_str_eq(file_text("new/mail_1.eml"), a_mail.data);
	}
	/* nothing else was left behind */
	unlink(arena_printf(mem, "%s/new/mail_1.eml", dir));
	ck_assert_int_eq(rmdir(conf.mail_spool_dir), 0);

	conf.mail_spool_dir = arena_printf(mem, "%s/a/b", dir);
	ck_assert_int_eq(t->send(&conf, &a_mail, &why), MAIL_DOWN);
	ck_assert_str_eq(why.p,
	    arena_printf(mem,
		"mail_spool_dir %s/a/b: No such file or directory", dir));
}
END_TEST

static void
program_make(const char *text)
{
	file_make("sendmail", arena_printf(mem, "#!/bin/sh\n%s\n", text));
	ck_assert_int_eq(chmod(arena_printf(mem, "%s/sendmail", dir), 0700), 0);
}

static enum mail_outcome
sendmail(const char *script, struct buf *why)
{
	struct conf conf = { .mail_sendmail =
				 arena_printf(mem, "%s/sendmail", dir),
		.mail_timeout_s = 1 };

	buf_init(why, mem, 64);
	if (script != NULL)
		program_make(script);
	return transport_find("sendmail")->send(&conf, &a_mail, why);
}

/* The odd ones of a loop have a runner start their programs. */
static void
runner_maybe(int i)
{
	const struct transport *t = transport_find("sendmail");
	const struct runner_terms terms = {
		.program = arena_printf(mem, "%s/sendmail", dir),
		.args = t->args,
	};

	if (i % 2 == 1)
		ck_assert_int_eq(runner_start(&terms), 0);
}

START_TEST(sendmail_gets_it)
{
	struct buf why;

	runner_maybe(_i);
	ck_assert_int_eq(setenv("SECRET", "s", 1), 0);
	ck_assert_int_eq(sendmail("cd ${0%/*}; cat >in; echo \"$@\" >args; "
				  "env >env; ls /proc/self/fd >fds",
			     &why),
	    MAIL_SENT);
	ck_assert_str_eq(file_text("in"), "Subject: x\n\n.\nend\n");
	ck_assert_str_eq(file_text("args"),
	    "-i -f -f@example.org -- -t@example.com\n");
	ck_assert_ptr_null(strstr(file_text("env"), "SECRET"));
	/* its own three and the folder it reads */
	ck_assert_str_eq(file_text("fds"), "0\n1\n2\n3\n");
	runner_stop();
	dir_clear();
}
END_TEST

static const struct {
	const char *script;
	enum mail_outcome want;
	const char *why;
} sendmails[] = {
	{ "echo fine; exit 0", MAIL_SENT, NULL },
	{ "exit 75", MAIL_LATER, "/sendmail: said nothing" },
	{ "echo one; echo two >&2; echo; exit 67", MAIL_REFUSED, "two" },
	{ "echo no such host; exit 68", MAIL_REFUSED, "no such host" },
	{ "echo full; exit 69", MAIL_DOWN, "full" },
	{ "exit 1", MAIL_DOWN, "/sendmail: said nothing" },
	{ "kill -9 $$", MAIL_LATER, "/sendmail: was killed" },
	{ "sleep 600", MAIL_LATER, "/sendmail: took too long" },
	/* who stays behind with our output delays nothing */
	{ "sleep 600 & echo $! >${0%/*}/pid; exit 75", MAIL_LATER,
	    "/sendmail: said nothing" },
	{ NULL, MAIL_DOWN, "No such file or directory" },
};

START_TEST(sendmail_ends)
{
	int n = _i / 2;
	struct buf why;

	runner_maybe(_i);
	ck_assert_int_eq(sendmail(sendmails[n].script, &why),
	    sendmails[n].want);
	if (sendmails[n].why != NULL)
		ck_assert_msg(strstr(why.p, sendmails[n].why) != NULL, "%s",
		    why.p);
	if (access(arena_printf(mem, "%s/pid", dir), F_OK) == 0)
		kill((pid_t)strtol(file_text("pid"), NULL, 10), SIGKILL);
	runner_stop();
	dir_clear();
}
END_TEST

/* What a runner was not started for, and what must not kill it. */
static const struct {
	const char *argv[10];
	int code;
} orders[] = {
	{ { "/bin/echo", "-n", "x" }, 0 },
	{ { "/bin/echo", "-n", "" }, 0 },
	{ { "/bin/sh", "-n", "x" }, PROGRAM_FAILED },
	{ { "/bin/echo", "-e", "x" }, PROGRAM_FAILED },
	{ { "/bin/echo", "-n" }, PROGRAM_FAILED },
	{ { "/bin/echo" }, PROGRAM_FAILED },
	{ { "/bin/echo", "-n", "x", "y" }, PROGRAM_FAILED },
	{ { "/bin/echo", "1", "2", "3", "4", "5", "6", "7", "8" },
	    PROGRAM_FAILED },
};

START_TEST(runner_refuses)
{
	static const char *const args[] = { "-n", runner_any, NULL };
	static const char *const good[] = { "/bin/echo", "-n", "fine", NULL };
	const struct runner_terms terms = { .program = "/bin/echo",
		.args = args };
	struct buf said;

	buf_init(&said, mem, 64);
	ck_assert_int_eq(runner_start(&terms), 0);
	ck_assert_int_eq(program_run(orders[_i].argv, "", 0, 9, &said),
	    orders[_i].code);
	ck_assert(!runner_lost());
	buf_init(&said, mem, 64);
	ck_assert_int_eq(program_run(good, "", 0, 9, &said), 0);
	ck_assert_str_eq(said.p, "fine");
	runner_stop();
	ck_assert(!runner_active());
}
END_TEST

static void
die(void *arg)
{
	(void)arg;
	_exit(1);
}

START_TEST(runner_dies)
{
	static const char *const args[] = { NULL };
	static const char *const argv[] = { "/bin/true", NULL };
	const struct runner_terms terms = { .program = "/bin/true",
		.args = args,
		.shed = die };
	struct buf said;

	buf_init(&said, mem, 64);
	ck_assert_int_eq(runner_start(&terms), 0);
	ck_assert_int_eq(program_run(argv, "", 0, 9, &said), PROGRAM_FAILED);
	ck_assert(runner_lost());
	runner_stop();
}
END_TEST

START_TEST(other_transports)
{
	struct conf conf = { .mail_smtp_program = "/nonexistent",
		.mail_smtp_url = "smtp://localhost",
		.mail_smtp_tls = "none" };
	struct buf why;

	buf_init(&why, mem, 64);
	ck_assert_int_eq(transport_find("none")->send(&conf, &a_mail, &why),
	    MAIL_SENT);
	ck_assert_int_eq(transport_find("smtp")->send(&conf, &a_mail, &why),
	    MAIL_DOWN);
	ck_assert_ptr_null(transport_find("pigeon"));
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++)
		if (strcmp(row->name, "mail_transport") == 0)
			for (const struct transport *t = transports;
			     t->name != NULL; t++)
				ck_assert_ptr_nonnull(
				    strstr(row->choices, t->name));
}
END_TEST

/* A name is mailed to whomever a stranger wants, so it must not be a message. */
static const struct {
	const char *name, *greeting;
} greetings[] = {
	{ "Ann Lee", "Hello Ann Lee," },
	{ "J.R. Tolkien", "Hello J.R. Tolkien," },
	{ "Dr. Lee-O'Hara, jr.", "Hello Dr. Lee-O'Hara, jr.," },
	{ "\303\204nne", "Hello \303\204nne," },
	{ "https://evil.example/win", "Hello," },
	{ "you won! evil.example", "Hello," },
	{ "www.evil", "Hello," },
	{ "mailto:ann", "Hello," },
	{ "ann@example.com", "Hello," },
	{ "Your account was closed; to open it call this number at once: 1",
	    "Hello," },
};

START_TEST(greeting)
{
	static const char args[] =
	    "{\"name\":\"%s\",\"email\":\"\",\"product_name\":\"\","
	    "\"public_url\":\"\",\"link\":\"\",\"expires\":\"\"}";
	const char *top = getenv("top_srcdir");
	struct conf conf = { .mail_from = "a@b.example" };
	struct ctx cx = { .mem = mem, .secret = mem, .conf = &conf };
	struct outbox_row row = {
		.template = "verify-email",
		.recipient = "ann@example.com",
		.locale = "en",
		.args = arena_printf(mem, args, greetings[_i].name),
	};
	struct message m;
	const char *problem = "";

	conf.mail_template_dir =
	    arena_printf(mem, "%s/conf/mail", top == NULL ? "." : top);
	ck_assert_msg(mail_compose(&cx, &row, &m, &problem) == 0, "%s",
	    problem);
	ck_assert_str_eq(arena_strndup(mem, m.text, strcspn(m.text, "\n")),
	    greetings[_i].greeting);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mail");
	TCase *c = tcase_create("mail");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_set_timeout(c, 60);
	tcase_add_test(c, message_whole);
	tcase_add_loop_test(c, subject, 0, (int)N(subjects));
	tcase_add_test(c, subject_long);
	tcase_add_loop_test(c, sender, 0, (int)N(senders));
	tcase_add_loop_test(c, address_refused, 0, (int)N(bad_addresses));
	tcase_add_test(c, address_international);
	tcase_add_loop_test(c, body_returns, 0, (int)N(bodies));
	tcase_add_test(c, body_any_length);
	tcase_add_test(c, body_without_newline);
	tcase_add_loop_test(c, filled, 0, (int)N(fills));
	tcase_add_test(c, all_shipped);
	tcase_add_loop_test(c, lookup, 0, (int)N(lookups));
	tcase_add_loop_test(c, layout, 0, (int)N(layouts));
	tcase_add_loop_test(c, redaction, 0, (int)N(redactions));
	tcase_add_loop_test(c, greeting, 0, (int)N(greetings));
	tcase_add_test(c, spool);
	tcase_add_loop_test(c, sendmail_gets_it, 0, 2);
	tcase_add_loop_test(c, sendmail_ends, 0, 2 * (int)N(sendmails));
	tcase_add_loop_test(c, runner_refuses, 0, (int)N(orders));
	tcase_add_test(c, runner_dies);
	tcase_add_test(c, other_transports);
	suite_add_tcase(s, c);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
