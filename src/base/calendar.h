/*
 * Calendar: when something is due, as a person writes it, in local time; and hours of the day.
 *
 *     daily 22:00        mon..fri 22:00,05:30        sat,sun 03:00        weekly
 *
 * A Calendar is days of the week and times of the day; without a time it is midnight, and `weekly`
 * is Monday. systemd knows the same as `Mon,Tue *-*-* 22:00:00`, one line a time, and the slots are
 * the same as those of its timers: a time that the change to summer time leaves out is no slot, one
 * that comes twice is the first. Hours are a span of the day, on some days or on all; they may go
 * over midnight, and then belong to the day on which they begin.
 *
 * Times are seconds since 1970; the zone is that of the process (TZ, /etc/localtime), read by
 * tzset() in calendar_zone(). Any thread after that.
 */
#pragma once

#include "base/buf.h"

enum {
    CALENDAR_TIMES_MAX = 24,
    CALENDAR_EVERY_DAY = 0x7f,
};

typedef struct Calendar {
    uint8_t days; /* bit 0: Monday */
    size_t n;
    uint16_t at[CALENDAR_TIMES_MAX]; /* minutes since midnight, rising */
} Calendar;

typedef struct Hours {
    uint8_t days;      /* on which they begin */
    uint16_t from, to; /* minutes since midnight; to <= from: of the next day */
} Hours;

#define CALENDAR_EXPECTED                                                                          \
    "days and times such as 'daily 22:00', 'mon..fri 22:00,05:30', 'sat,sun 03:00' or 'weekly'"
#define HOURS_EXPECTED "hours such as '08:00-18:00' or 'mon..fri 08:00-18:00'"

void calendar_zone(void);

/* -EINVAL for anything else than the above. */
int calendar_parse(Span text, Calendar *ret);
int hours_parse(Span text, Hours *ret);

/* The first slot after `after`; true but where the zone has none within two weeks. */
bool calendar_next(const Calendar *c, int64_t after, int64_t *ret);

/* Whether `at` is within the hours; if so, *ret_end is when they end. */
bool hours_hold(const Hours *h, int64_t at, int64_t *ret_end);

/* As it is written: "mon,tue 22:00,05:30". */
void calendar_print(const Calendar *c, Buf *to);
void hours_print(const Hours *h, Buf *to);

/* One of its times as systemd.time(7) and crontab(5) write it; i < n. */
void calendar_print_systemd(const Calendar *c, size_t i, Buf *to);
void calendar_print_cron(const Calendar *c, size_t i, Buf *to);
