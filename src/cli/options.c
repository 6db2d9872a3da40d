/* Options: see options.h. */
#include "cli/options.h"

#include <string.h>

#include "base/quantity.h"
#include "base/show.h"

/* ---- words ---- */

size_t word_distance(const char *a, const char *b) {
    enum { MOST = 32 };
    size_t na = strlen(a), nb = strlen(b), row[MOST + 1];

    if (na > MOST || nb > MOST)
        return SIZE_MAX;
    for (size_t k = 0; k <= nb; k++)
        row[k] = k;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= nb; k++) {
            size_t change = diagonal + (a[i - 1] != b[k - 1]);
            size_t drop = row[k] + 1, add = row[k - 1] + 1;

            diagonal = row[k];
            row[k] = change < drop ? change : drop;
            row[k] = row[k] < add ? row[k] : add;
        }
    }
    return row[nb];
}

size_t choice_word(const char *words, int number, const char **ret) {
    for (; number > 1; number--) {
        words = strchr(words, '|');
        if (!words)
            return 0;
        words++;
    }
    *ret = words;
    return strcspn(words, "|");
}

static int choice_number(const char *words, const char *given) {
    const char *word;
    size_t n;

    for (int number = 1; (n = choice_word(words, number, &word)); number++) {
        if (strlen(given) == n && memcmp(given, word, n) == 0)
            return number;
    }
    return 0;
}

static const Option *option_named(const Verb *v, const char *name, size_t n) {
    for (size_t i = 0; i < v->n_options; i++) {
        if (strlen(v->options[i].name) == n && memcmp(v->options[i].name, name, n) == 0)
            return &v->options[i];
    }
    return NULL;
}

static const Option *option_lettered(const Verb *v, char letter) {
    for (size_t i = 0; i < v->n_options; i++) {
        if (v->options[i].letter == letter)
            return &v->options[i];
    }
    return NULL;
}

/* The option that was probably meant, or NULL. */
static const char *nearest_option(const Verb *v, const char *name) {
    const char *best = NULL;
    size_t least = 4;

    for (size_t i = 0; i < v->n_options; i++) {
        size_t d = word_distance(name, v->options[i].name);

        if (d < least && d < strlen(name)) {
            least = d;
            best = v->options[i].name;
        }
    }
    return best;
}

static int unknown_option(const Verb *v, const char *name, Error *reterr) {
    const char *best = nearest_option(v, name);
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, name);
    if (best)
        return error_set(reterr, -EINVAL, "unknown option '--%.100s'; did you mean '--%s'?",
                         buf_cstr(&shown), best);
    return error_set(reterr, -EINVAL, "unknown option '--%.100s'; see terrier %s --help",
                     buf_cstr(&shown), v->name);
}

/* ---- values ---- */

static int bad_value(const Option *o, const char *given, const char *expected, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    show_text(&shown, given);
    return error_set(reterr, -EINVAL, "--%s cannot be '%.100s', expected %s", o->name,
                     buf_cstr(&shown), expected);
}

static bool in_range(const Option *o, uint64_t v) {
    return !o->most || (v >= o->least && v <= o->most);
}

static int bad_range(const Option *o, const char *given, Error *reterr) {
    char expected[64];

    snprintf(expected, sizeof(expected), "%llu to %llu", (unsigned long long)o->least,
             (unsigned long long)o->most);
    return bad_value(o, given, expected, reterr);
}

/* Room for every word of argv stands behind p->lists, shared by all lists of the verb. */
static void list_add(Parsed *p, TextList *list, const char *text, size_t room) {
    if (!list->at) {
        list->at = p->lists;
        p->lists += room;
    }
    list->at[list->n++] = text;
}

static int set_value(Parsed *p, const Option *o, const char *given, size_t room, Error *reterr) {
    char *at = (char *)p->values + o->at;
    const char *rest = given;
    uint64_t number;

    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)(void *)at = true;
        return 0;
    case OPTION_TEXT:
        *(const char **)(void *)at = given;
        return 0;
    case OPTION_LIST:
        list_add(p, (TextList *)(void *)at, given, room);
        return 0;
    case OPTION_NUMBER:
        if (!quantity_digits(&rest, &number) || rest[0])
            return bad_value(o, given, "a whole number", reterr);
        *(uint64_t *)(void *)at = number;
        return in_range(o, number) ? 0 : bad_range(o, given, reterr);
    case OPTION_SIZE:
        if (!quantity_size(given, (uint64_t *)(void *)at))
            return bad_value(o, given, "a number of bytes such as 64K or 2M", reterr);
        return in_range(o, *(uint64_t *)(void *)at) ? 0 : bad_range(o, given, reterr);
    case OPTION_DURATION:
        if (!quantity_duration(given, (double *)(void *)at))
            return bad_value(o, given, "a duration such as 90s, 10m or 2h", reterr);
        return in_range(o, (uint64_t) * (double *)(void *)at) ? 0 : bad_range(o, given, reterr);
    case OPTION_DECIMAL:
        if (!quantity_decimal(given, (double *)(void *)at) || *(double *)(void *)at <= 0)
            return bad_value(o, given, "a number above 0 such as 4 or 1.5", reterr);
        return 0;
    case OPTION_CHOICE:
        *(int *)(void *)at = choice_number(o->argument, given);
        return *(int *)(void *)at ? 0 : bad_value(o, given, o->argument, reterr);
    }
    return -EINVAL;
}

