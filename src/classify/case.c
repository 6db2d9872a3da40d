/* Case: see case.h. */
#include "classify/case.h"

#include "classify/location.h"
#include "model/group.h"

void case_put_category(Case *c, const char *id) {
    int place = category_place(span_of(id));

    if (place < 0)
        case_forget(c, CASE_CATEGORY);
    else
        case_put(c, CASE_CATEGORY, place);
}

void case_put_path(Case *c, Span raw, Span shown) {
    Location l = location_of(raw);

    case_put_text(c, CASE_PATH, shown);
    case_put(c, CASE_LOCATION_TIER, l.tier);
    case_put(c, CASE_OUTBOUND, l.outbound);
    case_put(c, CASE_PERSONAL_FOLDER, l.personal);
    case_put(c, CASE_WEB_FOLDER, l.web);
    case_put(c, CASE_MEMBER, raw.n && memchr(raw.at, 0, raw.n) != NULL);
}

static void category_print(int64_t place, Buf *to) {
    const Category *all;
    size_t n = category_all(&all);

    buf_text(to, place >= 0 && (uint64_t)place < n ? all[place].id : "unknown");
}

void case_print(const Case *c, CaseFact fact, Buf *to) {
    const FactDefinition *d = fact_definition(fact);
    const FactValue *v = &c->at[fact];

    if (!v->known) {
        buf_text(to, "unknown");
        return;
    }
    switch (d->type) {
    case FACT_TYPE_WORD:
        buf_text(to, v->number >= 0 && (uint64_t)v->number < d->n_words ? d->words[v->number]
                                                                        : "unknown");
        break;
    case FACT_TYPE_CATEGORY:
        category_print(v->number, to);
        break;
    case FACT_TYPE_NUMBER:
        buf_printf(to, "%lld", (long long)v->number);
        break;
    case FACT_TYPE_FLAG:
        buf_text(to, v->number ? "yes" : "no");
        break;
    case FACT_TYPE_TEXT:
    default:
        buf_span(to, v->text);
    }
}
