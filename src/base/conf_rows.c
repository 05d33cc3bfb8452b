/*
 * The settings, a row each, and what each text has to look like. A check
 * gives NULL, or what to give instead.
 */
#include "base/conf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

static const char *
path_check(const char *text)
{
	return text[0] == '/' ? NULL : "give a path that starts with /";
}

static const char *
mode_check(const char *text)
{
	size_t n = strlen(text);

	if (n >= 3 && n <= 4 && strspn(text, "01234567") == n &&
	    (n == 3 || text[0] == '0'))
		return NULL;
	return "give octal permissions such as 0660";
}

/* After "host" or "[address]" with an optional port; NULL when malformed. */
static const char *
host_skip(const char *s)
{
	const char *start = s, *port;

	if (*s == '[') {
		s += 1 + strspn(s + 1, "0123456789abcdefABCDEF:.");
		if (*s++ != ']' || s - start < 4)
			return NULL;
	} else {
		while (isalnum((unsigned char)*s) || *s == '.' || *s == '-')
			s++;
		if (s == start || *start == '.' || *start == '-')
			return NULL;
	}
	if (*s != ':')
		return s;
	port = ++s;
	s += strspn(s, "0123456789");
	if (s == port || s - port > 5 || *port == '0' ||
	    strtol(port, NULL, 10) > 65535)
		return NULL;
	return s;
}

/* After "http://host:port"; NULL when it does not start like that. */
static const char *
origin_skip(const char *s)
{
	if (strncmp(s, "http://", 7) == 0)
		return host_skip(s + 7);
	if (strncmp(s, "https://", 8) == 0)
		return host_skip(s + 8);
	return NULL;
}

static const char *
origin_check(const char *text)
{
	const char *rest = origin_skip(text);

	if (rest != NULL && *rest == '\0')
		return NULL;
	return "give origins such as https://app.example.org, without a path";
}

/* A path of plain segments may follow, none of them empty, "." or "..". */
static const char *
url_check(const char *text)
{
	const char *s = origin_skip(text);

	while (s != NULL && *s == '/') {
		size_t n = 0;

		for (s++; isalnum((unsigned char)s[n]) ||
		     (s[n] != '\0' && strchr("-._~", s[n]) != NULL);)
			n++;
		if (n == 0 || strspn(s, ".") == n)
			break;
		s += n;
		if (*s == '\0')
			return NULL;
	}
	if (s != NULL && *s == '\0' && s[-1] != '/')
		return NULL;
	return "give http:// or https://, a host, and at most a port and a "
	       "plain path, without a slash at the end";
}

static const char *
redirect_check(const char *text)
{
	const char *s = text;

	if (isalpha((unsigned char)*s))
		while (isalnum((unsigned char)*s) ||
		    (*s != '\0' && strchr("+-.", *s) != NULL))
			s++;
	if (s != text && strncmp(s, "://", 3) == 0 && s[3] != '\0' &&
	    s[3] != '/')
		return NULL;
	return "give URL prefixes such as https://app.example.org/";
}

static bool
bits_check(const char *text, long most)
{
	size_t n = strspn(text, "0123456789");

	return n >= 1 && n <= 3 && text[n] == '\0' &&
	    strtol(text, NULL, 10) <= most;
}

static const char *
network_check(const char *text)
{
	static const char instead[] =
	    "give addresses or networks such as 10.0.0.0/8 or ::1";
	char address[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	size_t n = strcspn(text, "/");
	long most = 128;

	if (n >= sizeof(address))
		return instead;
	memcpy(address, text, n);
	address[n] = '\0';
	if (inet_pton(AF_INET, address, bytes) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, address, bytes) != 1)
		return instead;
	return text[n] == '\0' || bits_check(text + n + 1, most) ? NULL
								 : instead;
}

/* Of a mailbox: something on both sides of one @, nothing that ends it. */
static bool
mailbox_good(const char *p, size_t n)
{
	const char *at = memchr(p, '@', n);

	return at != NULL && at != p && at + 1 < p + n &&
	    memchr(at + 1, '@', n - (size_t)(at + 1 - p)) == NULL &&
	    strcspn(p, " \t<>()[],;:\\\"") >= n;
}

static const char *
mail_check(const char *text)
{
	const char *open = strchr(text, '<');
	size_t n = strlen(text);

	if (open == NULL ? mailbox_good(text, n)
			 : text[n - 1] == '>' &&
		    mailbox_good(open + 1, n - 2 - (size_t)(open - text)))
		return NULL;
	return "give an address such as no-reply@example.org or "
	       "Name <no-reply@example.org>";
}

