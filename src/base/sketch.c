/*
 * Sketch: see sketch.h. HyperLogLog as by Flajolet, Fusy, Gandouet, Meunier (2007), with linear
 * counting for small cardinalities; a 64-bit hash makes their large-range correction unnecessary.
 */
#include "base/sketch.h"

#include <math.h>

#include <sodium.h>

/*
 * Written down: a byte that says the form, then
 *
 *   values     of each hash 32 bits, in order, each as its difference to the one before (LEB128):
 *              the first 26 bits, and in six bits how many zeros follow them, plus one. From that
 *              the register and its rank come out as from the whole hash (Heule, Nunkesser, Hall
 *              2013, sparse form); of 10,000 values less than one is lost.
 *   few        of each register that is not 0, in order: how many lie between (LEB128), its rank
 *   registers  all, six bits each
 */
enum {
    SLOTS_FIRST = 32,
    REGISTERS = 1 << SKETCH_BITS,
    FORM_VALUES = 1,
    FORM_FEW = 2,
    FORM_REGISTERS = 3,
    FINE_BITS = 26,
    REST_BITS = 64 - FINE_BITS,
    PACKED = REGISTERS * 6 / 8,
    FEW_MAX = PACKED / 3, /* registers that are not 0: a gap takes at most two bytes */
};

void sketch_done(Sketch *s) {
    free(s->exact);
    free(s->registers);
    *s = (Sketch){0};
}

uint64_t sketch_hash(const uint8_t *secret, Span value) {
    uint64_t h;

    crypto_shorthash((uint8_t *)&h, value.at, value.n, secret + SKETCH_SECRET_BYTES);
    return h ? h : 1;
}

static void registers_add(uint8_t *registers, uint64_t hash) {
    size_t i = hash >> (64 - SKETCH_BITS);
    uint64_t rest = hash << SKETCH_BITS | UINT64_C(1) << (SKETCH_BITS - 1);
    uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

    if (registers[i] < rank)
        registers[i] = rank;
}

static void sketch_spill(Sketch *s) {
    s->registers = calloc(1, REGISTERS);
    if (!s->registers) {
        s->failed = true;
        return;
    }
    for (size_t i = 0; i < s->slots; i++) {
        if (s->exact[i])
            registers_add(s->registers, s->exact[i]);
    }
    free(s->exact);
    s->exact = NULL;
    s->n = s->slots = 0;
}

/* Where the hash is, or the empty slot where it goes: at least half of them are. */
static uint64_t *slot_of(const Sketch *s, uint64_t hash) {
    size_t i = hash & (s->slots - 1);

    while (s->exact[i] && s->exact[i] != hash)
        i = (i + 1) & (s->slots - 1);
    return &s->exact[i];
}

/* Doubles the table. A small file has few values, and clearing a large one would cost it more. */
static bool sketch_grow(Sketch *s) {
    Sketch grown = {.slots = s->slots ? 2 * s->slots : SLOTS_FIRST};

    grown.exact = calloc(grown.slots, sizeof(*grown.exact));
    if (!grown.exact) {
        s->failed = true;
        return false;
    }
    for (size_t i = 0; i < s->slots; i++) {
        if (s->exact[i])
            *slot_of(&grown, s->exact[i]) = s->exact[i];
    }
    free(s->exact);
    s->exact = grown.exact;
    s->slots = grown.slots;
    return true;
}

void sketch_add(Sketch *s, uint64_t hash) {
    uint64_t *slot;

    if (s->registers) {
        registers_add(s->registers, hash);
        return;
    }
    if (!s->exact && !sketch_grow(s))
        return;
    slot = slot_of(s, hash);
    if (*slot || s->failed)
        return;
    if (s->n == (s->most ? s->most : SKETCH_EXACT_MAX)) {
        sketch_spill(s);
        if (s->registers)
            registers_add(s->registers, hash);
        return;
    }
    if (2 * s->n >= s->slots) {
        if (!sketch_grow(s))
            return;
        slot = slot_of(s, hash);
    }
    *slot = hash;
    s->n++;
}

void sketch_merge(Sketch *into, const Sketch *from) {
    into->failed |= from->failed;
    for (size_t i = 0; i < from->slots; i++) {
        if (from->exact[i])
            sketch_add(into, from->exact[i]);
    }
    if (!from->registers)
        return;
    if (!into->registers) {
        if (into->exact) {
            sketch_spill(into);
        } else {
            into->registers = calloc(1, REGISTERS);
            into->failed |= !into->registers;
        }
    }
    for (size_t i = 0; into->registers && i < REGISTERS; i++) {
        if (into->registers[i] < from->registers[i])
            into->registers[i] = from->registers[i];
    }
}

/* ---- written down ---- */

static void varint_put(Buf *to, uint32_t v) {
    while (v >= 0x80) {
        buf_byte(to, (uint8_t)(v | 0x80));
        v >>= 7;
    }
    buf_byte(to, (uint8_t)v);
}

/* False at the end of the bytes, and where the number is none. */
static bool varint_get(Span *from, uint32_t *ret) {
    uint32_t v = 0;

    for (unsigned shift = 0; from->n && shift < 35; shift += 7) {
        uint8_t byte = from->at[0];

        *from = span(from->at + 1, from->n - 1);
        if (shift == 28 && byte > 0x0f)
            return false;
        v |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret = v;
            return true;
        }
    }
    return false;
}

static uint32_t hash_short(uint64_t hash) {
    uint64_t rest = hash << FINE_BITS | UINT64_C(1) << (FINE_BITS - 1);

    return (uint32_t)(hash >> REST_BITS << 6) | (uint32_t)(__builtin_clzll(rest) + 1);
}

