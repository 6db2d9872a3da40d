/*
 * Dates: the range of dates in columns that are about their record.
 *
 * A column is watched for its name: created_at, order_date, "last login"; never one that is about a
 * person's birth. Its values may be ISO 8601, SQL timestamps, day.month.year, seconds or
 * milliseconds since 1970; 03/04/2024 only counts once the column shows which is the month. Times
 * without a zone are taken for UTC. Values that stand for "none" (0000-00-00, 1900-01-01,
 * 9999-12-31) do not count, nor does a column in which half the values are no dates.
 *
 * A reader names the columns of a part, gives values piece by piece, and tells the ranges at the
 * end of the part. One thread; values are hostile and are not kept.
 */
#pragma once

#include "extract/extract.h"

enum { DATES_TEXT_MAX = 64 }; /* of a value; a longer one is no date */

/* a/b/year: what it would mean the one way and the other. */
typedef struct DateRange {
    int64_t from, to; /* empty: from > to */
} DateRange;

typedef struct DateColumn {
    uint32_t number;
    bool day_first, month_first; /* seen in it: dates that can only be meant that way */
    uint64_t dates, others;
    DateRange sure, as_day_first, as_month_first;
} DateColumn;

typedef struct Dates {
    DateColumn *columns;
    size_t n, room;
    uint16_t of[PART_COLUMNS_MAX + 1]; /* by number: index in columns, from 1; 0: not watched */
    /* the value at hand */
    uint16_t open; /* its column, as in `of`; 0: none */
    bool closed;   /* what follows does not belong to it */
    size_t text_n;
    uint8_t text[DATES_TEXT_MAX];
} Dates;

void dates_done(Dates *d);

/* Another part: no columns, no values. */
void dates_clear(Dates *d);

/* A column of the part at hand: watched if its name says so. */
int dates_column(Dates *d, uint32_t number, Span name);

/* As dates_column, for a column whose name was judged before. */
int dates_watch(Dates *d, uint32_t number);

/* The ranges, as facts of the part at hand; they are empty afterwards. */
int dates_tell(Dates *d, Extraction *x);

void dates_more_open(Dates *d, const uint8_t *at, size_t n);
void dates_end_open(Dates *d);

/* A value of the column begins; the one before has ended. */
static inline void dates_begin(Dates *d, uint32_t column) {
    if (d->open)
        dates_end_open(d);
    d->open = d->n && column <= PART_COLUMNS_MAX ? d->of[column] : 0;
    d->closed = false;
    d->text_n = 0;
}

static inline void dates_more(Dates *d, const uint8_t *at, size_t n) {
    if (d->open)
        dates_more_open(d, at, n);
}

static inline void dates_end(Dates *d) {
    if (d->open)
        dates_end_open(d);
}

/* ---- for those who read dates elsewhere ---- */

/*
 * The time at the start of the text, ISO 8601 or SQL (2024-03-01T12:00:00.5+01:00, 2024/03/01): ns
 * since 1970 UTC, and its length; 0: none.
 */
size_t date_parse_iso(Span s, int64_t *ret);

/* Days since 1970 of a date; false: there is no such day between 1900 and 2200. */
bool date_days(unsigned year, unsigned month, unsigned day, int64_t *ret);

/* A month by its English name or the first three letters of it; 0: none. */
unsigned date_month(Span s);

/* Whether a column of that name is about its record. */
bool date_is_record(Span name);
