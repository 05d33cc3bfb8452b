/*
 * What cardea-mail reads: lines "name value", an empty line, the message. It
 * exits with 0 when the server took it, EX_TEMPFAIL (75) when it may be tried
 * again, EX_UNAVAILABLE (69) when the server refused this mail for good, and
 * with EX_NOPERM (77), EX_PROTOCOL (76) or EX_CONFIG (78) when the server will
 * take none: sign-in, certificate, no connection, settings. Then its standard
 * error ends with a line that says why.
 */
#ifndef OUT_SMTP_PROGRAM_H
#define OUT_SMTP_PROGRAM_H

#define SMTP_URL      "url"
#define SMTP_TLS      "tls"
#define SMTP_CA_FILE  "ca-file"
#define SMTP_USER     "user"
#define SMTP_PASSWORD "password"
#define SMTP_FROM     "from"
#define SMTP_TO       "to"
#define SMTP_TIMEOUT  "timeout"
#define SMTP_SANDBOX  "sandbox" /* "no": without */

#endif
