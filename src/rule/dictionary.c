/* Dictionary: see dictionary.h. The vocabulary of `format: dictionary/1` as a table of keys. */
#include "rule/dictionary.h"

#include "rule/field.h"

#define TEXT_MAX  512
#define WORDS_MAX (2u << 20)

bool dictionary_is(const Node *root) {
    const Node *format = root->kind == NODE_MAP ? node_get(root, "format") : NULL;

    return format && format->kind == NODE_TEXT && strcmp(format->text, DICTIONARY_FORMAT) == 0;
}

static int read_format(const Node *n _unused_, Reader *r _unused_, void *into _unused_) {
    return 0; /* dictionary_is() */
}

static int read_id(const Node *n, Reader *r, void *into) {
    Dictionary *d = into;

    d->mark = n->mark;
    return field_name(n, r, &d->id);
}

static int read_title(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((Dictionary *)into)->title);
}

static int read_source(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((Dictionary *)into)->source);
}

static int read_licence(const Node *n, Reader *r, void *into) {
    return field_text(n, TEXT_MAX, r, &((Dictionary *)into)->licence);
}

static int read_words(const Node *n, Reader *r, void *into) {
    return field_lines(n, WORDS_MAX, r, &((Dictionary *)into)->words);
}

static const Field dictionary_fields[] = {
    {"format", read_format, true}, {"id", read_id, true},           {"title", read_title, true},
    {"source", read_source, true}, {"licence", read_licence, true}, {"words", read_words, true},
};

int dictionary_read(const Node *root, Arena *arena, Error *reterr, Dictionary *ret) {
    Reader r = {.arena = arena, .reterr = reterr};

    *ret = (Dictionary){0};
    return fields_read(root, dictionary_fields, N_ELEMENTS(dictionary_fields), &r, ret);
}
