/* Settings: what a file and the environment may say, and what is told. */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct arena *mem;
static struct buf problems;
static struct conf conf;
static char dir[32];
static char path[64];

static void
variable_name(const struct conf_row *row, char ret[64])
{
	(void)snprintf(ret, 64, "CARDEA_%s", row->name);
	for (; *ret != '\0'; ret++)
		*ret = (char)toupper((unsigned char)*ret);
}

static void
set_up(void)
{
	char name[64];

	for (const struct conf_row *row = conf_rows; row->name != NULL; row++) {
		variable_name(row, name);
		ck_assert_int_eq(unsetenv(name), 0);
	}
	mem = arena_new(65536);
	buf_init(&problems, mem, 64);
	(void)snprintf(dir, sizeof(dir), "/tmp/cardea-conf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/c", dir);
}

static void
tear_down(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
	arena_free(mem);
}

static void
file_write(const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static int
load_bytes(const char *text, size_t n)
{
	file_write(text, n);
	buf_clear(&problems);
	return conf_load(mem, path, &conf, &problems);
}

static int
load(const char *text)
{
	return load_bytes(text, strlen(text));
}

/* The problems, with every mention of the file's path as "F". */
static const char *
problems_short(void)
{
	struct buf b;
	size_t n = strlen(path);

	buf_init(&b, mem, 64);
	for (const char *p = problems.p; *p != '\0';)
		if (strncmp(p, path, n) == 0) {
			buf_putc(&b, 'F');
			p += n;
		} else
			buf_putc(&b, *p++);
	return b.p;
}

/* As conf_show() prints it, without where it came from. */
static const char *
shown(const char *name)
{
	struct buf b;
	char *line, *end;
	const char *start;

	buf_init(&b, mem, 64);
	conf_show(&conf, &b);
	start = arena_printf(mem, "%s = ", name);
	for (line = b.p; strncmp(line, start, strlen(start)) != 0; line++) {
		line = strchr(line, '\n');
		ck_assert_msg(line != NULL, "%s is not shown", name);
	}
	line += strlen(start);
	end = strstr(line, "  # ");
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	return line;
}

START_TEST(defaults)
{
	ck_assert_msg(load("") == 0, "%s", problems.p);
	ck_assert_str_eq(conf.public_url, "http://localhost:8000");
	ck_assert_str_eq(conf.listen, "/run/cardea/cardea.sock");
	ck_assert_str_eq(conf.state_dir, "/run/cardea");
	ck_assert_str_eq(conf.db_socket, "/run/mysqld/mysqld.sock");
	ck_assert_str_eq(conf.db_name, "cardea");
	ck_assert_ptr_null(conf.user);
	ck_assert_ptr_null(conf.db_password);
	ck_assert_int_eq(conf.workers, 8);
	ck_assert_int_eq(conf.worker_requests, 100000);
	ck_assert_int_eq(conf.access_ttl_s, 3600);
	ck_assert_int_eq(conf.refresh_ttl_s, 30 * 86400);
	ck_assert_int_eq(conf.auctoritas_access_ttl_s, 86400);
	ck_assert_int_eq(conf.auctoritas_refresh_ttl_s, 7 * 86400);
	ck_assert_int_eq(conf.session_idle_s, 30 * 86400);
	ck_assert_int_eq(conf.session_absolute_s, 90 * 86400);
	ck_assert_int_eq(conf.session_cap, 10);
	ck_assert_int_eq(conf.lockout_failures, 5);
	ck_assert_int_eq(conf.lockout_s, 900);
	ck_assert_int_eq(conf.verification_ttl_s, 48 * 3600);
	ck_assert_int_eq(conf.reset_ttl_s, 3600);
	ck_assert_int_eq(conf.reauthentication_s, 300);
	ck_assert_int_eq(conf.scrypt_ln, 15);
	ck_assert_int_eq(conf.scrypt_r, 8);
	ck_assert_int_eq(conf.scrypt_p, 3);
	ck_assert_str_eq(conf.signing_alg, "RS256");
	ck_assert_int_eq(conf.key_lifetime_s, 90 * 86400);
	ck_assert_int_eq(conf.quota_scale, 1);
	ck_assert(conf.signup_enabled && conf.signup_disclosure);
	ck_assert(!conf.require_verified && !conf.scrypt_allow_weak);
	ck_assert_str_eq(conf.mail_transport, "spool");
	ck_assert_uint_eq(conf.allowed_origins.n, 0);
	ck_assert_str_eq(conf.path, path);
}
END_TEST

/* Every member of struct conf has exactly one row. */
START_TEST(rows_cover_the_struct)
{
	static const size_t sizes[] = {
		[CONF_STRING] = sizeof(const char *),
		[CONF_INT] = sizeof(int64_t),
		[CONF_BOOL] = sizeof(bool),
		[CONF_DURATION] = sizeof(int64_t),
		[CONF_LIST] = sizeof(struct list),
	};
	unsigned char rows[sizeof(struct conf)] = { 0 };
	size_t gap = 0;

	for (const struct conf_row *row = conf_rows; row->name != NULL; row++) {
		ck_assert_msg(row->about != NULL, "%s says nothing", row->name);
		ck_assert_msg(row->fallback != NULL, "%s", row->name);
		for (size_t i = 0; i < sizes[row->kind]; i++)
			rows[row->offset + i]++;
	}
	for (size_t i = 0; i < offsetof(struct conf, path); i++) {
		ck_assert_msg(rows[i] <= 1, "two rows at byte %zu", i);
		gap = rows[i] == 0 ? gap + 1 : 0;
		ck_assert_msg(gap < sizeof(int64_t), "no row at byte %zu", i);
	}
}
END_TEST

static const struct {
	const char *text, *name, *want;
} values[] = {
	{ "workers=3", "workers", "3" },
	{ "  workers \t=\t 3  ", "workers", "3" },
	{ "workers = 3 # a comment", "workers", "3" },
	{ "workers = 3\t#", "workers", "3" },
	{ "workers = 3\r\n", "workers", "3" },
	{ "# workers = 3\n\n \t\n", "workers", "8" },
	{ "worker_requests = 2k", "worker_requests", "2048" },
	{ "worker_requests = 0", "worker_requests", "0" },
	{ "access_ttl = 90", "access_ttl", "90s" },
	{ "access_ttl = 90s", "access_ttl", "90s" },
	{ "access_ttl = 120m", "access_ttl", "2h" },
	{ "access_ttl = 3650d", "access_ttl", "3650d" },
	{ "signup_enabled = off", "signup_enabled", "no" },
	{ "require_verified = true", "require_verified", "yes" },
	{ "require_verified = 1", "require_verified", "yes" },
	{ "product_name = A b#c", "product_name", "\"A b#c\"" },
	{ "product_name = A b #c", "product_name", "A b" },
	{ "product_name =#c", "product_name", "\"#c\"" },
	{ "product_name=#c", "product_name", "\"#c\"" },
	{ "product_name = \"A #b\" # c", "product_name", "\"A #b\"" },
	{ "product_name = \" A \"", "product_name", "\" A \"" },
	{ "product_name = \"A \\\"b\\\\\"", "product_name", "A \"b\\" },
	{ "product_name = A = b", "product_name", "A = b" },
	{ "product_name = Torwächter 🚪", "product_name", "Torwächter 🚪" },
	{ "db_socket =\ndb_host = db.example.org", "db_socket", "" },
	{ "db_socket = # none\ndb_host = h", "db_host", "h" },
	{ "db_password = hunter2", "db_password", "(hidden)" },
	{ "db_password =", "db_password", "" },
	{ "allowed_origins = https://a.example, https://b.example:8443 "
	  "http://[::1]:80,,",
	    "allowed_origins",
	    "https://a.example https://b.example:8443 http://[::1]:80" },
	{ "allowed_redirects = https://a.example/x?y=# app.one://in",
	    "allowed_redirects", "\"https://a.example/x?y=# app.one://in\"" },
	{ "trusted_proxies = 127.0.0.1 10.0.0.0/8 ::1 fd00::/8",
	    "trusted_proxies", "127.0.0.1 10.0.0.0/8 ::1 fd00::/8" },
	{ "public_url = https://id.example.org/auth/v-1", "public_url",
	    "https://id.example.org/auth/v-1" },
	{ "public_url = http://[::1]:8000", "public_url", "http://[::1]:8000" },
	{ "listen_mode = 600", "listen_mode", "600" },
	{ "mail_from = Cardea <a@b.example>", "mail_from",
	    "Cardea <a@b.example>" },
	{ "scrypt_ln = 10\nscrypt_allow_weak = yes", "scrypt_ln", "10" },
	{ "scrypt_ln = 17\nscrypt_p = 1", "scrypt_ln", "17" },
	{ "scrypt_ln = 16\nscrypt_p = 2", "scrypt_ln", "16" },
};

START_TEST(value)
{
	int r = load(values[_i].text);

	ck_assert_msg(r == 0, "%s: %s", values[_i].text, problems.p);
	ck_assert_str_eq(shown(values[_i].name), values[_i].want);
}
END_TEST

#define URL_HINT                                                               \
	"give http:// or https://, a host, and at most a port and a plain "    \
	"path, without a slash at the end\n"
#define ORIGIN_HINT                                                            \
	"give origins such as https://app.example.org, without a path\n"
#define TTL_HINT "give a duration from 1s to 3650d, such as 30s, 15m or 2h\n"
#define BAD_FROM(text)                                                         \
	{                                                                      \
		"mail_from = " text,                                           \
		    "F:1: \"mail_from\" is \"" text "\": give an address "     \
		    "such as no-reply@example.org or "                         \
		    "Name <no-reply@example.org>\n"                            \
	}
#define BAD_SMTP(text)                                                         \
	{                                                                      \
		"mail_smtp_url = " text,                                       \
		    "F:1: \"mail_smtp_url\" is \"" text "\": give "            \
		    "smtp://HOST:PORT, or smtps://HOST:PORT where TLS comes "  \
		    "first\n"                                                  \
	}
#define BAD_URL(u)                                                             \
	{                                                                      \
		"public_url = " u,                                             \
		    "F:1: \"public_url\" is \"" u "\": " URL_HINT              \
	}
#define BAD_ORIGIN(u)                                                          \
	{                                                                      \
		"allowed_origins = " u,                                        \
		    "F:1: \"allowed_origins\" is \"" u "\": " ORIGIN_HINT      \
	}
#define BAD_WORKERS(v)                                                         \
	{                                                                      \
		"workers = " v,                                                \
		    "F:1: \"workers\" is \"" v                                 \
		    "\": give a whole number from 1 to 64\n"                   \
	}
#define BAD_PROXY(v)                                                           \
	{                                                                      \
		"trusted_proxies = " v,                                        \
		    "F:1: \"trusted_proxies\" is \"" v                         \
		    "\": give addresses or networks such as 10.0.0.0/8 or "    \
		    "::1\n"                                                    \
	}
#define BAD_REDIRECT(v)                                                        \
	{                                                                      \
		"allowed_redirects = " v,                                      \
		    "F:1: \"allowed_redirects\" is \"" v                       \
		    "\": give URL prefixes such as "                           \
		    "https://app.example.org/\n"                               \
	}

static const struct {
	const char *text, *want;
} mistakes[] = {
	BAD_WORKERS("abc"),
	BAD_WORKERS(""),
	BAD_WORKERS("0"),
	BAD_WORKERS("65"),
	BAD_WORKERS("-1"),
	BAD_WORKERS("+1"),
	BAD_WORKERS("8.0"),
	BAD_WORKERS("1d"),
	BAD_WORKERS("0x8"),
	BAD_WORKERS("8kk"),
	BAD_WORKERS("99999999999999999999"),
	BAD_WORKERS("9223372036854775807k"),
	{ "access_ttl = 0", "F:1: \"access_ttl\" is \"0\": " TTL_HINT },
	{ "access_ttl = 1w", "F:1: \"access_ttl\" is \"1w\": " TTL_HINT },
	{ "access_ttl = 1h30m", "F:1: \"access_ttl\" is \"1h30m\": " TTL_HINT },
	{ "access_ttl = 3651d", "F:1: \"access_ttl\" is \"3651d\": " TTL_HINT },
	{ "signup_enabled = maybe",
	    "F:1: \"signup_enabled\" is \"maybe\": give yes or no\n" },
	{ "signing_alg = HS256",
	    "F:1: \"signing_alg\" is \"HS256\": give one of RS256, ES256, "
	    "EdDSA\n" },
	{ "signing_alg = S256",
	    "F:1: \"signing_alg\" is \"S256\": give one of RS256, ES256, "
	    "EdDSA\n" },
	{ "id_form = typeid uuid",
	    "F:1: \"id_form\" is \"typeid uuid\": give one of typeid, "
	    "uuid\n" },
	{ "id_form =", "F:1: \"id_form\" is \"\": give one of typeid, uuid\n" },
	{ "product_name =", "F:1: \"product_name\" is \"\": give a value\n" },
	{ "listen = cardea.sock",
	    "F:1: \"listen\" is \"cardea.sock\": give a path that starts with "
	    "/\n" },
	{ "listen_mode = 0999",
	    "F:1: \"listen_mode\" is \"0999\": give octal permissions such as "
	    "0660\n" },
	{ "mail_from = nobody",
	    "F:1: \"mail_from\" is \"nobody\": give an address such as "
	    "no-reply@example.org or Name <no-reply@example.org>\n" },
	BAD_FROM("a@b, c@d"),
	BAD_FROM("a@b <c"),
	BAD_FROM("Name <>"),
	BAD_FROM("Name <a@b> c"),
	BAD_FROM("a b@c"),
	BAD_SMTP("localhost:25"),
	BAD_SMTP("smtp://user@localhost"),
	BAD_SMTP("smtp://localhost/x"),
	BAD_SMTP("http://localhost"),
	{ "mail_smtp_user = me",
	    "F:1: \"mail_smtp_user\" has no \"mail_smtp_password\": set both "
	    "or neither\n" },
	{ "mail_smtp_user = me\nmail_smtp_password = it\n"
	  "mail_smtp_tls = optional",
	    "F:3: \"mail_smtp_tls\" is \"optional\", which could give the "
	    "password to anybody: use required, or none where the way there "
	    "is safe\n" },
	BAD_URL("localhost:8000"),
	BAD_URL("ftp://example.org"),
	BAD_URL("http://"),
	BAD_URL("https://example.org/"),
	BAD_URL("https://example.org/a/"),
	BAD_URL("https://example.org//a"),
	BAD_URL("https://example.org/../a"),
	BAD_URL("https://example.org/a/."),
	BAD_URL("https://example.org/%2e"),
	BAD_URL("https://example.org/a?b"),
	BAD_URL("https://example.org?b"),
	BAD_URL("https://example.org#b"),
	BAD_URL("https://me@example.org"),
	BAD_URL("https://example.org:"),
	BAD_URL("https://example.org:0"),
	BAD_URL("https://example.org:65536"),
	BAD_URL("https://example.org\\a"),
	BAD_URL("https://example.org /a"),
	BAD_URL("https://[::1"),
	BAD_ORIGIN("*"),
	BAD_ORIGIN("null"),
	BAD_ORIGIN("https://a.example/"),
	BAD_ORIGIN("https://a.example https://b.example/x"),
	BAD_PROXY("10.0.0.0/33"),
	BAD_PROXY("10.0.0"),
	BAD_PROXY("example.org"),
	BAD_PROXY("::1/129"),
	BAD_PROXY("10.0.0.0/"),
	BAD_REDIRECT("/local"),
	BAD_REDIRECT("javascript:alert(1)"),
	BAD_REDIRECT("https://"),
	BAD_REDIRECT("https:///x"),
	{ "db_password = \"a",
	    "F:1: \"db_password\" has a quote too few or "
	    "text behind it: write \"value\", with \\\" for "
	    "a quote in it\n" },
	{ "product_name = \"a\" b",
	    "F:1: \"product_name\" has a quote too few or text behind it: "
	    "write \"value\", with \\\" for a quote in it\n" },
	{ "product_name = \"a\"#b",
	    "F:1: \"product_name\" has a quote too few or text behind it: "
	    "write \"value\", with \\\" for a quote in it\n" },
	{ "product_name = \"a\\",
	    "F:1: \"product_name\" has a quote too few or text behind it: "
	    "write \"value\", with \\\" for a quote in it\n" },
	{ "\nwokers = 3",
	    "F:2: unknown setting \"wokers\": did you mean \"workers\"?\n" },
	{ "Workers = 3",
	    "F:1: unknown setting \"Workers\": did you mean \"workers\"?\n" },
	{ "acces_tll = 3",
	    "F:1: unknown setting \"acces_tll\": did you mean "
	    "\"access_ttl\"?\n" },
	{ "banana = 3",
	    "F:1: unknown setting \"banana\": cardea.conf.example lists all of "
	    "them\n" },
	{ "= 3",
	    "F:1: unknown setting \"\": cardea.conf.example lists all of "
	    "them\n" },
	{ "workers 8 # a=b",
	    "F:1: no \"=\" after \"workers\": write name = value\n" },
	{ "workers", "F:1: no \"=\" after \"workers\": write name = value\n" },
	{ "workers = 3\n\nworkers = 4",
	    "F:3: \"workers\" is already set in line 1: keep one of them\n" },
	{ "workers = x\nworkers = 4",
	    "F:1: \"workers\" is \"x\": give a whole number from 1 to 64\n"
	    "F:2: \"workers\" is already set in line 1: keep one of them\n" },
	{ "product_name = \xff",
	    "F:1: not valid UTF-8: save it in that "
	    "encoding\n" },
	{ "# \xc0\xaf", "F:1: not valid UTF-8: save it in that encoding\n" },
	{ "# \xed\xa0\x80",
	    "F:1: not valid UTF-8: save it in that "
	    "encoding\n" },
	{ "# \xf4\x90\x80\x80",
	    "F:1: not valid UTF-8: save it in that "
	    "encoding\n" },
	{ "# \xe2\x82", "F:1: not valid UTF-8: save it in that encoding\n" },
	{ "product_name = a\033[1m", "F:1: a control character: remove it\n" },
	{ "scrypt_ln = 14",
	    "F:1: scrypt with ln=14 r=8 p=3 is below OWASP's floor: use 15, 8 "
	    "and 3, or set \"scrypt_allow_weak\"\n" },
	{ "scrypt_p = 2",
	    "F:1: scrypt with ln=15 r=8 p=2 is below OWASP's floor: use 15, 8 "
	    "and 3, or set \"scrypt_allow_weak\"\n" },
	{ "\nscrypt_ln = 14\nscrypt_r = 16",
	    "F:2: scrypt with ln=14 r=16 p=3 is below OWASP's floor: use 15, 8 "
	    "and 3, or set \"scrypt_allow_weak\"\n" },
	{ "scrypt_ln = 20\nscrypt_r = 32",
	    "F:1: \"scrypt_ln\" and \"scrypt_r\" need 4096 MiB a password: "
	    "lower one of them, 1024 MiB is the most\n" },
	{ "session_idle = 91d",
	    "F:1: \"session_idle\" (91d) is longer than \"session_absolute\" "
	    "(90d): lower the first or raise the second\n" },
	{ "\nsession_absolute = 1d",
	    "F:2: \"session_idle\" (30d) is longer than \"session_absolute\" "
	    "(1d): lower the first or raise the second\n" },
	{ "db_socket =",
	    "F:1: neither \"db_socket\" nor \"db_host\" is set: set one of "
	    "them\n" },
};

START_TEST(mistake)
{
	int r = load(mistakes[_i].text);

	ck_assert_str_eq(problems_short(), mistakes[_i].want);
	ck_assert_int_eq(r, -1);
}
END_TEST

START_TEST(nul_byte)
{
	static const char text[] = "workers = 3\nlisten = /a\0b\n";

	ck_assert_int_eq(load_bytes(text, sizeof(text) - 1), -1);
	ck_assert_str_eq(problems_short(),
	    "F:2: a NUL byte: this has to be text\n");
	ck_assert_int_eq(conf.workers, 3);
}
END_TEST

static void
load_padded(const char *head, size_t n, char with)
{
	char *text = arena_alloc(mem, n + 1);

	memset(text, with, n);
	memcpy(text, head, strlen(head));
	(void)load_bytes(text, n);
}

START_TEST(lengths)
{
	load_padded("#", 4096, 'x');
	ck_assert_str_eq(problems_short(), "");
	load_padded("#", 4097, 'x');
	ck_assert_str_eq(problems_short(),
	    "F:1: a line of 4097 bytes: keep it below 4097\n");
	load_padded("listen = /", 9 + 107, 'x');
	ck_assert_str_eq(problems_short(), "");
	ck_assert_uint_eq(strlen(conf.listen), 107);
	load_padded("listen = /", 9 + 108, 'x');
	ck_assert_ptr_nonnull(
	    strstr(problems_short(), "xx\": give at most 107 bytes\n"));
	load_padded("", 1 << 20, '\n');
	ck_assert_str_eq(problems_short(), "");
	load_padded("", (1 << 20) + 1, '\n');
	ck_assert_str_eq(problems_short(),
	    "F: larger than 1 MiB: is this the right file?\n");
}
END_TEST

START_TEST(secrets_stay_hidden)
{
	char text[400] = "db_password = ";
	struct buf out;

	memset(text + 14, 's', 300);
	ck_assert_int_eq(load(text), -1);
	ck_assert_str_eq(problems_short(),
	    "F:1: \"db_password\" is "
	    "\"(hidden)\": give at most 255 bytes\n");
	ck_assert_int_eq(load("db_password = hunter2"), 0);
	buf_init(&out, mem, 64);
	conf_show(&conf, &out);
	ck_assert_ptr_null(strstr(out.p, "hunter2"));
}
END_TEST

START_TEST(unreadable)
{
	ck_assert_int_eq(conf_load(mem, path, &conf, &problems), -1);
	ck_assert_str_eq(problems_short(),
	    "F: cannot be read (No such file or directory): check that it is "
	    "there and readable for this user\n");
	buf_clear(&problems);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(conf_load(mem, path, &conf, &problems), -1);
	ck_assert_str_eq(problems_short(),
	    "F: cannot be read (Is a directory): check that it is there and "
	    "readable for this user\n");
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(path_from_environment)
{
	file_write("workers = 5\n", 12);
	ck_assert_int_eq(setenv("CARDEA_CONF", path, 1), 0);
	ck_assert_int_eq(conf_load(mem, NULL, &conf, &problems), 0);
	ck_assert_int_eq(conf.workers, 5);
	ck_assert_str_eq(conf.path, path);
}
END_TEST

START_TEST(environment)
{
	struct buf out;
	char *want;

	ck_assert_int_eq(setenv("CARDEA_WORKERS", "4", 1), 0);
	ck_assert_int_eq(setenv("CARDEA_ACCESS_TTL", "5m", 1), 0);
	ck_assert_int_eq(setenv("CARDEA_DB_NAME", "a # b", 1), 0);
	ck_assert_int_eq(setenv("CARDEA_PORTS", "1 2 3", 1), 0);
	ck_assert_int_eq(load("workers = 3\nsession_cap = 2\n"), 0);
	ck_assert_int_eq(conf.workers, 4);
	ck_assert_int_eq(conf.access_ttl_s, 300);
	ck_assert_str_eq(conf.db_name, "a # b");
	buf_init(&out, mem, 64);
	conf_show(&conf, &out);
	ck_assert_ptr_nonnull(
	    strstr(out.p, "\nworkers = 4  # CARDEA_WORKERS\n"));
	ck_assert_ptr_nonnull(strstr(out.p, "\nscrypt_r = 8  # default\n"));
	want = arena_printf(mem, "\nsession_cap = 2  # %s:2\n", path);
	ck_assert_ptr_nonnull(strstr(out.p, want));

	ck_assert_int_eq(setenv("CARDEA_WORKERS", "many", 1), 0);
	ck_assert_int_eq(setenv("CARDEA_DB_NAME", "\xff", 1), 0);
	ck_assert_int_eq(setenv("CARDEA_SESSION_IDLE", "100d", 1), 0);
	ck_assert_int_eq(load(""), -1);
	ck_assert_str_eq(problems_short(),
	    "CARDEA_WORKERS: \"workers\" is \"many\": give a whole number from "
	    "1 to 64\n"
	    "CARDEA_DB_NAME: not valid UTF-8: save it in that encoding\n"
	    "CARDEA_SESSION_IDLE: \"session_idle\" (100d) is longer than "
	    "\"session_absolute\" (90d): lower the first or raise the "
	    "second\n");
}
END_TEST

/* What is shown can be read back and shows the same again. */
START_TEST(shown_reads_back)
{
	struct buf first, again;

	ck_assert_int_eq(load("product_name = \" \\\"#\\\\ \"\n"
			      "allowed_redirects = a://#b, c://d\n"
			      "access_ttl = 100m\nsignup_enabled = no\n"
			      "db_socket =\ndb_host = h\n"),
	    0);
	buf_init(&first, mem, 64);
	conf_show(&conf, &first);
	ck_assert_msg(load(first.p) == 0, "%s", problems.p);
	buf_init(&again, mem, 64);
	for (size_t i = 0; conf_rows[i].name != NULL; i++)
		((const char **)conf.from)[i] = "x";
	conf_show(&conf, &again);
	ck_assert_int_eq(load(again.p), 0);
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++) {
		const char *want = shown(row->name);

		ck_assert_int_eq(load(first.p), 0);
		ck_assert_str_eq(shown(row->name), want);
	}
	ck_assert_str_eq(conf.product_name, " \"#\\ ");
}
END_TEST

/* A fallback as the manual shows it: with a packaged installation's paths. */
static const char *
documented(const char *fallback)
{
	static const char *const paths[][2] = {
		{ CARDEA_SYSCONFDIR, "/etc/cardea" },
		{ CARDEA_DATADIR, "/usr/share/cardea" },
		{ CARDEA_LIBEXECDIR, "/usr/libexec/cardea" },
	};

	for (size_t i = 0; i < LENGTH(paths); i++) {
		size_t n = strlen(paths[i][0]);

		if (strncmp(fallback, paths[i][0], n) == 0)
			return arena_printf(mem, "%s%s", paths[i][1],
			    fallback + n);
	}
	return fallback;
}

static char *
manual_read(void)
{
	const char *top = getenv("top_srcdir");
	char *name =
	    arena_printf(mem, "%s/conf/cardea.conf", top != NULL ? top : "..");
	FILE *f = fopen(name, "r");
	struct buf b;
	size_t n;

	ck_assert_msg(f != NULL, "%s is not there", name);
	buf_init(&b, mem, 16384);
	while ((n = fread(buf_reserve(&b, 4096), 1, 4096, f)) > 0)
		buf_added(&b, n);
	ck_assert_int_eq(fclose(f), 0);
	return b.p;
}

/* conf/cardea.conf shows each row once, in order, and nothing else. */
START_TEST(manual_is_the_table)
{
	const struct conf_row *row = conf_rows;
	struct buf uncommented;
	char *save = NULL, *line;

	ck_assert_int_eq(load(manual_read()), 0);
	buf_init(&uncommented, mem, 16384);
	for (line = strtok_r(manual_read(), "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		const char *want;

		if (line[0] != '#' || line[1] == ' ' || line[1] == '\t' ||
		    line[1] == '\0')
			continue;
		ck_assert_msg(row->name != NULL, "no row for %s", line);
		want = arena_printf(mem, "#%s =%s%s", row->name,
		    row->fallback[0] != '\0' ? " " : "",
		    documented(row->fallback));
		ck_assert_str_eq(line, want);
		buf_printf(&uncommented, "%s\n", line + 1);
		row++;
	}
	ck_assert_msg(row->name == NULL, "%s is not documented", row->name);
	ck_assert_msg(load(uncommented.p) == 0, "%s", problems.p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tc = tcase_create("conf");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, rows_cover_the_struct);
	tcase_add_loop_test(tc, value, 0, LENGTH(values));
	tcase_add_loop_test(tc, mistake, 0, LENGTH(mistakes));
	tcase_add_test(tc, nul_byte);
	tcase_add_test(tc, lengths);
	tcase_add_test(tc, secrets_stay_hidden);
	tcase_add_test(tc, unreadable);
	tcase_add_test(tc, path_from_environment);
	tcase_add_test(tc, environment);
	tcase_add_test(tc, shown_reads_back);
	tcase_add_test(tc, manual_is_the_table);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
