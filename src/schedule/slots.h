/*
 * Slots: the times at which a profile was due, and what came of each.
 *
 * A slot lasts until the next one. The first run of the profile that began in it took it, be it
 * late, or that a scan went on with in it; a slot that is over and that no run took was missed. The one that lasts still is due. Runs
 * are those of the store, slots those of the calendar as it is today: of days on which a profile
 * had another `when`, the store knows nothing.
 */
#pragma once

#include "base/calendar.h"
#include "store/history.h"

enum { SLOTS_MAX = 1000 };

typedef enum SlotState {
    SLOT_TAKEN,
    SLOT_MISSED,
    SLOT_DUE,
} SlotState;

typedef struct Slot {
    int64_t at, next; /* seconds since 1970 */
    SlotState state;
    HistoryRun run; /* SLOT_TAKEN */
} Slot;

/*
 * The slots after `since` up to `now`, at most the last SLOTS_MAX of them; an array in the arena.
 */
int slots_list(Store *s, const char *profile, const Calendar *when, int64_t since, int64_t now,
               Arena *a, Error *reterr, Slot **ret, size_t *ret_n);

/* Those that were missed since the profile's last run began; none if it never ran. */
int slots_missed(Store *s, const char *profile, const Calendar *when, int64_t now, Arena *a,
                 Error *reterr, Slot **ret, size_t *ret_n);
