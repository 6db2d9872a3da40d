/* Names: see names.h. */
#include "extract/names.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "extract/extract.h"

enum { SUFFIX_MAX = 24 }; /* of a name that comes again */

static int names_grow(Names *s) {
    size_t cap = s->cap ? s->cap * 2 : 64;
    Names next = {.cap = cap, .n = s->n};

    next.slots = calloc(cap, sizeof(*next.slots));
    next.times = calloc(cap, sizeof(*next.times));
    if (!next.slots || !next.times) {
        free(next.slots);
        free(next.times);
        return -ENOMEM;
    }
    for (size_t i = 0; i < s->cap; i++) {
        size_t k = (size_t)s->slots[i] & (cap - 1);

        if (!s->slots[i])
            continue;
        while (next.slots[k])
            k = (k + 1) & (cap - 1);
        next.slots[k] = s->slots[i];
        next.times[k] = s->times[i];
    }
    free(s->slots);
    free(s->times);
    *s = next;
    return 0;
}

/* How often the name was met before in this container. */
static int names_note(Names *s, Span name, uint32_t *ret) {
    uint64_t h = XXH3_64bits(name.at ? name.at : (const uint8_t *)"", name.n) | 1;
    size_t k;

    if (2 * s->n >= s->cap && names_grow(s) < 0)
        return -ENOMEM;
    for (k = (size_t)h & (s->cap - 1); s->slots[k] && s->slots[k] != h;)
        k = (k + 1) & (s->cap - 1);
    s->n += s->slots[k] == 0;
    s->slots[k] = h;
    *ret = s->times[k]++;
    return 0;
}

void names_done(Names *s) {
    free(s->slots);
    free(s->times);
    *s = (Names){0};
}

int names_take(Names *s, Span name, Buf *ret) {
    uint32_t times = 0;
    int r;

    if (name.n > EXTRACT_NAME_MAX - SUFFIX_MAX)
        name.n = EXTRACT_NAME_MAX - SUFFIX_MAX;
    for (size_t i = 0; i < name.n; i++)
        buf_byte(ret, name.at[i] ? name.at[i] : '?');
    if (!ret->n)
        buf_byte(ret, '?');
    if (buf_error(ret))
        return -ENOMEM;
    do {
        size_t n = ret->n;

        r = names_note(s, buf_as_span(ret), &times);
        if (r == 0 && times) {
            buf_printf(ret, ";%u", times + 1);
            r = names_note(s, buf_as_span(ret), &times);
            if (times) /* a member of that very name was there before: take the next number */
                ret->n = n;
        }
    } while (r == 0 && times);
    return r < 0 ? r : buf_error(ret);
}
