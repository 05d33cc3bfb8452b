/*
 * Whatever was not written by us passes one of three doors: header_text()
 * for words, address_good() for addresses, body_put() for the parts. None
 * lets a line end through that was not meant.
 */
#include "out/message.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES 76 /* of MIME, without CRLF; RFC 2047 §2 too */
#define WORD_START     "=?UTF-8?Q?"
#define WORD_END       "?="

/* Stands for a byte that is no UTF-8. */
static const char replacement[] = "\xef\xbf\xbd";

/* The character at *p, which moves past it; controls become blanks. */
static const char *
char_next(const char **p, size_t *ret_n)
{
	size_t left = strnlen(*p, UTF8_MAX), n = utf8_length(*p, left);
	const char *c = *p;

	if (n == 0) {
		(*p)++;
		*ret_n = sizeof(replacement) - 1;
		return replacement;
	}
	*p += n;
	if (utf8_is_control(utf8_get(c, n))) {
		*ret_n = 1;
		return " ";
	}
	*ret_n = n;
	return c;
}

static void
hex_put(struct buf *out, char c)
{
	static const char digits[] = "0123456789ABCDEF";

	buf_putc(out, '=');
	buf_putc(out, digits[(uint8_t)c >> 4]);
	buf_putc(out, digits[(uint8_t)c & 15]);
}

/* One character in the "Q" encoding, RFC 2047 §4.2, safe in a phrase. */
static void
word_char(struct buf *out, const char *c, size_t n)
{
	if (n == 1 && *c == ' ')
		buf_putc(out, '_');
	else if (n == 1 && isalnum((unsigned char)*c))
		buf_putc(out, *c);
	else
		for (size_t i = 0; i < n; i++)
			hex_put(out, c[i]);
}

/* Encoded words of whole characters, one a line; column: where we stand. */
static void
words_put(struct buf *out, size_t column, const char *text)
{
	struct buf one;

	buf_init(&one, out->mem, 16);
	buf_puts(out, WORD_START);
	column += strlen(WORD_START);
	while (*text != '\0') {
		size_t n;
		const char *c = char_next(&text, &n);

		buf_clear(&one);
		word_char(&one, c, n);
		if (column + one.n + strlen(WORD_END) > LINE_MAX_BYTES) {
			buf_puts(out, WORD_END "\r\n " WORD_START);
			column = 1 + strlen(WORD_START);
		}
		buf_put(out, one.p, one.n);
		column += one.n;
	}
	buf_puts(out, WORD_END);
}

/* Printable ASCII that fits the line and cannot be taken for encoded. */
static bool
is_plain(const char *text, size_t room)
{
	size_t n = strlen(text);

	if (n == 0 || n > room || text[0] == ' ' || text[n - 1] == ' ' ||
	    strstr(text, "=?") != NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* Unstructured text, RFC 5322 §2.2.1. */
static void
header_text(struct buf *out, const char *name, const char *text)
{
	size_t column = strlen(name) + 2;

	buf_printf(out, "%s: ", name);
	if (is_plain(text, LINE_MAX_BYTES - column))
		buf_puts(out, text);
	else if (*text != '\0')
		words_put(out, column, text);
	buf_puts(out, "\r\n");
}

static bool
address_good(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || strlen(address) > 320 ||
	    !utf8_valid(address, strlen(address)))
		return false;
	for (const char *p = address; *p != '\0'; p++)
		if ((uint8_t)*p <= 0x20 || *p == 0x7f ||
		    strchr("<>()[],;:\\\"", *p) != NULL ||
		    (p > at && (uint8_t)*p >= 0x80))
			return false;
	return true;
}

const char *
message_address(struct arena *mem, const char *from)
{
	const char *open = strrchr(from, '<');

	if (open == NULL)
		return from;
	return arena_strndup(mem, open + 1, strcspn(open + 1, ">"));
}

/* What stands before the <, without blanks and quotes around it. */
static char *
display_name(struct arena *mem, const char *from)
{
	const char *open = strrchr(from, '<');
	size_t n = open != NULL ? (size_t)(open - from) : 0;

	while (n > 0 && from[n - 1] == ' ')
		n--;
	while (n > 0 && *from == ' ') {
		from++;
		n--;
	}
	if (n >= 2 && from[0] == '"' && from[n - 1] == '"') {
		from++;
		n -= 2;
	}
	return arena_strndup(mem, from, n);
}

/* A phrase, RFC 5322 §3.2.5: quoted, or encoded words; behind "From: ". */
static void
phrase_put(struct buf *out, const char *name)
{
	if (!is_plain(name, 32)) {
		words_put(out, strlen("From: "), name);
		return;
	}
	buf_putc(out, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *name);
	}
	buf_putc(out, '"');
}

