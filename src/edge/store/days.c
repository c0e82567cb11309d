/* Days and ages as people say them. A day is the shop's own, by the machine's time zone. */
#include "room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECONDS_A_DAY = 86400, HALF_A_YEAR = 183 };

/* Days since 1970 of a date of the Gregorian calendar: years counted from March, so that a leap day comes last. */
static int64_t day_of_date(int64_t year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && is_leap(year));
}

int64_t day_of(int64_t when_us)
{
    time_t seconds = (time_t)(when_us / 1000000);
    struct tm local;
    localtime_r(&seconds, &local);
    return day_of_date(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

int64_t day_noon_us(int64_t day)
{
    time_t seconds = (time_t)(day * SECONDS_A_DAY);
    struct tm date;
    gmtime_r(&seconds, &date);
    struct tm noon = { .tm_year = date.tm_year, .tm_mon = date.tm_mon, .tm_mday = date.tm_mday, .tm_hour = 12, .tm_isdst = -1 };
    return (int64_t)mktime(&noon) * 1000000;
}

void day_text(int64_t day, char out[DAY_TEXT])
{
    time_t seconds = (time_t)(day * SECONDS_A_DAY);
    struct tm date;
    gmtime_r(&seconds, &date);
    if (strftime(out, DAY_TEXT, "%Y-%m-%d", &date) == 0) {
        out[0] = '\0';
    }
}

static bool read_digits(const char **at, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool read_character(const char **at, char c)
{
    return *(*at)++ == c;
}

static bool read_month_and_day(const char *text, int year, int *month, int *day)
{
    if (!read_character(&text, '-') || !read_digits(&text, 2, month) || !read_character(&text, '-') ||
        !read_digits(&text, 2, day)) {
        return false;
    }
    return *text == '\0' && *month >= 1 && *month <= 12 && *day >= 1 && *day <= days_in_month(year, *month);
}

bool day_read(const char *text, int64_t *day)
{
    int y = 0, m = 0, d = 0;
    if (!read_digits(&text, 4, &y) || !read_month_and_day(text, y, &m, &d)) {
        return false;
    }
    *day = day_of_date(y, m, d);
    return true;
}

/* Who was born on a leap day celebrates on 28 February in other years. */
static int64_t anniversary(int64_t year, int month, int day)
{
    int last = days_in_month(year, month);
    return day_of_date(year, month, day < last ? day : last);
}

int64_t day_nearest_anniversary(const char *birthday, int64_t today)
{
    enum { A_LEAP_YEAR = 2000 };
    int year = A_LEAP_YEAR, month = 0, day = 0;
    const char *rest = birthday + 1;
    bool has_year = birthday[0] != '-';
    if (has_year) {
        rest = birthday;
        if (!read_digits(&rest, 4, &year)) {
            return INT64_MAX;
        }
    }
    if (!read_month_and_day(rest, year, &month, &day)) {
        return INT64_MAX;
    }
    char now[DAY_TEXT];
    day_text(today, now);
    int64_t this_year = strtol(now, NULL, 10), best = INT64_MAX;
    for (int64_t y = this_year - 1; y <= this_year + 1; y++) {
        int64_t away = anniversary(y, month, day) - today;
        if (llabs(away) <= HALF_A_YEAR && llabs(away) < llabs(best)) {
            best = away;
        }
    }
    return best;
}

/* --- the words, as functions that a rule may call --- */
static void say_age(int64_t days, char out[AGE_TEXT])
{
    static const struct {
        int64_t below, unit;
        const char *one, *many;
    } ages[] = {
        { 7, 1, "yesterday", "days" },
        { 60, 7, "a week ago", "weeks" },
        { 365, 30, "a month ago", "months" },
        { INT64_MAX, 365, "a year ago", "years" },
    };
    size_t row = 0;
    while (days >= ages[row].below) {
        row++;
    }
    /* Twelve days are two weeks rather than one; a year is one only when it is over. */
    int64_t rounding = ages[row].unit < 365 ? ages[row].unit / 2 : 0;
    long long units = (days + rounding) / ages[row].unit;
    if (units <= 0) {
        snprintf(out, AGE_TEXT, "today");
    } else if (units == 1) {
        snprintf(out, AGE_TEXT, "%s", ages[row].one);
    } else {
        snprintf(out, AGE_TEXT, "%lld %s ago", units, ages[row].many);
    }
}

static const char *const months[] = { "January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December" };
static const char *const weekdays[] = { "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday" };

static void say_date(int64_t day, char out[AGE_TEXT])
{
    char text[DAY_TEXT];
    day_text(day, text);
    snprintf(out, AGE_TEXT, "%ld %s", strtol(text + 8, NULL, 10), months[strtol(text + 5, NULL, 10) - 1]);
}

static void say_day(int64_t day, int64_t today, char out[AGE_TEXT])
{
    static const char *const near[] = { "yesterday", "today", "tomorrow" };
    int64_t away = day - today;
    if (away >= -1 && away <= 1) {
        snprintf(out, AGE_TEXT, "%s", near[away + 1]);
    } else if (away > 1 && away < 7) {
        snprintf(out, AGE_TEXT, "%s", weekdays[day % 7]);
    } else {
        say_date(day, out);
    }
}

static bool given_day(sqlite3_value *value, int64_t *day)
{
    const char *text = (const char *)sqlite3_value_text(value);
    return text != NULL && day_read(text, day);
}

static void answer_text(sqlite3_context *c, const char *text)
{
    sqlite3_result_text(c, text, -1, SQLITE_TRANSIENT);
}

/* ago(when_us, now_us): "3 weeks ago" */
static void ago(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    int64_t when_us = sqlite3_value_int64(given[0]);
    if (when_us <= 0) {
        return;
    }
    char text[AGE_TEXT];
    say_age(day_of(sqlite3_value_int64(given[1])) - day_of(when_us), text);
    answer_text(c, text);
}

/* day_words(day, today): "yesterday", "Friday", "12 November" */
static void day_words(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    int64_t day = 0, today = 0;
    if (!given_day(given[0], &day) || !given_day(given[1], &today)) {
        return;
    }
    char text[AGE_TEXT];
    say_day(day, today, text);
    answer_text(c, text);
}

/* date_words(day): "12 November" */
static void date_words(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    int64_t day = 0;
    if (given_day(given[0], &day)) {
        char text[AGE_TEXT];
        say_date(day, text);
        answer_text(c, text);
    }
}

/* day_at(when_us): "2026-11-30" */
static void day_at(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    char text[DAY_TEXT];
    day_text(day_of(sqlite3_value_int64(given[0])), text);
    answer_text(c, text);
}

/* days_away(day, today): -1 is yesterday */
static void days_away(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    int64_t day = 0, today = 0;
    if (given_day(given[0], &day) && given_day(given[1], &today)) {
        sqlite3_result_int64(c, day - today);
    }
}

/* birthday_away(birthday, today): days to the nearest one, negative when it was */
static void birthday_away(sqlite3_context *c, int count, sqlite3_value **given)
{
    (void)count;
    int64_t today = 0;
    const char *birthday = (const char *)sqlite3_value_text(given[0]);
    if (birthday == NULL || !given_day(given[1], &today)) {
        return;
    }
    int64_t away = day_nearest_anniversary(birthday, today);
    if (away != INT64_MAX) {
        sqlite3_result_int64(c, away);
    }
}

err days_register(sqlite3 *db)
{
    static const struct {
        const char *name;
        int count;
        void (*function)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {
        { "ago", 2, ago },
        { "day_words", 2, day_words },
        { "day_at", 1, day_at },
        { "days_away", 2, days_away },
        { "birthday_away", 2, birthday_away },
        { "date_words", 1, date_words },
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        int code = sqlite3_create_function_v2(db, functions[i].name, functions[i].count, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                              functions[i].function, NULL, NULL, NULL);
        if (code != SQLITE_OK) {
            return ERR_SYSTEM;
        }
    }
    return OK;
}
