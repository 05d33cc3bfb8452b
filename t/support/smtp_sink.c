/*
 * One connection at a time. Anything unexpected ends the process, which the
 * test sees as a connection that does not come.
 */
#include "support/smtp_sink.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct link {
	struct sink *sink;
	SSL_CTX *context;
	SSL *ssl; /* NULL: in the clear */
	int fd;
	struct sink_mail now;
};

static void
need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	_exit(99);
}

/* --- the certificate --- */

static void
extension_add(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	need(e != NULL && X509_add_ext(cert, e, -1) == 1, "extension");
	X509_EXTENSION_free(e);
}

static X509 *
certificate_make(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -86400);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	extension_add(cert, NID_basic_constraints, "critical,CA:TRUE");
	extension_add(cert, NID_subject_alt_name, "DNS:localhost");
	need(X509_sign(cert, key, EVP_sha256()) > 0, "sign");
	return cert;
}

static SSL_CTX *
context_make(const char *ca_file)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = certificate_make(key);
	FILE *f = fopen(ca_file, "we");

	need(f != NULL && PEM_write_X509(f, cert) == 1 && fclose(f) == 0,
	    ca_file);
	need(SSL_CTX_use_certificate(context, cert) == 1 &&
		SSL_CTX_use_PrivateKey(context, key) == 1,
	    "certificate");
	X509_free(cert);
	EVP_PKEY_free(key);
	return context;
}

/* --- lines --- */

static void
say(struct link *l, const char *line)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s\r\n", line);

	if (l->ssl != NULL)
		(void)SSL_write(l->ssl, text, n);
	else
		(void)!write(l->fd, text, (size_t)n);
}

/* A line without its end; false when the client is gone. */
static bool
hear(struct link *l, char *ret, size_t size)
{
	size_t n = 0;
	char c;

	for (;;) {
		ssize_t got = l->ssl != NULL ? SSL_read(l->ssl, &c, 1)
					     : read(l->fd, &c, 1);

		if (got != 1)
			return false;
		if (c == '\n')
			break;
		if (n + 1 < size)
			ret[n++] = c;
	}
	while (n > 0 && ret[n - 1] == '\r')
		n--;
	ret[n] = '\0';
	return true;
}

static void
hang(struct link *l)
{
	char line[1024];

	while (hear(l, line, sizeof(line)))
		;
}

/* Does this verb get something else than a good answer? *ret_end: hang up. */
static bool
misbehaves(struct link *l, const char *verb, bool *ret_end)
{
	struct sink *s = l->sink;

	*ret_end = true;
	if (strcmp(verb, s->drop_at) == 0 && s->drop_at[0] != '\0')
		return true;
	if (strcmp(verb, s->stall_at) == 0 && s->stall_at[0] != '\0') {
		hang(l);
		return true;
	}
	*ret_end = false;
	if (strcmp(verb, s->fail_at) != 0 || s->fail_at[0] == '\0')
		return false;
	say(l, s->fail_reply);
	return true;
}

/* --- verbs: false ends the connection --- */

static bool
on_ehlo(struct link *l)
{
	bool secret = l->ssl != NULL || !l->sink->starttls;
	char line[64];

	say(l, "250-sink");
	if (l->sink->starttls && l->ssl == NULL)
		say(l, "250-STARTTLS");
	if (l->sink->auth[0] != '\0' && secret) {
		(void)snprintf(line, sizeof(line), "250-AUTH %s",
		    l->sink->auth);
		say(l, line);
	}
	say(l, "250-SMTPUTF8");
	say(l, "250 8BITMIME");
	return true;
}

static bool
on_starttls(struct link *l)
{
	say(l, "220 go on");
	l->ssl = SSL_new(l->context);
	SSL_set_fd(l->ssl, l->fd);
	return SSL_accept(l->ssl) == 1;
}

/* Into ret, with a NUL behind; the bytes. */
static size_t
unbase64(const char *text, char ret[256])
{
	unsigned char out[256 + 3];
	size_t n = strlen(text);
	int got = n < 256
	    ? EVP_DecodeBlock(out, (const unsigned char *)text, (int)n)
	    : 0;

	while (got > 0 && n > 0 && text[n - 1] == '=') {
		got--;
		n--;
	}
	if (got < 0)
		got = 0;
	memcpy(ret, out, (size_t)got);
	ret[got] = '\0';
	return (size_t)got;
}