static void
from_put(struct buf *out, const char *from, const char *address)
{
	const char *name = display_name(out->mem, from);

	buf_puts(out, "From: ");
	if (*name == '\0') {
		buf_printf(out, "%s\r\n", address);
		return;
	}
	phrase_put(out, name);
	buf_printf(out, "\r\n <%s>\r\n", address);
}

/* RFC 5322 §3.3; strftime() would ask the locale. */
static void
date_put(struct buf *out, int64_t at_us)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t at = (time_t)(at_us / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&at, &tm);
	buf_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
}

const char *
message_id(struct arena *mem, const struct message *m)
{
	const char *at = strchr(message_address(mem, m->from), '@');

	return arena_printf(mem, "<%s%s>", m->id, at != NULL ? at : "");
}

/* Goes as it is, RFC 2045 §6.7; blanks only where the line goes on. */
static bool
is_literal(const char *p, bool line_start)
{
	if (*p == ' ' || *p == '\t')
		return p[1] != '\n' && p[1] != '\0';
	/* for those who change such lines without having been asked */
	if (line_start && (*p == '.' || strncmp(p, "From ", 5) == 0))
		return false;
	return *p > 0x20 && *p < 0x7f && *p != '=';
}

/* A part in quoted-printable; a character is never torn apart. */
static void
body_put(struct buf *out, const char *text)
{
	size_t used = 0;

	while (*text != '\0') {
		size_t left = strnlen(text, UTF8_MAX);
		size_t n = utf8_length(text, left);
		bool literal = is_literal(text, used == 0);
		size_t width = literal ? 1 : 3 * (n > 0 ? n : 1);

		if (*text == '\n') {
			buf_puts(out, "\r\n");
			used = 0;
			text++;
			continue;
		}
		if (used + width > LINE_MAX_BYTES - 1) {
			buf_puts(out, "=\r\n");
			used = 0;
			continue;
		}
		for (; width > 0; width -= literal ? 1 : 3, text++) {
			if (literal)
				buf_putc(out, *text);
			else
				hex_put(out, *text);
			used += literal ? 1 : 3;
		}
	}
	if (used > 0)
		buf_puts(out, "\r\n");
}

static void
part_put(struct buf *out, const char *type, const char *text)
{
	buf_printf(out,
	    "Content-Type: %s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    type);
	body_put(out, text);
}

static void
parts_put(struct buf *out, const struct message *m)
{
	/* "=_" cannot occur in quoted-printable */
	const char *line = arena_printf(out->mem, "=_%s", m->id);

	if (m->html == NULL) {
		part_put(out, "text/plain", m->text);
		return;
	}
	buf_printf(out,
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"%s\"\r\n\r\n--%s\r\n",
	    line, line);
	part_put(out, "text/plain", m->text);
	buf_printf(out, "\r\n--%s\r\n", line);
	part_put(out, "text/html", m->html);
	buf_printf(out, "\r\n--%s--\r\n", line);
}

int
message_write(const struct message *m, struct buf *out)
{
	const char *from = message_address(out->mem, m->from);

	if (!address_good(from) || !address_good(m->to))
		return -1;
	date_put(out, m->at_us);
	from_put(out, m->from, from);
	buf_printf(out, "To: %s\r\n", m->to);
	header_text(out, "Subject", m->subject);
	buf_printf(out, "Message-ID: %s\r\n", message_id(out->mem, m));
	header_text(out, "Content-Language", m->locale);
	buf_puts(out,
	    "Auto-Submitted: auto-generated\r\n"
	    "X-Auto-Response-Suppress: All\r\n"
	    "MIME-Version: 1.0\r\n");
	parts_put(out, m);
	return 0;
}
