/*
 * Selftest: see selftest.h. The value is the example of a detector, so that it works with any set
 * of rules: that of the Social Security number where it is there, else the first plain one.
 */
#include "scan/selftest.h"

#include <zlib.h>

#include "scan/prove.h"
#include "scan/specimen.h"

enum { CARRIER_MAX = 16 << 10, NAMES_BYTES = 512 };

#define USUAL_DETECTOR "gov.us-ssn"

typedef struct Selftest {
    Worker *worker;
    const Engine *engine;
    SelftestReport report;
    Buf failed;
    unsigned named;
} Selftest;

/* ---- carriers ---- */

static int put_plain(Buf *to, const char *value) {
    buf_printf(to, "A note for the file.\n\n%s\n\nThat is all.\n", value);
    return 0;
}

static int put_utf16(Buf *to, const char *value) {
    buf_text(to, "\xff\xfe");
    for (const char *at = value; *at; at++) {
        buf_byte(to, (uint8_t)*at);
        buf_byte(to, 0);
    }
    buf_add(to, "\n\0", 2);
    return 0;
}

static int put_html(Buf *to, const char *value) {
    buf_printf(to,
               "<!DOCTYPE html>\n<html><head><title>Note</title></head>\n<body><p>%s</p>"
               "</body></html>\n",
               value);
    return 0;
}

static int put_rtf(Buf *to, const char *value) {
    buf_printf(to, "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 %s\\par}\n", value);
    return 0;
}

static int put_mail(Buf *to, const char *value) {
    buf_printf(to,
               "From: a@example.com\r\nTo: b@example.com\r\nSubject: note\r\n"
               "Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
               "Content-Type: text/plain; charset=us-ascii\r\n\r\n%s\r\n",
               value);
    return 0;
}

static int put_json(Buf *to, const char *value) {
    buf_printf(to, "{\"id\": 1, \"note\": \"%s\"}\n", value);
    return 0;
}

static int put_csv(Buf *to, const char *value) {
    buf_printf(to, "id;note\n1;%s\n2;none\n3;none\n", value);
    return 0;
}

static int put_zip(Buf *to, const char *value) {
    _cleanup_(buf_done) Buf text = {0};

    put_plain(&text, value);
    return buf_error(&text) < 0 ? -ENOMEM : specimen_zip_make(buf_as_span(&text), "note.txt", to);
}

/* RFC 1952, by zlib: 16 more than the window's bits asks for its header. */
static int put_gzip(Buf *to, const char *value) {
    _cleanup_(buf_done) Buf text = {0};
    uint8_t out[CARRIER_MAX];
    z_stream z = {0};
    int r;

    put_plain(&text, value);
    if (buf_error(&text) < 0 || deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, 0) != Z_OK)
        return -ENOMEM;
    z.next_in = text.at;
    z.avail_in = (uInt)text.n;
    z.next_out = out;
    z.avail_out = sizeof(out);
    r = deflate(&z, Z_FINISH);
    buf_add(to, out, sizeof(out) - z.avail_out);
    deflateEnd(&z);
    return r == Z_STREAM_END ? 0 : -ENOMEM;
}

typedef struct Carrier {
    const char *name; /* as the file is called */
    int (*put)(Buf *to, const char *value);
} Carrier;

static const Carrier carriers[] = {
    {"note.txt", put_plain}, {"note-16.txt", put_utf16}, {"note.html", put_html},
    {"note.rtf", put_rtf},   {"note.eml", put_mail},     {"note.json", put_json},
    {"note.csv", put_csv},   {"note.zip", put_zip},      {"note.gz", put_gzip},
};

/* ---- what came out ---- */

static bool report_holds(Span reports, const Rules *rules, uint32_t detector) {
    Sample samples[FINDING_SAMPLES_MAX];
    Wire w = wire_of(reports);
    bool found = false;

    while (!w.failed && w.at < w.end) {
        uint64_t n, n_facts;
        ObjectReport o;

        if (object_get(&w, &o, &n, &n_facts) < 0)
            return false;
        for (uint64_t i = 0; i < n; i++) {
            Finding f;

            if (finding_get(&w, rules->n, samples, &f) < 0)
                return false;
            found |= f.detector == detector;
        }
        for (uint64_t i = 0; i < n_facts; i++) {
            FactReport f;

            if (fact_get(&w, &f) < 0)
                return false;
        }
    }
    return found;
}

