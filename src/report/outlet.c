/* Outlet: see outlet.h. */
#include "report/outlet.h"

#define OUTLET_PIECE (64u << 10)

static int outlet_push(Outlet *o) {
    if (o->error == 0)
        o->error = buf_error(&o->buf);
    if (o->error == 0 && o->buf.n)
        o->error = o->write(o->of, buf_as_span(&o->buf));
    buf_clear(&o->buf);
    return o->error;
}

int outlet_flush(Outlet *o) {
    if (o->buf.n < OUTLET_PIECE && !o->buf.failed)
        return o->error;
    return outlet_push(o);
}

int outlet_end(Outlet *o) {
    int r = outlet_push(o);

    buf_done(&o->buf);
    return r;
}
