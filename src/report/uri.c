/* Uri: see uri.h. A colon is escaped as well: before the first slash it would end a scheme. */
#include "report/uri.h"

#include <string.h>

static bool is_plain(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._~/", c));
}

void uri_put(Buf *b, Span path) {
    if (path.n && path.at[0] == '/')
        buf_text(b, "file://");
    for (size_t i = 0; i < path.n; i++) {
        if (is_plain(path.at[i]))
            buf_byte(b, path.at[i]);
        else
            buf_printf(b, "%%%02X", path.at[i]);
    }
}
