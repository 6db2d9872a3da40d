/* terrier_metrics: see terrier.h; what stands in it is report/metrics' matter. */
#include "report/metrics.h"
#include "lib/common.h"
#include "lib/places.h"

int terrier_metrics(const char *store, const char *profile, int64_t run, terrier_write write,
                    void *of, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = places_open_store(store, &e, &s), end;

    if (r == 0)
        r = metrics_report(s, profile, run, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}
