/* Byteset: see byteset.h. */
#include "rule/byteset.h"

#include <string.h>

#include "base/cleanup.h"

void byteset_add(uint64_t set[4], unsigned byte) {
    set[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

void byteset_range(uint64_t set[4], unsigned first, unsigned last) {
    for (unsigned c = first; c <= last; c++)
        byteset_add(set, c);
}

bool byteset_has(const uint64_t set[4], unsigned byte) {
    return set[byte >> 6] >> (byte & 63) & 1;
}

void byteset_invert(uint64_t set[4]) {
    for (size_t i = 0; i < 4; i++)
        set[i] = ~set[i];
}

void byteset_unite(uint64_t set[4], const uint64_t with[4]) {
    for (size_t i = 0; i < 4; i++)
        set[i] |= with[i];
}

int byteset_only(const uint64_t set[4]) {
    int only = -2;

    for (unsigned c = 0; c < 256; c++) {
        if (byteset_has(set, c)) {
            if (only >= 0)
                return -1;
            only = (int)c;
        }
    }
    return only;
}

bool byteset_class(char letter, uint64_t set[4]) {
    uint64_t of[4] = {0};
    char low = (char)(letter | 32);

    if (low == 'd' || low == 'w')
        byteset_range(of, '0', '9');
    if (low == 'w') {
        byteset_range(of, 'a', 'z');
        byteset_range(of, 'A', 'Z');
        byteset_add(of, '_');
    }
    if (low == 's') {
        byteset_range(of, '\t', '\r');
        byteset_add(of, ' ');
    }
    if (low != 'd' && low != 'w' && low != 's')
        return false;
    if (letter != low)
        byteset_invert(of);
    byteset_unite(set, of);
    return true;
}

typedef struct Posix {
    const char *name;
    const char *ranges; /* pairs of first and last */
} Posix;

static const Posix posix[] = {
    {"alnum", "09azAZ"},
    {"alpha", "azAZ"},
    {"ascii", "\x01\x7f"},
    {"blank", "  \t\t"},
    {"cntrl", "\x01\x1f\x7f\x7f"},
    {"digit", "09"},
    {"graph", "!~"},
    {"lower", "az"},
    {"print", " ~"},
    {"punct", "!/:@[`{~"},
    {"space", "\t\r  "},
    {"upper", "AZ"},
    {"word", "09azAZ__"},
    {"xdigit", "09afAF"},
};

size_t byteset_posix(const char *p, uint64_t set[4]) {
    const char *close = strncmp(p, "[:", 2) == 0 ? strstr(p, ":]") : NULL;
    bool inverted = close && p[2] == '^';
    const char *name = p + 2 + inverted;

    for (size_t i = 0; close && i < N_ELEMENTS(posix); i++) {
        uint64_t of[4] = {0};

        if (close < name || strlen(posix[i].name) != (size_t)(close - name) ||
            strncmp(name, posix[i].name, (size_t)(close - name)) != 0)
            continue;
        for (const char *r = posix[i].ranges; *r; r += 2)
            byteset_range(of, (uint8_t)r[0], (uint8_t)r[1]);
        if (inverted)
            byteset_invert(of);
        byteset_unite(set, of);
        return (size_t)(close + 2 - p);
    }
    return 0;
}

unsigned byteset_count(const uint64_t set[4]) {
    unsigned n = 0;

    for (size_t i = 0; i < 4; i++)
        n += (unsigned)__builtin_popcountll(set[i]);
    return n;
}

int byteset_letter(const uint64_t set[4]) {
    int only = byteset_only(set);

    for (int c = 'a'; c <= 'z' && only == -1; c++) {
        uint64_t both[4] = {0};

        byteset_add(both, (unsigned)c);
        byteset_add(both, (unsigned)c & ~32u);
        if (memcmp(both, set, sizeof(both)) == 0)
            only = c;
    }
    return only;
}
