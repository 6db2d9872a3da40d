/* Allow: see allow.h. The vocabulary of `format: allow/1` as tables of keys. */
#include "rule/allow.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/day.h"
#include "rule/field.h"

enum { TEXT_MAX = 512, REGEX_MAX = 4096, GLOB_MAX = 1024, TOKEN_TEXT = 45 };

bool allow_is(const Node *root) {
    const Node *format = root->kind == NODE_MAP ? node_get(root, "format") : NULL;

    return format && format->kind == NODE_TEXT && strcmp(format->text, ALLOW_FORMAT) == 0;
}

/* ---- an entry ---- */

/* A text, or a list of texts that has at least one. */
static int words_read(const Node *n, size_t max, FieldCheck *check, Reader *r, Words *ret) {
    int rc;

    if (n->kind == NODE_LIST && n->n == 0)
        return node_complain(n, r->reterr, "an empty list, expected at least one text");
    if (n->kind != NODE_TEXT)
        return field_list(n, max, check, r, &ret->at, &ret->n);
    ret->at = arena_array(r->arena, 1, sizeof(*ret->at));
    if (!ret->at)
        return -ENOMEM;
    rc = field_text(n, max, r, &ret->at[0]);
    if (rc == 0 && check)
        rc = check(n, ret->at[0], r);
    ret->n = rc == 0;
    return rc;
}

static bool is_hex(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'a' && s[i] <= 'f'))
            return false;
    }
    return true;
}

/* tok:KEYID:hex, as reports print it. */
static int token_check(const Node *n, const char *text, Reader *r) {
    if (strlen(text) == TOKEN_TEXT && strncmp(text, "tok:", 4) == 0 && is_hex(text + 4, 8) &&
        text[12] == ':' && is_hex(text + 13, 32))
        return 0;
    return node_complain(n, r->reterr,
                         "no token, expected tok:, 8 hex digits, ':' and 32 as a report prints "
                         "it; never the value itself");
}

static int text_cmp(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_tokens(const Node *n, Reader *r, void *into) {
    AllowEntry *e = into;
    int rc = words_read(n, TEXT_MAX, token_check, r, &e->tokens);

    if (rc == 0)
        qsort(e->tokens.at, e->tokens.n, sizeof(*e->tokens.at), text_cmp);
    return rc;
}

static int read_values(const Node *n, Reader *r, void *into) {
    return words_read(n, REGEX_MAX, NULL, r, &((AllowEntry *)into)->values);
}

static int read_paths(const Node *n, Reader *r, void *into) {
    return words_read(n, GLOB_MAX, NULL, r, &((AllowEntry *)into)->paths);
}

static int read_types(const Node *n, Reader *r, void *into) {
    return words_read(n, TEXT_MAX, NULL, r, &((AllowEntry *)into)->types);
}

static int read_reason(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((AllowEntry *)into)->reason);
}

static int read_by(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((AllowEntry *)into)->by);
}

static int read_until(const Node *n, Reader *r, void *into) {
    AllowEntry *e = into;
    int rc = field_text(n, TEXT_MAX, r, &e->until);
    Day last = DAY_NONE;

    if (rc == 0 && !day_parse(span_of(e->until), &last))
        return node_complain(n, r->reterr, "'%s' is no day, expected one such as 2027-01-31",
                             quote(span_of(n->text)).text);
    e->expired = rc == 0 && day_of_time(clock_real_ns()) > last;
    return rc;
}

static const Field entry_fields[] = {
    {"token", read_tokens, false}, {"value", read_values, false}, {"path", read_paths, false},
    {"types", read_types, false},  {"reason", read_reason, true}, {"by", read_by, true},
    {"until", read_until, false},
};

static int entry_read(const Node *n, const AllowList *of, Reader *r, AllowEntry *ret) {
    _cleanup_(buf_done) Buf name = {0};
    int rc;

    *ret = (AllowEntry){.mark = n->mark};
    rc = fields_read(n, entry_fields, N_ELEMENTS(entry_fields), r, ret);
    if (rc < 0)
        return rc;
    if (ret->tokens.n && ret->values.n)
        return node_complain(n, r->reterr, "token and value together, expected an entry for each");
    if (!ret->tokens.n && !ret->values.n && !ret->paths.n)
        return node_complain(n, r->reterr,
                             "it would allow everything, expected token, value or "
                             "path");
    buf_printf(&name, "%s:%u", of->id, n->index + 1);
    ret->name = buf_error(&name) < 0 ? NULL : arena_text(r->arena, buf_as_span(&name));
    return ret->name ? 0 : -ENOMEM;
}

/* ---- a file ---- */

static int read_format(const Node *n _unused_, Reader *r _unused_, void *into _unused_) {
    return 0; /* allow_is() */
}

static int read_id(const Node *n, Reader *r, void *into) {
    AllowList *l = into;

    l->mark = n->mark;
    return field_name(n, r, &l->id);
}

static int read_title(const Node *n, Reader *r, void *into _unused_) {
    const char *title;

    return field_text(n, TEXT_MAX, r, &title);
}

static int read_entries(const Node *n, Reader *r, void *into) {
    AllowList *l = into;
    int rc = field_kind(n, NODE_LIST, r);

    if (rc < 0)
        return rc;
    if (n->n == 0 || n->n > ALLOW_ENTRIES_MAX)
        return node_complain(n, r->reterr, "%u entries, expected 1 to %d", n->n, ALLOW_ENTRIES_MAX);
    l->entries = arena_array(r->arena, n->n, sizeof(*l->entries));
    if (!l->entries)
        return -ENOMEM;
    for (const Node *c = n->first; c && rc == 0; c = c->next)
        rc = entry_read(c, l, r, &l->entries[l->n++]);
    return rc;
}

static const Field list_fields[] = {
    {"format", read_format, true},
    {"id", read_id, true},
    {"title", read_title, false},
    {"entries", read_entries, true},
};

int allow_read(const Node *root, Arena *arena, Error *reterr, AllowList *ret) {
    Reader r = {.arena = arena, .reterr = reterr};

    *ret = (AllowList){0};
    return fields_read(root, list_fields, N_ELEMENTS(list_fields), &r, ret);
}

/* ---- what an entry is for ---- */

/* `*` any bytes, `?` one byte, all else itself; goes back to the last `*` only, so it is cheap. */
static bool glob_holds(const char *glob, Span text) {
    const char *star = NULL;
    size_t at = 0, from = 0;

    while (at < text.n) {
        if (*glob == '*') {
            star = ++glob;
            from = at;
        } else if (*glob && (*glob == '?' || (uint8_t)*glob == text.at[at])) {
            glob++;
            at++;
        } else if (star) {
            glob = star;
            at = ++from;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

static bool any_glob(const Words *w, Span text) {
    for (size_t i = 0; i < w->n; i++) {
        if (glob_holds(w->at[i], text))
            return true;
    }
    return false;
}

bool allow_has_type(const AllowEntry *e, const char *id, const char *category) {
    return !e->types.n || any_glob(&e->types, span_of(id)) ||
           any_glob(&e->types, span_of(category));
}

bool allow_has_path(const AllowEntry *e, Span path) {
    return !e->paths.n || any_glob(&e->paths, path);
}

size_t allow_token(const Words *sorted, const char *token) {
    size_t lo = 0, hi = sorted->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int r = strcmp(token, sorted->at[mid]);

        if (r == 0)
            return mid + 1;
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return 0;
}
