/* Decision: see decision.h. */
#include "lib/decision.h"

#include "base/clock.h"
#include "base/day.h"
#include "base/utf8.h"
#include "evidence/origin.h"
#include "lib/places.h"

enum { TEXT_MOST = 1000 };

#define DAY_NS (INT64_C(86400) * CLOCK_NS_PER_S)

int decision_until(const char *text, Error *reterr, int64_t *ret) {
    Day day;

    if (!text) {
        *ret = INT64_MIN;
        return 0;
    }
    if (!day_parse(span_of(text), &day))
        return error_set(reterr, -EINVAL,
                         "--until '%.40s' is no day, expected one such as 2027-01-31", text);
    if (day < day_of_time(clock_real_ns()))
        return error_set(reterr, -EINVAL, "--until %.40s is past: what ended holds nothing", text);
    if (day > INT64_MAX / DAY_NS - 1)
        return error_set(reterr, -EINVAL, "--until %.40s is too far off", text);
    *ret = ((int64_t)day + 1) * DAY_NS;
    return 0;
}

void decision_day(int64_t until, char ret[16]) {
    ret[0] = 0;
    if (until != INT64_MIN)
        day_print(day_of_time(until - 1), ret);
}

int decision_text(const char *text, const char *option, Error *reterr) {
    if (!text || !text[strspn(text, " ")])
        return error_set(reterr, -EINVAL, "%s is missing: a decision has a reason and a name",
                         option);
    if (strlen(text) > TEXT_MOST)
        return error_set(reterr, -EINVAL, "%s is longer than %d bytes", option, TEXT_MOST);
    if (!utf8_displayable(span_of(text)))
        return error_set(reterr, -EINVAL, "%s has characters that cannot be shown", option);
    return 0;
}

int decision_glob(const char *glob, const char *what, Error *reterr) {
    if (!glob || !glob[0])
        return 0;
    if (strlen(glob) > 4096)
        return error_set(reterr, -EINVAL, "%s is longer than 4096 bytes", what);
    if (!utf8_displayable(span_of(glob)))
        return error_set(reterr, -EINVAL,
                         "%s has bytes that cannot be shown; write them as a report does, \\x1b",
                         what);
    return 0;
}

int decision_store(const char *given, Error *reterr, Store **ret) {
    _cleanup_(free_p) char *path = NULL;
    Store *s = NULL;
    int r = places_open_store(given, reterr, &s);

    if (r < 0)
        return r;
    path = strdup(store_path(s));
    store_close(s);
    return path ? store_open(path, STORE_APPEND, reterr, ret) : -ENOMEM;
}

Json decision_begin(Buf *body, const char *event) {
    Json j = json_to(body);

    json_object_begin(&j);
    json_key(&j, "event");
    json_text(&j, event);
    return j;
}

int decision_record(Store *s, LedgerKind kind, Json *j, Error *reterr) {
    json_key(j, "operator");
    origin_put_operator(j);
    json_object_end(j);
    return buf_error(j->to) < 0 ? -ENOMEM : event_record_in(s, kind, buf_as_span(j->to), reterr);
}
