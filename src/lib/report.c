/* terrier_report: a stored run in one of the formats. See terrier.h. */
#include "base/clock.h"
#include "lib/common.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/jsonl.h"
#include "report/ocsf.h"
#include "report/oscal.h"
#include "report/paths.h"
#include "report/sarif.h"
#include "report/text.h"
#include "report/xlsx.h"

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

typedef int (*ReportTo)(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                        Error *reterr);

static int text_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                   Error *reterr) {
    TextOptions text = {.list = o->list_findings ? TEXT_FINDINGS
                                : o->all_objects ? TEXT_OBJECTS
                                                 : TEXT_SUMMARY,
                        .filter = *f,
                        .colour = o->colour};

    return text_report(s, o->run, &text, to, reterr);
}

static int jsonl_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                    Error *reterr) {
    JsonlOptions lines = {.all_objects = o->all_objects, .filter = *f};

    return jsonl_report(s, o->run, &lines, to, reterr);
}

static int csv_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                  Error *reterr) {
    CsvOptions csv = {.all_objects = o->all_objects, .filter = *f};

    return csv_report(s, o->run, &csv, to, reterr);
}

static int paths_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                    Error *reterr) {
    return paths_report(s, o->run, f, o->null, to, reterr);
}

static int sarif_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                    Error *reterr) {
    return sarif_report(s, o->run, f, to, reterr);
}

static int ocsf_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                   Error *reterr) {
    return ocsf_report(s, o->run, f, to, reterr);
}

static int html_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                   Error *reterr) {
    return html_report(s, o->run, f, to, reterr);
}

static int xlsx_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                   Error *reterr) {
    XlsxOptions xlsx = {.all_objects = o->all_objects, .filter = *f};

    return xlsx_report(s, o->run, &xlsx, to, reterr);
}

static int oscal_to(Store *s, const terrier_report_options *o, const FoundFilter *f, Outlet *to,
                    Error *reterr) {
    return oscal_report(s, o->run, f, to, reterr);
}

static const ReportTo formats[] = {
    [TERRIER_TEXT] = text_to,   [TERRIER_JSONL] = jsonl_to, [TERRIER_CSV] = csv_to,
    [TERRIER_PATHS] = paths_to, [TERRIER_SARIF] = sarif_to, [TERRIER_OCSF] = ocsf_to,
    [TERRIER_HTML] = html_to,   [TERRIER_XLSX] = xlsx_to,   [TERRIER_OSCAL] = oscal_to,
};

static int report_to(Store *s, const terrier_report_options *o, const FoundFilter *filter,
                     Outlet *to, Error *reterr) {
    if ((size_t)o->format >= N_ELEMENTS(formats))
        return error_set(reterr, -EINVAL, "there is no format %d", (int)o->format);
    return formats[o->format](s, o, filter, to, reterr);
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
