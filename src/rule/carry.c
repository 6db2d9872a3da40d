/* Carry: see carry.h. */
#include "rule/carry.h"

#include "base/utf8.h"

enum { ID_MAX = 64, TITLE_MAX = 200, GLOBS_MAX = 64 };

/* ---- YAML ---- */

/* In single quotes where it is one line of what can be seen, else with escapes. */
static void put_scalar(Buf *to, const char *text) {
    if (utf8_displayable(span_of(text))) {
        buf_byte(to, '\'');
        for (; *text; text++)
            buf_printf(to, "%s%c", *text == '\'' ? "'" : "", *text);
        buf_byte(to, '\'');
        return;
    }
    buf_byte(to, '"');
    for (Span s = span_of(text); s.n;) {
        uint32_t code = s.at[0];
        size_t n = utf8_decode(s, &code);

        if (code == '\n')
            buf_text(to, "\\n");
        else if (code == '"' || code == '\\')
            buf_printf(to, "\\%c", (int)code);
        else if (n && utf8_shows(code))
            buf_add(to, s.at, n);
        else
            buf_printf(to, "\\U%08x", code);
        s = span(s.at + (n ? n : 1), s.n - (n ? n : 1));
    }
    buf_byte(to, '"');
}

static void put_field(Buf *to, const char *indent, const char *key, const char *text) {
    buf_printf(to, "%s%s: ", indent, key);
    put_scalar(to, text);
    buf_byte(to, '\n');
}

static void put_list(Buf *to, const char *indent, const char *key, const Words *w) {
    if (!w->n)
        return;
    buf_printf(to, "%s%s:\n", indent, key);
    for (size_t i = 0; i < w->n; i++) {
        buf_printf(to, "%s  - ", indent);
        put_scalar(to, w->at[i]);
        buf_byte(to, '\n');
    }
}

/* ---- names ---- */

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const char *carry_id(const char *program, const char *name, Arena *arena) {
    _cleanup_(buf_done) Buf b = {0};
    bool given = strncmp(name, "np.", 3) == 0 || strncmp(name, "kingfisher.", 11) == 0;

    if (!given)
        buf_printf(&b, "%s.", program);
    for (; *name && b.n < ID_MAX - 4; name++) { /* room for a number that tells it apart */
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name | 32) : *name;
        char before = b.n ? (char)b.at[b.n - 1] : '.';
        bool part = c == '.' && is_letter(name[1]);

        if (is_letter(c) || (is_digit(c) && before != '.'))
            buf_byte(&b, (uint8_t)c);
        else if (is_digit(c))
            buf_printf(&b, "x%c", c);
        else if (before != '-' && before != '.')
            buf_byte(&b, part ? '.' : '-');
    }
    while (b.n && (b.at[b.n - 1] == '-' || b.at[b.n - 1] == '.'))
        b.at[--b.n] = 0;
    if (!memchr(b.at, '.', b.n))
        buf_text(&b, ".rule");
    return buf_error(&b) < 0 ? NULL : arena_text(arena, buf_as_span(&b));
}

/* One line of at most TITLE_MAX bytes. */
static const char *title_of(const char *text, Arena *arena) {
    _cleanup_(buf_done) Buf b = {0};

    for (Span s = span_of(text); s.n;) {
        uint32_t code = s.at[0];
        size_t n = utf8_decode(s, &code);

        n = n ? n : 1;
        if (b.n + n > TITLE_MAX)
            break;
        if (utf8_shows(code))
            buf_add(&b, s.at, n);
        else
            buf_byte(&b, ' ');
        s = span(s.at + n, s.n - n);
    }
    return buf_error(&b) < 0 ? NULL : arena_text(arena, span_of(b.n ? buf_cstr(&b) : "imported"));
}

static const char *category_of(const ForeignRule *r) {
    const char *const of[] = {r->id, r->title};

    for (size_t i = 0; i < N_ELEMENTS(of); i++) {
        if (strcasestr(of[i], "private key") || strcasestr(of[i], "private-key") ||
            strcasestr(of[i], "privatekey"))
            return "secret.private_key";
        if (strcasestr(of[i], "password") || strcasestr(of[i], "credentials"))
            return "account.password";
    }
    return "secret.api_key";
}

/* ---- expressions ---- */

static int refuse(Carried *c, const char *why) {
    c->refused = why;
    return why ? 0 : -ENOMEM;
}

static int pick_value(const ForeignRule *r, Carried *c) {
    const Expression *e = &c->expression;

    if (r->group > e->n_captures)
        return refuse(c, "its secretGroup is a group that its expression does not have");
    c->value = r->group ? r->group : e->named ? e->named : e->n_captures ? 1 : 0;
    c->first_group = !r->group && !e->named && e->n_captures > 1;
    return 0;
}

