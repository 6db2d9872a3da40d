/* Pattern: see pattern.h. */
#include "detect/pattern.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "detect/bytes.h"

uint64_t pattern_hash(const char *pattern, uint32_t options) {
    return XXH3_64bits_withSeed(pattern, strlen(pattern), options);
}

int pattern_compile(const char *pattern, uint32_t options, Error *reterr, pcre2_code **ret) {
    PCRE2_UCHAR text[128] = "";
    PCRE2_SIZE at;
    int code;

    *ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                         PCRE2_MULTILINE | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C |
                             PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | options,
                         &code, &at, NULL);
    if (*ret)
        return 0;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return -ENOMEM;
    pcre2_get_error_message(code, text, sizeof(text));
    return error_set(reterr, -EINVAL, "at character %zu: %s", (size_t)at, (const char *)text);
}

uint32_t pattern_capture(const pcre2_code *code, const char *name) {
    int number = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);

    return number > 0 ? (uint32_t)number : 0;
}

int pattern_of_phrase(const char *phrase, Buf *ret) {
    buf_text(ret, "(?i)(?<![0-9A-Za-z_])(?<value>");
    for (const char *p = phrase; *p; p++) {
        if (*p == ' ')
            buf_text(ret, "[ \\t\\r\\n]{1,3}");
        else if (byte_is_word((uint8_t)*p))
            buf_byte(ret, (uint8_t)*p);
        else
            buf_printf(ret, "\\x%02x", (uint8_t)*p);
    }
    buf_text(ret, ")(?![0-9A-Za-z_])");
    return buf_error(ret);
}
