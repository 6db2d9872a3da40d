/*
 * Load: the set of rules of a run, from the built-in files and the directories a user names.
 *
 * A file holds a detector, a dictionary or an allow list. Files come in layers: the built-in ones,
 * then each directory. All are read and checked, also those that a later layer replaces or that the
 * regions leave out, so that a broken file is always reported. Sorted by (id, layer), the last of
 * each id stays; two of one layer are an error. Bytes and trees of files die one by one.
 *
 * One thread builds; the result is frozen. Hostile input (names and bytes of files) is bounded in
 * rule/folder.c and rule/yaml.c, their sum here.
 */
#include <nettle/sha2.h>

#include "base/buf.h"
#include "rule/allow.h"
#include "rule/builtin.h"
#include "rule/detector.h"
#include "rule/edm.h"
#include "rule/folder.h"
#include "rule/region.h"
#include "rule/tree.h"

#define RULES_BYTES_MAX (64u << 20)

typedef enum EntryKind { ENTRY_DETECTOR, ENTRY_DICTIONARY, ENTRY_ALLOW, ENTRY_EDM } EntryKind;

/* One file. */
typedef struct Entry {
    EntryKind kind;
    Detector detector;
    Dictionary dictionary;
    AllowList allow;
    EdmRule edm;
    const char *id;
    RuleMark mark;
    uint8_t digest[SHA256_DIGEST_SIZE];  /* of the file's bytes */
    uint8_t reading[SHA256_DIGEST_SIZE]; /* of what decides what is found: Rules.reading */
    size_t layer;
} Entry;

typedef struct Loading {
    Rules *rules;
    Error *reterr;
    Arena files; /* names of the files of directories */
    Entry *entries;
    size_t n, cap;
    size_t n_bytes;
} Loading;

static void loading_done(Loading *l) {
    arena_done(&l->files);
    free(l->entries);
}

Rules *rules_free(Rules *r) {
    if (r)
        arena_done(&r->arena);
    free(r);
    return NULL;
}

static int entry_add(Loading *l, const Entry *e) {
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        Entry *entries = reallocarray(l->entries, cap, sizeof(*entries));

        if (!entries)
            return -ENOMEM;
        l->entries = entries;
        l->cap = cap;
    }
    l->entries[l->n++] = *e;
    return 0;
}

static int entry_read(const Node *root, Loading *l, Entry *ret) {
    int rc;

    if (allow_is(root)) {
        ret->kind = ENTRY_ALLOW;
        rc = allow_read(root, &l->rules->arena, l->reterr, &ret->allow);
        ret->id = ret->allow.id;
        ret->mark = ret->allow.mark;
        return rc;
    }
    if (edm_is(root)) {
        ret->kind = ENTRY_EDM;
        rc = edm_read(root, &l->rules->arena, l->reterr, &ret->edm);
        ret->id = ret->edm.id;
        ret->mark = ret->edm.mark;
        return rc;
    }
    if (dictionary_is(root)) {
        ret->kind = ENTRY_DICTIONARY;
        rc = dictionary_read(root, &l->rules->arena, l->reterr, &ret->dictionary);
        ret->id = ret->dictionary.id;
        ret->mark = ret->dictionary.mark;
        return rc;
    }
    rc = detector_read(root, &l->rules->arena, l->reterr, &ret->detector);
    ret->id = ret->detector.id;
    ret->mark = ret->detector.mark;
    ret->detector.builtin = ret->layer == 0;
    return rc;
}

/* Keys of a detector that neither engine nor harvest looks at. All others count, also new ones. */
static bool is_for_people(const Node *n) {
    static const char *const keys[] = {"title", "tier", "references", "examples",
                                       "negative_examples"};

    for (size_t i = 0; i < N_ELEMENTS(keys); i++) {
        if (n->key && strcmp(n->key, keys[i]) == 0)
            return true;
    }
    return false;
}

static void text_digest(struct sha256_ctx *sha, const char *text) {
    sha256_update(sha, text ? strlen(text) + 1 : 1, (const uint8_t *)(text ? text : ""));
}

/* As deep as trees go: YAML_DEPTH_MAX. */
static void node_digest(struct sha256_ctx *sha, const Node *n) {
    const uint8_t kind = (uint8_t)n->kind;

    sha256_update(sha, 1, &kind);
    text_digest(sha, n->key);
    text_digest(sha, n->text);
    for (const Node *child = n->first; child; child = child->next)
        node_digest(sha, child);
    sha256_update(sha, 1, (const uint8_t *)"\xff"); /* its end: in no kind, nor in a text */
}

