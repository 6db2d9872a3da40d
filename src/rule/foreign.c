/*
 * Foreign: see foreign.h.
 *
 * A table of keys for each kind of map, with a reader each; a key that is not in the table is a
 * loss, so that what a later version of such a program brings is never passed over silently.
 */
#include "rule/foreign.h"

#include <stdarg.h>

#include "rule/toml.h"

enum { ALLOWS_MAX = 64 };

typedef struct Importing {
    Arena *arena;
    ForeignRule *rule;
    ForeignAllow *allow;
    Foreign *file;
    bool no_memory;
} Importing;

typedef struct Key {
    const char *name;
    void (*read)(Importing *m, const Node *n); /* NULL: means nothing for what is found */
} Key;

/* ---- losses ---- */

static void lose(Importing *m, const Node *n, const char *format, ...) _printf_(3, 4);
static void lose(Importing *m, const Node *n, const char *format, ...) {
    ForeignLoss **list = m->rule ? &m->rule->losses : &m->file->losses;
    ForeignLoss *l = arena_new(m->arena, ForeignLoss);
    _cleanup_(buf_done) Buf b = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    if (l)
        *l = (ForeignLoss){
            .what = arena_text(m->arena, buf_as_span(&b)), .mark = n->mark, .next = *list};
    if (!l || !l->what || buf_error(&b) < 0)
        m->no_memory = true;
    else
        *list = l;
}

static void leave_out(Importing *m, const Node *n, const char *why) {
    if (m->rule->left_out)
        return;
    m->rule->left_out = why;
    m->rule->left_mark = n->mark;
}

/* ---- values ---- */

static const char *text_of(const Node *n) {
    return n && n->kind == NODE_TEXT ? n->text : NULL;
}

static const char *keep(Importing *m, const char *text) {
    const char *copy = arena_text(m->arena, span_of(text));

    m->no_memory |= !copy;
    return copy ? copy : "";
}

/* A text, or a list of them; `fold`: in lower case. */
static void words_keep(Importing *m, const Node *n, bool fold, Words *ret) {
    const Node *first = n->kind == NODE_LIST ? n->first : n;
    size_t most = n->kind == NODE_LIST ? n->n : 1;

    ret->n = 0;
    ret->at = arena_array(m->arena, most ? most : 1, sizeof(*ret->at));
    m->no_memory |= !ret->at;
    for (const Node *c = first; c && ret->at && ret->n < most; c = c->next) {
        char *text;

        if (!text_of(c)) {
            lose(m, c, "a list with something that is no text");
            continue;
        }
        text = (char *)keep(m, c->text);
        for (char *p = text; fold && *p; p++)
            *p = (char)(*p >= 'A' && *p <= 'Z' ? *p | 32 : *p);
        ret->at[ret->n++] = text;
    }
}

static void keys_read(Importing *m, const Node *map, const Key *keys, size_t n) {
    if (map->kind != NODE_MAP) {
        lose(m, map, "something that is no table");
        return;
    }
    for (const Node *c = map->first; c; c = c->next) {
        size_t i = 0;

        while (i < n && strcmp(keys[i].name, c->key) != 0)
            i++;
        if (i == n)
            lose(m, c, "the key '%s', which has no meaning here", quote(span_of(c->key)).text);
        else if (keys[i].read)
            keys[i].read(m, c);
    }
}

/* ---- what is not to be reported ---- */

static void allow_description(Importing *m, const Node *n) {
    m->allow->reason = text_of(n) ? keep(m, n->text) : "";
}

static void allow_condition(Importing *m, const Node *n) {
    const char *text = text_of(n);

    if (text && (strcasecmp(text, "and") == 0 || strcmp(text, "&&") == 0))
        m->allow->all = true;
    else if (!text || (strcasecmp(text, "or") != 0 && strcmp(text, "||") != 0))
        lose(m, n, "an allow list with an unknown condition");
}

static void allow_commits(Importing *m, const Node *n) {
    if (n->kind != NODE_LIST || n->n)
        lose(m, n, "an allow list by commit: files have none");
}

static void allow_paths(Importing *m, const Node *n) {
    words_keep(m, n, false, &m->allow->paths);
}

static void allow_regexes(Importing *m, const Node *n) {
    words_keep(m, n, false, &m->allow->values);
}

static void allow_words(Importing *m, const Node *n) {
    words_keep(m, n, true, &m->allow->words);
}

static void allow_target(Importing *m, const Node *n) {
    const char *text = text_of(n);

    if (text && (!*text || strcmp(text, "secret") == 0))
        return;
    lose(m, n, "an allow list on the %s: lists are for the value",
         text ? quote(span_of(text)).text : "line");
}

static void allow_targets(Importing *m, const Node *n) {
    lose(m, n, "an allow list for some rules, by name, for the file as a whole");
}

static const Key allow_keys[] = {
    {"description", allow_description}, {"condition", allow_condition},
    {"commits", allow_commits},         {"paths", allow_paths},
    {"regexes", allow_regexes},         {"stopwords", allow_words},
    {"regexTarget", allow_target},      {"targetRules", allow_targets},
};

