/* Html: see html.h. The style sheet is html.css, embedded as html_css. */
#include "report/html.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/show.h"
#include "report/area.h"
#include "report/coverage.h"
#include "report/criteria.h"
#include "report/markup.h"
#include "report/number.h"
#include "report/preamble.h"
#include "report/unread.h"
#include "store/name.h"

#define PLACES_SHOWN 100
#define AREAS_SHOWN  200
#define TYPES_SHOWN  200
#define UNREAD_SHOWN 100

extern const char html_css[];

/* The report at hand. */
typedef struct Page {
    const Preamble *preamble;
    const Areas *areas;
} Page;

static void number_text(Buf *b, uint64_t v) {
    char text[NUMBER_TEXT_MAX];

    number_print(v, text);
    buf_text(b, text);
}

static void heading(Buf *b, const char *id, const char *title) {
    buf_printf(b, "<h2 id=%s class=page>%s</h2>\n", id, title);
}

static void tier_put(Buf *b, Tier tier) {
    buf_printf(b, "<span class=\"tier c-%s\">%s</span>", tier_name(tier), tier_name(tier));
}

/* A printed locator, escaped once more. */
static int locator_put(Buf *b, Span root, Span path) {
    _cleanup_(buf_done) Buf shown = {0};
    int r = name_print(&shown, root, path);

    buf_text(b, "<span class=path>");
    markup_span(b, buf_as_span(&shown));
    buf_text(b, "</span>");
    return r < 0 ? r : buf_error(&shown);
}

/* ---- head ---- */

static void style_put(Buf *b, const Preamble *p) {
    buf_text(b, "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'\">\n"
                "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=referrer content=no-referrer>\n");
    buf_printf(b, "<title>Data found on files: run %lld</title>\n<style>\n",
               (long long)p->facts.run.id);
    buf_text(b, html_css);
    buf_text(b, "</style>\n</head>\n<body>\n");
}

static void alarms_put(Buf *b, const Preamble *p) {
    bool any = false;

    for (const PreambleRow *row = p->first; row; row = row->next) {
        if (!row->loud)
            continue;
        buf_text(b, any ? "<br>" : "<div class=alarm>");
        buf_text(b, "<span class=loud>");
        markup_text(b, row->label);
        buf_text(b, ":</span> ");
        markup_text(b, row->text);
        any = true;
    }
    buf_text(b, any ? "</div>\n" : "");
}

static void tile_put(Buf *b, uint64_t n, const char *said) {
    buf_text(b, "<div class=tile><b>");
    number_text(b, n);
    buf_printf(b, "</b><span>%s</span></div>", said);
}

static void tiles_put(Buf *b, const Page *page) {
    const Preamble *p = page->preamble;
    Tally read = coverage_group_sum(p->facts.coverage.files, COVERAGE_READ);

    buf_text(b, "<div class=tiles>");
    tile_put(b, read.objects, "files read");
    tile_put(b, p->unread, "objects not read");
    tile_put(b, p->found.objects, "objects with a finding");
    tile_put(b, page->areas->all.objects[TIER_RESTRICTED], "of these with restricted data");
    tile_put(b, p->found.rows, "findings");
    tile_put(b, p->found.n_types, "data types");
    buf_text(b, "</div>\n");
}

static void title_put(Buf *b, const Preamble *p) {
    char day[CLOCK_TEXT_MAX];

    clock_print(p->facts.run.started, day, sizeof(day));
    day[10] = 0;
    buf_printf(
        b, "<header><p class=kind>Terrier report, run %lld, %s</p><h1>Data found on files</h1>\n",
        (long long)p->facts.run.id, day);
    for (size_t i = 0; i < p->facts.n_roots && i < 12; i++) {
        _cleanup_(buf_done) Buf shown = {0};

        locator_print_name(&shown, p->facts.roots[i].path);
        buf_text(b, i ? ", <span class=path>" : "<span class=path>");
        markup_span(b, buf_as_span(&shown));
        buf_text(b, "</span>");
    }
    buf_text(
        b, "\n<nav><a href=#coverage>Coverage</a><a href=#about>About this report</a>"
           "<a href=#types>Data types</a><a href=#areas>Where</a><a href=#places>Worst "
           "places</a><a href=#criteria>Criteria</a><a href=#unread>Not read</a></nav></header>\n");
}

/* ---- coverage ---- */

