/* Error: see error.h. Messages are cut at the buffer's end rather than lost. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(Error *e, int code, const char *format, ...) {
    va_list args;

    if (!e)
        return code;
    e->code = code;
    va_start(args, format);
    vsnprintf(e->text, sizeof(e->text), format, args);
    va_end(args);
    return code;
}

int error_errno(Error *e, int code, const char *format, ...) {
    va_list args;
    size_t n;

    if (!e)
        return code;
    e->code = code;
    va_start(args, format);
    vsnprintf(e->text, sizeof(e->text), format, args);
    va_end(args);
    n = strlen(e->text);
    snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(-code));
    return code;
}

void error_note(Error *e, const char *format, ...) {
    char before[sizeof(e->text)];
    va_list args;
    size_t n;

    if (!e)
        return;
    va_start(args, format);
    vsnprintf(before, sizeof(before), format, args);
    va_end(args);
    n = strlen(before);
    if (n + 3 > sizeof(before))
        return;
    memcpy(before + n, ": ", 3);
    n += 2;
    memmove(e->text + n, e->text, sizeof(e->text) - n);
    memcpy(e->text, before, n);
    e->text[sizeof(e->text) - 1] = 0;
}
