/*
 * terrier_inventory_import, terrier_assets_init: an inventory becomes an asset map. See terrier.h.
 *
 * What people filled in is laid over the map that there is; a row that no asset of the map stands
 * for becomes a new one if something was filled in, or if it lies beneath one that becomes so:
 * otherwise it would vanish in the larger one. New ones stand deepest first, since the first asset
 * that holds a path has it. What comes out is read once more before it is given out.
 */
#include "base/clock.h"
#include "base/csv.h"
#include "base/day.h"
#include "base/file.h"
#include "lib/inventory.h"
#include "lib/workbook.h"

enum { FILE_BYTES_MAX = 64 << 20, ID_BYTES = 48 };

typedef struct Filled {
    Listing l;
    Arena arena;
    MapAsset *assets; /* one a row of the inventory: as it is, and then as it was filled in */
    bool *touched;    /* one a row: it has something of people's */
    bool *read;       /* one a row: it was in the file */
    InventoryColumn columns[CSV_FIELDS_MAX];
    Error *reterr;
} Filled;

static void filled_done(Filled *f) {
    listing_done(&f->l);
    arena_done(&f->arena);
    free(f->assets);
    free(f->touched);
    free(f->read);
}

/* ---- assets for rows ---- */

static void id_make(Span name, size_t number, Buf *to) {
    for (size_t i = 0; i < name.n && to->n < ID_BYTES; i++) {
        uint8_t c = name.at[i];

        if (c >= 'A' && c <= 'Z')
            c = (uint8_t)(c | 0x20);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_byte(to, c);
        else if (to->n && to->at[to->n - 1] != '-')
            buf_byte(to, '-');
    }
    while (to->n && to->at[to->n - 1] == '-')
        to->n--;
    buf_printf(to, "%s%zu", to->n ? "-" : "asset-", number + 1);
}

/* The place as a glob: what would be a pattern in a name is made plain, but in that of a series. */
static void glob_make(Span place, bool series, Buf *to) {
    for (size_t i = 0; i < place.n; i++) {
        uint8_t c = place.at[i] ? place.at[i] : '/';

        if (strchr("\\?[", c) || (c == '*' && !series))
            buf_byte(to, '\\');
        buf_byte(to, c);
    }
}

/* The root "/" is everything. */
static int asset_new(Filled *f, size_t i) {
    Span place = f->l.inventory.places[i];
    const char *kind = f->l.inventory.rows[i].cell[INVENTORY_ASSET_KIND];
    MapAsset *a = &f->assets[i];
    _cleanup_(buf_done) Buf id = {0}, glob = {0};
    const uint8_t *slash = place.n ? memrchr(place.at, '/', place.n) : NULL;
    const char **paths = arena_array(&f->arena, 1, sizeof(*paths));

    id_make(slash ? span(slash + 1, place.n - (size_t)(slash + 1 - place.at)) : place, i, &id);
    if (place.n <= 1)
        buf_text(&glob, "**");
    else
        glob_make(place, strcmp(kind ? kind : "", "dump series") == 0, &glob);
    if (!paths || buf_error(&id) < 0 || buf_error(&glob) < 0)
        return -ENOMEM;
    paths[0] = arena_text(&f->arena, buf_as_span(&glob));
    *a = (MapAsset){.id = arena_text(&f->arena, buf_as_span(&id)), .paths = {paths, 1}};
    a->text[MAP_NAME] = f->l.inventory.rows[i].cell[INVENTORY_ASSET_NAME];
    return a->id && paths[0] ? 0 : -ENOMEM;
}

static int filled_begin(Filled *f, const terrier_inventory_options *o) {
    int r = listing_make(o, f->reterr, &f->l);
    size_t n = f->l.inventory.n;

    if (r < 0)
        return r;
    f->assets = calloc(n + 1, sizeof(*f->assets));
    f->touched = calloc(n + 1, sizeof(*f->touched));
    f->read = calloc(n + 1, sizeof(*f->read));
    if (!f->assets || !f->touched || !f->read)
        return -ENOMEM;
    for (size_t i = 0; i < n && r == 0; i++) {
        if (i < f->l.map.n)
            f->assets[i] = f->l.map.assets[i];
        else
            r = asset_new(f, i);
    }
    return r;
}

