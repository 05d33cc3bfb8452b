/*
 * Mails to users, by template. They join the outbox of the transaction that
 * causes them; the jobs process sends them.
 */
#ifndef FLOW_MAIL_H
#define FLOW_MAIL_H

struct ctx;
struct user;

#define MAIL_VERIFY           "verify-email"
#define MAIL_RESET            "reset-password"
#define MAIL_EXISTS           "account-exists"
#define MAIL_PASSWORD_CHANGED "password-changed"
#define MAIL_EMAIL_CHANGED    "email-changed"
#define MAIL_NEW_DEVICE       "new-device"

/* What a notice can tell of beside its reader. NULL: nothing. */
struct mail_facts {
	const char *device; /* "Firefox on Windows" */
	const char *location; /* "Vienna, Austria" */
	const char *ip_address;
	const char *new_email; /* masked */
};

/* With a link to the hosted page of that name, token attached. */
int mail_link(struct ctx *, const char *template, const struct user *,
    const char *token);
int mail_notice(struct ctx *, const char *template, const struct user *);
int mail_notice_of(struct ctx *, const char *template, const struct user *,
    const struct mail_facts *);

#endif