static void reading_digest(const Node *root, Entry *e) {
    struct sha256_ctx sha;

    memcpy(e->reading, e->digest, sizeof(e->reading));
    if (e->kind != ENTRY_DETECTOR)
        return;
    sha256_init(&sha);
    for (const Node *n = root->first; n; n = n->next) {
        if (!is_for_people(n))
            node_digest(&sha, n);
    }
    sha256_digest(&sha, sizeof(e->reading), e->reading);
}

/* What a tree says, as one more entry of a layer. */
static int load_tree(Loading *l, const Node *root, const uint8_t *digest, size_t layer) {
    Entry e = {.layer = layer};
    int rc = entry_read(root, l, &e);

    memcpy(e.digest, digest, sizeof(e.digest));
    if (rc == 0)
        reading_digest(root, &e);
    return rc < 0 ? rc : entry_add(l, &e);
}

static int load_builtin_file(Loading *l, const Builtin *b) {
    _cleanup_(arena_done) Arena tree = {0};
    _cleanup_(buf_done) Buf name = {0};
    const char *label;
    const Node *root;
    int rc;

    buf_printf(&name, "builtin:%s", b->path);
    label = buf_error(&name) < 0 ? NULL : file_label(buf_cstr(&name), &l->rules->arena);
    if (!label)
        return -ENOMEM;
    rc = tree_read(span(b->tree, b->n), label, &tree, &root);
    if (rc == -EBADMSG)
        return error_set(l->reterr, rc, "%s: damaged", label);
    return rc < 0 ? rc : load_tree(l, root, (const uint8_t *)b->digest, 0);
}

static int load_builtin(Loading *l) {
    int rc = 0;

    for (size_t i = 0; i < n_builtin_files && rc == 0; i++)
        rc = load_builtin_file(l, &builtin_files[i]);
    return rc;
}

/* The bytes of a file, whose tree may live in `file`. */
static int load_bytes(Loading *l, Span bytes, const char *label, Arena *file, size_t layer) {
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;
    const Node *root;
    int rc;

    l->n_bytes += bytes.n;
    if (l->n_bytes > RULES_BYTES_MAX)
        return error_set(l->reterr, -E2BIG, "rule files too large, expected at most %u bytes",
                         RULES_BYTES_MAX);
    rc = yaml_read(bytes, label, file, l->reterr, &root);
    if (rc < 0)
        return rc;
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(digest), digest);
    return load_tree(l, root, digest, layer);
}

static int load_file(Loading *l, const char *path, size_t layer) {
    _cleanup_(arena_done) Arena file = {0};
    const char *label = file_label(path, &l->rules->arena);
    Span bytes;
    int rc = label ? folder_read(path, YAML_BYTES_MAX, &file, l->reterr, &bytes) : -ENOMEM;

    return rc < 0 ? rc : load_bytes(l, bytes, label, &file, layer);
}

static int load_text(Loading *l, const RulesText *t, size_t layer) {
    _cleanup_(arena_done) Arena file = {0};

    return load_bytes(l, t->bytes, t->name, &file, layer);
}

static int load_directory(Loading *l, const char *directory, size_t layer) {
    const char *const *paths;
    size_t n;
    int rc = folder_list(directory, &l->files, l->reterr, &paths, &n);

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = load_file(l, paths[i], layer);
    return rc;
}

/* A file that is named as an allow list must be one. */
static int load_allow(Loading *l, const char *path, size_t layer) {
    int rc = load_file(l, path, layer);
    const Entry *e = rc == 0 ? &l->entries[l->n - 1] : NULL;

    if (e && e->kind != ENTRY_ALLOW)
        return error_set(l->reterr, -EINVAL,
                         "%s:%u:%u: format: expected " ALLOW_FORMAT
                         ", since it is named as an allow list",
                         e->mark.file, e->mark.line, e->mark.col);
    return rc;
}

static int load_layers(Loading *l, const RulesOptions *o) {
    int rc = o->no_builtin ? 0 : load_builtin(l);

    for (size_t i = 0; rc == 0 && i < o->n_directories; i++)
        rc = load_directory(l, o->directories[i], i + 1);
    for (size_t i = 0; rc == 0 && i < o->n_allow_files; i++)
        rc = load_allow(l, o->allow_files[i], o->n_directories + 1);
    for (size_t i = 0; rc == 0 && i < o->n_texts; i++)
        rc = load_text(l, &o->texts[i], o->n_directories + 2);
    return rc;
}