static void coverage_bar(Buf *b, const char *title, const Tally kinds[N_STATUSES], bool bytes) {
    static const struct {
        CoverageGroup group;
        const char *label, *look;
    } groups[] = {{COVERAGE_READ, "read", "read"},
                  {COVERAGE_UNREAD, "not read, or not whole", "unread"},
                  {COVERAGE_ASIDE, "set aside", "aside"}};
    char said[N_ELEMENTS(groups)][NUMBER_TEXT_MAX];
    MarkupPart parts[N_ELEMENTS(groups)];

    for (size_t i = 0; i < N_ELEMENTS(groups); i++) {
        Tally sum = coverage_group_sum(kinds, groups[i].group);
        uint64_t count = bytes ? sum.bytes : sum.objects;

        if (bytes)
            number_print_size(count, said[i]);
        else
            number_print(count, said[i]);
        parts[i] = (MarkupPart){groups[i].label, groups[i].look, count, said[i]};
    }
    markup_bar(b, title, parts, N_ELEMENTS(parts));
}

static void coverage_put(Buf *b, const Preamble *p) {
    const Coverage *c = &p->facts.coverage;

    heading(b, "coverage", "Coverage");
    buf_text(b, "<p>What was read of what was found. Nothing can be said of what was not read; set "
                "aside are links, special files and what was excluded on purpose.</p>\n");
    coverage_bar(b, "Files, by number", c->files, false);
    coverage_bar(b, "Files, by size", c->files, true);
    if (c->all_members.objects)
        coverage_bar(b, "Members of containers, by number", c->members, false);
}

/* ---- the preamble ---- */

static bool is_technical(const PreambleRow *row) {
    static const char *const keys[] = {"root", "parameters", "ruleset", "manifest"};

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        if (strcmp(row->key, keys[i]) == 0)
            return true;
    }
    return false;
}

static void row_put(Buf *b, const PreambleRow *row, bool counts) {
    char count[PREAMBLE_COUNT_MAX];

    preamble_count_print(row, count);
    buf_text(b, "<tr><td class=label>");
    markup_text(b, row->label);
    if (counts)
        buf_printf(b, "<td class=count>%s", count);
    buf_text(b, row->loud ? "<td class=loud>" : is_technical(row) ? "<td class=path>" : "<td>");
    markup_text(b, row->text);
    buf_text(b, "\n");
}

static bool section_counts(const Preamble *p, PreambleSection section) {
    for (const PreambleRow *row = p->first; row; row = row->next) {
        if (row->section == section && row->counted)
            return true;
    }
    return false;
}

static void section_put(Buf *b, const Preamble *p, PreambleSection section) {
    bool counts = section_counts(p, section);

    buf_printf(b, "<h3>%s</h3>\n<table class=about><tbody>\n", preamble_section_title(section));
    for (const PreambleRow *row = p->first; row; row = row->next) {
        if (row->section == section)
            row_put(b, row, counts);
    }
    buf_text(b, "</tbody></table>\n");
}

static void about_put(Buf *b, const Preamble *p) {
    heading(b, "about", "About this report");
    buf_text(
        b, "<p>The same rows and numbers stand at the beginning of this run&#39;s report in every "
           "format.</p>\n");
    for (PreambleSection s = 0; s < PREAMBLE_LIMITS; s++)
        section_put(b, p, s);
}

/* ---- data types ---- */

static void tiers_bar(Buf *b, const Areas *areas) {
    char said[N_TIERS][NUMBER_TEXT_MAX];
    MarkupPart parts[N_TIERS];

    for (Tier t = 0; t < N_TIERS; t++) {
        Tier tier = N_TIERS - 1 - t;

        number_print(areas->all.objects[tier], said[t]);
        parts[t] =
            (MarkupPart){tier_name(tier), tier_name(tier), areas->all.objects[tier], said[t]};
    }
    markup_bar(b, "Objects with findings, by the highest tier of what is in them", parts, N_TIERS);
}

static void type_put(Buf *b, const SummaryRow *row, uint64_t most) {
    _cleanup_(buf_done) Buf title = {0};

    show_text(&title, row->title[0] ? row->title : row->detector);
    buf_text(b, "<tr><td>");
    markup_span(b, buf_as_span(&title));
    buf_text(b, "<br><code class=soft>");
    markup_text(b, row->detector);
    buf_text(b, "</code><td>");
    tier_put(b, row->tier);
    buf_printf(b, "<td>%s<td class=n>", level_name(row->level));
    number_text(b, row->objects);
    buf_text(b, "<td>");
    markup_meter(b, tier_name(row->tier), row->objects, most);
    buf_text(b, "<td class=n>");
    number_text(b, found_count(row->count));
    buf_printf(b, "<td class=n>%s", row->distinct_exact ? "" : "&le; ");
    number_text(b, row->distinct);
    buf_text(b, "\n");
}