static void name_failed(Selftest *t, const char *name) {
    if (t->named++ < SELFTEST_NAMES_MAX)
        buf_printf(&t->failed, "%s%s", t->failed.n ? " " : "", name);
}

static int try_carrier(Selftest *t, const Carrier *c, uint32_t detector, const char *value) {
    _cleanup_(buf_wipe) Buf bytes = {0}, reports = {0};
    int r = c->put(&bytes, value);

    if (r == 0)
        r = buf_error(&bytes);
    if (r == 0)
        r = worker_fixture(t->worker, span_of(c->name), buf_as_span(&bytes), &reports);
    if (r < 0)
        return r;
    t->report.carriers++;
    if (report_holds(buf_as_span(&reports), t->engine->rules, detector))
        t->report.recovered++;
    else
        name_failed(t, c->name);
    return 0;
}

/* Plain enough to stand in each of the carriers as it is. */
static bool is_plain(const Detector *d) {
    const char *text = d->n_examples && !d->examples[0].table ? d->examples[0].text : "";

    for (const char *at = text; *at; at++) {
        if (*at < ' ' || *at > '~' || strchr("\"\\<>&{};", *at))
            return false;
    }
    return *text != 0 && strlen(text) < 200;
}

/* -1: there is none. */
static int carried_detector(const Rules *rules) {
    int usual = rules_find(rules, span_of(USUAL_DETECTOR));

    if (usual >= 0 && is_plain(&rules->detectors[usual]))
        return usual;
    for (size_t i = 0; i < rules->n; i++) {
        if (is_plain(&rules->detectors[i]))
            return (int)i;
    }
    return -1;
}

static int try_carriers(Selftest *t) {
    const Rules *rules = t->engine->rules;
    int detector = carried_detector(rules), r = 0;

    for (size_t i = 0; detector >= 0 && i < N_ELEMENTS(carriers) && r == 0; i++)
        r = try_carrier(t, &carriers[i], (uint32_t)detector,
                        rules->detectors[detector].examples[0].text);
    return r;
}

/* ---- detectors ---- */

static void on_failed(void *of, const Detector *d, const RuleMark *mark _unused_,
                      const char *sentence _unused_) {
    name_failed(of, d->id);
}

static int try_detectors(Selftest *t) {
    const ProveSink sink = {.of = t, .failed = on_failed};
    ProveCount count;
    int r = prove_known(t->engine, &sink, &count);

    t->report.detectors = count.proofs;
    t->report.recovered += count.proofs - count.failures;
    return r;
}

/* ---- the report ---- */

static int send_report(const SelftestReport *r, Channel *keeper) {
    _cleanup_(buf_done) Buf b = {0};

    wire_put_u64(&b, r->at_end);
    wire_put_u64(&b, r->carriers);
    wire_put_u64(&b, r->detectors);
    wire_put_u64(&b, r->recovered);
    wire_put_span(&b, r->failed);
    return buf_error(&b) < 0 ? -ENOMEM : channel_send(keeper, MESSAGE_SELFTEST, buf_as_span(&b));
}

int selftest_get(Wire *wire, SelftestReport *ret) {
    *ret = (SelftestReport){.at_end = wire_u64(wire),
                            .carriers = wire_u64(wire),
                            .detectors = wire_u64(wire),
                            .recovered = wire_u64(wire)};
    ret->failed = wire_span(wire);
    if (!wire_done(wire) || ret->at_end > 1 || ret->carriers > UINT32_MAX ||
        ret->detectors > UINT32_MAX || ret->recovered > ret->carriers + ret->detectors ||
        ret->failed.n > NAMES_BYTES)
        return -EBADMSG;
    return 0;
}

int selftest_run(Worker *w, const Engine *engine, Channel *keeper, bool at_end) {
    Selftest t = {
        .worker = w, .engine = engine, .report.at_end = at_end, .failed.limit = NAMES_BYTES};
    int r = try_carriers(&t);

    if (r == 0)
        r = try_detectors(&t);
    t.report.failed = buf_as_span(&t.failed); /* what did not fit is not named */
    if (r == 0)
        r = send_report(&t.report, keeper);
    buf_done(&t.failed);
    return r;
}
