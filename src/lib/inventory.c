/* terrier_inventory, terrier_assets_check: the data assets of a run. See terrier.h. */
#include "lib/inventory.h"

#include "base/clock.h"
#include "report/inventory.h"

void listing_done(Listing *l) {
    inventory_done(&l->inventory);
    map_done(&l->map);
    store_close(l->store);
    l->store = NULL;
}

int listing_make(const terrier_inventory_options *o, Error *reterr, Listing *ret) {
    _cleanup_(free_p) char *path = o->store ? strdup(o->store) : NULL;
    int r = o->map ? error_of_file(map_read(o->map, reterr, &ret->map), o->map, reterr) : 0;

    if (r == 0 && !path)
        r = o->store ? -ENOMEM : store_default_path(&path);
    if (r == 0)
        r = store_open(path, STORE_READ, reterr, &ret->store);
    return r < 0 ? r
                 : inventory_make(ret->store, o->run, o->map ? &ret->map : NULL, reterr,
                                  &ret->inventory);
}

static int print(const terrier_inventory_options *o, const Inventory *i, Outlet *to,
                 Error *reterr) {
    switch (o->format) {
    case TERRIER_INVENTORY_CSV:
        return inventory_csv(i->rows, i->n, to);
    case TERRIER_INVENTORY_JSONL:
        return inventory_jsonl(i->rows, i->n, to);
    case TERRIER_INVENTORY_XLSX:
        return inventory_xlsx(i->rows, i->n, clock_real_ns(), to, reterr);
    case TERRIER_INVENTORY_TEXT:
    default:
        return inventory_text(i->rows, i->n, o->colour, to);
    }
}

int terrier_inventory(const terrier_inventory_options *options, terrier_write write, void *of,
                      terrier_error *error) {
    _cleanup_(listing_done) Listing l = {0};
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    Error e = {0};
    int r = listing_make(options, &e, &l), end;

    if (r == 0)
        r = print(options, &l.inventory, &to, &e);
    end = outlet_end(&to);
    return error_out(r < 0 ? r : end, &e, error);
}

/* ---- terrier_assets_check ---- */

int terrier_assets_check(const terrier_inventory_options *options, terrier_write write, void *of,
                         terrier_error *error) {
    _cleanup_(listing_done) Listing l = {0};
    Writer w = writer_of(write, of);
    Error e = {0};
    int r = listing_make(options, &e, &l);

    if (r == -ENOENT && l.map.n && !options->run) { /* no scan yet: the file alone */
        writer_printf(&w, "%zu assets; there is no run to hold them against\n", l.map.n);
        r = 0;
    } else if (r == 0) {
        writer_printf(&w, "%zu assets, %zu of them never scanned; run %lld has %zu more\n", l.map.n,
                      l.inventory.never_scanned, (long long)l.inventory.run,
                      l.inventory.undeclared);
        for (size_t i = 0; i < l.map.n; i++) {
            if (l.inventory.rows[i].cell[INVENTORY_FILES])
                continue;
            writer_text(&w, "never scanned: ");
            writer_text(&w, l.map.assets[i].id);
            writer_text(&w, "\n");
        }
    }
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
