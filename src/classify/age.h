/*
 * Age: how old something is, as an interval of days, from all that tells it.
 *
 * Evidence comes from many sources, each with its trust (model/dating.h). What is no date is left
 * out as it comes in: values that stand for none (0000-00-00, 1970-01-01, 1980-01-01, 9999-12-31),
 * the future, and what is before computers kept files. The best trust wins; several of the same
 * trust are taken together, and if they are more than a year apart that is told.
 *
 * The time of last change on a disk is two things. It is a bound: content cannot be younger, unless
 * somebody forged it. And it is a weak sign of youth, since each copy without its times makes it
 * new. So an old one shows age, and a young one shows little. Pure; one thread a value.
 */
#pragma once

#include "base/day.h"
#include "model/dating.h"
#include "rule/duration.h"

enum {
    AGE_EVIDENCE_MAX = 24,
    TRUST_NONE = 5, /* less than any */
};

typedef struct AgeEvidence {
    Dating source;
    Day from, to;        /* from DAY_NONE: unknown */
    bool spread;         /* of several records, each with a day of its own */
    unsigned old, young; /* trust in it where it shows age, and where it shows youth */
    const char *pattern; /* of DATING_PATH_DATE; else NULL. Static */
} AgeEvidence;

typedef struct AgeFacts {
    AgeEvidence at[AGE_EVIDENCE_MAX];
    size_t n;
    unsigned discarded; /* values that were no dates */
    bool copied;        /* times on the disk are likely those of copying */
} AgeFacts;

/* Days of one source, together with those it has already; today: after it is the future. */
void age_add(AgeFacts *f, Dating source, Day from, Day to, Day today);

/* The same of records, each with a day of its own within the range. */
void age_add_spread(AgeFacts *f, Dating source, Day from, Day to, Day today);

/* Times of a file on a disk, ns since 1970 UTC, INT64_MIN if unknown. */
void age_add_file(AgeFacts *f, int64_t mtime, int64_t btime, Day today);

/* What its path names. */
void age_add_path(AgeFacts *f, Span path, YearEnd fiscal, Day today);

/* Times on the disk are suspected to be those of copying: they show no youth. */
void age_suspect_copy(AgeFacts *f);

typedef struct Age {
    bool known;          /* there is any evidence */
    Day from, to;        /* from DAY_NONE: unknown */
    unsigned old, young; /* trust, as of AgeEvidence */
    bool spread;         /* records of many days: some may be over, others not */
    bool conflict;       /* evidence of the same worth is more than a year apart */
    bool copied;         /* nothing but times that may be those of copying */
    AgeEvidence by;      /* what decided the latest day */
} Age;

/*
 * By the evidence that may be used, best first. bounded: the event cannot be younger than content
 * that was seen already (so of making and changing something, not of the end of a contract).
 */
void age_of(const AgeFacts *f, const Dating *usable, size_t n, bool bounded, Age *ret);
