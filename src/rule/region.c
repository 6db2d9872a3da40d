/* Region: see region.h. Two letters are not held against ISO 3166, whose list changes; only UK,
 * which everyone writes and ISO 3166 does not, would silently select nothing. */
#include "rule/region.h"

static bool region_is_member(Span s) {
    /* Treaty on European Union, members since 1 February 2020. */
    static const char members[] = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL "
                                  "PL PT RO SE SI SK";

    for (const char *m = members; s.n == 2; m += 3) {
        if (memcmp(m, s.at, 2) == 0)
            return true;
        if (!m[2])
            break;
    }
    return false;
}

const char *region_expected(Span word) {
    for (size_t i = 0; i < word.n; i++) {
        if (word.at[i] < 'A' || word.at[i] > 'Z')
            return "two capital letters";
    }
    if (word.n != 2)
        return "two capital letters";
    return span_is(word, "UK") ? "GB" : NULL;
}

bool region_meets(Span a, Span b) {
    return span_eq(a, b) || (span_is(a, "EU") && region_is_member(b)) ||
           (span_is(b, "EU") && region_is_member(a));
}

bool region_next(Span *list, Span *ret) {
    const uint8_t *comma;

    if (!list->at)
        return false;
    comma = memchr(list->at, ',', list->n);
    *ret = span(list->at, comma ? (size_t)(comma - list->at) : list->n);
    *list = comma ? span(comma + 1, list->n - ret->n - 1) : (Span){0};
    return true;
}