/* Of one kind and one id. */
static bool entry_same(const Entry *a, const Entry *b) {
    return a->kind == b->kind && strcmp(a->id, b->id) == 0;
}

/* Order of kind, id, layer, and place, which makes the complaint below the same every time. */
static int entry_cmp(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    int r = (int)x->kind - (int)y->kind;

    if (r == 0)
        r = strcmp(x->id, y->id);
    if (r == 0)
        r = (x->layer > y->layer) - (x->layer < y->layer);
    return r ? r : strcmp(x->mark.file, y->mark.file);
}

static int entries_unique(const Loading *l) {
    for (size_t i = 1; i < l->n; i++) {
        const Entry *e = &l->entries[i], *before = e - 1;
        const RuleMark *m = &e->mark, *o = &before->mark;

        if (e->layer == before->layer && entry_same(e, before))
            return error_set(l->reterr, -EINVAL,
                             "%s:%u:%u: id: '%s' stands in %s:%u:%u too, expected each id once",
                             m->file, m->line, m->col, e->id, o->file, o->line, o->col);
    }
    return 0;
}

static int regions_check(const char *list, Error *reterr) {
    Span rest = span_of(list), region;

    while (region_next(&rest, &region)) {
        const char *expected = region_expected(region);

        if (expected)
            return error_set(reterr, -EINVAL, "regions: '%s' is not a region, expected %s",
                             quote(region).text, expected);
    }
    return 0;
}

/* A detector without regions belongs everywhere. */
static bool regions_keep(const char *list, const Words *regions) {
    Span rest = span_of(list), region;
    bool keep = !list || regions->n == 0;

    while (!keep && region_next(&rest, &region)) {
        for (size_t i = 0; i < regions->n; i++)
            keep = keep || region_meets(region, span_of(regions->at[i]));
    }
    return keep;
}

/* An allow entry that is over makes other rules of the same file. */
static void digest_add(struct sha256_ctx *digest, const Entry *e, const uint8_t *of) {
    sha256_update(digest, strlen(e->id) + 1, (const uint8_t *)e->id);
    sha256_update(digest, SHA256_DIGEST_SIZE, of);
    for (size_t i = 0; e->kind == ENTRY_ALLOW && i < e->allow.n; i++) {
        uint8_t over = e->allow.entries[i].expired;

        sha256_update(digest, 1, &over);
    }
}

/* From sorted entries to the frozen set. */
static int rules_freeze(Loading *l, const char *regions) {
    struct sha256_ctx digest, reading;
    Rules *r = l->rules;

    r->detectors = arena_array(&r->arena, l->n, sizeof(*r->detectors));
    r->dictionaries = arena_array(&r->arena, l->n, sizeof(*r->dictionaries));
    r->edms = arena_array(&r->arena, l->n, sizeof(*r->edms));
    if (!r->detectors || !r->dictionaries || !r->edms)
        return -ENOMEM;
    sha256_init(&digest);
    sha256_init(&reading);
    for (size_t i = 0; i < l->n; i++) {
        const Entry *e = &l->entries[i];

        if (i + 1 < l->n && entry_same(e, e + 1))
            continue; /* a later layer replaces it */
        if (e->kind == ENTRY_ALLOW)
            r->n_allows += e->allow.n; /* allows_freeze() */
        else if (e->kind == ENTRY_EDM)
            r->edms[r->n_edms++] = e->edm;
        else if (e->kind == ENTRY_DICTIONARY)
            r->dictionaries[r->n_dictionaries++] = e->dictionary;
        else if (regions_keep(regions, &e->detector.regions))
            r->detectors[r->n++] = e->detector;
        else
            continue;
        digest_add(&digest, e, e->digest);
        digest_add(&reading, e, e->reading);
    }
    sha256_digest(&digest, sizeof(r->digest), r->digest);
    sha256_digest(&reading, sizeof(r->reading), r->reading);
    return 0;
}

