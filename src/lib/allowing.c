/* Allowing: see allowing.h. */
#include "lib/allowing.h"

#include <limits.h>

#include "base/show.h"
#include "evidence/token.h"

/* AllowView.token */
static uint32_t token_of(void *of, uint16_t detector, Span canonical) {
    const Allowing *a = of;
    uint8_t token[FINDING_TOKEN];
    char text[TOKEN_SIZE];

    token_make(a->key, span_of(a->rules->detectors[detector].category->id), canonical, token);
    token_print(key_id(a->key), token, text);
    return (uint32_t)allow_token(&a->rules->tokens, text);
}

/* A key that is not there is not made: it would have made none of these tokens. */
static int load_key(Allowing *a, Error *reterr) {
    _cleanup_(free_p) char *directory = NULL;
    _cleanup_(buf_done) Buf path = {0};
    bool created;

    if (key_default_directory(&directory) == 0)
        buf_printf(&path, "%s/token.key", directory);
    a->no_key = !path.n || access(buf_cstr(&path), F_OK) < 0;
    return a->no_key ? 0 : key_load(directory, KEY_TOKEN, reterr, &created, &a->key);
}

int allowing_init(Allowing *a, const Engine *e, const char *path, Error *reterr) {
    _cleanup_(free_p) char *whole = path ? realpath(path, NULL) : NULL;
    int r = 0;

    *a = (Allowing){.rules = e->rules, .view.of = a};
    if (!e->allow)
        return 0;
    a->counts = calloc(e->rules->n_allows, sizeof(*a->counts));
    if (!a->counts)
        return -ENOMEM;
    allow_view_path(e->allow, &a->view, span_of(whole ? whole : ""));
    if (e->rules->tokens.n)
        r = load_key(a, reterr);
    if (a->key)
        a->view.token = token_of;
    return r;
}

void allowing_done(Allowing *a) {
    key_free(a->key);
    free(a->counts);
    *a = (Allowing){0};
}

const AllowView *allowing_view(const Allowing *a) {
    return a->counts ? &a->view : NULL;
}

static void say(void *of, void (*notice)(void *of, const char *text), const char *format, ...)
    _printf_(3, 4);
static void say(void *of, void (*notice)(void *of, const char *text), const char *format, ...) {
    _cleanup_(buf_done) Buf b = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    if (notice && buf_error(&b) == 0)
        notice(of, buf_cstr(&b));
}

static size_t foreign_tokens(const Words *tokens, const char *key) {
    size_t n = 0;

    for (size_t i = 0; i < tokens->n; i++)
        n += strncmp(tokens->at[i] + 4, key, KEY_ID_SIZE - 1) != 0;
    return n;
}

void allowing_warn(const Rules *rules, const char *key, void *of,
                   void (*notice)(void *of, const char *text)) {
    size_t foreign = key ? foreign_tokens(&rules->tokens, key) : 0;

    for (size_t i = 0; i < rules->n_allows; i++) {
        const AllowEntry *e = &rules->allows[i];

        if (e->expired)
            say(of, notice, "the allow entry %s ended on %s: it no longer holds", e->name,
                e->until);
    }
    if (foreign)
        say(of, notice,
            "%zu of the %zu tokens of allow lists were made with another key than %s: they are "
            "never met",
            foreign, rules->tokens.n, key);
}

void allowing_tell(const Allowing *a, void *of, void (*notice)(void *of, const char *text)) {
    for (size_t i = 0; a->counts && i < a->rules->n_allows; i++) {
        const AllowEntry *e = &a->rules->allows[i];
        _cleanup_(buf_done) Buf reason = {0};

        if (!a->counts[i])
            continue;
        show_text(&reason, e->reason);
        buf_text(&reason, "; by ");
        show_text(&reason, e->by);
        say(of, notice, "found and not reported: %llu, by the allow entry %s (%s)",
            (unsigned long long)a->counts[i], e->name, buf_cstr(&reason));
    }
    if (a->no_key)
        say(of, notice, "there is no key: the tokens of allow lists are never met");
}