static void types_put(Buf *b, const Page *page) {
    const Overview *o = &page->preamble->found;
    uint64_t most = 1;

    heading(b, "types", "Data types");
    if (o->n_types == 0) {
        buf_text(b, page->preamble->filtered ? "<p>Nothing that was found passes the filter.</p>\n"
                                             : "<p>Nothing was found in what was read.</p>\n");
        return;
    }
    for (size_t i = 0; i < o->n_types; i++)
        most = o->types[i].objects > most ? o->types[i].objects : most;
    tiers_bar(b, page->areas);
    buf_text(b, "<div class=wide><table><thead><tr><th>Data type<th>Tier<th>Confidence<th "
                "class=n>Objects<th><th class=n>Values<th class=n>Distinct</thead><tbody>\n");
    for (size_t i = 0; i < o->n_types && i < TYPES_SHOWN; i++)
        type_put(b, &o->types[i], most);
    buf_text(b, "</tbody></table></div>\n");
    if (o->n_types > TYPES_SHOWN) {
        buf_text(b, "<p class=soft>");
        number_put(b, o->n_types - TYPES_SHOWN, "more data type is", "more data types are");
        buf_text(b, " in the csv, jsonl and xlsx formats.</p>\n");
    }
}

/* ---- areas ---- */

static int area_put(Buf *b, const AreaRow *row, uint64_t most) {
    _cleanup_(buf_done) Buf worst = {0};
    int r;

    buf_text(b, "<tr><td>");
    r = locator_put(b, row->root, row->path);
    show_text(&worst, row->sum.worst);
    for (int t = N_TIERS - 1; t >= 0; t--) {
        buf_text(b, "<td class=heat");
        markup_heat(b, tier_name((Tier)t), row->sum.objects[t], most);
        buf_byte(b, '>');
        if (row->sum.objects[t])
            number_text(b, row->sum.objects[t]);
    }
    buf_text(b, "<td class=n>");
    number_text(b, row->sum.values);
    buf_text(b, "<td>");
    markup_span(b, buf_as_span(&worst));
    buf_text(b, "\n");
    return r < 0 ? r : buf_error(&worst);
}

static uint64_t heat_most(const Areas *areas) {
    uint64_t most = 1;

    for (size_t i = 0; i < areas->n; i++) {
        for (Tier t = 0; t < N_TIERS; t++) {
            if (areas->rows[i].sum.objects[t] > most)
                most = areas->rows[i].sum.objects[t];
        }
    }
    return most;
}

static int areas_put(Buf *b, const Areas *areas) {
    uint64_t most = heat_most(areas);
    int r = 0;

    if (areas->n == 0)
        return 0;
    heading(b, "areas", "Where it is");
    buf_text(b, "<p>Directories up to two levels below the roots, with the objects that have a "
                "finding, each counted under the highest tier of what is in it.</p>\n<div "
                "class=wide><table><thead><tr><th>Directory<th class=n>restricted<th "
                "class=n>confidential<th class=n>internal<th class=n>public<th class=n>Values<th>"
                "Worst</thead><tbody>\n");
    for (size_t i = 0; r == 0 && i < areas->n; i++)
        r = area_put(b, &areas->rows[i], most);
    buf_text(b, "</tbody></table></div>\n");
    if (areas->total > areas->n) {
        buf_text(b, "<p class=soft>");
        number_put(b, areas->total - areas->n, "more directory has", "more directories have");
        buf_text(b, " findings; all are in the csv, jsonl and xlsx formats.</p>\n");
    }
    return r;
}

/* ---- places ---- */

static int place_put(Buf *b, const PlaceRow *p) {
    _cleanup_(buf_done) Buf join = {0}, part = {0}, at = {0}, title = {0};
    Locator l;
    int r = name_locator(&join, p->worst.root, p->worst.path, &l);

    if (r < 0)
        return r;
    l.part = p->worst.part;
    if (p->has_sample)
        found_place(&p->worst, &p->sample, &part, &l);
    locator_print(&at, &l);
    show_text(&title, p->worst.title[0] ? p->worst.title : p->worst.detector);
    buf_text(b, "<li><span class=path>");
    markup_span(b, buf_as_span(&at));
    buf_text(b, "</span><br>");
    tier_put(b, p->tier);
    buf_byte(b, ' ');
    number_put(b, found_count(p->count), "value", "values");
    buf_text(b, "; worst: ");
    markup_span(b, buf_as_span(&title));
    if (p->has_sample) {
        buf_clear(&title);
        show_text(&title, p->sample.mask);
        buf_text(b, " <code>");
        markup_span(b, buf_as_span(&title));
        buf_text(b, p->sample.test_value ? "</code> (published test value)" : "</code>");
    }
    buf_text(b, "</li>\n");
    return buf_error(&at) || buf_error(&part) || buf_error(&title) ? -ENOMEM : 0;
}