/* One map. Where its meaning is another one it says nothing, since it would say too much. */
static void allow_read(Importing *m, const Node *n, ForeignAllow **list, size_t *count) {
    const char *target = text_of(node_get(n, "regexTarget"));
    bool line = (target && *target && strcmp(target, "secret") != 0) || node_get(n, "targetRules");
    ForeignAllow *a;

    if (!*list)
        *list = arena_array(m->arena, ALLOWS_MAX, sizeof(**list));
    if (!*list) {
        m->no_memory = true;
        return;
    }
    if (*count == ALLOWS_MAX) {
        lose(m, n, "more than %d allow lists", ALLOWS_MAX);
        return;
    }
    a = &(*list)[*count];
    *a = (ForeignAllow){.reason = "", .mark = n->mark};
    m->allow = a;
    keys_read(m, n, allow_keys, N_ELEMENTS(allow_keys));
    if (line)
        a->values.n = 0;
    if (node_get(n, "targetRules") || (a->all && (line || node_get(n, "commits"))))
        a->values.n = a->words.n = a->paths.n = 0;
    if (a->values.n + a->words.n + a->paths.n)
        ++*count;
}

static void allows_read(Importing *m, const Node *n, ForeignAllow **list, size_t *count) {
    if (n->kind != NODE_LIST) {
        allow_read(m, n, list, count);
        return;
    }
    for (const Node *c = n->first; c; c = c->next)
        allow_read(m, c, list, count);
}

/* ---- the keys of rules ---- */

static void rule_id(Importing *m, const Node *n) {
    m->rule->id = text_of(n) ? keep(m, n->text) : "";
}

static void rule_title(Importing *m, const Node *n) {
    if (text_of(n))
        m->rule->title = keep(m, n->text);
}

static void rule_regex(Importing *m, const Node *n) {
    m->rule->regex = text_of(n) ? keep(m, n->text) : NULL;
}

static void rule_group(Importing *m, const Node *n) {
    const char *text = text_of(n);

    if (!text || strlen(text) > 2 || strspn(text, "0123456789") != strlen(text))
        leave_out(m, n, "its secretGroup is no number of a group");
    else
        m->rule->group = (unsigned)atoi(text);
}

static void rule_entropy(Importing *m, const Node *n) {
    m->rule->entropy = text_of(n) ? keep(m, n->text) : NULL;
}

static void rule_keywords(Importing *m, const Node *n) {
    words_keep(m, n, true, &m->rule->keywords);
}

static void rule_path(Importing *m, const Node *n) {
    if (text_of(n) && *n->text)
        leave_out(m, n, "it is limited to some paths, which a detector cannot be");
}

static void rule_required(Importing *m, const Node *n) {
    leave_out(m, n, "it needs what other rules find beside it");
}

static void rule_silent(Importing *m, const Node *n) {
    if (text_of(n) && strcmp(n->text, "true") == 0)
        leave_out(m, n, "it is not reported, and only there for other rules");
}

static void rule_visible(Importing *m, const Node *n) {
    if (text_of(n) && strcmp(n->text, "false") == 0)
        leave_out(m, n, "it is not reported, and only there for other rules");
}

static void rule_allows(Importing *m, const Node *n) {
    allows_read(m, n, &m->rule->allows, &m->rule->n_allows);
}

static void rule_examples(Importing *m, const Node *n) {
    words_keep(m, n, false, &m->rule->examples);
}

static void rule_negative_examples(Importing *m, const Node *n) {
    words_keep(m, n, false, &m->rule->negative_examples);
}

static void rule_references(Importing *m, const Node *n) {
    words_keep(m, n, false, &m->rule->references);
}

static void rule_confidence(Importing *m, const Node *n) {
    if (text_of(n) && strcmp(n->text, "high") == 0)
        m->rule->base = BASE_HIGH;
}

static void rule_checksum(Importing *m, const Node *n) {
    lose(m, n, "a checksum of its own: write it as a validator");
}

static void rule_least(Importing *m, const Node *n) {
    lose(m, n, "'%s': how many signs of a kind a value has is not asked", n->key);
}

static void rule_ignored(Importing *m, const Node *n) {
    if (!m->rule->allows)
        m->rule->allows = arena_array(m->arena, ALLOWS_MAX, sizeof(*m->rule->allows));
    if (!m->rule->allows || m->rule->n_allows == ALLOWS_MAX) {
        m->no_memory = true;
        return;
    }
    m->rule->allows[m->rule->n_allows] =
        (ForeignAllow){.reason = "ignore_if_contains", .mark = n->mark};
    words_keep(m, n, true, &m->rule->allows[m->rule->n_allows++].words);
}

static const Key requirement_keys[] = {
    {"min_digits", rule_least},
    {"min_uppercase", rule_least},
    {"min_lowercase", rule_least},
    {"min_special_chars", rule_least},
    {"special_chars", NULL},
    {"checksum", rule_checksum},
    {"ignore_if_contains", rule_ignored},
};

