/* Evidence: see evidence.h. */
#include "model/evidence.h"

const char *fact_kind_name(FactKind k) {
    static const char *const names[N_FACT_KINDS] = {
        [FACT_CREATED] = "created",
        [FACT_MODIFIED] = "modified",
        [FACT_PRINTED] = "printed",
        [FACT_SENT] = "sent",
        [FACT_MEMBER_TIME] = "member-time",
        [FACT_ROW_DATE] = "row-date",
        [FACT_LOG_TIME] = "log-time",
        [FACT_LABEL] = "label",
        [FACT_WAL] = "wal",
        [FACT_NO_CONTENTS] = "no-contents",
        [FACT_ALLOWED] = "allowed",
        [FACT_MACROS] = "macros",
        [FACT_RECEIVED] = "received",
        [FACT_DUMP_MADE] = "dump-made",
    };

    return names[k];
}
