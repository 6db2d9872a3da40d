/* Dating: see dating.h. */
#include "model/dating.h"

#include "base/cleanup.h"

static const DatingInfo datings[N_DATINGS] = {
    [DATING_DECLARED] = {"declared", "declared", 1, FAMILY_ALONE, false},
    [DATING_ROW_CREATED] = {"row.created", "column of creation dates", 1, FAMILY_ROW, false},
    [DATING_ROW_UPDATED] = {"row.updated", "column of last changes", 1, FAMILY_ROW, false},
    [DATING_ROW_LOGIN] = {"row.login", "column of last contacts", 1, FAMILY_ROW, false},
    [DATING_ROW_CLOSED] = {"row.closed", "column of ends", 1, FAMILY_ROW, false},
    [DATING_ROW_DATE] = {"row.date", "column of dates", 1, FAMILY_ROW, false},
    [DATING_MAIL_RECEIVED] = {"mail.received", "message received", 1, FAMILY_MAIL, false},
    [DATING_MAIL_DATE] = {"mail.date", "date of the message", 2, FAMILY_MAIL, false},
    [DATING_LOG_FIRST] = {"log.first", "first line of the log", 1, FAMILY_LOG, false},
    [DATING_LOG_LAST] = {"log.last", "lines of the log", 1, FAMILY_LOG, false},
    [DATING_DOC_CREATED] = {"doc.created", "document created", 2, FAMILY_DOC, false},
    [DATING_DOC_MODIFIED] = {"doc.modified", "document changed", 2, FAMILY_DOC, false},
    [DATING_DOC_PRINTED] = {"doc.printed", "document printed", 2, FAMILY_DOC, false},
    [DATING_PHOTO_TAKEN] = {"photo.taken", "picture taken", 2, FAMILY_ALONE, false},
    [DATING_DUMP_MADE] = {"dump.made", "dump made", 2, FAMILY_ALONE, true},
    [DATING_MEMBER_MTIME] = {"member.mtime", "changed before archiving", 2, FAMILY_ALONE, false},
    [DATING_PATH_DATE] = {"path.date", "date in the name", 3, FAMILY_ALONE, false},
    [DATING_FS_MTIME] = {"fs.mtime", "file changed", 3, FAMILY_ALONE, false},
    [DATING_FS_BTIME] = {"fs.btime", "file made here", 4, FAMILY_ALONE, false},
    [DATING_SEEN_FIRST] = {"seen.first", "first seen by a scan", 1, FAMILY_ALONE, true},
    [DATING_SEEN_COPY] = {"seen.copy", "older copy of the same content", 1, FAMILY_ALONE, true},
};

const DatingInfo *dating_info(Dating d) {
    return &datings[d];
}

int dating_parse(Span word, Dating *ret) {
    for (size_t i = 0; i < N_DATINGS; i++) {
        if (span_is(word, datings[i].name)) {
            *ret = (Dating)i;
            return 0;
        }
    }
    return -EINVAL;
}
