/*
 * Keeping: for people; see keeping.h.
 *
 * Outermost files only: a container is told as what is in it made it. Files of one directory that
 * one rule came to the same about are one group, with its worst file. Groups are made while rows go
 * by in the order of paths, then sorted and joined; so many are held, and what is beyond is
 * counted.
 */
#include "report/keeping.h"

#include "base/show.h"
#include "model/dating.h"
#include "model/unit.h"
#include "report/number.h"
#include "report/paint.h"
#include "report/table.h"
#include "store/name.h"

enum {
    GROUPS_MAX = 1 << 16, /* held */
    GROUPS_SHOWN = 50,
    GROUPS_LOOKED = 64, /* of the last ones, for the same directory */
    WIDTH = 79,
    INDENT = 6,
};

typedef struct Group {
    const char *state, *reason, *rule, *entry, *source; /* of the arena */
    Span root, directory, worst;                        /* worst: path below the root */
    uint64_t files, bytes;
    Day age_from, age_to, due;
    int32_t overdue;
    unsigned trust, flags;
} Group;

typedef struct Text {
    const Keeping *k;
    Arena a;
    Group *groups;
    size_t n, room, shown;
    uint64_t beyond; /* files of groups that were not held */
    RetentionRuleRow *rules;
    size_t n_rules;
    RetentionSumRow *sums;
    size_t n_sums;
    Buf *b;
} Text;

/* In the order in which they are told. */
static const struct {
    const char *state, *title;
} sections[] = {
    {"violation", "Kept for too long"},
    {"violation_partial", "Kept for too long in part"},
    {"premature_disposal", "Gone before it might be"},
    {"policy_conflict", "The policy contradicts itself"},
    {"due_soon", "Due soon"},
    {"held", "Held"},
    {"exempt", "Excepted"},
    {"undetermined", "Undetermined"},
};

static size_t section_of(const char *state) {
    size_t i = 0;

    while (i < N_ELEMENTS(sections) && strcmp(sections[i].state, state) != 0)
        i++;
    return i;
}

/* ---- groups ---- */

static Span directory_of(Span path) {
    Span name = path_name(path);

    return span(path.at, path.n - name.n);
}

static bool is_in(const Group *g, const RetainedRow *row, Span directory) {
    return span_eq(g->directory, directory) && span_eq(g->root, row->root) &&
           strcmp(g->state, row->state) == 0 && strcmp(g->rule, row->rule) == 0 &&
           strcmp(g->reason, row->reason) == 0 && strcmp(g->entry, row->entry) == 0;
}

static int group_new(Text *t, const RetainedRow *row, Span directory) {
    Group *g;

    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : 256;

        g = reallocarray(t->groups, room, sizeof(*g));
        if (!g)
            return -ENOMEM;
        t->groups = g;
        t->room = room;
    }
    g = &t->groups[t->n++];
    *g = (Group){.state = arena_text(&t->a, span_of(row->state)),
                 .reason = arena_text(&t->a, span_of(row->reason)),
                 .rule = arena_text(&t->a, span_of(row->rule)),
                 .entry = arena_text(&t->a, span_of(row->entry)),
                 .root = arena_span(&t->a, row->root),
                 .directory = arena_span(&t->a, directory),
                 .overdue = -1};
    return g->state && g->reason && g->rule && g->entry && g->root.at && g->directory.at ? 0
                                                                                         : -ENOMEM;
}

static bool is_worse(const RetainedRow *row, const Group *g) {
    return row->overdue != g->overdue ? row->overdue > g->overdue
                                      : row->due != DAY_NONE && row->due < g->due;
}

static int group_take(Text *t, Group *g, const RetainedRow *row) {
    g->files++;
    g->bytes += row->bytes;
    g->flags |= row->flags;
    if (!is_worse(row, g))
        return 0;
    g->overdue = row->overdue;
    g->due = row->due;
    g->age_from = row->age_from;
    g->age_to = row->age_to;
    g->trust = row->trust;
    g->source = arena_text(&t->a, span_of(row->source));
    g->worst = arena_span(&t->a, row->path);
    return g->source && g->worst.at ? 0 : -ENOMEM;
}

static int row_take(Text *t, const RetainedRow *row) {
    Span directory = directory_of(row->path);
    size_t i = t->n, least = t->n > GROUPS_LOOKED ? t->n - GROUPS_LOOKED : 0;
    int r = 0;

    if (row->depth || row->part.n || section_of(row->state) == N_ELEMENTS(sections))
        return 0;
    while (i > least && !is_in(&t->groups[i - 1], row, directory))
        i--;
    if (i == least && t->n == GROUPS_MAX) {
        t->beyond++;
        return 0;
    }
    if (i == least) {
        r = group_new(t, row, directory);
        i = t->n;
    }
    return r < 0 ? r : group_take(t, &t->groups[i - 1], row);
}

