/*
 * Every setting is one row of conf_rows; nothing else knows their names. The
 * rows are filled from their defaults, then from the file, then from the
 * environment, each value through row_set(); what takes two settings to
 * judge is judged at the end. A mistake is noted and reading goes on, so that
 * one run shows them all.
 */
#include "base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#define BLANKS         " \t"
#define LINE_MAX_BYTES 4096
#define FILE_MAX_BYTES (1 << 20)
#define NAME_MAX_BYTES 40

#define MINUTE 60
#define HOUR   3600
#define DAY    86400

/* OWASP's floor for scrypt; passes may be traded for N at the same work. */
#define SCRYPT_FLOOR_LN   15
#define SCRYPT_FLOOR_R    8
#define SCRYPT_FLOOR_WORK ((INT64_C(1) << SCRYPT_FLOOR_LN) * SCRYPT_FLOOR_R * 3)
#define SCRYPT_MEMORY_MAX (INT64_C(1) << 30)

/* One run of conf_load(). */
struct load {
	struct arena *mem;
	struct conf *conf;
	struct buf *problems;
	size_t n_problems;
	const char *where; /* "file:line" or a variable's name */
	const char **from; /* by row */
	int *line; /* by row; 0: not in the file so far */
};

struct unit {
	char suffix;
	int64_t factor;
};

static const struct unit durations[] = {
	{ 'd', DAY },
	{ 'h', HOUR },
	{ 'm', MINUTE },
	{ 's', 1 },
	{ 0 },
};

static const struct unit sizes[] = {
	{ 'm', 1 << 20 },
	{ 'k', 1 << 10 },
	{ 0 },
};

static void problem(struct load *, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
problem(struct load *l, const char *where, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_printf(l->problems, "%s: %s\n", where,
	    arena_vprintf(l->mem, fmt, ap));
	va_end(ap);
	l->n_problems++;
}

static const struct conf_row *
row_find(const char *name)
{
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* Edits that make b of a; both at most NAME_MAX_BYTES long. */
static size_t
name_distance(const char *a, const char *b)
{
	size_t d[NAME_MAX_BYTES + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		d[j] = j;
	for (size_t i = 1; *a != '\0'; a++, i++) {
		size_t diagonal = d[0];

		d[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (*a != b[j - 1]);

			diagonal = d[j];
			if (d[j] + 1 < best)
				best = d[j] + 1;
			if (d[j - 1] + 1 < best)
				best = d[j - 1] + 1;
			d[j] = best;
		}
	}
	return d[n];
}

/* The setting that was probably meant, or NULL. */
static const char *
name_nearest(const char *name)
{
	size_t best = strlen(name) / 3 + 1;
	const char *found = NULL;

	if (strlen(name) > NAME_MAX_BYTES)
		return NULL;
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++) {
		size_t d = name_distance(name, row->name);

		if (d <= best && (found == NULL || d < best)) {
			best = d;
			found = row->name;
		}
	}
	return found;
}

static bool
number_parse(const char *s, const struct unit *unit, int64_t *ret)
{
	int64_t n = 0;

	if (!isdigit((unsigned char)*s))
		return false;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *s - '0', &n))
			return false;
	if (*s != '\0') {
		while (unit->suffix != *s && unit->suffix != '\0')
			unit++;
		if (unit->suffix == '\0' || s[1] != '\0' ||
		    __builtin_mul_overflow(n, unit->factor, &n))
			return false;
	}
	*ret = n;
	return true;
}

static const char *
duration_text(struct arena *mem, int64_t s)
{
	const struct unit *u = durations;

	while (s % u->factor != 0)
		u++;
	return arena_printf(mem, "%lld%c", (long long)(s / u->factor),
	    u->suffix);
}