static bool
on_auth(struct link *l, const char *args)
{
	char text[512], user[256] = "", password[256] = "", all[256] = "";

	if (strncmp(args, "PLAIN", 5) == 0) {
		const char *at = args + 5 + strspn(args + 5, " ");

		(void)snprintf(text, sizeof(text), "%s", at);
		if (*at == '\0') {
			say(l, "334 ");
			if (!hear(l, text, sizeof(text)))
				return false;
		}
		/* "\0user\0password" */
		if (unbase64(text, all) > 2) {
			(void)snprintf(user, sizeof(user), "%s", all + 1);
			(void)snprintf(password, sizeof(password), "%s",
			    all + 1 + strlen(user) + 1);
		}
	} else {
		say(l, "334 VXNlcm5hbWU6");
		if (!hear(l, text, sizeof(text)))
			return false;
		unbase64(text, user);
		say(l, "334 UGFzc3dvcmQ6");
		if (!hear(l, text, sizeof(text)))
			return false;
		unbase64(text, password);
	}
	if (strcmp(password, l->sink->password) != 0) {
		say(l, "535 5.7.8 no");
		return true;
	}
	(void)snprintf(l->now.user, sizeof(l->now.user), "%.63s", user);
	say(l, "235 welcome");
	return true;
}

static void
path_read(const char *args, char ret[320])
{
	const char *open = strchr(args, '<');
	size_t n = open != NULL ? strcspn(open + 1, ">") : 0;

	(void)snprintf(ret, 320, "%.*s", (int)n, open != NULL ? open + 1 : "");
}

static bool
message_read(struct link *l)
{
	struct sink_mail *m = &l->now;
	char line[2048];

	m->n = 0;
	while (hear(l, line, sizeof(line))) {
		const char *p = line[0] == '.' ? line + 1 : line;

		if (strcmp(line, ".") == 0)
			return true;
		if (m->n + strlen(p) + 3 < sizeof(m->data))
			m->n += (size_t)snprintf(m->data + m->n,
			    sizeof(m->data) - m->n, "%s\r\n", p);
	}
	return false;
}

static bool
on_data(struct link *l)
{
	struct sink *s = l->sink;
	bool end;

	say(l, "354 go on");
	if (!message_read(l))
		return false;
	if (misbehaves(l, ".", &end))
		return !end;
	l->now.tls = l->ssl != NULL;
	if (s->n < SINK_MAILS)
		s->mail[s->n] = l->now;
	s->n++;
	if (s->kill_pid != 0)
		kill(s->kill_pid, SIGKILL);
	say(l, "250 taken");
	return true;
}

static bool
on_mail(struct link *l, const char *args)
{
	if (l->sink->auth[0] != '\0' && l->now.user[0] == '\0') {
		say(l, "530 5.7.0 who are you?");
		return true;
	}
	path_read(args, l->now.from);
	say(l, "250 fine");
	return true;
}

static bool
command(struct link *l, char *line)
{
	const char *args;
	char verb[16];
	size_t n = 0;
	bool end;

	while (isalpha((unsigned char)line[n]) && n < sizeof(verb) - 1) {
		verb[n] = (char)toupper((unsigned char)line[n]);
		n++;
	}
	verb[n] = '\0';
	args = line + n + strspn(line + n, " ");
	if (misbehaves(l, verb, &end))
		return !end;
	if (strcmp(verb, "EHLO") == 0)
		return on_ehlo(l);
	if (strcmp(verb, "STARTTLS") == 0)
		return on_starttls(l);
	if (strcmp(verb, "AUTH") == 0)
		return on_auth(l, args);
	if (strcmp(verb, "MAIL") == 0)
		return on_mail(l, args);
	if (strcmp(verb, "DATA") == 0)
		return on_data(l);
	if (strcmp(verb, "RCPT") == 0)
		path_read(args, l->now.to);
	say(l, strcmp(verb, "QUIT") == 0 ? "221 bye" : "250 fine");
	return strcmp(verb, "QUIT") != 0;
}

static void
serve(struct sink *s, SSL_CTX *context, int fd)
{
	struct link l = { .sink = s, .context = context, .fd = fd };
	char line[2048];
	bool go_on = true;

	s->connections++;
	if (strcmp(s->fail_at, "greeting") == 0)
		say(&l, s->fail_reply);
	else
		say(&l, "220 sink");
	while (go_on && hear(&l, line, sizeof(line)))
		go_on = command(&l, line);
	SSL_free(l.ssl);
	close(fd);
}

static void
sink_run(struct sink *s, SSL_CTX *context, int listen_fd, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	while (getppid() == parent) {
		int fd = accept(listen_fd, NULL, NULL);

		need(fd >= 0, "accept");
		serve(s, context, fd);
	}
	_exit(0);
}

struct sink *
sink_start(const char *ca_file)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sink *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	SSL_CTX *context = context_make(ca_file);
	pid_t parent = getpid(), pid;

	need(s != MAP_FAILED && bind(fd, (struct sockaddr *)&a, n) == 0 &&
		listen(fd, 8) == 0 &&
		getsockname(fd, (struct sockaddr *)&a, &n) == 0,
	    "socket");
	s->port = ntohs(a.sin_port);
	pid = fork();
	need(pid >= 0, "fork");
	if (pid == 0)
		sink_run(s, context, fd, parent);
	s->pid = pid;
	SSL_CTX_free(context);
	close(fd);
	return s;
}

void
sink_stop(struct sink *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s, sizeof(*s));
}