static int group_cmp(const void *a, const void *b) {
    const Group *x = a, *y = b;
    size_t s = section_of(x->state), o = section_of(y->state);
    int r;

    if (s != o)
        return s < o ? -1 : 1;
    if (x->overdue != y->overdue)
        return x->overdue > y->overdue ? -1 : 1;
    if (x->due != y->due)
        return x->due < y->due ? -1 : 1;
    if (x->files != y->files)
        return x->files > y->files ? -1 : 1;
    r = span_cmp(x->root, y->root);
    return r ? r : span_cmp(x->directory, y->directory);
}

/* ---- what is told of one ---- */

static void put_name(Text *t, Span root, Span path) {
    name_print(t->b, root, path);
}

/* "7 years", "5 months", "12 days": what people say of a time. */
static void put_span(Buf *b, int32_t days) {
    if (days >= 730)
        number_put(b, (uint64_t)days / 365, "year", "years");
    else if (days >= 61)
        number_put(b, (uint64_t)days / 30, "month", "months");
    else
        number_put(b, (uint64_t)days, "day", "days");
}

static void put_what(Text *t, const Group *g) {
    char due[DAY_TEXT_MAX];

    if (g->due == DAY_NONE)
        return;
    buf_text(t->b, "; ");
    day_print(g->due, due);
    if (g->overdue > 0) {
        paint_begin(t->b, t->k->colour, PAINT_LOUD);
        put_span(t->b, g->overdue);
        buf_text(t->b, " over");
        paint_end(t->b, t->k->colour);
    } else {
        buf_printf(t->b, "due %s", due);
    }
}

/* Of these a range is what they say; of others only the latest day decides. */
static bool is_range(Dating d) {
    return d == DATING_PATH_DATE || dating_info(d)->family == FAMILY_ROW ||
           dating_info(d)->family == FAMILY_LOG;
}

static void put_evidence(Text *t, const Group *g) {
    char from[DAY_TEXT_MAX], to[DAY_TEXT_MAX];
    Dating d;

    if (!*g->source || dating_parse(span_of(g->source), &d) < 0)
        return;
    day_print(g->age_from, from);
    day_print(g->age_to, to);
    buf_printf(t->b, ", %s ", dating_info(d)->title);
    if (is_range(d) && g->age_from != g->age_to && g->age_from != DAY_NONE)
        buf_printf(t->b, "%s to ", from);
    buf_printf(t->b, "%s (T%u)", to, g->trust);
}

static const char *reason_title(const char *reason) {
    static const struct {
        const char *reason, *title;
    } titles[] = {
        {"no_evidence", "nothing tells when its clock began"},
        {"weak_evidence", "the evidence is weaker than the policy asks for"},
        {"threshold_inside", "the evidence allows both: over, and not yet"},
        {"copy_reset", "only times on the disk, which look like those of copying"},
        {"unreadable", "its content could not be read"},
        {"jurisdiction_unknown", "the policy does not say which jurisdiction it is in"},
        {"not_approved", "it would exceed this rule, which is not approved"},
    };

    for (size_t i = 0; i < N_ELEMENTS(titles); i++) {
        if (strcmp(titles[i].reason, reason) == 0)
            return titles[i].title;
    }
    return reason;
}

/* Text of people, in lines of WIDTH with an indent. */
static void put_wrapped(Buf *b, const char *text) {
    size_t line = 0;

    while (*text) {
        size_t n = strcspn(text, " ");

        if (line && line + 1 + n > WIDTH - INDENT) {
            buf_byte(b, '\n');
            line = 0;
        }
        for (size_t i = 0; !line && i < INDENT; i++)
            buf_byte(b, ' ');
        if (line)
            buf_byte(b, ' ');
        show_span(b, span(text, n));
        line += n + (line > 0);
        text += n + strspn(text + n, " ");
    }
    buf_byte(b, '\n');
}

static void put_rule(Text *t, const Group *g) {
    const RetentionRuleRow *rule = keeping_rule(t->rules, t->n_rules, g->rule);

    if (!rule)
        return;
    put_wrapped(t->b, rule->basis);
    buf_printf(t->b, "      then: %s", rule->action);
    if (*rule->owner) {
        buf_text(t->b, "; ask ");
        show_text(t->b, rule->owner);
    }
    buf_byte(t->b, '\n');
}

