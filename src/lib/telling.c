/* Telling: see telling.h. */
#include "lib/telling.h"

#include "evidence/ledger.h"

/* A date, or a date and a time in UTC. */
static int bound_read(const char *text, const char *name, Error *reterr, int64_t *ret) {
    char whole[64];
    size_t n = text ? strlen(text) : 0;

    if (!text) {
        *ret = TELLING_NO_TIME;
        return 0;
    }
    if (n == 10)
        snprintf(whole, sizeof(whole), "%sT00:00:00.000000000Z", text);
    else if (n == 20 && text[19] == 'Z')
        snprintf(whole, sizeof(whole), "%.19s.000000000Z", text);
    else
        whole[0] = 0;
    if (ledger_time_parse(span_of(whole), ret) == 0)
        return 0;
    return error_set(reterr, -EINVAL,
                     "%s is no date, expected 2026-03-01 or 2026-03-01T12:00:00Z (UTC)", name);
}

int telling_open(Telling *t, Error *reterr) {
    _cleanup_(free_p) char *path = t->o->store ? strdup(t->o->store) : NULL;
    int r = bound_read(t->o->from, "--from", reterr, &t->from);

    if (r == 0)
        r = bound_read(t->o->to, "--to", reterr, &t->to);
    if (r == 0 && !path)
        r = t->o->store ? -ENOMEM : store_default_path(&path);
    return r < 0 ? r : store_open(path, STORE_READ, reterr, &t->store);
}

bool telling_is_within(const Telling *t, int64_t at) {
    return (t->from == TELLING_NO_TIME || at >= t->from) &&
           (t->to == TELLING_NO_TIME || at < t->to);
}

bool telling_is_of(const Telling *t, const char *profile) {
    return !t->o->profile || strcmp(t->o->profile, profile) == 0;
}
