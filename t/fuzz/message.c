/*
 * A mail of what people and operators wrote. Lines: From, To, locale,
 * subject; the rest is the text, and the HTML where a byte says so. Whatever
 * they hold, the header has our fields, each once, in lines of printable
 * ASCII but for addresses; every line ends in CRLF and is short; the text
 * comes back out of its encoding.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "daemon/mail.h"
#include "fuzz.h"
#include "out/message.h"

static const char *const fields[] = { "Date", "From", "To", "Subject",
	"Message-ID", "Content-Language", "Auto-Submitted",
	"X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
	"Content-Transfer-Encoding" };

/* Checks one line and returns the one behind it. */
static const char *
line_next(const char *line)
{
	const char *end = strstr(line, "\r\n");

	HOLDS(end != NULL && end - line <= 998);
	for (const char *p = line; p < end; p++)
		HOLDS(*p != '\r' && *p != '\n');
	return end + 2;
}

/* Each of the fields once, in their order; gives the body. */
static const char *
check_header(const char *p, bool html)
{
	size_t n = sizeof(fields) / sizeof(fields[0]) - (html ? 1 : 0);
	size_t i = 0, name_n;

	for (; strncmp(p, "\r\n", 2) != 0; p = line_next(p)) {
		if (*p == ' ') {
			HOLDS(i > 0);
			continue;
		}
		HOLDS(i < n);
		name_n = strlen(fields[i]);
		HOLDS(strncmp(p, fields[i], name_n) == 0 && p[name_n] == ':');
		i++;
	}
	HOLDS(i == n);
	return p + 2;
}

static int
nibble(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	HOLDS(c >= 'A' && c <= 'F');
	return c - 'A' + 10;
}

/* RFC 2045 §6.7, up to stop. */
static void
decode(const char *p, const char *stop, struct buf *out)
{
	for (; p < stop; p++) {
		HOLDS(*p == '\r' || *p == '\n' || *p == '\t' ||
		    (*p >= 0x20 && *p < 0x7f));
		if (*p != '=') {
			buf_putc(out, *p);
			continue;
		}
		HOLDS(stop - p >= 3);
		if (p[1] != '\r')
			buf_putc(out, (char)(nibble(p[1]) << 4 | nibble(p[2])));
		p += 2;
	}
}

static void
check_text(struct arena *mem, const char *text, const char *p, const char *stop)
{
	struct buf got, want;
	size_t n = strlen(text);

	buf_init(&got, mem, 256);
	buf_init(&want, mem, 256);
	decode(p, stop, &got);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_putc(&want, '\r');
		buf_putc(&want, *text);
	}
	if (n > 0 && text[-1] != '\n')
		buf_puts(&want, "\r\n");
	HOLDS(strcmp(got.p, want.p) == 0);
}

static void
check_message(struct arena *mem, const struct message *m)
{
	const char *body, *p;
	struct buf out;

	buf_init(&out, mem, 512);
	if (message_write(m, &out) != 0)
		return;
	HOLDS(strlen(out.p) == out.n);
	body = check_header(out.p, m->html != NULL);
	for (p = body; *p != '\0'; p = line_next(p))
		;
	if (m->html == NULL)
		check_text(mem, m->text, body, p);
}

/* Nothing of it could be an address or a link. */
static void
check_redacted(struct arena *mem, const char *words)
{
	const char *text = mail_redact(mem, words);

	HOLDS(strchr(text, '@') == NULL && strstr(text, "//") == NULL);
	for (; *text != '\0'; text++)
		HOLDS(*text >= 0x20 && *text < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *mem = arena_new(65536);
	struct fuzz_input in = { p, n };
	bool html = fuzz_byte(&in) == 'h';
	struct message m = {
		.id = "mail_01h455vb4pex5vsknk084sn02q",
		.at_us = INT64_C(1763289000) * CLOCK_SECOND,
	};

	m.from = fuzz_line(&in, mem);
	m.to = fuzz_line(&in, mem);
	m.locale = fuzz_line(&in, mem);
	m.subject = fuzz_line(&in, mem);
	m.text = fuzz_rest(&in, mem);
	m.html = html ? m.text : NULL;
	check_message(mem, &m);
	check_redacted(mem, m.text);
	arena_free(mem);
	return 0;
}