static void rule_requirements(Importing *m, const Node *n) {
    keys_read(m, n, requirement_keys, N_ELEMENTS(requirement_keys));
}

static const Key gitleaks_keys[] = {
    {"id", rule_id},
    {"description", rule_title},
    {"regex", rule_regex},
    {"secretGroup", rule_group},
    {"entropy", rule_entropy},
    {"keywords", rule_keywords},
    {"path", rule_path},
    {"required", rule_required},
    {"skipReport", rule_silent},
    {"allowlist", rule_allows},
    {"allowlists", rule_allows},
    {"tags", NULL},
    {"severity", NULL},
};

static const Key yaml_keys[] = {
    {"id", rule_id},
    {"name", rule_title},
    {"pattern", rule_regex},
    {"examples", rule_examples},
    {"negative_examples", rule_negative_examples},
    {"references", rule_references},
    {"min_entropy", rule_entropy},
    {"confidence", rule_confidence},
    {"visible", rule_visible},
    {"pattern_requirements", rule_requirements},
    {"description", NULL},
    {"categories", NULL},
    {"validation", NULL},
    {"revocation", NULL},
    {"depends_on_rule", NULL},
    {"tls_mode", NULL},
    {"prevalidation", NULL},
};

static void rule_read(Importing *m, const Node *n, const Key *keys, size_t n_keys) {
    ForeignRule *r = &m->file->rules[m->file->n++];

    *r = (ForeignRule){.id = "", .title = "", .base = BASE_MEDIUM, .mark = n->mark};
    m->rule = r;
    keys_read(m, n, keys, n_keys);
    if (!r->left_out && (!r->regex || !*r->regex))
        leave_out(m, n,
                  node_get(n, "path") ? "it looks at names of files only" : "it has no expression");
    if (!*r->id)
        r->id = r->title;
    if (!*r->title)
        r->title = r->id;
    m->rule = NULL;
}

/* ---- files ---- */

static void file_allows(Importing *m, const Node *n) {
    allows_read(m, n, &m->file->allows, &m->file->n_allows);
}

static void file_extend(Importing *m, const Node *n) {
    lose(m, n, "the rules of another file ('extend'): name that file as well");
}

/* The list was read before. */
static const Key gitleaks_file_keys[] = {
    {"title", NULL},
    {"description", NULL},
    {"minVersion", NULL},
    {"rules", NULL},
    {"extend", file_extend},
    {"allowlist", file_allows},
    {"allowlists", file_allows},
};

static const Key yaml_file_keys[] = {{"rules", NULL}, {"rulesets", NULL}};

/* By what only Kingfisher has. */
static bool is_kingfisher(const Node *rules) {
    static const char *const own[] = {"min_entropy", "confidence", "validation", "visible",
                                      "pattern_requirements"};

    for (const Node *c = rules->first; c; c = c->next) {
        const char *id = text_of(node_get(c, "id"));

        if (id && strncmp(id, "kingfisher.", 11) == 0)
            return true;
        for (size_t i = 0; i < N_ELEMENTS(own); i++) {
            if (node_get(c, own[i]))
                return true;
        }
    }
    return false;
}

static int rules_read(Importing *m, const Node *root, bool toml, Error *reterr) {
    const Node *rules = node_get(root, "rules");

    if (!rules || rules->kind != NODE_LIST)
        return node_complain(root, reterr,
                             "no list of rules, expected a file of gitleaks (TOML), Nosey Parker "
                             "or Kingfisher (YAML)");
    m->file->program = toml ? "gitleaks" : is_kingfisher(rules) ? "kingfisher" : "noseyparker";
    m->file->dialect = toml ? DIALECT_GO : DIALECT_RUST;
    m->file->rules = arena_array(m->arena, rules->n ? rules->n : 1, sizeof(*m->file->rules));
    if (!m->file->rules)
        return -ENOMEM;
    for (const Node *c = rules->first; c; c = c->next)
        rule_read(m, c, toml ? gitleaks_keys : yaml_keys,
                  toml ? N_ELEMENTS(gitleaks_keys) : N_ELEMENTS(yaml_keys));
    keys_read(m, root, toml ? gitleaks_file_keys : yaml_file_keys,
              toml ? N_ELEMENTS(gitleaks_file_keys) : N_ELEMENTS(yaml_file_keys));
    return m->no_memory ? -ENOMEM : 0;
}

static bool is_toml_name(const char *file) {
    const char *dot = strrchr(file, '.');

    return dot && strcasecmp(dot, ".toml") == 0;
}

int foreign_read(Span bytes, const char *file, Arena *arena, Error *reterr, Foreign *ret) {
    Importing m = {.arena = arena, .file = ret};
    bool toml = is_toml_name(file);
    const Node *root;
    int r = toml ? toml_read(bytes, file, arena, reterr, &root)
                 : yaml_read_tabs(bytes, file, arena, reterr, &root);

    *ret = (Foreign){0};
    return r < 0 ? r : rules_read(&m, root, toml, reterr);
}