static void put_group(Text *t, const Group *g, const Group *before) {
    char size[NUMBER_TEXT_MAX];

    number_print_size(g->bytes, size);
    buf_text(t->b, "  ");
    put_name(t, g->root, g->directory);
    buf_text(t->b, "\n      ");
    show_text(t->b, *g->rule ? g->rule : "no rule");
    buf_text(t->b, ": ");
    number_put(t->b, g->files, "file", "files");
    buf_printf(t->b, ", %s", size);
    put_what(t, g);
    if (*g->entry) {
        buf_text(t->b, "; by ");
        show_text(t->b, g->entry);
    }
    buf_byte(t->b, '\n');
    if (*g->reason)
        buf_printf(t->b, "      %s\n", reason_title(g->reason));
    if (g->worst.n) {
        buf_text(t->b, g->files > 1 ? "      worst: " : "      ");
        put_name(t, span(NULL, 0), path_name(g->worst));
        put_evidence(t, g);
        buf_byte(t->b, '\n');
    }
    if (g->flags & RETAINED_NEVER_STORE)
        buf_text(t->b, "      held, and of a kind that must never be stored: take advice first\n");
    if (g->flags & RETAINED_EXPIRED_EXCEPTION)
        buf_text(t->b, "      an exception for it has expired\n");
    if (!before || strcmp(before->state, g->state) != 0 || strcmp(before->rule, g->rule) != 0)
        put_rule(t, g);
}

/* ---- the page ---- */

static void put_head(Text *t) {
    const Keeping *k = t->k;

    paint_begin(t->b, k->colour, PAINT_BOLD);
    buf_printf(t->b, "Retention of run %lld as of %s", (long long)k->run, k->as_of);
    paint_end(t->b, k->colour);
    buf_text(t->b, "\nPolicy ");
    show_text(t->b, k->policy);
    buf_text(t->b, ", version ");
    show_text(t->b, k->version);
    if (k->approved) {
        buf_text(t->b, ", approved by ");
        show_text(t->b, k->approved_by);
        buf_text(t->b, "\n\n");
        return;
    }
    buf_text(t->b, k->stock ? ": the example that comes with Terrier\n" : "\n");
    buf_text(t->b, "Nothing is called a violation: this policy is not approved (approved_by and an"
                   "\neffective day). Ages are told, and which rule they would exceed.\n\n");
}

static uint64_t bytes_all(const Text *t) {
    uint64_t bytes = 0;

    for (size_t i = 0; i < t->n_sums; i++)
        bytes += t->sums[i].bytes;
    return bytes;
}

static int put_sums(Text *t) {
    static const TableColumn columns[] = {{"state", false, 0},
                                          {"files", true, 0},
                                          {"bytes", true, 0},
                                          {"share", true, 0},
                                          {"", false, 0}};
    uint64_t all = bytes_all(t);
    Table table;
    int r;

    table_init(&table, columns, N_ELEMENTS(columns));
    for (size_t i = 0; i < t->n_sums; i++) {
        const RetentionSumRow *s = &t->sums[i];
        char files[NUMBER_TEXT_MAX], size[NUMBER_TEXT_MAX], share[16];

        number_print(s->objects, files);
        number_print_size(s->bytes, size);
        snprintf(share, sizeof(share), "%.1f %%", all ? 100.0 * (double)s->bytes / (double)all : 0);
        table_row(&table, (const char *const[]){s->state, files, size, share,
                                                strcmp(s->state, "unclassified") == 0
                                                    ? "no rule is for them"
                                                    : s->reason});
    }
    r = table_print(&table, 2, t->k->colour, t->b);
    table_done(&table);
    return r;
}

static void put_groups(Text *t, Outlet *to) {
    const Group *before = NULL;
    uint64_t files = t->beyond;

    for (size_t i = 0; i < t->n; i++) {
        const Group *g = &t->groups[i];

        if (i >= GROUPS_SHOWN) {
            files += g->files;
            continue;
        }
        if (!before || strcmp(before->state, g->state) != 0) {
            buf_byte(t->b, '\n');
            paint_text(t->b, t->k->colour, PAINT_BOLD, sections[section_of(g->state)].title);
            buf_byte(t->b, '\n');
        }
        put_group(t, g, before);
        before = g;
        outlet_flush(to);
    }
    if (files) {
        buf_text(t->b, "\nand ");
        number_put(t->b, files, "further file", "further files");
        buf_text(t->b, "; --format jsonl or csv has them all, --state one state\n");
    }
}

static int text_load(Text *t, Store *s, Error *reterr) {
    _cleanup_(retained_cursor_closep) RetainedCursor *rows = NULL;
    RetainedRow row;
    int r = retained_rules(s, t->k->assessment, &t->a, reterr, &t->rules, &t->n_rules);

    if (r == 0)
        r = retained_sums(s, t->k->assessment, &t->a, reterr, &t->sums, &t->n_sums);
    if (r == 0)
        r = retained_cursor_open(s, t->k->assessment, t->k->state, reterr, &rows);
    while (r >= 0 && (r = retained_cursor_step(rows, reterr, &row)) > 0)
        r = row_take(t, &row);
    if (r == 0 && t->n)
        qsort(t->groups, t->n, sizeof(*t->groups), group_cmp);
    return r;
}

int keeping_text(Store *s, const Keeping *k, Outlet *to, Error *reterr) {
    Text t = {.k = k, .b = &to->buf};
    int r = text_load(&t, s, reterr);

    if (r == 0) {
        put_head(&t);
        r = put_sums(&t);
        put_groups(&t, to);
    }
    free(t.groups);
    arena_done(&t.a);
    return r;
}
