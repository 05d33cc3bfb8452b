/*
 * A line is built in a buffer of PIPE_BUF bytes, so that the one write(2) is
 * atomic on a pipe too; what does not fit is cut, the newline always fits.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define VALUE_MAX   256 /* characters of a value, escapes counted */
#define REQUEST_MAX 65

struct line {
	char text[PIPE_BUF];
	size_t n;
};

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

static enum log_level min_level = LOG_INFO;
static int log_fd = STDERR_FILENO;
static char request[REQUEST_MAX];
static void (*log_sink)(enum log_level, const char *line);

void
log_set_level(enum log_level level)
{
	min_level = level;
}

bool
log_wants(enum log_level level)
{
	return level >= min_level;
}

int
log_level_parse(const char *name, enum log_level *ret)
{
	enum log_level level;

	for (level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		if (strcmp(name, level_names[level]) == 0) {
			*ret = level;
			return 0;
		}
	}
	return -1;
}

void
log_set_fd(int fd)
{
	log_fd = fd;
}

void
log_set_request(const char *request_id)
{
	size_t n = request_id != NULL ? strlen(request_id) : 0;

	if (n >= sizeof(request))
		n = sizeof(request) - 1;
	if (n > 0)
		memcpy(request, request_id, n);
	request[n] = '\0';
}

void
log_set_sink(void (*sink)(enum log_level, const char *line))
{
	log_sink = sink;
}

static void
put(struct line *l, const char *s, size_t n)
{
	size_t room = sizeof(l->text) - 1 - l->n;

	if (n > room)
		n = room;
	memcpy(l->text + l->n, s, n);
	l->n += n;
}

static void
puts_line(struct line *l, const char *s)
{
	put(l, s, strlen(s));
}

/* Bare, or inside quotes; anything else is escaped. */
static bool
is_bare(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '=';
}

static bool
is_quotable(unsigned char c)
{
	return is_bare(c) || c == ' ' || c == '=';
}

static size_t
escape(unsigned char c, char ret[4])
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
	const char *p = c != '\0' ? strchr(from, c) : NULL;

	ret[0] = '\\';
	if (p != NULL) {
		ret[1] = to[p - from];
		return 2;
	}
	ret[1] = 'x';
	ret[2] = hex[c >> 4];
	ret[3] = hex[c & 15];
	return 4;
}

static void
put_escaped(struct line *l, const char *s)
{
	size_t used = 0;

	for (; *s != '\0'; s++) {
		char escaped[4] = { *s };
		size_t n = is_quotable((unsigned char)*s)
		    ? 1
		    : escape((unsigned char)*s, escaped);

		if (used + n > VALUE_MAX) {
			puts_line(l, "...");
			return;
		}
		put(l, escaped, n);
		used += n;
	}
}

static void
put_value(struct line *l, const char *s)
{
	bool quoted = false;

	for (const char *p = s; !quoted && *p != '\0'; p++)
		quoted = !is_bare((unsigned char)*p);
	if (quoted)
		puts_line(l, "\"");
	put_escaped(l, s);
	if (quoted)
		puts_line(l, "\"");
}

static void
put_number(struct line *l, int64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRId64, number);
	puts_line(l, digits);
}

static void
put_time(struct line *l)
{
	char text[CLOCK_TEXT_LEN + 1], ms[8];
	int64_t now = clock_now_us();

	clock_format(now, text);
	snprintf(ms, sizeof(ms), ".%03dZ", (int)(now / 1000 % 1000));
	put(l, text, CLOCK_TEXT_LEN - 1);
	puts_line(l, ms);
}

static void
put_pair(struct line *l, const struct log_kv *kv)
{
	puts_line(l, " ");
	puts_line(l, kv->key);
	puts_line(l, "=");
	if (!kv->is_text)
		put_number(l, kv->number);
	else
		put_value(l, kv->text != NULL ? kv->text : "-");
}

static void
emit(enum log_level level, struct line *l)
{
	int saved = errno;

	if (log_sink != NULL) {
		l->text[l->n] = '\0';
		log_sink(level, l->text);
	} else {
		l->text[l->n] = '\n';
		while (write(log_fd, l->text, l->n + 1) < 0 && errno == EINTR)
			continue;
	}
	errno = saved;
}

void
log_write(enum log_level level, const char *event, const struct log_kv *kv)
{
	struct line l;

	if (!log_wants(level))
		return;
	l.n = 0;
	put_time(&l);
	puts_line(&l, " ");
	puts_line(&l, level_names[level]);
	puts_line(&l, " ");
	puts_line(&l, event);
	put_pair(&l, &KI("pid", getpid()));
	if (request[0] != '\0')
		put_pair(&l, &KS("rid", request));
	for (; kv->key != NULL; kv++)
		put_pair(&l, kv);
	emit(level, &l);
}
