/* Changes: see changes.h. */
#include "report/changes.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/show.h"
#include "model/locator.h"
#include "report/line.h"
#include "report/number.h"
#include "report/paint.h"
#include "report/pair.h"
#include "store/gapdiff.h"
#include "store/name.h"

/* ---- what all of them say ---- */

static int locator_put(const SideRow *row, Buf *to) {
    _cleanup_(buf_done) Buf join = {0}, part = {0};
    Locator l;
    int r = name_locator(&join, row->root_path, row->path, &l);

    if (r < 0)
        return r;
    part_print_row(&part, row->kind, row->part, 0);
    l.part = buf_as_span(&part);
    locator_print(to, &l);
    return buf_error(&part) ? -ENOMEM : buf_error(to);
}

/* "0644 root:0" would need names of users, which are this machine's: numbers are the files'. */
static void access_put(const SideObject *o, Buf *to) {
    buf_printf(to, "mode %04o, owner %u, group %u", o->mode & 07777, o->uid, o->gid);
}

static void detail_put(const Change *c, Buf *to) {
    char was[NUMBER_TEXT_MAX];

    switch (c->kind) {
    case CHANGE_GONE:
        buf_text(to, fate_name(c->fate));
        break;
    case CHANGE_CHANGED:
        number_print(c->before->count, was);
        buf_printf(to, "%s before, %s", was, level_name(c->before->level));
        break;
    case CHANGE_TIER:
        buf_printf(to, "%s before", tier_name(c->before->tier));
        break;
    case CHANGE_ACCESS:
        access_put(c->has, to);
        buf_text(to, "; before: ");
        access_put(c->had, to);
        break;
    case CHANGE_NEW:
    case CHANGE_MOVED:
    default:
        break;
    }
}

/* ---- text ---- */

typedef struct Item {
    int rank; /* of its kind; then tier, level, count */
    Tier tier;
    Level level;
    uint64_t count;
    Buf text;
} Item;

typedef struct Shown {
    Pair pair;
    Item items[CHANGES_SHOWN + 1]; /* the last is being filled */
    size_t n;
    uint64_t total;
    bool colour;
} Shown;

static void shown_done(Shown *s) {
    for (size_t i = 0; i <= CHANGES_SHOWN; i++)
        buf_done(&s->items[i].text);
    pair_done(&s->pair);
}

/* What somebody has to look at first. */
static int rank_of(const Change *c) {
    switch (c->kind) {
    case CHANGE_NEW:
        return 0;
    case CHANGE_TIER:
        return c->after->tier > c->before->tier ? 0 : 4;
    case CHANGE_ACCESS:
        return 1;
    case CHANGE_CHANGED:
        return 3;
    case CHANGE_GONE:
        return c->fate == FATE_UNREADABLE ? 2 : 6;
    case CHANGE_MOVED:
    default:
        return 5;
    }
}

static bool item_is_worse(const Item *a, const Item *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->tier != b->tier)
        return a->tier > b->tier;
    return a->level != b->level ? a->level > b->level : a->count > b->count;
}

/* Moves the filled item behind its equals; what falls out is filled next. */
static int item_take(Shown *s) {
    Item item = s->items[s->n];
    size_t i = s->n;

    if (buf_error(&item.text) < 0)
        return -ENOMEM;
    while (i > 0 && item_is_worse(&item, &s->items[i - 1]))
        i--;
    memmove(&s->items[i + 1], &s->items[i], (s->n - i) * sizeof(item));
    s->items[i] = item;
    if (s->n < CHANGES_SHOWN)
        s->n++;
    s->total++;
    return 0;
}

static int item_fill(Item *item, const Change *c, const char *id) {
    const SideRow *row = c->after ? c->after : c->before;
    char kind[32];
    int r = 0;

    snprintf(kind, sizeof(kind), "%s", change_name(c->kind));
    buf_printf(&item->text, "%-14s  %-12s  ", kind, tier_name(row->tier));
    number_put(&item->text, row->count, "value", "values");
    buf_text(&item->text, ", ");
    show_text(&item->text, row->title[0] ? row->title : row->detector);
    if (c->kind != CHANGE_NEW && c->kind != CHANGE_MOVED) {
        buf_text(&item->text, " (");
        detail_put(c, &item->text);
        buf_byte(&item->text, ')');
    }
    buf_text(&item->text, "\n    ");
    if (c->kind == CHANGE_MOVED) {
        r = locator_put(c->before, &item->text);
        buf_text(&item->text, "\n    -> ");
    }
    if (r == 0)
        r = locator_put(row, &item->text);
    if (id[0])
        buf_printf(&item->text, "  %s", id);
    buf_byte(&item->text, '\n');
    return r;
}