static int carry_expression(const Foreign *file, const ForeignRule *r, Arena *arena, Carried *c) {
    _cleanup_(buf_done) Buf pattern = {0};
    Error e = {0};
    int rc = expression_parse(r->regex, file->dialect, arena, &e, &c->expression);
    bool unbounded;

    if (rc == -EINVAL) {
        error_note(&e, "its expression");
        return refuse(c, arena_text(arena, span_of(e.text)));
    }
    if (rc < 0)
        return rc;
    unbounded = c->expression.unbounded;
    if (expression_bound(&c->expression, CARRY_WIDTH, &c->extra) == -ERANGE)
        return refuse(c, "what it matches may be wider than 1000 bytes");
    c->extra = unbounded ? c->extra : 0;
    rc = pick_value(r, c);
    if (rc < 0 || c->refused)
        return rc;
    term_print(c->expression.root, c->value, &pattern);
    c->pattern = buf_error(&pattern) < 0 ? NULL : arena_text(arena, buf_as_span(&pattern));
    if (!c->pattern)
        return -ENOMEM;
    return pattern.n > EXPRESSION_MAX ? refuse(c, "its expression is too long") : 0;
}

/* 0 means none; beyond eight bits a byte there is nothing. */
static int carry_entropy(const ForeignRule *r, Carried *c) {
    const char *text = r->entropy;
    size_t n = text ? strspn(text, "0123456789.") : 0;

    if (!text || strspn(text, "0.") == strlen(text))
        return 0;
    if (text[n] || n > 8 || !is_digit(text[0]))
        return refuse(c, "its entropy is no number");
    c->entropy = text;
    return 0;
}

/* As a word of context: letters and digits with single blanks between. */
static const char *near_word(const char *keyword, Arena *arena) {
    _cleanup_(buf_done) Buf b = {0};

    for (; *keyword; keyword++) {
        if (is_letter(*keyword) || is_digit(*keyword))
            buf_byte(&b, (uint8_t)*keyword);
        else if (b.n && b.at[b.n - 1] != ' ')
            buf_byte(&b, ' ');
    }
    if (b.n && b.at[b.n - 1] == ' ')
        b.at[--b.n] = 0;
    return buf_error(&b) < 0 || !b.n ? NULL : arena_text(arena, buf_as_span(&b));
}

static int carry_keywords(const ForeignRule *r, Arena *arena, Carried *c) {
    const Words *k = &r->keywords;

    if (!k->n || term_holds(c->expression.root, k->at, k->n))
        return 0;
    c->near.at = arena_array(arena, k->n, sizeof(*c->near.at));
    if (!c->near.at)
        return -ENOMEM;
    for (size_t i = 0; i < k->n; i++) {
        const char *word = near_word(k->at[i], arena);

        if (word)
            c->near.at[c->near.n++] = word;
    }
    return c->near.n ? 0 : refuse(c, "its keywords are no words, and its expression has none");
}

int carry_rule(const Foreign *file, const ForeignRule *rule, Arena *arena, Carried *ret) {
    Carried c = {.rule = rule,
                 .id = carry_id(file->program, rule->id, arena),
                 .title = title_of(rule->title, arena),
                 .category = category_of(rule),
                 .refused = rule->left_out};
    int r = c.id && c.title ? 0 : -ENOMEM;

    if (r == 0 && !c.refused)
        r = carry_expression(file, rule, arena, &c);
    if (r == 0 && !c.refused)
        r = carry_entropy(rule, &c);
    if (r == 0 && !c.refused)
        r = carry_keywords(rule, arena, &c);
    *ret = c;
    return r;
}

void carry_print(const Carried *c, const char *source, const Words *examples,
                 const Words *negative_examples, bool generated, Buf *to) {
    buf_printf(to, "format: detector/1\nid: %s\n", c->id);
    put_field(to, "", "title", c->title);
    buf_printf(to, "category: %s\nmatch:\n", c->category);
    put_field(to, "  - ", "keyword", c->pattern);
    buf_printf(to, "    base: %s\n", c->rule->base == BASE_HIGH ? "high" : "medium");
    if (c->entropy)
        put_field(to, "    ", "entropy", c->entropy);
    if (c->near.n) {
        buf_text(to, "context:\n");
        put_list(to, "  ", "near", &c->near);
        buf_text(to, "  within: 256\n  required: true\n");
    }
    put_list(to, "", "examples", examples);
    put_list(to, "", "negative_examples", negative_examples);
    buf_text(to, "references:\n  - ");
    put_scalar(to, source);
    buf_text(to, generated ? "\n  - 'examples made from the expression'\n" : "\n");
    for (size_t i = 0; i < c->rule->references.n; i++) {
        const char *line = c->rule->references.at[i];

        if (strlen(line) > 500 || !utf8_displayable(span_of(line)) || !*line)
            continue;
        buf_text(to, "  - ");
        put_scalar(to, line);
        buf_byte(to, '\n');
    }
}

