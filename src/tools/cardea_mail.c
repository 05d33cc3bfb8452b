/*
 * cardea-mail: sends one message by SMTP, see out/smtp_program.h. A program
 * of its own for each mail: it holds libcurl, and whatever a server answers
 * is read far from keys and database, in a sandbox.
 */
#include <curl/curl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "daemon/sandbox.h"
#include "out/smtp_program.h"

#define INPUT_MAX_BYTES (16 << 20)
#define REPLY_MAX_BYTES 300

struct job {
	char *url, *tls, *ca_file, *user, *password, *from, *to, *timeout,
	    *sandbox;
	const char *data;
	size_t n, sent;
	bool named; /* RCPT TO went out: it is about this mail now */
	bool quit; /* QUIT went out: what comes is a farewell */
	char reply[REPLY_MAX_BYTES + 1]; /* the server's last line */
};

static const struct {
	const char *name;
	size_t offset;
} settings[] = {
	{ SMTP_URL, offsetof(struct job, url) },
	{ SMTP_TLS, offsetof(struct job, tls) },
	{ SMTP_CA_FILE, offsetof(struct job, ca_file) },
	{ SMTP_USER, offsetof(struct job, user) },
	{ SMTP_PASSWORD, offsetof(struct job, password) },
	{ SMTP_FROM, offsetof(struct job, from) },
	{ SMTP_TO, offsetof(struct job, to) },
	{ SMTP_TIMEOUT, offsetof(struct job, timeout) },
	{ SMTP_SANDBOX, offsetof(struct job, sandbox) },
};

/* NUL-terminated; NULL when there is too much or it cannot be read. */
static char *
input_read(size_t *ret_n)
{
	char *p = malloc(INPUT_MAX_BYTES + 1);
	size_t n;

	if (p == NULL)
		return NULL;
	n = fread(p, 1, INPUT_MAX_BYTES, stdin);
	if (ferror(stdin) || !feof(stdin)) {
		free(p);
		return NULL;
	}
	p[n] = '\0';
	*ret_n = n;
	return p;
}

static bool
setting_take(struct job *j, char *line)
{
	char *value = strchr(line, ' ');

	if (value == NULL)
		return false;
	*value++ = '\0';
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (strcmp(settings[i].name, line) == 0) {
			*(char **)((char *)j + settings[i].offset) = value;
			return true;
		}
	return false;
}

static bool
input_parse(struct job *j, char *p, size_t n)
{
	char *end = p + n, *stop;

	for (; (stop = strchr(p, '\n')) != NULL && stop != p; p = stop + 1) {
		*stop = '\0';
		if (!setting_take(j, p))
			return false;
	}
	if (stop == NULL)
		return false;
	j->data = stop + 1;
	j->n = (size_t)(end - j->data);
	return j->url && j->tls && j->from && j->to && j->timeout;
}

static size_t
data_read(char *to, size_t size, size_t n, void *arg)
{
	struct job *j = arg;
	size_t most = size * n;

	if (most > j->n - j->sent)
		most = j->n - j->sent;
	memcpy(to, j->data + j->sent, most);
	j->sent += most;
	return most;
}

/* Keeps the last line that the server said. */
static void
reply_keep(struct job *j, const char *p, size_t n)
{
	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	if (n == 0)
		return;
	if (n > REPLY_MAX_BYTES)
		n = REPLY_MAX_BYTES;
	memcpy(j->reply, p, n);
	j->reply[n] = '\0';
}

static int
watch(CURL *curl, curl_infotype type, char *p, size_t n, void *arg)
{
	struct job *j = arg;

	(void)curl;
	if (type == CURLINFO_HEADER_IN && !j->quit)
		reply_keep(j, p, n);
	if (type == CURLINFO_HEADER_OUT && n >= 4) {
		j->named |= memcmp(p, "RCPT", 4) == 0;
		j->quit |= memcmp(p, "QUIT", 4) == 0;
	}
	return 0;
}

static void
tls_set(CURL *curl, const struct job *j)
{
	bool required = strcmp(j->tls, "required") == 0;
	bool none = strcmp(j->tls, "none") == 0;

	curl_easy_setopt(curl, CURLOPT_USE_SSL,
	    (long)(required ? CURLUSESSL_ALL
		    : none  ? CURLUSESSL_NONE
			    : CURLUSESSL_TRY));
	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, required ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, required ? 2L : 0L);
	if (j->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, j->ca_file);
}

static void
mail_set(CURL *curl, struct job *j, struct curl_slist *to)
{
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, j->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, data_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, j);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)j->n);
}

static void
options_set(CURL *curl, struct job *j, char *error)
{
	curl_easy_setopt(curl, CURLOPT_URL, j->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, strtol(j->timeout, NULL, 10));
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, watch);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, j);
	tls_set(curl, j);
	if (j->user != NULL) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, j->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD,
		    j->password != NULL ? j->password : "");
	}
}

/* reply: the number of the server's last answer, 0 for none. */
static int
exit_code(const struct job *j, CURLcode r, long reply)
{
	if (r == CURLE_OK)
		return EX_OK;
	if (r == CURLE_LOGIN_DENIED || r == CURLE_USE_SSL_FAILED ||
	    r == CURLE_PEER_FAILED_VERIFICATION ||
	    r == CURLE_SSL_CACERT_BADFILE)
		return EX_NOPERM;
	if (!j->named)
		return EX_PROTOCOL;
	return reply >= 500 && reply <= 599 ? EX_UNAVAILABLE : EX_TEMPFAIL;
}

/* What the server said, where it said no; else what went wrong here. */
static void
reason_print(const struct job *j, CURLcode r, long reply, const char *error)
{
	if (reply >= 400 && r != CURLE_OPERATION_TIMEDOUT)
		fprintf(stderr, "%s\n", j->reply);
	else
		fprintf(stderr, "%s\n",
		    *error != '\0' ? error : curl_easy_strerror(r));
}

static int
mail_send(struct job *j)
{
	char error[CURL_ERROR_SIZE] = "";
	struct curl_slist *to = curl_slist_append(NULL, j->to);
	CURL *curl = curl_easy_init();
	CURLcode r = CURLE_OUT_OF_MEMORY;
	long reply = 0;

	if (curl != NULL && to != NULL) {
		options_set(curl, j, error);
		mail_set(curl, j, to);
		r = curl_easy_perform(curl);
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	}
	if (r != CURLE_OK)
		reason_print(j, r, reply, error);
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	return exit_code(j, r, reply);
}

/* Once all that is to be sent was read; the network comes after this. */
static bool
confine(const struct job *j)
{
	struct sandbox *s = NULL;
	bool done;

	if (j->sandbox == NULL || strcmp(j->sandbox, "no") != 0)
		s = sandbox_new(SANDBOX_MAIL, NULL);
	done = sandbox_enter(s) == 0;
	sandbox_free(s);
	return done;
}

int
main(void)
{
	struct job j = { 0 };
	size_t n = 0;
	char *input = input_read(&n);
	int code = EX_CONFIG;

	if (input == NULL || !input_parse(&j, input, n)) {
		fputs("cardea-mail: run by cardea, with a mail to send\n",
		    stderr);
	} else if (curl_global_init(CURL_GLOBAL_DEFAULT) == 0) {
		code = confine(&j) ? mail_send(&j) : EX_CONFIG;
		curl_global_cleanup();
	}
	free(input);
	return code;
}