static int shown_change(void *of, const Change *c, Error *reterr) {
    Shown *s = of;
    Item *item = &s->items[s->n];
    const SideRow *row = c->after ? c->after : c->before;
    char id[LINEAGE_ID_TEXT];
    int r = pair_id(&s->pair, c, reterr, id);

    if (r < 0)
        return r;
    pair_count(&s->pair, c);
    buf_clear(&item->text);
    item->rank = rank_of(c);
    item->tier = row->tier;
    item->level = row->level;
    item->count = row->count;
    r = item_fill(item, c, id);
    return r < 0 ? r : item_take(s);
}

static int shown_gap(void *of, bool closed, const ObjectRow *row, Error *reterr _unused_) {
    Shown *s = of;
    Item *item = &s->items[s->n];
    char status[STATUS_REASON_MAX + 24], size[NUMBER_TEXT_MAX];
    int r;

    s->pair.gaps[closed]++;
    buf_clear(&item->text);
    item->rank = closed ? 7 : 2;
    item->tier = TIER_PUBLIC;
    item->level = LEVEL_NONE;
    item->count = row->meta.size;
    status_print(&row->status, status, sizeof(status));
    number_print_size(row->meta.size, size);
    buf_printf(&item->text, "%-14s  %s, %s\n    ", closed ? "closed-gap" : "new-gap", status, size);
    r = name_print(&item->text, row->root, row->path);
    buf_byte(&item->text, '\n');
    return r < 0 ? r : item_take(s);
}

static void head_put(const Pair *p, bool colour, Buf *b) {
    char began[2][CLOCK_TEXT_MAX];

    clock_print(p->run.started, began[0], CLOCK_TEXT_MAX);
    clock_print(p->before.started, began[1], CLOCK_TEXT_MAX);
    buf_printf(b, "Run %lld of %s against run %lld of %s\n", (long long)p->run.id, began[0],
               (long long)p->before.id, began[1]);
    paint_begin(b, colour, PAINT_LOUD);
    if (!p->same_scope)
        buf_text(b, "THE TWO WERE NOT ASKED TO READ THE SAME: what one of them lacks, it may never "
                    "have looked at.\n");
    if (!p->same_rules)
        buf_text(b, "THE RULES DIFFER: what is new or gone may be so by rule.\n");
    if (!p->same_key)
        buf_text(b, "THE TOKEN KEYS DIFFER: what was moved shows as gone and new.\n");
    paint_end(b, colour);
}

static void count_put(Buf *b, uint64_t n, const char *words, bool *any) {
    char number[NUMBER_TEXT_MAX];

    if (!n)
        return;
    *any = true;
    number_print(n, number);
    buf_printf(b, "%12s  %s\n", number, words);
}

static void counts_put(const Pair *p, Buf *b) {
    bool any = false;

    buf_byte(b, '\n');
    count_put(b, p->counts[CHANGE_NEW], "new: found now, and not before", &any);
    count_put(b, p->fates[FATE_GONE], "gone: where they stood there is no such object", &any);
    count_put(b, p->fates[FATE_REDACTED], "redacted: the object was read, and they are not in it",
              &any);
    count_put(b, p->fates[FATE_RULES], "gone by rule: no longer looked for, or judged otherwise",
              &any);
    count_put(b, p->fates[FATE_UNREADABLE],
              "unreadable: their place could not be read, so they may still be there", &any);
    count_put(b, p->counts[CHANGE_MOVED], "moved: the same at another place", &any);
    count_put(b, p->counts[CHANGE_CHANGED], "changed: other values, or more or fewer of them",
              &any);
    count_put(b, p->counts[CHANGE_TIER], "of another tier", &any);
    count_put(b, p->counts[CHANGE_ACCESS], "objects with other rights or another owner", &any);
    count_put(b, p->gaps[0], "new gaps: objects that could be read before, or were not there",
              &any);
    count_put(b, p->gaps[1], "closed gaps", &any);
    if (!any)
        buf_text(b, "Nothing changed.\n");
}

static int shown_put(const Shown *s, const char *command, Buf *b) {
    head_put(&s->pair, s->colour, b);
    counts_put(&s->pair, b);
    if (s->n) {
        buf_byte(b, '\n');
        paint_text(b, s->colour, PAINT_BOLD, "What matters most");
        buf_byte(b, '\n');
    }
    for (size_t i = 0; i < s->n; i++)
        buf_span(b, buf_as_span(&s->items[i].text));
    if (s->total > s->n) {
        buf_text(b, "... and ");
        number_put(b, s->total - s->n, "more", "more");
        buf_printf(b, ": %s\n", command);
    }
    return buf_error(b);
}

