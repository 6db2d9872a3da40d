/* Entity: see entity.h. */
#include "extract/text/entity.h"

#include <stdlib.h>

#include "base/cleanup.h"

typedef struct Entity {
    char name[10];
    uint16_t point;
} Entity;

static const Entity entities[] = {
#include "extract/text/entity-table.h"
};

static int compare(const void *key, const void *entry) {
    return strcmp(key, ((const Entity *)entry)->name);
}

static int digit_of(uint8_t c, unsigned base) {
    int d = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' ? (c | 0x20) - 'a' + 10 : 99;

    return d < (int)base ? d : -1;
}

static size_t decode_number(Span s, uint32_t *ret) {
    unsigned base = s.n > 2 && (s.at[2] | 0x20) == 'x' ? 16 : 10;
    size_t first = base == 16 ? 3 : 2, i = first;
    uint32_t c = 0;

    while (i < s.n && i < ENTITY_MAX - 1 && digit_of(s.at[i], base) >= 0)
        c = c * base + (uint32_t)digit_of(s.at[i++], base);
    if (i == first || c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0;
    *ret = c;
    return i < s.n && s.at[i] == ';' ? i + 1 : i;
}

static bool needs_no_end(const char *name) {
    static const char *const names[] = {"amp", "lt", "gt", "quot", "nbsp"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static size_t decode_name(Span s, uint32_t *ret) {
    char name[sizeof(entities[0].name)];
    const Entity *e;
    size_t n = 0;

    while (n + 1 < s.n && n + 1 < sizeof(name) && (digit_of(s.at[n + 1], 36) >= 0)) {
        name[n] = (char)s.at[n + 1];
        n++;
    }
    name[n] = 0;
    if (!(n + 1 < s.n && s.at[n + 1] == ';') && !needs_no_end(name))
        return 0;
    e = bsearch(name, entities, N_ELEMENTS(entities), sizeof(*entities), compare);
    if (!e)
        return 0;
    *ret = e->point;
    return n + 1 < s.n && s.at[n + 1] == ';' ? n + 2 : n + 1;
}

size_t entity_decode(Span s, uint32_t *ret) {
    if (s.n < 3 || s.at[0] != '&')
        return 0;
    return s.at[1] == '#' ? decode_number(s, ret) : decode_name(s, ret);
}