/* ---- paths: an expression as globs, where it is no more than that ---- */

typedef struct Glob {
    char text[256];
    size_t n;
    bool whole_name; /* begins behind a slash */
    bool ended;
} Glob;

typedef struct Globs {
    Glob at[GLOBS_MAX];
    size_t n;
} Globs;

static bool glob_put(Glob *g, char c) {
    if (g->ended || g->n + 4 > sizeof(g->text))
        return false;
    g->text[g->n++] = c;
    return true;
}

static bool globs_put(Globs *g, char c) {
    bool ok = true;

    for (size_t i = 0; i < g->n; i++)
        ok &= glob_put(&g->at[i], c);
    return ok;
}

static bool globs_join(Globs *into, const Globs *more) {
    if (into->n + more->n > GLOBS_MAX)
        return false;
    memcpy(into->at + into->n, more->at, more->n * sizeof(*more->at));
    into->n += more->n;
    return true;
}

static unsigned members(const Term *t, int *ret_only) {
    unsigned n = 0;

    for (unsigned c = 0; c < 256; c++) {
        if (t->set[c >> 6] >> (c & 63) & 1) {
            n++;
            *ret_only = (int)c;
        }
    }
    return n;
}

/* `.` and its like: a glob's * and ? are a slash as well, so nothing that leaves it out is. */
static bool is_any(const Term *t) {
    int only;

    return t->kind == TERM_SET && members(t, &only) > 200 && (t->set['/' >> 6] >> ('/' & 63) & 1);
}

static bool globs_add(Globs *g, const Term *t);

static bool globs_set(Globs *g, const Term *t) {
    int only = 0;
    unsigned n = members(t, &only);

    if (is_any(t))
        return globs_put(g, '?');
    return n == 1 && !strchr("*?\\", only) && globs_put(g, (char)only);
}

/* `(^|/)` begins at the start of a name. */
static bool is_name_start(const Term *choice) {
    bool start = false, slash = false;

    for (const Term *s = choice->first; s; s = s->next) {
        const Term *only = s->first && !s->first->next ? s->first : NULL;
        int byte = 0;

        if (only && only->kind == TERM_ASSERT && only->assertion == '^')
            start = true;
        else if (only && only->kind == TERM_SET && members(only, &byte) == 1 && byte == '/')
            slash = true;
        else
            return false;
    }
    return start && slash;
}

static bool globs_choice(Globs *g, const Term *t) {
    _cleanup_(free_p) Globs *all = calloc(1, sizeof(*all)), *one = calloc(1, sizeof(*one));
    bool ok = all && one;

    if (g->n == 1 && g->at[0].n == 0 && !g->at[0].whole_name && is_name_start(t)) {
        g->at[0].whole_name = true;
        return true;
    }
    for (const Term *c = t->first; c && ok; c = c->next) {
        *one = *g;
        ok = globs_add(one, c) && globs_join(all, one);
    }
    if (ok)
        *g = *all;
    return ok;
}

static bool globs_repeat(Globs *g, const Term *t) {
    _cleanup_(free_p) Globs *before = NULL;

    if (is_any(t->first) && t->most == TERM_UNBOUNDED && t->least <= 1)
        return (!t->least || globs_put(g, '?')) && globs_put(g, '*');
    if (t->least != 0 || t->most != 1)
        return false;
    before = calloc(1, sizeof(*before));
    if (!before)
        return false;
    *before = *g;
    return globs_add(g, t->first) && globs_join(g, before);
}

/* Recursion is bounded by the depth of the expression. */
static bool globs_add(Globs *g, const Term *t) {
    bool ok = true;

    switch (t->kind) {
    case TERM_SET:
        return globs_set(g, t);
    case TERM_ASSERT:
        if (t->assertion != '$')
            return false;
        for (size_t i = 0; i < g->n; i++)
            g->at[i].ended = true;
        return true;
    case TERM_CHOICE:
        return globs_choice(g, t);
    case TERM_REPEAT:
        return globs_repeat(g, t);
    case TERM_FOLD:
        return false;
    default:
        if (t->kind == TERM_GROUP && t->fold)
            return false;
        for (const Term *c = t->first; c && ok; c = c->next)
            ok = globs_add(g, c);
        return ok;
    }
}

static const char *glob_text(const Glob *g, Arena *arena) {
    _cleanup_(buf_done) Buf b = {0};

    buf_text(&b, g->whole_name ? "*/" : "*");
    buf_add(&b, g->text, g->n);
    if (!g->ended)
        buf_byte(&b, '*');
    return buf_error(&b) < 0 ? NULL : arena_text(arena, buf_as_span(&b));
}

