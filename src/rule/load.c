/*
 * Load: the set of rules of a run, from the built-in files and the directories a user names.
 *
 * A file holds a detector or a dictionary. Files come in layers: the built-in ones, then each
 * directory. All are read and checked, also those that a later layer replaces or that the regions
 * leave out, so that a broken file is always reported. Sorted by (id, layer), the last of each id
 * stays; two of one layer are an error. Bytes and trees of files die one by one.
 *
 * One thread builds; the result is frozen. Hostile input (names and bytes of files) is bounded in
 * rule/folder.c and rule/yaml.c, their sum here.
 */
#include <nettle/sha2.h>

#include "base/buf.h"
#include "rule/builtin.h"
#include "rule/detector.h"
#include "rule/folder.h"
#include "rule/region.h"
#include "rule/tree.h"

#define RULES_BYTES_MAX (64u << 20)

/* A detector, or, where is_dictionary, a dictionary. */
typedef struct Entry {
    bool is_dictionary;
    Detector detector;
    Dictionary dictionary;
    const char *id;
    RuleMark mark;
    uint8_t digest[SHA256_DIGEST_SIZE]; /* of the file's bytes */
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

    ret->is_dictionary = dictionary_is(root);
    if (ret->is_dictionary) {
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

/* What a tree says, as one more entry of a layer. */
static int load_tree(Loading *l, const Node *root, const uint8_t *digest, size_t layer) {
    Entry e = {.layer = layer};
    int rc = entry_read(root, l, &e);

    memcpy(e.digest, digest, sizeof(e.digest));
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

static int load_file(Loading *l, const char *path, size_t layer) {
    _cleanup_(arena_done) Arena file = {0};
    const char *label = file_label(path, &l->rules->arena);
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;
    const Node *root;
    Span bytes;
    int rc = label ? folder_read(path, YAML_BYTES_MAX, &file, l->reterr, &bytes) : -ENOMEM;

    if (rc < 0)
        return rc;
    l->n_bytes += bytes.n;
    if (l->n_bytes > RULES_BYTES_MAX)
        return error_set(l->reterr, -E2BIG, "rule files too large, expected at most %u bytes",
                         RULES_BYTES_MAX);
    rc = yaml_read(bytes, label, &file, l->reterr, &root);
    if (rc < 0)
        return rc;
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(digest), digest);
    return load_tree(l, root, digest, layer);
}

static int load_directory(Loading *l, const char *directory, size_t layer) {
    const char *const *paths;
    size_t n;
    int rc = folder_list(directory, &l->files, l->reterr, &paths, &n);

    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = load_file(l, paths[i], layer);
    return rc;
}

static int load_layers(Loading *l, const RulesOptions *o) {
    int rc = o->no_builtin ? 0 : load_builtin(l);

    for (size_t i = 0; rc == 0 && i < o->n_directories; i++)
        rc = load_directory(l, o->directories[i], i + 1);
    return rc;
}

/* Of one kind and one id. */
static bool entry_same(const Entry *a, const Entry *b) {
    return a->is_dictionary == b->is_dictionary && strcmp(a->id, b->id) == 0;
}

/* Order of kind, id, layer, and place, which makes the complaint below the same every time. */
static int entry_cmp(const void *a, const void *b) {
    const Entry *x = a, *y = b;
    int r = x->is_dictionary - y->is_dictionary;

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

static void digest_add(struct sha256_ctx *digest, const Entry *e) {
    sha256_update(digest, strlen(e->id) + 1, (const uint8_t *)e->id);
    sha256_update(digest, sizeof(e->digest), e->digest);
}

/* From sorted entries to the frozen set. */
static int rules_freeze(Loading *l, const char *regions) {
    struct sha256_ctx digest;
    Rules *r = l->rules;

    r->detectors = arena_array(&r->arena, l->n, sizeof(*r->detectors));
    r->dictionaries = arena_array(&r->arena, l->n, sizeof(*r->dictionaries));
    if (!r->detectors || !r->dictionaries)
        return -ENOMEM;
    sha256_init(&digest);
    for (size_t i = 0; i < l->n; i++) {
        const Entry *e = &l->entries[i];

        if (i + 1 < l->n && entry_same(e, e + 1))
            continue; /* a later layer replaces it */
        if (e->is_dictionary)
            r->dictionaries[r->n_dictionaries++] = e->dictionary;
        else if (regions_keep(regions, &e->detector.regions))
            r->detectors[r->n++] = e->detector;
        else
            continue;
        digest_add(&digest, e);
    }
    sha256_digest(&digest, sizeof(r->digest), r->digest);
    return 0;
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
        rc = rules_check(rules, reterr);
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
