/*
 * AvroSchema: see avro-schema.h.
 *
 * jansson parses the JSON, as deep as it does (2,048), numbers as doubles, since a default may be
 * any; one pass over its tree makes the steps.
 * Named types are known by the hash of their full name. A reference to a name that comes later, or
 * never, is no schema. The schema is hostile; it is AVRO_SCHEMA_MAX bytes at most.
 */
#include "extract/format/avro-schema.h"

#include <jansson.h>

#include "extract/text/index.h"

enum { FIXED_MAX = 64 << 20, SCALE_MAX = 76, NAMES_MAX = 8 << 20 };

typedef struct Compiler {
    AvroSchema *s;
    Index names; /* of types: step + 1 */
} Compiler;

static const char *const kind_names[N_AVRO_KINDS] = {
    [AVRO_NULL] = "null",     [AVRO_BOOLEAN] = "boolean", [AVRO_INT] = "int",
    [AVRO_LONG] = "long",     [AVRO_FLOAT] = "float",     [AVRO_DOUBLE] = "double",
    [AVRO_BYTES] = "bytes",   [AVRO_STRING] = "string",   [AVRO_FIXED] = "fixed",
    [AVRO_ENUM] = "enum",     [AVRO_ARRAY] = "array",     [AVRO_MAP] = "map",
    [AVRO_RECORD] = "record",
};

static int compile(Compiler *c, const json_t *schema, Span space, uint32_t *ret);

static Span text_of(const json_t *j) {
    return json_is_string(j) ? span(json_string_value(j), json_string_length(j)) : span(NULL, 0);
}

static Span member_text(const json_t *object, const char *key) {
    return text_of(json_object_get(object, key));
}

/* ---- steps and links ---- */