static bool path_globs(const char *regex, Dialect dialect, Arena *arena, Words *ret) {
    _cleanup_(free_p) Globs *g = calloc(1, sizeof(*g));
    Expression e;

    if (!g || expression_parse(regex, dialect, arena, NULL, &e) < 0)
        return false;
    g->n = 1;
    if (!globs_add(g, e.root))
        return false;
    for (size_t i = 0; i < g->n; i++) {
        const char *text = glob_text(&g->at[i], arena);

        if (!text)
            return false;
        ret->at[ret->n++] = text;
    }
    return true;
}

/* ---- allow lists ---- */

static bool value_regex(const char *regex, Dialect dialect, Arena *arena, Words *ret) {
    _cleanup_(buf_done) Buf b = {0};
    Expression e;

    if (expression_parse(regex, dialect, arena, NULL, &e) < 0)
        return false;
    term_print(e.root, 0, &b);
    ret->at[ret->n] = buf_error(&b) < 0 ? NULL : arena_text(arena, buf_as_span(&b));
    return ret->at[ret->n++] != NULL;
}

/* Any of the words, in any case, as one expression. */
static bool words_regex(const Words *w, Arena *arena, Words *ret) {
    _cleanup_(buf_done) Buf b = {0};

    buf_text(&b, "(?i)");
    for (size_t i = 0; i < w->n; i++) {
        buf_text(&b, i ? "|" : "");
        for (const char *p = w->at[i]; *p; p++)
            buf_printf(&b, "%s%c", strchr("\\^$.|?*+()[]{}", *p) ? "\\" : "", *p);
    }
    ret->at[0] = buf_error(&b) < 0 ? NULL : arena_text(arena, buf_as_span(&b));
    ret->n = 1;
    return ret->at[0] && b.n < 4000;
}

typedef struct AllowText {
    const ForeignAllow *from;
    const char *types, *source;
    Buf *to;
} AllowText;

static void put_entry(const AllowText *a, const Words *values, const Words *words,
                      const Words *paths) {
    const Words *lists[] = {values, words};
    const char *begin = "  - ";

    for (size_t i = 0; i < N_ELEMENTS(lists); i++) {
        if (!lists[i]->n)
            continue;
        buf_printf(a->to, "%svalue:\n", begin);
        for (size_t k = 0; k < lists[i]->n; k++) {
            buf_text(a->to, "      - ");
            put_scalar(a->to, lists[i]->at[k]);
            buf_byte(a->to, '\n');
        }
        begin = "    ";
    }
    if (paths->n) {
        buf_printf(a->to, "%spath:\n", begin);
        for (size_t k = 0; k < paths->n; k++) {
            buf_text(a->to, "      - ");
            put_scalar(a->to, paths->at[k]);
            buf_byte(a->to, '\n');
        }
    }
    buf_printf(a->to, "    types: [");
    put_scalar(a->to, a->types);
    buf_text(a->to, "]\n");
    put_field(a->to, "    ", "reason",
              *a->from->reason && utf8_displayable(span_of(a->from->reason)) &&
                      strlen(a->from->reason) < 400
                  ? a->from->reason
                  : "as the file that it comes from says");
    put_field(a->to, "    ", "by", a->source);
}

bool carry_allow(const ForeignAllow *a, Dialect dialect, const char *types, const char *source,
                 Arena *arena, Buf *to, const char **ret_why) {
    static const Words none = {0};
    AllowText text = {a, types, source, to};
    Words values = {0}, words = {0}, paths = {0};

    values.at = arena_array(arena, a->values.n + 1, sizeof(*values.at));
    words.at = arena_array(arena, 1, sizeof(*words.at));
    paths.at = arena_array(arena, a->paths.n * GLOBS_MAX + 1, sizeof(*paths.at));
    *ret_why = "no memory";
    if (!values.at || !words.at || !paths.at)
        return false;
    for (size_t i = 0; i < a->values.n; i++) {
        *ret_why = "an allow list with an expression that has no meaning here";
        if (!value_regex(a->values.at[i], dialect, arena, &values))
            return false;
    }
    *ret_why = "an allow list with too many words";
    if (a->words.n && !words_regex(&a->words, arena, &words))
        return false;
    for (size_t i = 0; i < a->paths.n; i++) {
        *ret_why = "an allow list by path that is more than names with * and ?";
        if (!path_globs(a->paths.at[i], dialect, arena, &paths))
            return false;
    }
    *ret_why = "an allow list that asks for two expressions at once";
    if (a->all && values.n && words.n)
        return false;
    if (a->all) {
        put_entry(&text, &values, &words, &paths);
        return true;
    }
    if (values.n)
        put_entry(&text, &values, &none, &none);
    if (words.n)
        put_entry(&text, &none, &words, &none);
    if (paths.n)
        put_entry(&text, &none, &none, &paths);
    return true;
}
