/*
 * Secret: tokens that carry a checksum of their issuer's, and the look of secrets that carry none.
 *
 * Behind "password =" and "api_key:" stand templates, calls, names of variables and examples more
 * often than secrets. What a program or a manual would write there is refused; a key must also not
 * read like words. All of it is a judgement of the bytes of the value alone.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* ---- checksums ---- */

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 of ISO 3309, bit by bit: values are short. */
static uint32_t crc32_of(const char *s, size_t n) {
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < n; i++) {
        crc ^= (uint8_t)s[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Thirty characters, and their CRC-32 as six digits in base 62. */
static bool crc_holds(const char *s) {
    uint32_t crc = crc32_of(s, 30);

    for (size_t i = 36; i-- > 30; crc /= 62) {
        if (s[i] != base62[crc % 62])
            return false;
    }
    return crc == 0;
}

/* GitHub blog, 2021-04-05, "Behind GitHub's new authentication token formats". */
bool check_github_token(const char *s, size_t n) {
    return n == 40 && memcmp(s, "gh", 2) == 0 && one_of(s[2], "pousr") && s[3] == '_' &&
           crc_holds(s + 4);
}

/* GitHub blog, 2021-09-23, "Announcing npm's new access token format". */
bool check_npm_token(const char *s, size_t n) {
    return n == 40 && memcmp(s, "npm_", 4) == 0 && crc_holds(s + 4);
}

/* ---- what stands where a secret would ---- */

static char lower(char c) {
    return is_upper(c) ? (char)(c | 0x20) : c;
}

static bool is_letter(char c) {
    return (unsigned)(unsigned char)lower(c) - 'a' <= 25;
}

/* Does a lower-case word stand in it, in any case? */
static bool holds(const char *s, size_t n, const char *word) {
    size_t k = strlen(word);

    for (size_t i = 0; i + k <= n; i++) {
        size_t j = 0;

        while (j < k && lower(s[i + j]) == word[j])
            j++;
        if (j == k)
            return true;
    }
    return false;
}

static bool holds_one(const char *s, size_t n, const char *const *words, size_t n_words) {
    for (size_t i = 0; i < n_words; i++) {
        if (holds(s, n, words[i]))
            return true;
    }
    return false;
}

/* Of shells, templates, format strings and masks. */
static bool is_template(const char *s, size_t n) {
    static const char *const marks[] = {"${", "$(",   "{{",  "}}",      "#{",    "<%",
                                        "%(", "***",  "...", "xxx",     "$_",    "->",
                                        "::", "&lt;", "&#",  "\\u003c", "@entry"};

    if (holds_one(s, n, marks, N_ELEMENTS(marks)))
        return true;
    if (n > 2 && (one_of(s[0], "'\"`.")))
        s++, n--;
    if (s[0] == '$' && n > 1 && (is_letter(s[1]) || s[1] == '{'))
        return true;
    return (s[0] == '<' && s[n - 1] == '>') || (s[0] == '[' && s[n - 1] == ']') ||
           (s[0] == '%' && s[n - 1] == '%') || (s[0] == '{' && s[n - 1] == '}') ||
           (s[0] == '(' && s[n - 1] == ')') || (s[0] == '`' && s[n - 1] == '`') ||
           (s[0] == '_' && s[n - 1] == '_');
}

/* Of manuals and samples. */
static bool is_sample(const char *s, size_t n) {
    static const char *const words[] = {
        "example",   "placeholder", "changeme", "change_me", "change-me",  "changeit",
        "change_it", "redacted",    "replace",  "your",      "dummy",      "goes_here",
        "goes-here", "goeshere",    "-here",    "_here",     "insert",     "my_pass",
        "mypass",    "my-pass",     "mysecret", "my_secret", "my-secret",  "thisis",
        "some_",     "some-",       "todo",     "fixme",     "not-a-real", "notreal",
        "undefined",
    };

    return holds_one(s, n, words, N_ELEMENTS(words));
}

/* Counted up, or one character over and over: 12345678, abcdefgh, 00000000, for `most` in a row. */
static bool is_counted(const char *s, size_t n, size_t most) {
    size_t up = 1, same = 1;

    for (size_t i = 1; i < n; i++) {
        up = s[i] == s[i - 1] + 1 ? up + 1 : 1;
        same = s[i] == s[i - 1] ? same + 1 : 1;
        if (up > most || same > most)
            return true;
    }
    return false;
}

/* What code calls a thing by: letters, digits and _, in parts joined by dots, not a digit first. */
static bool is_path(const char *s, size_t n) {
    bool dot = false;

    for (size_t i = 0, part = 0; i < n; i++) {
        if (s[i] == '.' && part > 0) {
            dot = true;
            part = 0;
        } else if (is_letter(s[i]) || s[i] == '_' || (part > 0 && is_digit(s[i]))) {
            part++;
        } else {
            return false;
        }
    }
    return dot && s[n - 1] != '.';
}

/* NAME_OF_A_VARIABLE: capitals, and at least one _ between two of them. */
static bool is_constant(const char *s, size_t n) {
    size_t joints = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_upper(s[i]) && !is_digit(s[i]) && s[i] != '_')
            return false;
        joints += s[i] == '_' && i > 0 && i + 1 < n && is_upper(s[i - 1]) && is_upper(s[i + 1]);
    }
    return joints > 0;
}