static int text_cmp(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All tokens that entries name, each once. */
static int tokens_freeze(Rules *r) {
    size_t n = 0;

    for (size_t i = 0; i < r->n_allows; i++)
        n += r->allows[i].tokens.n;
    r->tokens.at = arena_array(&r->arena, n ? n : 1, sizeof(*r->tokens.at));
    if (!r->tokens.at)
        return -ENOMEM;
    for (size_t i = 0; i < r->n_allows; i++) {
        for (size_t k = 0; k < r->allows[i].tokens.n; k++)
            r->tokens.at[r->tokens.n++] = r->allows[i].tokens.at[k];
    }
    qsort(r->tokens.at, r->tokens.n, sizeof(*r->tokens.at), text_cmp);
    n = r->tokens.n;
    r->tokens.n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!r->tokens.n || strcmp(r->tokens.at[r->tokens.n - 1], r->tokens.at[i]) != 0)
            r->tokens.at[r->tokens.n++] = r->tokens.at[i];
    }
    return 0;
}

/* The entries of all lists, counted before. */
static int allows_freeze(Loading *l) {
    Rules *r = l->rules;
    size_t n = 0;

    if (r->n_allows > ALLOW_ENTRIES_MAX)
        return error_set(l->reterr, -EINVAL, "%zu entries of allow lists, expected at most %d",
                         r->n_allows, ALLOW_ENTRIES_MAX);
    r->allows = arena_array(&r->arena, r->n_allows + 1, sizeof(*r->allows));
    if (!r->allows)
        return -ENOMEM;
    for (size_t i = 0; i < l->n; i++) {
        const Entry *e = &l->entries[i];

        if (e->kind != ENTRY_ALLOW || (i + 1 < l->n && entry_same(e, e + 1)))
            continue;
        memcpy(&r->allows[n], e->allow.entries, e->allow.n * sizeof(*r->allows));
        n += e->allow.n;
    }
    return tokens_freeze(r);
}

/* Every dictionary that a match names is there. */
static int rules_check(const Rules *r, Error *reterr) {
    for (size_t i = 0; i < r->n; i++) {
        const Detector *d = &r->detectors[i];

        for (size_t k = 0; k < d->n_matches; k++) {
            const Match *m = &d->matches[k];

            if (m->dictionary && rules_dictionary(r, m->dictionary) < 0)
                return error_set(reterr, -EINVAL,
                                 "%s:%u:%u: match: '%s' is no dictionary, expected the id of a "
                                 "file of format " DICTIONARY_FORMAT,
                                 m->mark.file, m->mark.line, m->mark.col, m->dictionary);
        }
    }
    return 0;
}

/* Every exact match has a detector that is there, and no two have the same. */
static int edms_check(const Rules *r, Error *reterr) {
    for (size_t i = 0; i < r->n_edms; i++) {
        const EdmRule *e = &r->edms[i];
        bool again = false;

        for (size_t k = 0; k < i; k++)
            again |= strcmp(r->edms[k].detector, e->detector) == 0;
        if (again || rules_find(r, span_of(e->detector)) < 0)
            return error_set(reterr, -EINVAL, "%s:%u:%u: detector: '%s' %s", e->mark.file,
                             e->mark.line, e->mark.col, quote(span_of(e->detector)).text,
                             again ? "has another table already, expected one a detector"
                                   : "is no detector of these rules");
    }
    return 0;
}

int rules_load(const RulesOptions *o, Error *reterr, Rules **ret) {
    _cleanup_(rules_freep) Rules *rules = calloc(1, sizeof(*rules));
    _cleanup_(loading_done) Loading l = {.rules = rules, .reterr = reterr};
    int rc = rules ? regions_check(o->regions, reterr) : -ENOMEM;

    if (rc == 0)
        rc = load_layers(&l, o);
    if (rc == 0 && l.n)
        qsort(l.entries, l.n, sizeof(*l.entries), entry_cmp);
    if (rc == 0)
        rc = entries_unique(&l);
    if (rc == 0)
        rc = rules_freeze(&l, o->regions);
    if (rc == 0)
        rc = allows_freeze(&l);
    if (rc == 0)
        rc = rules_check(rules, reterr);
    if (rc == 0)
        rc = edms_check(rules, reterr);
    if (rc == -ENOMEM)
        return error_set(reterr, rc, "no memory to load the rules");
    if (rc < 0)
        return rc;
    *ret = TAKE(rules);
    return 0;
}

int rules_find(const Rules *r, Span id) {
    size_t lo = 0, hi = r->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int cmp = span_cmp(id, span_of(r->detectors[mid].id));

        if (cmp == 0)
            return (int)mid;
        if (cmp < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return -1;
}

int rules_dictionary(const Rules *r, const char *id) {
    for (size_t i = 0; i < r->n_dictionaries; i++) {
        if (strcmp(r->dictionaries[i].id, id) == 0)
            return (int)i;
    }
    return -1;
}