static const char *
smtp_check(const char *text)
{
	const char *rest = NULL;

	if (strncmp(text, "smtp://", 7) == 0)
		rest = host_skip(text + 7);
	else if (strncmp(text, "smtps://", 8) == 0)
		rest = host_skip(text + 8);
	if (rest != NULL && *rest == '\0')
		return NULL;
	return "give smtp://HOST:PORT, or smtps://HOST:PORT where TLS comes "
	       "first";
}

#define ROW(shown, k, member, ...)                                             \
	{                                                                      \
		.name = (shown), .kind = (k),                                  \
		.offset = offsetof(struct conf, member), __VA_ARGS__           \
	}
#define TEXT(m, ...)  ROW(#m, CONF_STRING, m, .max = 255, __VA_ARGS__)
#define PATH(m, ...)  TEXT(m, .check = path_check, __VA_ARGS__)
#define WHOLE(m, ...) ROW(#m, CONF_INT, m, __VA_ARGS__)
#define FLAG(m, ...)  ROW(#m, CONF_BOOL, m, __VA_ARGS__)
#define ITEMS(m, ...) ROW(#m, CONF_LIST, m, .fallback = "", __VA_ARGS__)
#define TIME(m, ...)                                                           \
	ROW(#m, CONF_DURATION, m##_s, .min = 1, .max = 3650 * DAY, __VA_ARGS__)

const struct conf_row conf_rows[] = {
	TEXT(public_url, .min = 1, .fallback = "http://localhost:8000",
	    .check = url_check,
	    .about = "Where clients reach this installation; the issuer"),
	ITEMS(allowed_redirects, .check = redirect_check,
	    .about = "URL prefixes that links may lead back to"),
	ITEMS(allowed_origins, .check = origin_check,
	    .about = "Origins whose scripts may call the API"),
	ITEMS(trusted_proxies, .check = network_check,
	    .about = "Proxies whose X-Forwarded-For is believed"),
	TEXT(product_name, .min = 1, .max = 100, .fallback = "Cardea",
	    .about = "The name in mails and on pages"),
	TEXT(id_form, .fallback = "typeid", .choices = "typeid uuid",
	    .about = "How ids are printed; both are always understood"),

	PATH(listen, .min = 1, .max = 107,
	    .fallback = "/run/cardea/cardea.sock",
	    .about = "The workers' Unix socket, for nginx"),
	TEXT(listen_mode, .min = 1, .fallback = "0660", .check = mode_check,
	    .about = "Permissions of that socket"),
	PATH(state_dir, .min = 1, .fallback = "/run/cardea",
	    .about = "Status, process id and shared maps"),
	TEXT(user, .fallback = "", .about = "Run as this user; empty: stay"),
	TEXT(group, .fallback = "",
	    .about = "Run as this group; empty: the user's own"),
	WHOLE(workers, .min = 1, .max = 64, .fallback = "8",
	    .about = "Processes that answer requests"),
	WHOLE(worker_requests, .max = 100000000, .fallback = "100000",
	    .about = "A worker is replaced after so many; 0: never"),
	TEXT(log_level, .fallback = "info", .choices = "debug info warn error",
	    .about = "The least to log"),
	PATH(log_file, .fallback = "",
	    .about = "Where log lines go; empty: standard error"),
	FLAG(sandbox, .fallback = "yes",
	    .about = "Workers and jobs may make listed system calls only"),

	PATH(db_socket, .max = 107, .fallback = "/run/mysqld/mysqld.sock",
	    .about = "MariaDB's socket; empty: use db_host"),
	TEXT(db_host, .fallback = "",
	    .about = "MariaDB's host, where there is no socket"),
	WHOLE(db_port, .min = 1, .max = 65535, .fallback = "3306",
	    .about = "MariaDB's port at db_host"),
	TEXT(db_name, .min = 1, .max = 64, .fallback = "cardea",
	    .about = "The schema"),
	TEXT(db_user, .max = 128, .fallback = "",
	    .about = "Empty: the operating system's user"),
	TEXT(db_password, .fallback = "", .secret = true,
	    .about = "Not needed with socket authentication"),
	TIME(db_timeout, .max = 5 * MINUTE, .fallback = "10s",
	    .about = "The longest wait for the database"),
	PATH(schema_dir, .min = 1, .fallback = CARDEA_DATADIR "/schema",
	    .about = "The migrations"),

	PATH(master_key_file, .min = 1,
	    .fallback = CARDEA_SYSCONFDIR "/master.key",
	    .about = "Seals what is secret in the database"),
	TEXT(signing_alg, .fallback = "RS256", .choices = "RS256 ES256 EdDSA",
	    .about = "Signs access tokens"),
	TIME(key_lifetime, .min = HOUR, .fallback = "90d",
	    .about = "A signing key signs so long"),
	WHOLE(scrypt_ln, .min = 10, .max = 20, .fallback = "15",
	    .about = "Cost of a password: binary logarithm of N"),
	WHOLE(scrypt_r, .min = 1, .max = 32, .fallback = "8",
	    .about = "Cost of a password: block size"),
	WHOLE(scrypt_p, .min = 1, .max = 16, .fallback = "3",
	    .about = "Cost of a password: passes"),
	FLAG(scrypt_allow_weak, .fallback = "no",
	    .about = "Allow a cost below OWASP's floor"),

	TIME(access_ttl, .fallback = "1h", .about = "Life of an access token"),
	TIME(refresh_ttl, .fallback = "30d",
	    .about = "Life of a refresh token"),
	TIME(auctoritas_access_ttl, .fallback = "24h",
	    .about = "The same in realm auctoritas"),
	TIME(auctoritas_refresh_ttl, .fallback = "7d",
	    .about = "The same in realm auctoritas"),
	TIME(session_idle, .fallback = "30d",
	    .about = "A session ends when unused so long"),
	TIME(session_absolute, .fallback = "90d",
	    .about = "A session ends after so long in any case"),
	WHOLE(session_cap, .min = 1, .max = 1000, .fallback = "10",
	    .about = "Sessions of a user; the oldest gives way"),
	WHOLE(lockout_failures, .min = 1, .max = 1000, .fallback = "5",
	    .about = "Wrong passwords in a row that lock an account"),
	TIME(lockout, .fallback = "15m", .about = "How long it stays locked"),
	FLAG(signup_enabled, .fallback = "yes",
	    .about = "Anybody may open an account"),
	FLAG(signup_disclosure, .fallback = "on",
	    .about = "Sign-up says that an address is taken"),
	FLAG(require_verified, .fallback = "no",
	    .about = "Unverified users may not sign in"),
	TIME(verification_ttl, .fallback = "48h",
	    .about = "Life of a verification link"),
	TIME(reset_ttl, .fallback = "1h", .about = "Life of a reset link"),
	TIME(reauthentication, .fallback = "5m",
	    .about = "How recent a sign-in delicate changes ask for"),
	PATH(geo_database, .fallback = "",
	    .about = "Where addresses are, in MaxMind's format"),
	TIME(erase_after, .fallback = "30d",
	    .about = "A deleted account is erased after so long"),
	TIME(keep_events, .min = DAY, .fallback = "365d",
	    .about = "What is told of an account's past"),
	TIME(keep_sent_mail, .fallback = "30d",
	    .about = "To whom which mail went"),
	TIME(keep_dead_mail, .fallback = "30d",
	    .about = "Mails that were given up, for a retry"),

	WHOLE(quota_scale, .min = 1, .max = 1000000, .fallback = "1",
	    .about = "Multiplies every quota"),
	WHOLE(quota_enterprise, .min = 1, .max = 4000000, .fallback = "10000",
	    .about = "Requests a minute of the plan enterprise"),

	TEXT(mail_from, .min = 1, .fallback = "no-reply@localhost",
	    .check = mail_check, .about = "Sender of every mail"),
	TEXT(mail_transport, .fallback = "spool",
	    .choices = "spool sendmail smtp none",
	    .about = "How mails leave; spool: as files"),
	PATH(mail_spool_dir, .min = 1, .fallback = "/var/spool/cardea",
	    .about = "Where the spool's files go"),
	PATH(mail_sendmail, .min = 1, .fallback = "/usr/sbin/sendmail",
	    .about = "The program that transport sendmail runs"),
	TEXT(mail_smtp_url, .min = 1, .fallback = "smtp://localhost:25",
	    .check = smtp_check, .about = "The server of transport smtp"),
	TEXT(mail_smtp_user, .fallback = "",
	    .about = "Who signs in there; empty: nobody"),
	TEXT(mail_smtp_password, .fallback = "", .secret = true,
	    .about = "The password for it"),
	TEXT(mail_smtp_tls, .fallback = "required",
	    .choices = "required optional none",
	    .about = "Encryption on the way there"),
	PATH(mail_smtp_ca_file, .fallback = "",
	    .about = "Certificates to trust; empty: the system's"),
	PATH(mail_smtp_program, .min = 1,
	    .fallback = CARDEA_LIBEXECDIR "/cardea-mail",
	    .about = "The program that speaks SMTP"),
	PATH(mail_template_dir, .fallback = "",
	    .about = "Templates that go before the installed ones"),
	TIME(mail_timeout, .max = 5 * MINUTE, .fallback = "1m",
	    .about = "The longest that sending one mail may take"),
	WHOLE(mail_attempts, .min = 1, .max = 100, .fallback = "10",
	    .about = "A mail is given up after so many"),
	{ .name = NULL },
};

const size_t conf_rows_n = sizeof(conf_rows) / sizeof(conf_rows[0]) - 1;
