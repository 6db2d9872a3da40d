/*
 * Arena: memory that dies at once.
 *
 * Blocks grow by doubling up to 1 MiB; pointers stay valid until arena_done(). One thread at a
 * time. Allocation failure returns NULL; `limit` bounds the whole (0: none).
 */
#pragma once

#include "base/cleanup.h"
#include "base/span.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *blocks;
    uint8_t *next, *end;
    size_t total;
    size_t limit;
} Arena;

void arena_done(Arena *a);
void *arena_alloc(Arena *a, size_t n); /* 16-byte aligned, zeroed */
void *arena_array(Arena *a, size_t n, size_t size);
char *arena_text(Arena *a, Span s); /* a NUL-terminated copy */
Span arena_span(Arena *a, Span s);  /* a copy; NUL-terminated too, outside n */

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
