/* FactOf: see factof.h. The order is that of the key: kind, part, text. */
#include "store/factof.h"

#include "store/handle.h"

struct FactOf {
    Store *store;
    sqlite3_stmt *rows;
};

int fact_of_open(Store *s, Error *reterr, FactOf **ret) {
    _cleanup_(fact_of_closep) FactOf *f = calloc(1, sizeof(*f));
    int r;

    if (!f)
        return -ENOMEM;
    f->store = s;
    r = sql_prepare(s->db,
                    "SELECT kind, part, text, time_from, time_to FROM fact"
                    " WHERE object = ?1 AND (?2 IS NULL OR kind = ?2)",
                    &f->rows);
    if (r < 0)
        return handle_unread(s, r, reterr);
    *ret = TAKE(f);
    return 0;
}

void fact_of_begin(FactOf *f, int64_t object, const char *kind) {
    sql_reset(f->rows);
    sql_bind_int(f->rows, 1, object);
    if (kind)
        sql_bind_text(f->rows, 2, kind);
    else
        sql_bind_null(f->rows, 2);
}

int fact_of_step(FactOf *f, Error *reterr, FactRow *ret) {
    int r = sql_step(f->rows);

    if (r < 0)
        return handle_unread(f->store, r, reterr);
    if (r > 0)
        *ret = (FactRow){
            .object = 0,
            .kind = (const char *)sql_text(f->rows, 0).at,
            .part = sql_blob(f->rows, 1),
            .text = sql_blob(f->rows, 2),
            .from = sql_time(f->rows, 3),
            .to = sql_time(f->rows, 4),
        };
    return r;
}

FactOf *fact_of_close(FactOf *f) {
    if (f)
        sqlite3_finalize(f->rows);
    free(f);
    return NULL;
}
