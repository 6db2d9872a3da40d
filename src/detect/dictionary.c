/*
 * Dictionary: see dictionary.h.
 *
 * A word's normal form is its letters and digits, case folded and without diacritics, one after
 * the other; its hash is a key of an open table.
 */
#include "detect/dictionary.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "detect/bytes.h"

enum {
    LETTERS_MAX = 96, /* of a word's normal form; longer words are not in a list */
    WORDS_MAX = 8,    /* of the text that are looked at together */
};

struct WordList {
    uint64_t *slots; /* 0: empty */
    size_t mask, n;
};

WordList *word_list_free(WordList *l) {
    if (l) {
        free(l->slots);
        free(l);
    }
    return NULL;
}
DEFINE_CLEANUP(WordList, word_list_free)

size_t word_list_count(const WordList *l) {
    return l->n;
}

/* ---- the normal form ---- */

typedef struct Form {
    uint32_t letters[LETTERS_MAX];
    size_t n;
} Form;

/* Folded, and without what stands on or under it: 'É' is 'e'. 0: no letter or digit. */
static uint32_t letter_of(uint32_t c) {
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *nfd;
    UChar apart[4];
    int32_t n;

    if (c < 0x80)
        return byte_is_alnum((uint8_t)c) ? byte_lower((uint8_t)c) : 0;
    if (!u_isalnum((UChar32)c))
        return 0;
    nfd = unorm2_getNFDInstance(&e);
    n = U_SUCCESS(e) ? unorm2_getDecomposition(nfd, (UChar32)c, apart, N_ELEMENTS(apart), &e) : -1;
    if (U_SUCCESS(e) && n > 0 && !U16_IS_SURROGATE(apart[0]) && u_isalnum(apart[0]))
        c = apart[0];
    return (uint32_t)u_foldCase((UChar32)c, U_FOLD_CASE_DEFAULT);
}

static uint64_t form_hash(const Form *f) {
    uint64_t h = XXH3_64bits(f->letters, f->n * sizeof(*f->letters));

    return h ? h : 1;
}

/* ---- the list ---- */

static bool list_has(const WordList *l, uint64_t hash) {
    for (size_t i = hash & l->mask; l->slots[i]; i = (i + 1) & l->mask) {
        if (l->slots[i] == hash)
            return true;
    }
    return false;
}

static void list_add(WordList *l, uint64_t hash) {
    size_t i = hash & l->mask;

    while (l->slots[i] && l->slots[i] != hash)
        i = (i + 1) & l->mask;
    l->n += !l->slots[i];
    l->slots[i] = hash;
}

static void list_add_line(WordList *l, Span line) {
    Form f = {.n = 0};

    for (size_t i = 0, size; i < line.n && f.n < LETTERS_MAX; i += size) {
        uint32_t c, letter;

        size = utf8_decode(span(line.at + i, line.n - i), &c);
        letter = size ? letter_of(c) : 0;
        if (letter)
            f.letters[f.n++] = letter;
        size += !size;
    }
    if (f.n)
        list_add(l, form_hash(&f));
}

int word_list_new(const char *lines, WordList **ret) {
    _cleanup_(word_list_freep) WordList *l = calloc(1, sizeof(*l));
    size_t count = 1, size = 16;

    if (!l)
        return -ENOMEM;
    for (const char *c = lines; *c; c++)
        count += *c == '\n';
    while (size < 2 * count)
        size *= 2;
    l->mask = size - 1;
    l->slots = calloc(size, sizeof(*l->slots));
    if (!l->slots)
        return -ENOMEM;
    for (const char *c = lines, *end; *c; c = *end ? end + 1 : end) {
        end = strchrnul(c, '\n');
        if (*c != '#')
            list_add_line(l, span(c, (size_t)(end - c)));
    }
    *ret = TAKE(l);
    return 0;
}

/* ---- a text ---- */

/* What may stand between two parts of a word, and between two words. */
static bool is_joint(uint32_t c) {
    return c == ' ' || c == '-' || c == '_' || c == '.' || c == '\'' || c == 0x2019;
}

size_t word_list_prefix(const WordList *l, Span text) {
    Form f = {.n = 0};
    size_t best = 0, words = 0, i = 0, size;
    bool inside = false, joint = true; /* a joint, or the start, was the last */

    for (; i <= text.n; i += size) {
        uint32_t c = 0, letter;

        size = i < text.n ? utf8_decode(span(text.at + i, text.n - i), &c) : 1;
        letter = size && i < text.n ? letter_of(c) : 0;
        if (letter) {
            if (f.n == LETTERS_MAX)
                break;
            f.letters[f.n++] = letter;
            inside = true;
            joint = false;
            continue;
        }
        if (inside && list_has(l, form_hash(&f)))
            best = i;
        words += inside;
        inside = false;
        if (joint || words == WORDS_MAX || !size || !is_joint(c))
            break;
        joint = true;
    }
    return best;
}