static int places_put(Buf *b, const Overview *o) {
    int r = 0;

    if (o->n_places == 0)
        return 0;
    heading(b, "places", "The worst places");
    buf_text(
        b, "<p>Files by tier, then by confidence, then by how much is in them. Values are masked. "
           "<code>terrier show PLACE</code> reads a place again.</p>\n<ol class=places>\n");
    for (size_t i = 0; r == 0 && i < o->n_places; i++)
        r = place_put(b, &o->places[i]);
    buf_text(b, "</ol>\n");
    if (o->objects > o->n_places) {
        buf_text(b, "<p class=soft>");
        number_put(b, o->objects - o->n_places, "more object has", "more objects have");
        buf_text(b, " findings; all are in the csv, jsonl and xlsx formats.</p>\n");
    }
    return r;
}

/* ---- what was not read ---- */

static int item_put(void *of, const UnreadItem *item) {
    char status[STATUS_REASON_MAX + 24], size[NUMBER_TEXT_MAX];
    Buf *b = of;

    status_print(&item->status, status, sizeof(status));
    number_print_size(item->size, size);
    buf_printf(b, "<tr><td>%s<td class=n>%s<td class=path>", status, size);
    markup_span(b, buf_as_span(&item->locator));
    buf_byte(b, '\n');
    return buf_error(b);
}

static int unread_put(Buf *b, Store *s, const Preamble *p, Error *reterr) {
    uint64_t more;
    int r;

    heading(b, "unread", "What was not read, and other limits");
    section_put(b, p, PREAMBLE_LIMITS);
    if (p->unread == 0)
        return 0;
    buf_text(b, "<h3>Not read, worst first</h3>\n<div class=wide><table><thead><tr><th>Status<th "
                "class=n>Size<th>Object</thead><tbody>\n");
    r = unread_worst(s, p->facts.run.id, UNREAD_SHOWN, item_put, b, reterr, &more);
    buf_text(b, "</tbody></table></div>\n");
    if (r == 0 && more) {
        buf_text(b, "<p class=soft>");
        number_put(b, more, "more object was", "more objects were");
        buf_text(b, " not read; all are in the csv, jsonl and xlsx formats.</p>\n");
    }
    return r;
}

/* ---- the whole ---- */

static int page_put(const Page *page, Store *s, Outlet *to, Error *reterr) {
    const Preamble *p = page->preamble;
    Buf *b = &to->buf;
    int r;

    style_put(b, p);
    title_put(b, p);
    alarms_put(b, p);
    tiles_put(b, page);
    coverage_put(b, p);
    about_put(b, p);
    types_put(b, page);
    if ((r = areas_put(b, page->areas)) < 0 || (r = outlet_flush(to)) < 0 ||
        (r = places_put(b, &p->found)) < 0 ||
        (r = criteria_put(s, p->facts.run.id, to, reterr)) < 0 ||
        (r = unread_put(b, s, p, reterr)) < 0)
        return r;
    buf_text(b, "<footer>This report says what was read and what was found in it, and draws no "
                "conclusion. It has no found value, only masks.</footer>\n</body>\n</html>\n");
    return outlet_flush(to);
}

int html_report(Store *s, int64_t run, const FoundFilter *filter, Outlet *to, Error *reterr) {
    _cleanup_(preamble_done) Preamble p = {0};
    _cleanup_(arena_done) Arena a = {0};
    FoundFilter f = *filter;
    Areas areas = {0};
    Page page = {.preamble = &p, .areas = &areas};
    int r;

    f.lineage = false; /* no id is on the page, and looking them up takes as long as the rest */
    r = preamble_load(s, run, &f, PLACES_SHOWN, reterr, &p);
    if (r == 0)
        r = areas_load(s, p.facts.run.id, &f, AREAS_SHOWN, &a, reterr, &areas);
    return r < 0 ? r : page_put(&page, s, to, reterr);
}
