/*
 * Carry: a rule of another program (rule/foreign.h) as a detector file, and its allow lists as one
 * of format allow/1.
 *
 * The expression is written anew in PCRE2's syntax with its value named; entropy and confidence
 * become those of the match; keywords that the expression does not hold anyway become required
 * context. Examples are the caller's business, since only an engine can prove them. Pure: all is
 * in the arena. What cannot be carried over is said and never guessed at.
 */
#pragma once

#include "rule/foreign.h"

#define CARRY_WIDTH 1000 /* bytes that a match may have: the engine allows a little more */

typedef struct Carried {
    const ForeignRule *rule;
    const char *id, *title, *category, *pattern;
    Expression expression; /* bounded */
    unsigned value;        /* the capture that is the value; 0: all */
    uint32_t extra;        /* what repeats without an end have now; 0: there were none */
    bool first_group;      /* of several, none of them named */
    Words near;            /* required context; none: the expression says it all */
    const char *entropy;   /* NULL: none */
    const char *refused;   /* why it cannot be carried over; NULL: it can */
} Carried;

/* -ENOMEM; what cannot be carried over is in ret->refused. */
int carry_rule(const Foreign *file, const ForeignRule *rule, Arena *arena, Carried *ret);

/* The detector file. `source`: "gitleaks.toml:12"; generated: where the examples are from. */
void carry_print(const Carried *c, const char *source, const Words *examples,
                 const Words *negative_examples, bool generated, Buf *to);

/* The id of something from that file: `gitleaks.` and what a detector's id allows of the name. */
const char *carry_id(const char *program, const char *name, Arena *arena);

/*
 * One entry of an allow list for detectors of these types, a text as in YAML. False where a part of
 * it has no meaning here; *ret_why is then the reason, and nothing is printed.
 */
bool carry_allow(const ForeignAllow *a, Dialect dialect, const char *types, const char *source,
                 Arena *arena, Buf *to, const char **ret_why);
