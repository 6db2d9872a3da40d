/*
 * Fate: what became of a place where a run found something and a later one did not.
 *
 * That a value is not found any more says that it is gone only if its place was looked at. So the
 * later run's objects are asked: the object itself, what it is inside of, the directories above it,
 * and its root. One thread, that of the Store.
 */
#pragma once

#include "store/side.h"

typedef enum Fate {
    FATE_GONE,       /* the object is not there any more */
    FATE_REDACTED,   /* it is, with other content, was read, and the values are not in it */
    FATE_RULES,      /* it has the same content, or the rules do not look for that any more */
    FATE_UNREADABLE, /* it, or what it is inside of, could not be read: it may still be there */
    N_FATES,
} Fate;

const char *fate_name(Fate f);

typedef struct FateLook FateLook;

/* Of places of run `before`, or 0 where that is not known, in run `run`. */
int fate_open(Store *s, int64_t before, int64_t run, FateLook **ret);
FateLook *fate_close(FateLook *l);
DEFINE_CLEANUP(FateLook, fate_close)

/*
 * root: its path, since two runs may number it differently; one that the run does not have was not
 * looked at. was: what was known of the object, NULL: nothing. sought: the run has that detector.
 */
int fate_find(FateLook *l, Span root, Span path, const SideObject *was, bool sought, Fate *ret);
