/* Gap: see gap.h. */
#include "extract/format/gap.h"

enum { GAP_STEP = 64 << 10, PADDING = 512 };

static bool all_zero(Span s) {
    return s.n == 0 || (s.at[0] == 0 && memcmp(s.at, s.at + 1, s.n - 1) == 0);
}

int gap_bytes(Extraction *x, const Feed *f, Span bytes, uint64_t offset) {
    if (all_zero(bytes)) {
        int r = extract_spend(x, bytes.n);

        if (r || bytes.n <= PADDING)
            return r;
        bytes.n = 1; /* what is around them does not stand together */
    }
    return extract_bytes(x, bytes, f->derived ? MARK_NOWHERE : offset, ENCODING_BINARY);
}

int gap_rest(Extraction *x, Feed *f) {
    _uninitialized_ uint8_t bytes[GAP_STEP];

    for (;;) {
        uint64_t at = f->at;
        ssize_t n = feed_some(f, bytes, sizeof(bytes));
        int r;

        if (n <= 0)
            return n == -ENOMEM ? -ENOMEM : 0; /* f->error tells the rest */
        r = gap_bytes(x, f, span(bytes, (size_t)n), at);
        if (r)
            return r;
    }
}

int gap_range(Extraction *x, Feed *f, uint64_t from, uint64_t to) {
    _uninitialized_ uint8_t bytes[GAP_STEP];

    while (from < to) {
        size_t step = to - from < sizeof(bytes) ? (size_t)(to - from) : sizeof(bytes);
        ssize_t n = feed_read_at(f, from, bytes, step);
        int r;

        if (n <= 0)
            return n == -ENOMEM ? -ENOMEM : 0;
        r = gap_bytes(x, f, span(bytes, (size_t)n), from);
        if (r)
            return r;
        from += (uint64_t)n;
    }
    return 0;
}
