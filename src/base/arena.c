/* Arena: see arena.h. */
#include "base/arena.h"

struct ArenaBlock {
    ArenaBlock *before;
    _Alignas(16) uint8_t at[];
};

void arena_done(Arena *a) {
    for (ArenaBlock *b = a->blocks, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    *a = (Arena){.limit = a->limit};
}

static int arena_grow(Arena *a, size_t n) {
    size_t size = a->total < 4096 ? 4096 : a->total < (1u << 20) ? a->total : (1u << 20);
    ArenaBlock *b;

    if (size < n)
        size = n;
    if (a->limit && (size > a->limit || a->total > a->limit - size))
        return -ENOMEM;
    b = malloc(sizeof(*b) + size);
    if (!b)
        return -ENOMEM;
    b->before = a->blocks;
    a->blocks = b;
    a->next = b->at;
    a->end = b->at + size;
    a->total += size;
    return 0;
}

void *arena_alloc(Arena *a, size_t n) {
    void *at;

    if (n > SIZE_MAX / 4)
        return NULL;
    n = (n + 15) & ~(size_t)15;
    if (!a->next || n > (size_t)(a->end - a->next)) {
        if (arena_grow(a, n) < 0)
            return NULL;
    }
    at = a->next;
    a->next += n;
    return memset(at, 0, n);
}

void *arena_array(Arena *a, size_t n, size_t size) {
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    return arena_alloc(a, total);
}

Span arena_span(Arena *a, Span s) {
    uint8_t *at = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;

    if (!at)
        return (Span){0};
    if (s.n)
        memcpy(at, s.at, s.n);
    return span(at, s.n);
}

char *arena_text(Arena *a, Span s) {
    return (char *)arena_span(a, s).at;
}