/* ---- the file ---- */

static int heads_read(Filled *f, const Csv *c) {
    bool id = false;

    for (size_t i = 0; i < c->n; i++) {
        Span head = span_of(csv_field_at(c, i));

        if (head.n && head.at[head.n - 1] == '*')
            head.n--;
        f->columns[i] = head.n ? inventory_column(head) : N_INVENTORY_COLUMNS;
        if (head.n && f->columns[i] == N_INVENTORY_COLUMNS)
            return error_set(f->reterr, -EINVAL,
                             "row 1, column %zu: an inventory has no such column", i + 1);
        id |= f->columns[i] == INVENTORY_ASSET_ID;
    }
    return id ? 0
              : error_set(f->reterr, -EINVAL,
                          "there is no column asset_id, so its rows cannot be told apart");
}

/* The text of a field: without the apostrophe that kept a spreadsheet from taking it for more. */
static const char *plain(const char *text) {
    return text[0] == '\'' && text[1] && strchr("=+-@\t\r'", text[1]) ? text + 1 : text;
}

/* A spreadsheet writes numbers in its own way: 100.00 comes back as 100, or as 100,00. */
static bool same_cell(const char *mine, const char *theirs) {
    char *end_mine, *end_theirs;
    double a, b;

    if (strcmp(mine, theirs) == 0)
        return true;
    a = strtod(mine, &end_mine);
    b = strtod(theirs, &end_theirs);
    return *mine && *theirs && !*end_mine &&
           (!*end_theirs ||
            (*end_theirs == ',' && strspn(end_theirs + 1, "0") == strlen(end_theirs + 1))) &&
           a - b < 0.005 && b - a < 0.005;
}

static int row_find(const Filled *f, const Csv *c, size_t *ret) {
    const char *id = "";

    for (size_t i = 0; i < c->n; i++) {
        if (f->columns[i] == INVENTORY_ASSET_ID)
            id = csv_field_at(c, i);
    }
    for (*ret = 0; *ret < f->l.inventory.n; ++*ret) {
        if (strcmp(f->l.inventory.rows[*ret].cell[INVENTORY_ASSET_ID], id) == 0)
            return 0;
    }
    return error_set(
        f->reterr, -EINVAL,
        "row %u: the run has no asset of that asset_id; was it made of another run, or "
        "with another map?",
        c->row);
}

/* "a; b" as a list. */
static int list_set(Filled *f, const char *text, Words *to) {
    size_t n = 1;
    const char **at;

    for (const char *c = text; *c; c++)
        n += *c == ';';
    at = arena_array(&f->arena, n, sizeof(*at));
    *to = (Words){.at = at};
    while (at && *text) {
        size_t end = strcspn(text, ";"), m = end;

        while (m && text[m - 1] == ' ')
            m--;
        if (m && !(at[to->n++] = arena_text(&f->arena, span(text, m))))
            return -ENOMEM;
        text += end + (text[end] == ';');
        text += strspn(text, " ");
    }
    return at ? 0 : -ENOMEM;
}

static int exposure_set(Filled *f, const Csv *c, const char *text, MapAsset *a) {
    const char *const *words = fact_definition(CASE_EXPOSURE)->words;

    a->has_exposure = *text != 0;
    for (size_t i = 0; *text && i < N_EXPOSURES; i++) {
        if (strcmp(words[i], text) == 0) {
            a->exposure = (CaseExposure)i;
            return 0;
        }
    }
    return !*text ? 0
                  : error_set(f->reterr, -EINVAL,
                              "row %u, column max_exposure: '%s', expected owner, group, any_user, "
                              "world or anonymous",
                              c->row, quote(span_of(text)).text);
}

