/*
 * Case: all that is known of one thing that rules are held against.
 *
 * A thing is a finding, or an event of its run (a gap, the run itself). A Case has a place for
 * every fact of rule/fact.h; what nobody filled in is unknown. Texts are borrowed by whoever fills
 * them in until the case is cleared, and are safe to show (base/show.h). One thread.
 */
#pragma once

#include "base/buf.h"
#include "rule/fact.h"

typedef struct Case {
    FactValue at[N_CASE_FACTS];
} Case;

/* Everything unknown. */
static inline void case_clear(Case *c) {
    memset(c, 0, sizeof(*c));
}

/* A number, the number of a word, the place of a category, or a flag. */
static inline void case_put(Case *c, CaseFact fact, int64_t number) {
    c->at[fact] = (FactValue){.known = true, .number = number};
}

static inline void case_put_text(Case *c, CaseFact fact, Span text) {
    c->at[fact] = (FactValue){.known = true, .text = text};
}

static inline void case_forget(Case *c, CaseFact fact) {
    c->at[fact] = (FactValue){0};
}

/* The category by its id: unknown if it is not in the list. */
void case_put_category(Case *c, const char *id);

/* What its path tells: path, location_tier, outbound, personal_folder, web_folder, member. */
void case_put_path(Case *c, Span raw, Span shown);

/* As people read it: a word, a number, a text, yes or no; "unknown". */
void case_print(const Case *c, CaseFact fact, Buf *to);
