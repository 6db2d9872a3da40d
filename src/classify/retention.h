/*
 * Retention: a policy held against one thing: too old, due soon, within, held, or not to be told.
 *
 * The order of decision (docs/design/retention.md): a hold; a conflict of the policy with itself,
 * where the law to keep goes before the wish to delete; an exception; a violation, for which even
 * the youngest plausible day must be too old; what cannot be determined, with a reason; due soon;
 * within. A young time on a disk alone is never "within". Pure: the day is an argument.
 */
#pragma once

#include "classify/age.h"
#include "rule/policy.h"

enum { RETENTION_RULES_MAX = 16, RETENTION_TYPES_MAX = 64, RETENTION_TOKENS_MAX = 64 };

/* One unit with dates of its own: a file, a member, a message, a table. */
typedef struct RetentionThing {
    ConditionFacts match;
    Span file; /* match.path up to the outermost file: what globs of places and scopes are for */
    const char *const *tokens; /* of values that were found in it, as reports print them */
    size_t n_tokens;
    LocationTier tier;  /* as its path tells, unless a place of the policy says another */
    Words jurisdiction; /* given; none: as the policy's places say */
    uint32_t uid;
    bool unread; /* its content could not be read, so its dates and types are unknown */
    AgeFacts age;
} RetentionThing;

typedef enum RetentionReason {
    REASON_NONE,
    REASON_NO_EVIDENCE,          /* nothing tells when its clock began */
    REASON_WEAK_EVIDENCE,        /* only what is worth less than the policy asks for */
    REASON_THRESHOLD_INSIDE,     /* it may be over or not: the evidence allows both */
    REASON_COPY_RESET,           /* only times on the disk, and those may be of copying */
    REASON_UNREADABLE,           /* its content could not be read */
    REASON_JURISDICTION_UNKNOWN, /* there are rules for it, but not said for where it is */
    REASON_NOT_APPROVED,         /* it would exceed a rule of a policy that nobody approved */
    N_RETENTION_REASONS,
} RetentionReason;

/* "copy_reset"; a sentence for people. */
const char *retention_reason_name(RetentionReason r);
const char *retention_reason_title(RetentionReason r);

typedef struct Retention {
    AgeState state;
    RetentionReason reason;                       /* of AGE_UNDETERMINED, else REASON_NONE */
    const PolicyRule *rule;                       /* the one that decided; NULL: none is for it */
    const PolicyRule *rules[RETENTION_RULES_MAX]; /* all that are for it */
    size_t n_rules;
    Age age;        /* by the clock of `rule` */
    Day due;        /* the last day on which it may be there; DAY_NONE unknown, or no end */
    Day keep_until; /* the last day on which it must be; DAY_NONE unknown, or no such rule */
    const PolicyRule *keeper; /* that says so */
    int32_t overdue;          /* days behind due and grace; 0: none */
    const PolicyHold *hold;
    const PolicyException *exception; /* that holds */
    bool expired_exception;           /* one would, had it not expired */
    bool never_store;                 /* held, but of what must never be stored: take advice */
    bool conflict;                    /* evidence contradicts itself */
} Retention;

/* approved: `violation` may be said (policy_is_approved()). What it points to is the policy's. */
void retention_judge(const Policy *p, const RetentionThing *thing, Day as_of, bool approved,
                     Retention *ret);

/* Declared events and epochs of the policy, put into the age facts of a thing at `file`. */
void retention_declare(const Policy *p, Span file, Clock clock, Day today, AgeFacts *f);

/* A thing that is gone: whether it had to be there still, on the day it was missed. */
bool retention_is_premature(const Retention *r, Day missed);

/* What becomes of a container of which units have these states. */
AgeState retention_join(AgeState a, AgeState b);