/* A spreadsheet makes a number of days of a date that is typed in, from 1899-12-30. */
static const char *date_of(Filled *f, const char *text) {
    enum { DAY_1970 = 25569, FIRST = 20000, LAST = 80000 };
    char *end, day[DAY_TEXT_MAX];
    long n = strtol(text, &end, 10);

    if (*end || n < FIRST || n > LAST)
        return text;
    day_print(day_of_time((n - DAY_1970) * 86400 * CLOCK_NS_PER_S), day);
    return arena_text(&f->arena, span_of(day));
}

/* The map's key of a column is its head, but for the name. */
static int human_set(Filled *f, const Csv *c, InventoryColumn column, const char *text,
                     MapAsset *a) {
    const char *key = column == INVENTORY_ASSET_NAME ? "name" : inventory_fields[column].key;

    if (column == INVENTORY_LAST_REVIEWED || column == INVENTORY_NEXT_REVIEW)
        text = date_of(f, text);
    if (!text)
        return -ENOMEM;
    if (column == INVENTORY_MAX_EXPOSURE)
        return exposure_set(f, c, text, a);
    for (size_t l = 0; l < N_MAP_LISTS; l++) {
        if (strcmp(key, map_list_key((MapList)l)) == 0)
            return list_set(f, text, &a->list[l]);
    }
    for (size_t t = 0; t < N_MAP_TEXTS; t++) {
        if (strcmp(key, map_text_key((MapText)t)) != 0)
            continue;
        a->text[t] = *text ? arena_text(&f->arena, span_of(text)) : NULL;
        return a->text[t] || !*text ? 0 : -ENOMEM;
    }
    return 0;
}

/* A cell of several lines is one. */
static char *cell_line(Filled *f, const char *text) {
    char *line = arena_text(&f->arena, span_of(text));

    for (char *c = line; c && *c; c++) {
        if ((uint8_t)*c < 0x20)
            *c = ' ';
    }
    return line;
}

static int cell_take(Filled *f, const Csv *c, size_t i, size_t row) {
    InventoryColumn column = f->columns[i];
    const char *mine, *text = plain(csv_field_at(c, i));
    const char *line = cell_line(f, text);

    if (!line)
        return -ENOMEM;
    if (column == N_INVENTORY_COLUMNS)
        return 0;
    mine = f->l.inventory.rows[row].cell[column];
    mine = mine ? mine : "";
    if (same_cell(mine, text))
        return 0;
    if (inventory_fields[column].source != INVENTORY_HUMAN)
        return error_set(f->reterr, -EINVAL,
                         "row %u, column %s: '%s' is not what the scan says, '%s'; this column is "
                         "not for people to fill in",
                         c->row, inventory_fields[column].key, quote(span_of(text)).text,
                         quote(span_of(mine)).text);
    f->touched[row] = true;
    return human_set(f, c, column, line, &f->assets[row]);
}

static int row_take(Filled *f, const Csv *c) {
    size_t row;
    int r = row_find(f, c, &row);

    if (r == 0 && f->read[row])
        r = error_set(f->reterr, -EINVAL, "row %u: the asset stands in an earlier row as well",
                      c->row);
    if (r == 0)
        f->read[row] = true;
    for (size_t i = 0; i < c->n && r == 0; i++)
        r = cell_take(f, c, i, row);
    return r;
}

static bool row_is_blank(const Csv *c) {
    for (size_t i = 0; i < c->n; i++) {
        if (*csv_field_at(c, i))
            return false;
    }
    return true;
}

static int file_take(Filled *f, const char *file) {
    _cleanup_(buf_done) Buf bytes = {0}, table = {0};
    _cleanup_(csv_done) Csv c = {0};
    bool workbook;
    int r = file_read(file, FILE_BYTES_MAX, f->reterr, &bytes);

    workbook = r == 0 && workbook_looks(buf_as_span(&bytes));
    if (workbook)
        r = workbook_read(buf_as_span(&bytes), f->reterr, &table);
    if (r < 0)
        return r;
    csv_init(&c, buf_as_span(workbook ? &table : &bytes));
    r = csv_next(&c);
    if (r == 0)
        return error_set(f->reterr, -EINVAL, "the file is empty");
    if (r > 0)
        r = heads_read(f, &c);
    while (r >= 0 && (r = csv_next(&c)) > 0)
        r = row_is_blank(&c) ? 0 : row_take(f, &c);
    return r;
}