/* ---- argv ---- */

typedef struct Reading {
    const Verb *verb;
    char **argv;
    int argc, at;
    size_t room;
    Error *reterr;
    Parsed parsed;
} Reading;

static int take_value(Reading *r, const Option *o, const char *joined) {
    const char *given = joined;

    if (o->kind != OPTION_FLAG && !given) {
        if (r->at + 1 >= r->argc)
            return error_set(r->reterr, -EINVAL, "--%s needs %s", o->name, o->argument);
        given = r->argv[++r->at];
    }
    return set_value(&r->parsed, o, given, r->room, r->reterr);
}

static int read_long(Reading *r, const char *word) {
    size_t n = strcspn(word, "=");
    const Option *o = option_named(r->verb, word, n);
    _cleanup_(free_p) char *name = NULL;

    if (o && o->kind == OPTION_FLAG && word[n])
        return error_set(r->reterr, -EINVAL, "--%s takes no value", o->name);
    if (o)
        return take_value(r, o, word[n] ? word + n + 1 : NULL);
    if (strcmp(word, "help") == 0) {
        r->parsed.help = true;
        return 0;
    }
    name = strndup(word, n);
    return name ? unknown_option(r->verb, name, r->reterr) : -ENOMEM;
}

static int read_letters(Reading *r, const char *letters) {
    for (; *letters; letters++) {
        const Option *o = option_lettered(r->verb, *letters);

        if (!o && *letters == 'h') {
            r->parsed.help = true;
            return 0;
        }
        if (!o) {
            _cleanup_(buf_done) Buf shown = {0};

            show_span(&shown, span(letters, 1));
            return error_set(r->reterr, -EINVAL, "unknown option '-%s'; see terrier %s --help",
                             buf_cstr(&shown), r->verb->name);
        }
        if (o->kind != OPTION_FLAG)
            return take_value(r, o, letters[1] ? letters + 1 : NULL);
        set_value(&r->parsed, o, NULL, r->room, NULL);
    }
    return 0;
}

static int read_words(Reading *r) {
    bool only_operands = false;

    for (; r->at < r->argc && !r->parsed.help; r->at++) {
        const char *word = r->argv[r->at];
        int e = 0;

        if (only_operands || word[0] != '-' || !word[1])
            r->parsed.operands[r->parsed.n_operands++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            e = read_long(r, word + 2);
        else
            e = read_letters(r, word + 1);
        if (e < 0)
            return e;
    }
    return 0;
}

static int check_operands(const Verb *v, const Parsed *p, Error *reterr) {
    _cleanup_(buf_done) Buf shown = {0};

    if (p->n_operands < v->least)
        return error_set(reterr, -EINVAL, "expected %s; see terrier %s --help", v->operands,
                         v->name);
    if (p->n_operands <= v->most)
        return 0;
    show_text(&shown, p->operands[v->most]);
    return error_set(reterr, -EINVAL, "'%.100s' is too much, expected %s", buf_cstr(&shown),
                     v->operands[0] ? v->operands : "nothing behind the options");
}

static size_t count_lists(const Verb *v) {
    size_t n = 0;

    for (size_t i = 0; i < v->n_options; i++)
        n += v->options[i].kind == OPTION_LIST;
    return n;
}

int options_parse(const Verb *verb, int argc, char **argv, int from, Error *reterr, Parsed *ret) {
    Reading r = {.verb = verb,
                 .argv = argv,
                 .argc = argc,
                 .at = from,
                 .room = (size_t)argc,
                 .reterr = reterr};
    Parsed *p = &r.parsed;
    int e = 0;

    /* operands first, then a stretch for each list */
    p->values = calloc(1, verb->size ? verb->size : 1);
    p->operands = calloc((1 + count_lists(verb)) * r.room + 1, sizeof(*p->operands));
    if (!p->values || !p->operands)
        e = -ENOMEM;
    p->lists = p->operands ? p->operands + r.room : NULL;
    if (e == 0)
        e = read_words(&r);
    if (e == 0 && !p->help)
        e = check_operands(verb, p, reterr);
    if (e < 0) {
        parsed_done(p);
        return e;
    }
    *ret = *p;
    return 0;
}

void parsed_done(Parsed *p) {
    free(p->values);
    free(p->operands);
    *p = (Parsed){0};
}
