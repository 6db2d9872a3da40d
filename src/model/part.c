/* Part: see part.h. */
#include "model/part.h"

const char *part_kind_name(PartKind k) {
    static const char *const names[N_PART_KINDS] = {
        [PART_BYTES] = "bytes",     [PART_TEXT] = "text",   [PART_PAGE] = "page",
        [PART_SECTION] = "section", [PART_SHEET] = "sheet", [PART_TABLE] = "table",
    };

    return names[k];
}