/* ---- the map ---- */

static bool lies_beneath(Span place, Span top) {
    return place.n > top.n && memcmp(place.at, top.at, top.n) == 0 &&
           (top.n == 1 || place.at[top.n] == '/' || place.at[top.n] == 0);
}

/* What would vanish in a larger asset that is declared now. */
static void beneath_touch(Filled *f) {
    const Inventory *all = &f->l.inventory;

    for (size_t i = f->l.map.n; i < all->n; i++) {
        for (size_t k = f->l.map.n; k < all->n && !f->touched[i]; k++)
            f->touched[i] = f->touched[k] && lies_beneath(all->places[i], all->places[k]);
    }
}

typedef struct Deep {
    size_t row, depth;
} Deep;

static int deep_compare(const void *a, const void *b) {
    const Deep *x = a, *y = b;

    if (x->depth != y->depth)
        return x->depth > y->depth ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int map_make(Filled *f, Map *ret) {
    size_t n_old = f->l.map.n, n = f->l.inventory.n, n_new = 0;
    _cleanup_(free_p) Deep *order = calloc(n + 1, sizeof(*order));

    *ret = (Map){.org = n_old || f->l.map.org ? f->l.map.org : "",
                 .namespace = f->l.map.namespace ? f->l.map.namespace : ""};
    ret->org = ret->org ? ret->org : "";
    ret->assets = arena_array(&f->arena, n + 1, sizeof(*ret->assets));
    if (!order || !ret->assets)
        return -ENOMEM;
    for (size_t i = n_old; i < n; i++) {
        if (f->touched[i])
            order[n_new++] = (Deep){i, f->l.inventory.places[i].n};
    }
    qsort(order, n_new, sizeof(*order), deep_compare);
    for (size_t i = 0; i < n_old; i++)
        ret->assets[ret->n++] = f->assets[i];
    for (size_t i = 0; i < n_new; i++)
        ret->assets[ret->n++] = f->assets[order[i].row];
    return 0;
}

/* Read once more: what we give out must load. */
static int map_write(Filled *f, Writer *w) {
    _cleanup_(map_done) Map again = {0};
    _cleanup_(buf_done) Buf text = {0};
    Map map;
    int r = map_make(f, &map);

    if (r < 0)
        return r;
    map_print(&map, &text);
    r = buf_error(&text);
    if (r == 0)
        r = map_read_bytes(buf_as_span(&text), "the map", f->reterr, &again);
    if (r == 0)
        writer_span(w, buf_as_span(&text));
    return r;
}

int terrier_inventory_import(const terrier_inventory_options *options, const char *file,
                             terrier_write write, void *of, terrier_error *error) {
    Error e = {0};
    _cleanup_(filled_done) Filled f = {.reterr = &e};
    Writer w = writer_of(write, of);
    int r = filled_begin(&f, options);

    if (r == 0)
        r = file_take(&f, file);
    if (r == 0) {
        beneath_touch(&f);
        r = map_write(&f, &w);
    }
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}

int terrier_assets_init(const terrier_inventory_options *options, terrier_write write, void *of,
                        terrier_error *error) {
    terrier_inventory_options o = *options;
    Error e = {0};
    _cleanup_(filled_done) Filled f = {.reterr = &e};
    Writer w = writer_of(write, of);
    int r;

    o.map = NULL;
    r = filled_begin(&f, &o);
    for (size_t i = 0; r == 0 && i < f.l.inventory.n; i++)
        f.touched[i] = true;
    if (r == 0)
        r = map_write(&f, &w);
    r = writer_close(&w, r, &e);
    return error_out(r, &e, error);
}
