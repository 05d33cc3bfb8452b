/*
 * The calendar is computed here, not by the C library: UTC needs no zone
 * files, and a worker under a seccomp filter may open none.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define DAY_S   86400
#define YEAR_LO 1970
#define YEAR_HI 9999

struct civil {
	int year, month, day;
};

static int64_t shift;

static int64_t
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}

int64_t
clock_now_us(void)
{
	return read_us(CLOCK_REALTIME) + shift;
}

int64_t
clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void
clock_shift_us(int64_t by_us)
{
	shift = by_us;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first day of a year. */
static int64_t
year_start(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static int64_t
days_of(struct civil c)
{
	int64_t days = year_start(c.year) + c.day - 1;
	int m;

	for (m = 1; m < c.month; m++)
		days += month_days(c.year, m);
	return days;
}

static struct civil
civil_of(int64_t days)
{
	struct civil c = { .month = 1 };

	c.year = YEAR_LO + (int)(days / 366);
	while (year_start(c.year + 1) <= days)
		c.year++;
	days -= year_start(c.year);
	for (; days >= month_days(c.year, c.month); c.month++)
		days -= month_days(c.year, c.month);
	c.day = (int)days + 1;
	return c;
}

static char *
put_digits(char *at, int value, int width, char after)
{
	int i;

	for (i = width; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[width] = after;
	return at + width + 1;
}

void
clock_format(int64_t us, char ret_text[CLOCK_TEXT_LEN + 1])
{
	int64_t last = year_start(YEAR_HI + 1) * DAY_S - 1;
	int64_t s = us < 0 ? 0 : us / CLOCK_SECOND;
	struct civil c;
	char *at = ret_text;
	int in_day;

	if (s > last)
		s = last;
	c = civil_of(s / DAY_S);
	in_day = (int)(s % DAY_S);
	at = put_digits(at, c.year, 4, '-');
	at = put_digits(at, c.month, 2, '-');
	at = put_digits(at, c.day, 2, 'T');
	at = put_digits(at, in_day / 3600, 2, ':');
	at = put_digits(at, in_day / 60 % 60, 2, ':');
	at = put_digits(at, in_day % 60, 2, 'Z');
	*at = '\0';
}

/* Exactly width digits; moves *at behind them. */
static bool
take_digits(const char **at, int width, int *ret_value)
{
	int i, value = 0;

	for (i = 0; i < width; i++) {
		char ch = (*at)[i];

		if (ch < '0' || ch > '9')
			return false;
		value = value * 10 + (ch - '0');
	}
	*at += width;
	*ret_value = value;
	return true;
}

static bool
take_char(const char **at, const char *set)
{
	if (**at == '\0' || strchr(set, **at) == NULL)
		return false;
	++*at;
	return true;
}

static bool
take_date(const char **at, struct civil *ret)
{
	struct civil c;

	if (!take_digits(at, 4, &c.year) || !take_char(at, "-") ||
	    !take_digits(at, 2, &c.month) || !take_char(at, "-") ||
	    !take_digits(at, 2, &c.day))
		return false;
	/* a year before or after may come back by its offset */
	if (c.year < YEAR_LO - 1 || c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > month_days(c.year, c.month))
		return false;
	*ret = c;
	return true;
}

static bool
take_hm(const char **at, int *ret_s)
{
	int h, m;

	if (!take_digits(at, 2, &h) || !take_char(at, ":") ||
	    !take_digits(at, 2, &m) || h > 23 || m > 59)
		return false;
	*ret_s = h * 3600 + m * 60;
	return true;
}

/* Finer than a microsecond is cut off. */
static bool
take_fraction(const char **at, int64_t *ret_us)
{
	int64_t us = 0, unit = CLOCK_SECOND / 10;
	int digit;

	*ret_us = 0;
	if (!take_char(at, "."))
		return true;
	if (!take_digits(at, 1, &digit))
		return false;
	do {
		us += digit * unit;
		unit /= 10;
	} while (take_digits(at, 1, &digit));
	*ret_us = us;
	return true;
}

static bool
take_offset(const char **at, int *ret_s)
{
	bool west = **at == '-';

	*ret_s = 0;
	if (take_char(at, "Zz"))
		return true;
	if (!take_char(at, "+-") || !take_hm(at, ret_s))
		return false;
	if (west)
		*ret_s = -*ret_s;
	return true;
}

/*
 * Second 60 stands only at the end of a UTC month (RFC 3339 section 5.7);
 * it is taken for the first second of the next.
 */
static bool
is_leap_second(int64_t s)
{
	return s > 0 && s % DAY_S == 0 && civil_of(s / DAY_S).day == 1;
}

int
clock_parse(const char *text, int64_t *ret_us)
{
	const char *at = text;
	struct civil c;
	int hm = 0, sec = 0, offset = 0;
	int64_t s, us = 0;

	if (!take_date(&at, &c))
		return -1;
	if (*at != '\0' &&
	    (!take_char(&at, "Tt") || !take_hm(&at, &hm) ||
		!take_char(&at, ":") || !take_digits(&at, 2, &sec) ||
		sec > 60 || !take_fraction(&at, &us) ||
		!take_offset(&at, &offset) || *at != '\0'))
		return -1;
	s = days_of(c) * DAY_S + hm + sec - offset;
	if (s < 0 || s >= year_start(YEAR_HI + 1) * DAY_S)
		return -1;
	if (sec == 60 && !is_leap_second(s))
		return -1;
	*ret_us = s * CLOCK_SECOND + us;
	return 0;
}
