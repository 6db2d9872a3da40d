/* terrier_report: a stored run as text or JSON Lines. See terrier.h. */
#include "base/clock.h"
#include "lib/common.h"
#include "report/jsonl.h"
#include "report/text.h"

static int filter_of(const terrier_report_options *o, FoundFilter *ret, Error *reterr) {
    *ret = (FoundFilter){.least = (Level)o->min_confidence,
                         .type = o->type,
                         .path = o->path,
                         .fresh = o->only_new,
                         .judged = o->include_triaged,
                         .lineage = true};
    if (o->tier && tier_parse(span_of(o->tier), &ret->tier) < 0)
        return error_set(
            reterr, -EINVAL,
            "'%.40s' is no tier, expected public, internal, confidential or restricted", o->tier);
    return 0;
}

static int report_to(Store *store, const terrier_report_options *o, const FoundFilter *filter,
                     Outlet *to, Error *reterr) {
    JsonlOptions lines = {.all_objects = o->all_objects, .filter = *filter};
    TextOptions text = {.list = o->list_findings ? TEXT_FINDINGS
                                : o->all_objects ? TEXT_OBJECTS
                                                 : TEXT_SUMMARY,
                        .filter = *filter,
                        .colour = o->colour};

    return o->format == TERRIER_JSONL ? jsonl_report(store, o->run, &lines, to, reterr)
                                      : text_report(store, o->run, &text, to, reterr);
}

int terrier_report(const terrier_report_options *options, terrier_write write, void *of,
                   terrier_error *error) {
    _cleanup_(free_p) char *path = options->store ? strdup(options->store) : NULL;
    _cleanup_(store_closep) Store *store = NULL;
    Given given = {write, of};
    Outlet to = {.write = given_write, .of = &given};
    _cleanup_(judge_done) Judge judge = {0};
    FoundFilter filter;
    Error e = {0};
    int r = filter_of(options, &filter, &e);

    if (r == 0 && !path)
        r = options->store ? -ENOMEM : store_default_path(&path);
    if (r == 0)
        r = store_open(path, STORE_READ, &e, &store);
    if (r == 0)
        r = judge_load(store, clock_real_ns(), &e, &judge);
    filter.judge = &judge;
    if (r == 0)
        r = report_to(store, options, &filter, &to, &e);
    if (r == 0)
        r = outlet_end(&to);
    else
        outlet_end(&to);
    return error_out(r, &e, error);
}
