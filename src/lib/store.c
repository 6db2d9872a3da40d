/* terrier_store_export: a stored run in its canonical form. See terrier.h. */
#include "lib/common.h"
#include "report/canonical.h"

static int store_read(const char *given, Error *reterr, Store **ret) {
    _cleanup_(free_p) char *path = given ? strdup(given) : NULL;
    int r = 0;

    if (!path)
        r = given ? -ENOMEM : store_default_path(&path);
    return r < 0 ? r : store_open(path, STORE_READ, reterr, ret);
}

int terrier_store_export(const char *store, int64_t run, terrier_write write, void *of,
                         terrier_error *error) {
    _cleanup_(store_closep) Store *s = NULL;
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = store_read(store, &e, &s), end;

    if (r == 0)
        r = canonical_export(s, run, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}