static int new_step(AvroSchema *s, AvroKind kind, uint32_t *ret) {
    if (s->n_steps == s->steps_cap) {
        size_t cap = s->steps_cap ? 2 * s->steps_cap : 64;
        AvroStep *more = reallocarray(s->steps, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        s->steps = more;
        s->steps_cap = cap;
    }
    *ret = (uint32_t)s->n_steps++;
    s->steps[*ret] = (AvroStep){.kind = kind, .empty = kind == AVRO_NULL};
    return 0;
}

/* n links of a step, one behind the other. */
static int new_links(AvroSchema *s, uint32_t step, size_t n) {
    if (n > UINT32_MAX / 2 - s->n_links)
        return -EBADMSG;
    if (n > s->links_cap - s->n_links) {
        size_t cap = 2 * (s->n_links + n);
        AvroLink *more = reallocarray(s->links, cap, sizeof(*more));

        if (!more)
            return -ENOMEM;
        s->links = more;
        s->links_cap = cap;
    }
    s->steps[step].first = (uint32_t)s->n_links;
    s->steps[step].n = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        s->links[s->n_links++] = (AvroLink){0};
    return 0;
}

static int keep_name(AvroSchema *s, Span name, Span *ret) {
    *ret = name.n ? arena_span(&s->names, name) : span(NULL, 0);
    return name.n && !ret->at ? -ENOMEM : 0;
}

/* ---- names of types ---- */

static bool has_dot(Span name) {
    return name.n && memchr(name.at, '.', name.n);
}

static uint64_t name_hash(Span space, Span name) {
    return has_dot(name) || !space.n ? index_hash(0, name) : index_hash(index_hash(1, space), name);
}

/* "a.b.Name" is Name in the space a.b, however it is written. */
static void split_name(Span *space, Span *name) {
    const uint8_t *dot = name->n ? memrchr(name->at, '.', name->n) : NULL;

    if (!dot)
        return;
    *space = span(name->at, (size_t)(dot - name->at));
    *name = span(dot + 1, name->n - space->n - 1);
}

/* The step of a type that was named before, or 0 with *ret_known false. */
static uint32_t find_named(const Compiler *c, Span space, Span name, bool *ret_known) {
    Span bare = span(NULL, 0);
    uint32_t number;

    split_name(&space, &name);
    number = index_find(&c->names, name_hash(space, name));
    if (!number)
        number = index_find(&c->names, name_hash(bare, name));
    *ret_known = number > 0;
    return number ? number - 1 : 0;
}

/* *space: of what stands inside. */
static int name_step(Compiler *c, const json_t *schema, uint32_t step, Span *space) {
    Span name = member_text(schema, "name");
    const json_t *given = json_object_get(schema, "namespace");

    if (!name.n)
        return -EBADMSG;
    if (given)
        *space = text_of(given);
    split_name(space, &name);
    return index_add(&c->names, name_hash(*space, name), step + 1);
}

/* ---- logical types ---- */

static AvroMeaning meaning_of(Span word, AvroKind kind, uint32_t size) {
    static const struct {
        const char *word;
        AvroMeaning meaning;
        uint32_t kinds; /* a bit each */
        uint32_t size;  /* of a fixed; 0: any */
    } meanings[] = {
        {"decimal", AVRO_DECIMAL, 1 << AVRO_BYTES | 1 << AVRO_FIXED, 0},
        {"uuid", AVRO_UUID, 1 << AVRO_FIXED, 16},
        {"date", AVRO_DATE, 1 << AVRO_INT | 1 << AVRO_LONG, 0},
        {"time-millis", AVRO_TIME_MILLIS, 1 << AVRO_INT | 1 << AVRO_LONG, 0},
        {"time-micros", AVRO_TIME_MICROS, 1 << AVRO_LONG, 0},
        {"timestamp-millis", AVRO_STAMP_MILLIS, 1 << AVRO_LONG, 0},
        {"timestamp-micros", AVRO_STAMP_MICROS, 1 << AVRO_LONG, 0},
        {"timestamp-nanos", AVRO_STAMP_NANOS, 1 << AVRO_LONG, 0},
        {"local-timestamp-millis", AVRO_STAMP_MILLIS, 1 << AVRO_LONG, 0},
        {"local-timestamp-micros", AVRO_STAMP_MICROS, 1 << AVRO_LONG, 0},
        {"local-timestamp-nanos", AVRO_STAMP_NANOS, 1 << AVRO_LONG, 0},
        {"duration", AVRO_DURATION, 1 << AVRO_FIXED, 12},
    };

    for (size_t i = 0; i < N_ELEMENTS(meanings); i++) {
        if (span_is(word, meanings[i].word) && meanings[i].kinds >> kind & 1 &&
            (!meanings[i].size || meanings[i].size == size))
            return meanings[i].meaning;
    }
    return AVRO_PLAIN;
}

static void give_meaning(AvroStep *step, const json_t *schema) {
    double scale = json_number_value(json_object_get(schema, "scale"));

    step->meaning = meaning_of(member_text(schema, "logicalType"), step->kind, step->size);
    if (scale >= 0 && scale <= SCALE_MAX)
        step->scale = (uint32_t)scale;
    else if (step->meaning == AVRO_DECIMAL)
        step->meaning = AVRO_PLAIN;
}

/* ---- types ---- */

/* Fields whose values take no bytes are left out: they have none. */
static int compile_fields(Compiler *c, const json_t *schema, Span space, uint32_t step) {
    const json_t *fields = json_object_get(schema, "fields");
    size_t n = json_array_size(fields), kept = 0;
    uint32_t type;
    int r = json_is_array(fields) ? new_links(c->s, step, n) : -EBADMSG;

    for (size_t i = 0; r == 0 && i < n; i++) {
        const json_t *field = json_array_get(fields, i);
        AvroLink link = {0};

        r = compile(c, json_object_get(field, "type"), space, &type);
        if (r == 0 && !c->s->steps[type].empty) {
            link.step = type;
            r = keep_name(c->s, member_text(field, "name"), &link.name);
            c->s->links[c->s->steps[step].first + kept++] = link;
        }
    }
    if (r == 0) {
        c->s->steps[step].n = (uint32_t)kept;
        c->s->steps[step].empty = kept == 0;
    }
    return r;
}

static int compile_symbols(const Compiler *c, const json_t *schema, uint32_t step) {
    const json_t *symbols = json_object_get(schema, "symbols");
    size_t n = json_array_size(symbols);
    int r = json_is_array(symbols) ? new_links(c->s, step, n) : -EBADMSG;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = keep_name(c->s, text_of(json_array_get(symbols, i)),
                      &c->s->links[c->s->steps[step].first + i].name);
    return r;
}

static int compile_item(Compiler *c, const json_t *item, Span space, uint32_t step) {
    uint32_t type = 0;
    int r = new_links(c->s, step, 1);

    if (r == 0)
        r = compile(c, item, space, &type);
    if (r == 0)
        c->s->links[c->s->steps[step].first].step = type;
    return r;
}

static int compile_union(Compiler *c, const json_t *branches, Span space, uint32_t *ret) {
    size_t n = json_array_size(branches);
    uint32_t step, type = 0;
    int r = new_step(c->s, AVRO_UNION, &step);

    if (r == 0)
        r = new_links(c->s, step, n);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = compile(c, json_array_get(branches, i), space, &type);
        if (r == 0 && c->s->steps[type].kind == AVRO_UNION)
            r = -EBADMSG; /* "Unions may not immediately contain other unions." */
        if (r == 0)
            c->s->links[c->s->steps[step].first + i].step = type;
    }
    if (r == 0)
        *ret = step;
    return r;
}