static bool is_address(const char *s, size_t n) {
    return holds(s, n, "://") || (n > 2 && (s[0] == '/' || memcmp(s, "./", 2) == 0)) ||
           holds(s, n, "arn:aws");
}

/*
 * Pairs of letters that make 85 in 100 of those in English words, by their first letter (counted in
 * manual pages). Of random letters they are one pair in five.
 */
static const char *const common_after[26] = {
    "bcdgilmnprst",
    "elu",
    "aehiklort",
    "aei",
    "acdfjlmnprstx",
    "bilo",
    "ceiu",
    "aeiotu",
    "cdefglmnoprst",
    "s",
    "e",
    "aeilostuy",
    "aeimop",
    "acdegost",
    "cdlmnprtuvw",
    "aelorstu",
    "",
    "acegiost",
    "ceiopst",
    "aehioprsty",
    "bdelmnprst",
    "aei",
    "i",
    "",
    "",
    "",
};

/* Three pairs of letters in five are those of words, where there are six pairs or more. */
static bool reads_like_words(const char *s, size_t n) {
    size_t pairs = 0, common = 0;

    for (size_t i = 0; i + 1 < n; i++) {
        char a = lower(s[i]), b = lower(s[i + 1]);

        if (!is_letter(a) || !is_letter(b) || (!is_upper(s[i]) && is_upper(s[i + 1])))
            continue;
        pairs++;
        common += one_of(b, common_after[a - 'a']);
    }
    return pairs >= 6 && common * 5 >= pairs * 3;
}

static bool is_hex(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(s[i]) && (!is_letter(s[i]) || lower(s[i]) > 'f') && s[i] != '-')
            return false;
    }
    return true;
}

/* A key: drawn at random, so letters with digits or capitals among them, and no words. */
bool check_secret_key(const char *s, size_t n) {
    size_t digits = 0, uppers = 0, lowers = 0;

    if (n < 8 || is_template(s, n) || is_sample(s, n) || is_counted(s, n, 6) || is_constant(s, n) ||
        is_address(s, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        digits += is_digit(s[i]);
        uppers += is_upper(s[i]);
        lowers += is_letter(s[i]) && !is_upper(s[i]);
    }
    if (uppers + lowers == 0 || (digits == 0 && (n < 20 || uppers < 3 || lowers < 3)) ||
        (digits == 0 && is_path(s, n)))
        return false;
    return is_hex(s, n) || !reads_like_words(s, n);
}

/* A tag of YAML: !vault, !secret. */
static bool is_tag(const char *s, size_t n) {
    for (size_t i = 1; i < n; i++) {
        if (!is_letter(s[i]))
            return false;
    }
    return s[0] == '!';
}

/* A password: anything that a person may choose, words too, but nothing that code would write. */
bool check_secret_password(const char *s, size_t n) {
    static const char *const names[] = {"password", "passwd", "passphrase", "pwd",
                                        "secret",   "token",  "apikey",     "api_key"};

    if (n < 3 || is_template(s, n) || is_sample(s, n) || is_path(s, n) || is_constant(s, n) ||
        is_address(s, n) || is_tag(s, n) || (s[n - 1] == ')' && holds(s, n, "(")) ||
        one_of(s[0], ",;:=()]}|") || all_same(s, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (is_digit(s[i]) || one_of(s[i], "!@$%^&*+?~"))
            return true;
    }
    return !holds_one(s, n, names, N_ELEMENTS(names));
}