int changes_text(Store *s, const ChangesOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(shown_done) Shown shown = {.colour = o->colour};
    const ChangeSink changes = {.of = &shown, .change = shown_change};
    const GapSink gaps = {.of = &shown, .gap = shown_gap};
    char command[96];
    int r = pair_load(s, o->before, o->run, reterr, &shown.pair);

    if (r == 0)
        r = diff_findings(s, shown.pair.before.id, shown.pair.run.id, &changes, reterr);
    if (r == 0)
        r = gapdiff(s, shown.pair.before.id, shown.pair.run.id, &gaps, reterr);
    if (r < 0)
        return r;
    snprintf(command, sizeof(command), "terrier diff %lld %lld --format jsonl",
             (long long)shown.pair.before.id, (long long)shown.pair.run.id);
    return shown_put(&shown, command, &to->buf);
}

/* ---- JSON Lines ---- */

typedef struct Lines {
    Pair pair;
    Outlet *to;
} Lines;

static void lines_done(Lines *l) {
    pair_done(&l->pair);
}

static void was_put(Json *j, const Change *c) {
    json_key(j, "was");
    json_object_begin(j);
    line_text(j, "tier", tier_name(c->before->tier));
    line_text(j, "confidence", level_name(c->before->level));
    line_uint(j, "count", c->before->count);
    line_uint(j, "distinct", c->before->distinct);
    json_object_end(j);
}

static void finding_put(Json *j, const SideRow *row, const char *id) {
    line_text(j, "id", id[0] ? id : NULL);
    line_name(j, "part", row->part);
    line_text(j, "detector", row->detector);
    line_text(j, "category", row->category);
    line_text(j, "tier", tier_name(row->tier));
    line_text(j, "confidence", level_name(row->level));
    line_uint(j, "distinct", row->distinct);
}

static int lines_change(void *of, const Change *c, Error *reterr) {
    Lines *l = of;
    const SideRow *row = c->after ? c->after : c->before;
    _cleanup_(buf_done) Buf detail = {0};
    char id[LINEAGE_ID_TEXT];
    int r = pair_id(&l->pair, c, reterr, id);
    Json j;

    if (r < 0)
        return r;
    pair_count(&l->pair, c);
    detail_put(c, &detail);
    if (buf_error(&detail) < 0)
        return -ENOMEM;
    j = line_begin(l->to, "event");
    line_text(&j, "event", change_name(c->kind));
    r = line_locator(&j, "subject", row->root_path, row->path);
    line_uint(&j, "count", row->count);
    line_text(&j, "detail", detail.n ? buf_cstr(&detail) : NULL);
    finding_put(&j, row, id);
    if (r == 0 && c->kind == CHANGE_MOVED)
        r = line_locator(&j, "from", c->before->root_path, c->before->path);
    if (c->before && c->after)
        was_put(&j, c);
    return r < 0 ? r : line_end(&j, l->to);
}

static int lines_gap(void *of, bool closed, const ObjectRow *row, Error *reterr _unused_) {
    Lines *l = of;
    Json j = line_begin(l->to, "event");
    char status[STATUS_REASON_MAX + 24];
    int r;

    l->pair.gaps[closed]++;
    status_print(&row->status, status, sizeof(status));
    line_text(&j, "event", closed ? "closed-gap" : "new-gap");
    r = line_locator(&j, "subject", row->root, row->path);
    line_uint(&j, "count", 1);
    line_text(&j, "detail", status);
    return r < 0 ? r : line_end(&j, l->to);
}

static int sum_put(const Pair *p, Outlet *to) {
    Json j = line_begin(to, "diff");

    json_key(&j, "before");
    json_int(&j, p->before.id);
    json_key(&j, "run");
    json_int(&j, p->run.id);
    line_bool(&j, "same_scope", p->same_scope);
    line_bool(&j, "same_rules", p->same_rules);
    line_bool(&j, "same_key", p->same_key);
    line_uint(&j, "new", p->counts[CHANGE_NEW]);
    for (Fate f = 0; f < N_FATES; f++)
        line_uint(&j, fate_name(f), p->fates[f]);
    line_uint(&j, "moved", p->counts[CHANGE_MOVED]);
    line_uint(&j, "changed", p->counts[CHANGE_CHANGED]);
    line_uint(&j, "tier_changed", p->counts[CHANGE_TIER]);
    line_uint(&j, "access_changed", p->counts[CHANGE_ACCESS]);
    line_uint(&j, "new_gaps", p->gaps[0]);
    line_uint(&j, "closed_gaps", p->gaps[1]);
    return line_end(&j, to);
}

int changes_jsonl(Store *s, const ChangesOptions *o, Outlet *to, Error *reterr) {
    _cleanup_(lines_done) Lines l = {.to = to};
    const ChangeSink changes = {.of = &l, .change = lines_change};
    const GapSink gaps = {.of = &l, .gap = lines_gap};
    int r = pair_load(s, o->before, o->run, reterr, &l.pair);

    if (r == 0)
        r = diff_findings(s, l.pair.before.id, l.pair.run.id, &changes, reterr);
    if (r == 0)
        r = gapdiff(s, l.pair.before.id, l.pair.run.id, &gaps, reterr);
    return r < 0 ? r : sum_put(&l.pair, to);
}
