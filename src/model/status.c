/* Status: see status.h. */
#include "model/status.h"

#include <stdio.h>

#include "base/cleanup.h"

static const char *const names[N_STATUSES] = {
    [STATUS_READ] = "read",
    [STATUS_PARTIAL] = "partial",
    [STATUS_LIMIT] = "limit",
    [STATUS_ENCRYPTED] = "encrypted",
    [STATUS_UNSUPPORTED] = "unsupported",
    [STATUS_ERROR] = "error",
    [STATUS_CHANGED] = "changed",
    [STATUS_VANISHED] = "vanished",
    [STATUS_SPECIAL] = "special",
    [STATUS_LINK] = "link",
    [STATUS_OTHER_FILESYSTEM] = "other-filesystem",
    [STATUS_EXCLUDED] = "excluded",
    [STATUS_OFFLINE] = "offline",
};

const char *status_name(StatusKind kind) {
    return names[kind];
}

int status_parse(Span word, StatusKind *ret) {
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        if (span_is(word, names[k])) {
            *ret = k;
            return 0;
        }
    }
    return -EINVAL;
}

Status status_of(StatusKind kind, const char *reason) {
    Status s = {.kind = kind};

    snprintf(s.reason, sizeof(s.reason), "%s", reason ? reason : "");
    return s;
}

Status status_errno(int error) {
    const char *name = strerrorname_np(error);

    return status_of(STATUS_ERROR, name ? name : "unknown");
}

void status_print(const Status *s, char *ret_text, size_t n) {
    if (s->reason[0])
        snprintf(ret_text, n, "%s(%s)", names[s->kind], s->reason);
    else
        snprintf(ret_text, n, "%s", names[s->kind]);
}

bool status_complete(StatusKind kind) {
    switch (kind) {
    case STATUS_READ:
    case STATUS_SPECIAL:
    case STATUS_LINK:
    case STATUS_OTHER_FILESYSTEM:
    case STATUS_EXCLUDED:
    case STATUS_VANISHED:
        return true;
    default:
        return false;
    }
}
