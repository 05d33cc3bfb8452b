/*
 * An SMTP server (RFC 5321, STARTTLS, AUTH PLAIN and LOGIN) that keeps what
 * it is given, and fails as it is told to. It is a process of its own on a
 * free port of the loopback address; the struct lies in memory that both
 * share, so its behaviour may be changed between two connections.
 */
#ifndef SUPPORT_SMTP_SINK_H
#define SUPPORT_SMTP_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SINK_MAILS 32

struct sink_mail {
	char from[320], to[320];
	char user[64]; /* who had signed in, "" for nobody */
	bool tls;
	size_t n;
	char data[32768]; /* with CRLF, dots undone */
};

struct sink {
	/* how it behaves */
	bool starttls; /* offered */
	char auth[32]; /* "PLAIN LOGIN": offered and asked for; "": none */
	char password[64]; /* the only right one */
	/*
	 * The answer to this verb instead of a good one; "." is the end of
	 * the message, "greeting" what comes first.
	 */
	char fail_at[16], fail_reply[256];
	char drop_at[16]; /* hangs up instead */
	char stall_at[16]; /* says nothing until the client goes */
	pid_t kill_pid; /* killed when a message has come, before the answer */

	/* what came */
	int connections, n;
	struct sink_mail mail[SINK_MAILS];

	int port;
	pid_t pid;
};

/* Writes the certificate it will show, for localhost, to ca_file. */
struct sink *sink_start(const char *ca_file);
void sink_stop(struct sink *);

#endif
