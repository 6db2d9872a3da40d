/* terrier_metrics: see terrier.h; what stands in it is report/metrics' matter. */
#include "report/metrics.h"
#include "lib/common.h"
#include "lib/places.h"

typedef struct Given {
    terrier_write write;
    void *of;
} Given;

static int pass_on(void *of, Span bytes) {
    const Given *g = of;

    return g->write(g->of, bytes.at, bytes.n);
}

int terrier_metrics(const char *store, const char *profile, int64_t run, terrier_write write,
                    void *of, terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Given given = {write, of};
    Outlet to = {.write = pass_on, .of = &given};
    Error e = {0};
    int r = places_open_store(store, &e, &s), end;

    if (r == 0)
        r = metrics_report(s, profile, run, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}
