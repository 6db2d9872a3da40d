/*
 * Policy: for how long what must and may be kept: a file of format retention-policy/1.
 *
 * Record classes say what a thing is; rules say from which event, on which evidence, how long at
 * least and at most, and why; holds stop every clock, exceptions one for a while. Places say of
 * directories what tells which rules are for them, declarations when something ended. The file
 * carries its proof, examples with the state that must come out. terrier-retention-policy(5) has
 * every key.
 *
 * Strings live in the policy's arena. Frozen once read; any thread.
 */
#pragma once

#include "model/dating.h"
#include "model/severity.h"
#include "rule/condition.h"
#include "rule/duration.h"
#include "rule/fact.h"

#define POLICY_FORMAT "retention-policy/1"

enum {
    POLICY_BYTES_MAX = 1 << 20,
    POLICY_RULES_MAX = 256,
    POLICY_LIST_MAX = 1024,
    POLICY_DIGEST = 32,
};

/* The event from which a period is counted. */
typedef enum Clock {
    CLOCK_CREATED,
    CLOCK_MODIFIED,
    CLOCK_LAST_CONTACT,
    CLOCK_EVENT, /* another one, that is declared or has a column */
    CLOCK_PERIOD_END,
    CLOCK_RELATIONSHIP_END,
    CLOCK_FIRST_SEEN,
    N_CLOCKS,
} Clock;

typedef enum PolicyAction {
    ACTION_DELETE,
    ACTION_ANONYMISE,
    ACTION_REVIEW,
    ACTION_ARCHIVE,
    ACTION_RESTRICT,
    N_POLICY_ACTIONS,
} PolicyAction;

const char *clock_event_name(Clock c);
const char *policy_action_name(PolicyAction a);

typedef struct PolicyClass {
    const char *id, *title; /* title: "" */
    Condition match;
    RuleMark mark;
} PolicyClass;

typedef struct PolicyRule {
    const char *id;
    const char *class_id;
    size_t class;       /* index of it */
    Words jurisdiction; /* none: everywhere */
    uint32_t tiers;     /* a bit each; all, if none was named */
    Clock clock;
    Dating evidence[N_DATINGS]; /* best first; those of the clock, if none were named */
    size_t n_evidence;
    Rounding round;
    bool has_least, has_most;
    Duration least, most;
    PolicyAction action;
    Severity severity;
    bool unwaivable;           /* `waivable: false`: neither extended nor hidden */
    const char *basis, *owner; /* owner: "" */
    Words overrides;           /* ids of rules that do not count where this one does */
    RuleMark mark;
} PolicyRule;

/* What a hold, an exception or an example of either is for; nothing of it given: everything. */
typedef struct PolicyScope {
    Words paths, classes, subjects; /* subjects: tokens, as reports print them */
    uint32_t *uids;
    size_t n_uids;
} PolicyScope;

typedef struct PolicyHold {
    const char *id, *matter, *owner; /* matter, owner: "" */
    Day from, until;                 /* until: DAY_NONE, it has no end yet */
    PolicyScope scope;
    RuleMark mark;
} PolicyHold;

typedef struct PolicyException {
    const char *id;
    Words rules;
    PolicyScope scope;
    Duration most;
    const char *reason, *approved_by;
    Day approved_on, expires;
    RuleMark mark;
} PolicyException;

/* A day on which files were rewritten without anybody changing them. */
typedef struct PolicyEpoch {
    Day from, to;
    Words paths;
    const char *note; /* "" */
} PolicyEpoch;

typedef struct PolicyPlace {
    Words paths, jurisdiction;
    bool has_tier;
    LocationTier tier;
} PolicyPlace;

/* An event that somebody wrote down. */
typedef struct PolicyDeclaration {
    Words paths;
    Clock event;
    Day day;
    const char *source;
} PolicyDeclaration;

typedef struct PolicyExampleDate {
    Dating source;
    Day from, to;
} PolicyExampleDate;

/* A thing, and what must come out for it on some day. */
typedef struct PolicyExample {
    const char *path, *table, *format;
    Words types, jurisdiction;
    bool has_tier, copied, made_with_file, unread;
    LocationTier tier;
    uint32_t uid;
    PolicyExampleDate dates[N_DATINGS];
    size_t n_dates;
    Day day;
    AgeState state;
    const char *rule; /* "": any */
    RuleMark mark;
} PolicyExample;

typedef struct Policy {
    Arena arena;
    uint8_t digest[POLICY_DIGEST]; /* SHA-256 of the file */
    const char *file, *id, *version, *title;
    const char *approved_by;    /* "": nobody did */
    Day effective, next_review; /* DAY_NONE: not said */
    YearEnd fiscal;
    Duration due_soon, grace;
    unsigned min_trust;
    bool ignore_unclassified;
    Words jurisdiction; /* where no place says another */
    PolicyEpoch *epochs;
    PolicyPlace *places;
    PolicyDeclaration *declared;
    PolicyClass *classes;
    PolicyRule *rules;
    PolicyHold *holds;
    PolicyException *exceptions;
    PolicyExample *examples;
    size_t n_epochs, n_places, n_declared, n_classes, n_rules, n_holds, n_exceptions, n_examples;
    RuleMark mark;
} Policy;

/* -EINVAL with `file:line:col: path: message, expected ...`, -ENOMEM, or those of the file. */
int policy_read(const char *path, Error *reterr, Policy *ret);

/* The same from bytes; label: what messages call it. */
int policy_read_bytes(Span bytes, const char *label, Error *reterr, Policy *ret);

void policy_done(Policy *p);

/* Whether it may say `violation` on that day: somebody approved it, and it is in force. */
bool policy_is_approved(const Policy *p, Day on);
