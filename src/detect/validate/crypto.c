/*
 * Crypto: addresses of the Bitcoin main network and of Ethereum, which are case-sensitive, so that
 * their compact form is the written one.
 */
#include <assert.h>
#include <nettle/sha3.h>
#include <sodium.h>

#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Index of c in an alphabet, or -1. */
static int place_in(char c, const char *alphabet) {
    return one_of(c, alphabet) ? (int)(strchr(alphabet, c) - alphabet) : -1;
}

/* Base58Check: `want` bytes, of which the last four begin the double SHA-256 of the others. */
static bool base58_check(const char *s, size_t n, uint8_t *bytes, size_t want) {
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t digest[crypto_hash_sha256_BYTES];
    size_t zeros = 0, leading = 0;

    memset(bytes, 0, want);
    for (size_t i = 0; i < n; i++) {
        int carry = place_in(s[i], alphabet);

        if (carry < 0)
            return false;
        for (size_t k = want; k-- > 0;) {
            carry += 58 * bytes[k];
            bytes[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            return false;
    }
    while (zeros < n && s[zeros] == '1')
        zeros++;
    while (leading < want && bytes[leading] == 0)
        leading++;
    if (zeros != leading)
        return false;
    crypto_hash_sha256(digest, bytes, want - 4);
    crypto_hash_sha256(digest, digest, sizeof(digest));
    return memcmp(digest, bytes + want - 4, 4) == 0;
}

/* BIP 173: the residue of the human-readable part `bc` and the data; 1 is Bech32, 0x2bc830a3
 * (BIP 350) Bech32m. 0 if a character is not of the alphabet. */
static uint32_t bech32_residue(const char *data, size_t n, uint8_t *values) {
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    static const uint8_t prefix[] = {3, 3, 0, 2, 3}; /* b >> 5, c >> 5, 0, b & 31, c & 31 */
    uint32_t residue = 1;

    for (size_t i = 0; i < n + sizeof(prefix); i++) {
        uint32_t top = residue >> 25, value;

        if (i < sizeof(prefix)) {
            value = prefix[i];
        } else {
            int place = place_in(data[i - sizeof(prefix)], "qpzry9x8gf2tvdw0s3jn54khce6mua7l");
            if (place < 0)
                return 0;
            value = values[i - sizeof(prefix)] = (uint8_t)place;
        }
        residue = (residue & 0x1ffffff) << 5 ^ value;
        for (size_t k = 0; k < 5; k++)
            if (top >> k & 1)
                residue ^= generator[k];
    }
    return residue;
}

/* BIP 141 and 173: witness version, program of 2 to 40 bytes (20 or 32 in version 0). */
static bool segwit_holds(const char *s, size_t n) {
    char data[90];
    uint8_t values[90];
    size_t k = n - 3, program;
    uint32_t residue;

    for (size_t i = 0; i < k; i++)
        data[i] = s[0] == 'B' && is_upper(s[i + 3]) ? (char)(s[i + 3] - 'A' + 'a')
                  : s[0] == 'B' && s[i + 3] >= 'a'  ? 0
                                                    : s[i + 3];
    residue = bech32_residue(data, k, values);
    if (residue == 0 || values[0] > 16 || residue != (values[0] == 0 ? 1 : 0x2bc830a3))
        return false;
    program = (k - 7) * 5 / 8;
    if (program < 2 || program > 40 || (k - 7) * 5 % 8 > 4 ||
        (values[k - 7] & ((1u << (k - 7) * 5 % 8) - 1)))
        return false;
    return values[0] != 0 || program == 20 || program == 32;
}

bool check_bitcoin(const char *s, size_t n) {
    uint8_t bytes[25];

    if (n >= 14 && n <= 90 && (memcmp(s, "bc1", 3) == 0 || memcmp(s, "BC1", 3) == 0))
        return segwit_holds(s, n);
    if (n < 26 || n > 35 || (s[0] != '1' && s[0] != '3'))
        return false;
    return base58_check(s, n, bytes, sizeof(bytes)) && bytes[0] == (s[0] == '1' ? 0 : 5);
}

/* Wallet import format of a private key: 0x80, 32 bytes, 01 if its public key is compressed. */
bool check_bitcoin_wif(const char *s, size_t n) {
    uint8_t bytes[38];

    if (n == 51 && s[0] == '5')
        return base58_check(s, n, bytes, 37) && bytes[0] == 0x80;
    return n == 52 && (s[0] == 'K' || s[0] == 'L') && base58_check(s, n, bytes, 38) &&
           bytes[0] == 0x80 && bytes[33] == 1;
}

/* The first bytes of Keccak-256, SHA-3 as it was before FIPS 202 changed its padding. */
static void keccak_256(const char *s, size_t n, uint8_t *ret, size_t want) {
    enum { RATE = 136 };
    struct sha3_state state = {0};
    uint8_t block[RATE] = {0};

    assert(n < RATE && want <= 32);
    memcpy(block, s, n);
    block[n] = 0x01;
    block[RATE - 1] |= 0x80;
    for (size_t i = 0; i < RATE / 8; i++)
        state.a[i] = load_eight((const char *)block + 8 * i);
    sha3_permute(&state);
    for (size_t i = 0; i < want; i++)
        ret[i] = (uint8_t)(state.a[i / 8] >> (i % 8 * 8));
}

/* EIP-55: where both cases occur, a letter is large where the hash of the small ones says so. */
bool check_eth_address(const char *s, size_t n) {
    bool upper = false, lower = false;
    uint8_t hash[20];
    char small[40];

    if (n != 42 || memcmp(s, "0x", 2) != 0 || all_same(s + 2, 40))
        return false;
    for (size_t i = 0; i < 40; i++) {
        char c = s[i + 2];

        if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
            return false;
        upper |= is_upper(c);
        lower |= c >= 'a';
        small[i] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
    }
    if (!upper || !lower)
        return true;
    keccak_256(small, sizeof(small), hash, sizeof(hash));
    for (size_t i = 0; i < 40; i++) {
        bool large = (hash[i / 2] >> (i % 2 ? 0 : 4) & 0xf) >= 8;

        if (!is_digit(s[i + 2]) && is_upper(s[i + 2]) != large)
            return false;
    }
    return true;
}
