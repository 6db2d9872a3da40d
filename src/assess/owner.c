/* Owner: see owner.h. */
#include "assess/owner.h"

#include "base/show.h"

int owners_load(Store *s, int64_t run, Arena *a, Error *reterr, Owners *ret) {
    return query_principals(s, run, a, reterr, &ret->at, &ret->n);
}

static int principal_compare(const void *a, const void *b) {
    const Principal *x = a, *y = b;

    if (x->group != y->group)
        return x->group ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

const char *owner_name(const Owners *o, bool group, uint32_t id) {
    const Principal key = {.group = group, .id = id};
    const Principal *p =
        o->n ? bsearch(&key, o->at, o->n, sizeof(*o->at), principal_compare) : NULL;

    return p ? p->name : NULL;
}

bool owner_is_orphan(const Owners *o, uint32_t uid) {
    const char *name = owner_name(o, false, uid);

    return name && !*name;
}

void owner_print(const Owners *o, bool group, uint32_t id, Buf *to) {
    const char *name = owner_name(o, group, id);

    if (name && *name)
        show_span(to, span_of(name));
    else
        buf_printf(to, "%s %u", group ? "gid" : "uid", id);
}
