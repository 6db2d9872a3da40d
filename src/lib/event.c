/* Event: see event.h. */
#include "lib/event.h"

#include "base/json.h"
#include "base/show.h"
#include "base/utf8.h"
#include "evidence/origin.h"

int event_record_in(Store *store, LedgerKind kind, Span body, Error *reterr) {
    _cleanup_(free_p) char *directory = NULL;
    _cleanup_(seal_freep) Seal *seal = NULL;
    bool created = false;
    int r = key_default_directory(&directory);

    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the keys are; set HOME");
    r = ledger_open(store, directory, reterr, &created, &seal);
    return r < 0 ? r : ledger_append(store, seal, kind, body, reterr, NULL);
}

int event_record(const char *store, LedgerKind kind, Span body, Error *reterr) {
    _cleanup_(free_p) char *path = store ? strdup(store) : NULL;
    _cleanup_(store_closep) Store *s = NULL;
    int r = 0;

    if (!path)
        r = store ? -ENOMEM : store_default_path(&path);
    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the store is; name one with --store");
    r = store_open(path, STORE_APPEND, reterr, &s);
    return r < 0 ? r : event_record_in(s, kind, body, reterr);
}

int event_record_reveal(const char *store, const char *locator, Error *reterr) {
    _cleanup_(buf_done) Buf body = {0}, shown = {0};
    Json j = json_to(&body);
    int r;

    if (utf8_displayable(span_of(locator))) /* its own escapes stay as they are */
        buf_text(&shown, locator);
    else
        show_text(&shown, locator);
    json_object_begin(&j);
    json_key(&j, "locator");
    json_span(&j, buf_as_span(&shown));
    json_key(&j, "operator");
    origin_put_operator(&j);
    json_object_end(&j);
    r = buf_error(&shown) < 0 ? -ENOMEM : buf_error(&body);
    if (r == 0)
        r = event_record(store, LEDGER_REVEAL, buf_as_span(&body), reterr);
    if (r < 0)
        error_note(reterr, "nothing is shown in clear, since it cannot be recorded");
    return r;
}