static int fixed_size(const json_t *schema, AvroStep *step) {
    double size = json_number_value(json_object_get(schema, "size"));

    if (!(size >= 0 && size <= FIXED_MAX))
        return -EBADMSG;
    step->size = (uint32_t)size;
    step->empty = size == 0;
    return 0;
}

static AvroKind kind_of(Span word) {
    for (AvroKind k = 0; k < N_AVRO_KINDS; k++) {
        if (kind_names[k] && span_is(word, kind_names[k]))
            return k;
    }
    return span_is(word, "error") ? AVRO_RECORD : N_AVRO_KINDS;
}

/* An object whose "type" is a word. */
static int compile_object(Compiler *c, const json_t *schema, AvroKind kind, Span space,
                          uint32_t *ret) {
    uint32_t step;
    int r = new_step(c->s, kind, &step);

    if (r == 0 && (kind == AVRO_RECORD || kind == AVRO_ENUM || kind == AVRO_FIXED))
        r = name_step(c, schema, step, &space);
    if (r < 0)
        return r;
    if (kind == AVRO_RECORD)
        r = compile_fields(c, schema, space, step);
    else if (kind == AVRO_ENUM)
        r = compile_symbols(c, schema, step);
    else if (kind == AVRO_ARRAY)
        r = compile_item(c, json_object_get(schema, "items"), space, step);
    else if (kind == AVRO_MAP)
        r = compile_item(c, json_object_get(schema, "values"), space, step);
    else if (kind == AVRO_FIXED)
        r = fixed_size(schema, &c->s->steps[step]);
    if (r == 0) {
        give_meaning(&c->s->steps[step], schema);
        *ret = step;
    }
    return r;
}

/* A word: a type without more, or the name of one that was defined before. */
static int compile_word(Compiler *c, const json_t *attributes, Span word, Span space,
                        uint32_t *ret) {
    AvroKind kind = kind_of(word);
    bool known = false;

    if (kind <= AVRO_STRING || (attributes && kind < N_AVRO_KINDS))
        return compile_object(c, attributes, kind, space, ret);
    *ret = find_named(c, space, word, &known);
    return known ? 0 : -EBADMSG;
}

static int compile(Compiler *c, const json_t *schema, Span space, uint32_t *ret) {
    const json_t *type = json_object_get(schema, "type");

    if (json_is_array(schema))
        return compile_union(c, schema, space, ret);
    if (json_is_string(schema))
        return compile_word(c, NULL, text_of(schema), space, ret);
    if (json_is_string(type))
        return compile_word(c, schema, text_of(type), space, ret);
    return type ? compile(c, type, space, ret) : -EBADMSG;
}

int avro_schema_parse(Span json, AvroSchema *ret) {
    AvroSchema s = {.names = {.limit = NAMES_MAX}};
    Compiler c = {.s = &s};
    uint32_t first = 0;
    json_t *tree = NULL;
    int r = -EBADMSG;

    if (json.n <= AVRO_SCHEMA_MAX)
        tree = json_loadb((const char *)json.at, json.n,
                          JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (tree)
        r = compile(&c, tree, span(NULL, 0), &first);
    json_decref(tree);
    index_done(&c.names);
    if (r < 0) {
        avro_schema_done(&s);
        return r;
    }
    *ret = s;
    return 0;
}

void avro_schema_done(AvroSchema *s) {
    free(s->steps);
    free(s->links);
    arena_done(&s->names);
    *s = (AvroSchema){0};
}
