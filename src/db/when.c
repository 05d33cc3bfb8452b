/*
 * Instants to and from the server's calendar fields, in UTC and by plain
 * arithmetic: no time zone file is ever read. Years are counted from March,
 * so that the leap day is the last one of its year; an era is 400 years.
 */
#include "base/clock.h"
#include "db/private.h"

#define ERA_DAYS 146097
/* from 0000-03-01 to 1970-01-01 */
#define EPOCH_DAYS 719468

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
days_from_date(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t y_of_era = y - era * 400;
	int64_t m = (month + 9) % 12;
	int64_t day_of_year = (153 * m + 2) / 5 + day - 1;

	return era * ERA_DAYS + y_of_era * 365 + y_of_era / 4 - y_of_era / 100 +
	    day_of_year - EPOCH_DAYS;
}

static bool
date_from_days(int64_t days, MYSQL_TIME *ret)
{
	int64_t since = days + EPOCH_DAYS;
	int64_t era = floor_div(since, ERA_DAYS);
	int64_t d = since - era * ERA_DAYS;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t day_of_year = d - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	int64_t year = y + era * 400 + (m >= 10);

	if (year < 0 || year > 9999)
		return false;
	ret->year = (unsigned)year;
	ret->month = (unsigned)(m < 10 ? m + 3 : m - 9);
	ret->day = (unsigned)(day_of_year - (153 * m + 2) / 5 + 1);
	return true;
}

bool
when_to_time(int64_t us, MYSQL_TIME *ret)
{
	int64_t days = us / CLOCK_DAY, rest = us % CLOCK_DAY;
	MYSQL_TIME t = { .time_type = MYSQL_TIMESTAMP_DATETIME };

	if (rest < 0) {
		rest += CLOCK_DAY;
		days--;
	}
	if (!date_from_days(days, &t))
		return false;
	t.hour = (unsigned)(rest / CLOCK_HOUR);
	t.minute = (unsigned)(rest % CLOCK_HOUR / CLOCK_MINUTE);
	t.second = (unsigned)(rest % CLOCK_MINUTE / CLOCK_SECOND);
	t.second_part = (unsigned long)(rest % CLOCK_SECOND);
	*ret = t;
	return true;
}

int64_t
when_from_time(const MYSQL_TIME *t)
{
	return days_from_date(t->year, t->month, t->day) * CLOCK_DAY +
	    t->hour * CLOCK_HOUR + t->minute * CLOCK_MINUTE +
	    t->second * CLOCK_SECOND + (int64_t)t->second_part;
}