/* A hash that is written down so. */
static uint64_t hash_long(uint32_t s) {
    uint64_t fine = (uint64_t)(s >> 6) << REST_BITS, hash;
    unsigned rank = s & 63;

    hash = rank <= REST_BITS ? fine | UINT64_C(1) << (REST_BITS - rank) : fine;
    return hash ? hash : 1;
}

static int compare_u32(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void values_put(const Sketch *s, Buf *to) {
    _cleanup_(free_p) uint32_t *values = calloc(s->n + 1, sizeof(*values));
    uint32_t n = 0, before = 0;

    to->failed |= !values;
    for (size_t i = 0; values && i < s->slots; i++) {
        if (s->exact[i])
            values[n++] = hash_short(s->exact[i]);
    }
    if (!n)
        return;
    qsort(values, n, sizeof(*values), compare_u32);
    buf_byte(to, FORM_VALUES);
    for (uint32_t i = 0; i < n; i++) {
        if (i && values[i] == before)
            continue;
        varint_put(to, values[i] - before);
        before = values[i];
    }
}

static void few_put(const uint8_t *registers, Buf *to) {
    uint32_t between = 0;

    buf_byte(to, FORM_FEW);
    for (size_t i = 0; i < REGISTERS; i++) {
        if (registers[i]) {
            varint_put(to, between);
            buf_byte(to, registers[i]);
        }
        between = registers[i] ? 0 : between + 1;
    }
}

static void registers_put(const uint8_t *registers, Buf *to) {
    uint8_t *at;

    buf_byte(to, FORM_REGISTERS);
    at = buf_extend(to, PACKED);
    for (size_t i = 0; at && i < REGISTERS; i += 4, at += 3) {
        uint32_t four = registers[i] | (uint32_t)registers[i + 1] << 6 |
                        (uint32_t)registers[i + 2] << 12 | (uint32_t)registers[i + 3] << 18;

        at[0] = (uint8_t)four;
        at[1] = (uint8_t)(four >> 8);
        at[2] = (uint8_t)(four >> 16);
    }
}

void sketch_put(const Sketch *s, Buf *to) {
    size_t filled = 0;

    if (!s->registers) {
        if (s->n)
            values_put(s, to);
        return;
    }
    for (size_t i = 0; i < REGISTERS; i++)
        filled += s->registers[i] != 0;
    if (filled <= FEW_MAX)
        few_put(s->registers, to);
    else
        registers_put(s->registers, to);
}

static int values_take(Sketch *into, Span bytes) {
    uint32_t value = 0, more;

    while (bytes.n) {
        if (!varint_get(&bytes, &more) || more > UINT32_MAX - value)
            return -EBADMSG;
        value += more;
        if ((value & 63) == 0 || (value & 63) > REST_BITS + 1)
            return -EBADMSG;
        if (into)
            sketch_add(into, hash_long(value));
    }
    return 0;
}

static int few_take(uint8_t *registers, Span bytes) {
    size_t i = 0;
    uint32_t between;

    while (bytes.n) {
        if (!varint_get(&bytes, &between) || !bytes.n || between >= REGISTERS - i)
            return -EBADMSG;
        i += between;
        registers[i++] = bytes.at[0];
        bytes = span(bytes.at + 1, bytes.n - 1);
    }
    return 0;
}

static int registers_take(uint8_t *registers, Span bytes) {
    const uint8_t *at = bytes.at;

    if (bytes.n != PACKED)
        return -EBADMSG;
    for (size_t i = 0; i < REGISTERS; i += 4, at += 3) {
        uint32_t four = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16;

        for (size_t k = 0; k < 4; k++)
            registers[i + k] = four >> 6 * k & 63;
    }
    return 0;
}

/* Ranks that no hash has are no sketch's. */
static bool registers_hold(const uint8_t *registers) {
    for (size_t i = 0; i < REGISTERS; i++) {
        if (registers[i] > 64 - SKETCH_BITS + 1)
            return false;
    }
    return true;
}

int sketch_take(Sketch *into, Span bytes) {
    _cleanup_(sketch_done) Sketch from = {0};
    uint8_t form = bytes.n ? bytes.at[0] : FORM_VALUES;
    int r;

    if (bytes.n)
        bytes = span(bytes.at + 1, bytes.n - 1);
    if (form == FORM_VALUES) {
        r = values_take(NULL, bytes);
        return r < 0 ? r : values_take(into, bytes);
    }
    from.registers = calloc(1, REGISTERS);
    if (!from.registers)
        return -ENOMEM;
    r = form == FORM_FEW         ? few_take(from.registers, bytes)
        : form == FORM_REGISTERS ? registers_take(from.registers, bytes)
                                 : -EBADMSG;
    if (r == 0 && !registers_hold(from.registers))
        r = -EBADMSG;
    if (r == 0)
        sketch_merge(into, &from);
    return r;
}

uint64_t sketch_count(const Sketch *s, bool *ret_exact) {
    const double m = REGISTERS, alpha = 0.7213 / (1 + 1.079 / REGISTERS);
    double sum = 0, estimate;
    size_t zeros = 0;

    *ret_exact = !s->registers && !s->failed;
    if (!s->registers)
        return s->n;
    for (size_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1, -s->registers[i]);
        zeros += s->registers[i] == 0;
    }
    estimate = alpha * m * m / sum;
    if (estimate <= 2.5 * m && zeros)
        estimate = m * log(m / (double)zeros);
    return (uint64_t)llround(estimate);
}