static bool
bool_parse(const char *s, bool *ret)
{
	static const char words[][2][6] = { { "no", "yes" }, { "off", "on" },
		{ "false", "true" }, { "0", "1" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (int b = 0; b <= 1; b++)
			if (strcmp(s, words[i][b]) == 0) {
				*ret = b == 1;
				return true;
			}
	return false;
}

static bool
word_in(const char *words, const char *word)
{
	size_t n = strlen(word);

	if (n == 0 || strchr(word, ' ') != NULL)
		return false;
	for (const char *p = words; (p = strstr(p, word)) != NULL; p += n)
		if ((p == words || p[-1] == ' ') &&
		    (p[n] == '\0' || p[n] == ' '))
			return true;
	return false;
}

/* "a b c" as "a, b, c". */
static const char *
words_text(struct arena *mem, const char *words)
{
	struct buf b;

	buf_init(&b, mem, 64);
	for (; *words != '\0'; words++) {
		if (*words == ' ')
			buf_putc(&b, ',');
		buf_putc(&b, *words);
	}
	return b.p;
}

/* Each of these gives NULL, or what to give instead. */

static const char *
string_set(struct load *l, const struct conf_row *row, const char *text)
{
	int64_t n = (int64_t)strlen(text);
	const char *instead;

	if (row->choices != NULL && !word_in(row->choices, text))
		return arena_printf(l->mem, "give one of %s",
		    words_text(l->mem, row->choices));
	if (n < row->min)
		return "give a value";
	if (n > row->max)
		return arena_printf(l->mem, "give at most %lld bytes",
		    (long long)row->max);
	if (n > 0 && row->check != NULL) {
		instead = row->check(text);
		if (instead != NULL)
			return instead;
	}
	*(const char **)((char *)l->conf + row->offset) =
	    n > 0 ? arena_strdup(l->mem, text) : NULL;
	return NULL;
}

static const char *
int_set(struct load *l, const struct conf_row *row, const char *text)
{
	int64_t n;

	if (!number_parse(text, sizes, &n) || n < row->min || n > row->max)
		return arena_printf(l->mem,
		    "give a whole number from %lld to %lld",
		    (long long)row->min, (long long)row->max);
	*(int64_t *)((char *)l->conf + row->offset) = n;
	return NULL;
}

static const char *
duration_set(struct load *l, const struct conf_row *row, const char *text)
{
	int64_t n;

	if (!number_parse(text, durations, &n) || n < row->min || n > row->max)
		return arena_printf(l->mem,
		    "give a duration from %s to %s, such as 30s, 15m or 2h",
		    duration_text(l->mem, row->min),
		    duration_text(l->mem, row->max));
	*(int64_t *)((char *)l->conf + row->offset) = n;
	return NULL;
}

static const char *
bool_set(struct load *l, const struct conf_row *row, const char *text)
{
	if (!bool_parse(text, (bool *)((char *)l->conf + row->offset)))
		return "give yes or no";
	return NULL;
}

static const char *
list_set(struct load *l, const struct conf_row *row, const char *text)
{
	struct list *list = (struct list *)((char *)l->conf + row->offset);
	const char **items;
	size_t n = 0;

	items = arena_array(l->mem, strlen(text) / 2 + 1, sizeof(*items));
	for (;;) {
		size_t len;

		text += strspn(text, BLANKS ",");
		len = strcspn(text, BLANKS ",");
		if (len == 0)
			break;
		items[n] = arena_strndup(l->mem, text, len);
		if (row->check != NULL && row->check(items[n]) != NULL)
			return row->check(items[n]);
		n++;
		text += len;
	}
	*list = (struct list) { .n = n, .items = items };
	return NULL;
}

/* Notes a problem, or keeps the value and where it came from. */
static void
row_set(struct load *l, const struct conf_row *row, const char *text)
{
	static const char *(*const set[])(struct load *,
	    const struct conf_row *, const char *) = {
		[CONF_STRING] = string_set,
		[CONF_INT] = int_set,
		[CONF_BOOL] = bool_set,
		[CONF_DURATION] = duration_set,
		[CONF_LIST] = list_set,
	};
	const char *instead = set[row->kind](l, row, text);

	if (instead != NULL)
		problem(l, l->where, "\"%s\" is \"%s\": %s", row->name,
		    row->secret ? "(hidden)" : text, instead);
	else
		l->from[row - conf_rows] = l->where;
}

/* NULL, or what is wrong with these bytes and what to do. */
static const char *
text_problem(const char *text, size_t n)
{
	if (memchr(text, '\0', n) != NULL)
		return "a NUL byte: this has to be text";
	if (!utf8_valid(text, n))
		return "not valid UTF-8: save it in that encoding";
	for (size_t i = 0; i < n; i++)
		if (((uint8_t)text[i] < 0x20 && text[i] != '\t') ||
		    text[i] == 0x7f)
			return "a control character: remove it";
	return NULL;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the text where it ends, before blanks and a comment; s[-1] exists. */
static char *
value_plain(char *s)
{
	size_t n = 0;

	while (s[n] != '\0' && !(s[n] == '#' && blank(s[-1 + (ssize_t)n])))
		n++;
	while (n > 0 && blank(s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

/* s starts with a quote. Unescapes in place; NULL when malformed. */
static char *
value_quoted(char *s)
{
	char *to = s, *p = s + 1;
	size_t n;

	for (; *p != '"'; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		if (*p == '\0')
			return NULL;
		*to++ = *p;
	}
	p++;
	n = strspn(p, BLANKS);
	if (p[n] != '\0' && (p[n] != '#' || n == 0))
		return NULL;
	*to = '\0';
	return s;
}

/* A value of row; s points behind the equals sign. */
static void
value_read(struct load *l, const struct conf_row *row, int number, char *s)
{
	int *line = &l->line[row - conf_rows];

	s += strspn(s, BLANKS);
	s = *s == '"' ? value_quoted(s) : value_plain(s);
	if (*line != 0)
		problem(l, l->where,
		    "\"%s\" is already set in line %d: keep one of them",
		    row->name, *line);
	else if (s == NULL)
		problem(l, l->where,
		    "\"%s\" has a quote too few or text behind it: "
		    "write \"value\", with \\\" for a quote in it",
		    row->name);
	else
		row_set(l, row, s);
	if (*line == 0)
		*line = number;
}

static void
name_unknown(struct load *l, const char *name)
{
	const char *meant = name_nearest(name);

	if (meant != NULL)
		problem(l, l->where,
		    "unknown setting \"%s\": did you mean \"%s\"?", name,
		    meant);
	else
		problem(l, l->where,
		    "unknown setting \"%s\": cardea.conf.example lists "
		    "all of them",
		    name);
}

/* A line without its newline. */
static void
line_read(struct load *l, int number, const char *text, size_t n)
{
	const char *wrong = text_problem(text, n);
	const struct conf_row *row;
	char *s, *p;

	if (n > LINE_MAX_BYTES) {
		problem(l, l->where, "a line of %zu bytes: keep it below %d", n,
		    LINE_MAX_BYTES + 1);
		return;
	}
	if (wrong != NULL) {
		problem(l, l->where, "%s", wrong);
		return;
	}
	s = arena_strndup(l->mem, text, n);
	s += strspn(s, BLANKS);
	if (*s == '\0' || *s == '#')
		return;
	p = s + strcspn(s, BLANKS "=");
	if (p[strspn(p, BLANKS)] != '=') {
		problem(l, l->where,
		    "no \"=\" after \"%.*s\": "
		    "write name = value",
		    (int)(p - s), s);
		return;
	}
	text = p + strspn(p, BLANKS) + 1;
	*p = '\0';
	row = row_find(s);
	if (row == NULL)
		name_unknown(l, s);
	else
		value_read(l, row, number, s + (text - s));
}

static void
lines_read(struct load *l, const char *path, const char *text, size_t n)
{
	const char *end = text + n;

	for (int number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((stop != NULL ? stop : end) - text);
		size_t cut = len > 0 && text[len - 1] == '\r';

		l->where = arena_printf(l->mem, "%s:%d", path, number);
		line_read(l, number, text, len - cut);
		text += len + (stop != NULL);
	}
}

/* 0, or an errno. */
static int
file_slurp(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "re");
	size_t n;
	int e;

	if (f == NULL)
		return errno;
	errno = 0;
	while (ret->n <= FILE_MAX_BYTES &&
	    (n = fread(buf_reserve(ret, 4096), 1, 4096, f)) > 0)
		buf_added(ret, n);
	e = ferror(f) ? (errno != 0 ? errno : EIO) : 0;
	(void)fclose(f);
	return e;
}

static void
file_read(struct load *l, const char *path)
{
	struct buf text;
	int e;

	buf_init(&text, l->mem, 4096);
	e = file_slurp(path, &text);
	if (e != 0)
		problem(l, path,
		    "cannot be read (%s): check that it is there "
		    "and readable for this user",
		    strerror(e));
	else if (text.n > FILE_MAX_BYTES)
		problem(l, path, "larger than 1 MiB: is this the right file?");
	else
		lines_read(l, path, text.p, text.n);
}

/* The file to read, or NULL for none. */
static const char *
file_find(const char *path)
{
	static const char usual[] = CARDEA_SYSCONFDIR "/cardea.conf";

	if (path != NULL)
		return path;
	path = getenv("CARDEA_CONF");
	if (path != NULL && *path != '\0')
		return path;
	if (access(usual, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return NULL;
	return usual;
}

static void
environment_read(struct load *l)
{
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++) {
		char *variable = arena_printf(l->mem, "CARDEA_%s", row->name);
		const char *value, *wrong;

		for (char *p = variable; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		value = getenv(variable);
		if (value == NULL)
			continue;
		l->where = variable;
		wrong = text_problem(value, strlen(value));
		if (wrong != NULL)
			problem(l, variable, "%s", wrong);
		else
			row_set(l, row, value);
	}
}

/* Where the first of these that is no default was set. */
static const char *
where_of(const struct load *l, const char *a, const char *b)
{
	const char *from = l->from[row_find(a) - conf_rows];

	if (strcmp(from, "default") == 0)
		from = l->from[row_find(b) - conf_rows];
	return from;
}

static void
scrypt_judge(struct load *l)
{
	const struct conf *c = l->conf;
	int64_t work = (INT64_C(1) << c->scrypt_ln) * c->scrypt_r;
	int64_t memory = 128 * work;
	const char *where = where_of(l, "scrypt_ln", "scrypt_r");

	if (strcmp(where, "default") == 0)
		where = where_of(l, "scrypt_p", "scrypt_allow_weak");
	if (memory > SCRYPT_MEMORY_MAX)
		problem(l, where,
		    "\"scrypt_ln\" and \"scrypt_r\" need %lld MiB a password: "
		    "lower one of them, 1024 MiB is the most",
		    (long long)(memory >> 20));
	else if (!c->scrypt_allow_weak &&
	    (c->scrypt_ln < SCRYPT_FLOOR_LN || c->scrypt_r < SCRYPT_FLOOR_R ||
		work * c->scrypt_p < SCRYPT_FLOOR_WORK))
		problem(l, where,
		    "scrypt with ln=%lld r=%lld p=%lld is below OWASP's floor: "
		    "use 15, 8 and 3, or set \"scrypt_allow_weak\"",
		    (long long)c->scrypt_ln, (long long)c->scrypt_r,
		    (long long)c->scrypt_p);
}

static void
mail_judge(struct load *l)
{
	const struct conf *c = l->conf;

	if (c->mail_smtp_user == NULL)
		return;
	if (c->mail_smtp_password == NULL)
		problem(l, where_of(l, "mail_smtp_user", "mail_smtp_password"),
		    "\"mail_smtp_user\" has no \"mail_smtp_password\": "
		    "set both or neither");
	if (strcmp(c->mail_smtp_tls, "optional") == 0)
		problem(l, where_of(l, "mail_smtp_tls", "mail_smtp_user"),
		    "\"mail_smtp_tls\" is \"optional\", which could give the "
		    "password to anybody: use required, or none where the "
		    "way there is safe");
}

static void
conf_judge(struct load *l)
{
	const struct conf *c = l->conf;

	scrypt_judge(l);
	mail_judge(l);
	if (c->session_idle_s > c->session_absolute_s)
		problem(l, where_of(l, "session_idle", "session_absolute"),
		    "\"session_idle\" (%s) is longer than \"session_absolute\""
		    " (%s): lower the first or raise the second",
		    duration_text(l->mem, c->session_idle_s),
		    duration_text(l->mem, c->session_absolute_s));
	if (c->db_socket == NULL && c->db_host == NULL)
		problem(l, where_of(l, "db_socket", "db_host"),
		    "neither \"db_socket\" nor \"db_host\" is set: "
		    "set one of them");
}

static void
defaults_set(struct load *l)
{
	l->where = "default";
	for (const struct conf_row *row = conf_rows; row->name != NULL; row++)
		row_set(l, row, row->fallback);
}

int
conf_load(struct arena *mem, const char *path, struct conf *ret,
    struct buf *problems)
{
	struct load *l = arena_alloc(mem, sizeof(*l));

	*ret = (struct conf) { 0 };
	l->mem = mem;
	l->conf = ret;
	l->problems = problems;
	l->from = arena_array(mem, conf_rows_n, sizeof(*l->from));
	l->line = arena_array(mem, conf_rows_n, sizeof(*l->line));
	defaults_set(l);
	path = arena_strdup(mem, file_find(path));
	if (path != NULL)
		file_read(l, path);
	environment_read(l);
	conf_judge(l);
	ret->path = path;
	ret->from = l->from;
	return l->n_problems == 0 ? 0 : -1;
}

static void
quoted_put(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	if (text[0] != '"' && strchr(text, '#') == NULL &&
	    (n == 0 || (!blank(text[0]) && !blank(text[n - 1])))) {
		buf_puts(out, text);
		return;
	}
	buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

/* The value as it would stand in a file. */
static void
value_put(struct buf *out, const struct conf_row *row, const void *member)
{
	const char *text = "";
	const struct list *list = member;
	struct buf items;

	switch (row->kind) {
	case CONF_STRING:
		if (*(const char *const *)member != NULL)
			text = *(const char *const *)member;
		quoted_put(out, row->secret && *text ? "(hidden)" : text);
		break;
	case CONF_INT:
		buf_puti(out, *(const int64_t *)member);
		break;
	case CONF_BOOL:
		buf_puts(out, *(const bool *)member ? "yes" : "no");
		break;
	case CONF_DURATION:
		buf_puts(out,
		    duration_text(out->mem, *(const int64_t *)member));
		break;
	case CONF_LIST:
		buf_init(&items, out->mem, 64);
		for (size_t i = 0; i < list->n; i++)
			buf_printf(&items, "%s%s", i > 0 ? " " : "",
			    ((const char *const *)list->items)[i]);
		quoted_put(out, items.p);
		break;
	}
}

void
conf_show(const struct conf *c, struct buf *out)
{
	for (size_t i = 0; i < conf_rows_n; i++) {
		const struct conf_row *row = &conf_rows[i];

		buf_printf(out, "%s = ", row->name);
		value_put(out, row, (const char *)c + row->offset);
		buf_printf(out, "  # %s\n",
		    c->from != NULL ? c->from[i] : "unknown");
	}
}
