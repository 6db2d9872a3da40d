/*
 * Intake: what comes out of a unit that is opened, taken in by one thread.
 *
 * The Receiver of an extraction: text is put together into windows and examined, each unit inside
 * becomes an object with a Harvest of its own, facts are folded. Units stand in a stack; a unit's
 * text may go on after a unit inside it. The same text gives the same hits however it came in
 * pieces. All that comes in is hostile; its form was checked by who read the frames.
 */
#pragma once

#include "extract/extract.h"
#include "scan/flow.h"

enum {
    INTAKE_FACTS = 256, /* kept of one unit; the rest widens the last of its kind */
};

/* Facts of one kind in one part, folded. */
typedef struct IntakeFact {
    FactKind kind;
    int64_t from, to;
    Span part, text; /* in the unit's arena */
} IntakeFact;

/* One unit that is open. */
typedef struct IntakeUnit IntakeUnit;
struct IntakeUnit {
    Buf path; /* names of the units it is in, and its own, each after a NUL; empty: the outermost */
    uint64_t size;
    int64_t mtime;
    uint64_t members; /* units inside, at any depth */
    uint64_t bytes;   /* of text taken in */
    uint8_t hash[EXAMINE_HASH];
    Harvest harvest;
    IntakeFact facts[INTAKE_FACTS];
    size_t n_facts;
    Arena arena;
    bool rule_limit;
};

/* Where an Intake gets help from: threads that are free. */
typedef struct IntakeHelp {
    void *of;
    size_t windows; /* of one unit at most, that wait or are being examined */
    /* Sends an invitation to flow_help(), with a reference; false: nobody is free. */
    bool (*invite)(void *of, Flow *f);
} IntakeHelp;

typedef struct IntakeTo {
    void *of;
    /*
     * A candidate of the unit and window at hand was judged; then, all of the window's were. Only
     * without help, and then nothing is looked for in codes. NULL: not wanted.
     */
    void (*trace)(void *of, const IntakeUnit *u, const Trace *t);
    void (*traced)(void *of, const IntakeUnit *u);
    /* A unit inside has ended: it is settled; borrowed for the call. 0 or a negative error. */
    int (*unit)(void *of, const IntakeUnit *u, const Ending *e);
    /* Receiver.pulse, passed on; NULL: nobody asks. */
    int (*pulse)(void *of, uint64_t taken);
} IntakeTo;

typedef struct Intake Intake;

/* reader: the thread's, borrowed; its own harvest is scratch here. help: NULL, there is none. */
int intake_new(Reader *reader, const IntakeTo *to, const IntakeHelp *help, Intake **ret);
Intake *intake_free(Intake *i);
DEFINE_CLEANUP(Intake, intake_free)

/* For the next outermost unit, or the same one again: whatever was taken in is forgotten. */
void intake_begin(Intake *i);

/* Valid as long as the Intake. */
const Receiver *intake_receiver(const Intake *i);

/* The name of the unit at hand, examined as text of its own. */
int intake_name(Intake *i, Span name);

/* Behind the last event: the outermost unit, settled; valid until the next begin. */
int intake_end(Intake *i, IntakeUnit **ret);

/*
 * Behind the last event of a share of the outermost unit: it is added to `into`, which has an
 * initialized harvest and is settled by intake_settle() when all shares are in it. Shares have no
 * columns and tell no facts of the outermost unit: 1, if this one did, and nothing is added.
 */
int intake_give(Intake *i, IntakeUnit *into);
void intake_settle(IntakeUnit *u);
