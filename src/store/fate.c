/* Fate: see fate.h. */
#include "store/fate.h"

#include "store/handle.h"

struct FateLook {
    int64_t before, run;
    sqlite3_stmt *object, *root;
    Buf asked; /* path of the root that was asked for last, if any was */
    bool any;
    bool readable; /* what it said */
};

const char *fate_name(Fate f) {
    static const char *const names[N_FATES] = {"gone", "redacted", "rules", "unreadable"};

    return f < N_FATES ? names[f] : "unreadable";
}

int fate_open(Store *s, int64_t before, int64_t run, FateLook **ret) {
    _cleanup_(fate_closep) FateLook *l = calloc(1, sizeof(*l));
    int r;

    if (!l)
        return -ENOMEM;
    l->before = before;
    l->run = run;
    r = sql_prepare(
        s->db,
        "SELECT status, reason, hash FROM object WHERE series = (SELECT series FROM run"
        " WHERE id = ?1) AND root = (SELECT number FROM root WHERE run = ?1 AND path = ?2)"
        " AND path = ?3 AND since <= ?1 AND until > ?1",
        &l->object);
    /* ?2: the root as it was; another file system in its place is another root */
    if (r == 0)
        r = sql_prepare(s->db,
                        "SELECT r.status, r.reason, r.identity <> '' AND q.identity <> ''"
                        " AND r.identity <> q.identity FROM root r LEFT JOIN root q ON q.run = ?2"
                        " AND q.path = r.path WHERE r.run = ?1 AND r.path = ?3",
                        &l->root);
    if (r < 0)
        return r;
    *ret = TAKE(l);
    return 0;
}

FateLook *fate_close(FateLook *l) {
    if (!l)
        return NULL;
    sqlite3_finalize(l->object);
    sqlite3_finalize(l->root);
    buf_done(&l->asked);
    free(l);
    return NULL;
}

/* 1: the run has the object; 0: it has not. */
static int object_find(FateLook *l, Span root, Span path, Status *ret, SideObject *ret_object) {
    Span hash;
    int r;

    sql_bind_int(l->object, 1, l->run);
    sql_bind_blob(l->object, 2, root);
    sql_bind_blob(l->object, 3, path);
    r = sql_step(l->object);
    if (r > 0) {
        *ret = handle_status(l->object, 0);
        hash = sql_blob(l->object, 2);
        ret_object->hashed = hash.n == sizeof(ret_object->hash);
        if (ret_object->hashed)
            memcpy(ret_object->hash, hash.at, hash.n);
    }
    sql_reset(l->object);
    return r;
}

static int root_readable(FateLook *l, Span root, bool *ret) {
    int r = 0;

    if (!l->any || !span_eq(buf_as_span(&l->asked), root)) {
        l->any = false;
        sql_bind_int(l->root, 1, l->run);
        sql_bind_int(l->root, 2, l->before);
        sql_bind_blob(l->root, 3, root);
        r = sql_step(l->root);
        l->readable = r > 0 && status_complete(handle_status(l->root, 0).kind) &&
                      !sqlite3_column_int(l->root, 2);
        sql_reset(l->root);
        buf_clear(&l->asked);
        buf_span(&l->asked, root);
        r = r < 0 ? r : buf_error(&l->asked);
        l->any = r == 0;
    }
    *ret = l->readable;
    return r;
}

/*
 * Whether what stands above the missing object was looked into. A container that is partial for its
 * members' sake lists them, and each says so by itself; a directory has a row only where the walk
 * did not enter it.
 */
static bool was_entered(const Status *s, bool container) {
    if (!container)
        return false;
    return status_complete(s->kind) ||
           (s->kind == STATUS_PARTIAL && strcmp(s->reason, "member") == 0);
}

/* The path one step up, a container or a directory; false at the top. */
static bool step_up(Span *path, bool *ret_container) {
    size_t n = path->n;

    while (n > 0 && path->at[n - 1] != '/' && path->at[n - 1] != 0)
        n--;
    if (n == 0)
        return false;
    *ret_container = path->at[n - 1] == 0;
    *path = span(path->at, n - 1);
    return true;
}

static int missing_find(FateLook *l, Span root, Span path, Fate *ret) {
    bool readable = false, container;
    int r = root_readable(l, root, &readable);

    while (r == 0 && readable && step_up(&path, &container)) {
        SideObject object;
        Status status;

        r = object_find(l, root, path, &status, &object);
        if (r > 0)
            readable = was_entered(&status, container);
        r = r < 0 ? r : 0;
    }
    *ret = readable ? FATE_GONE : FATE_UNREADABLE;
    return r;
}

/*
 * Of a container's own text its members' statuses say nothing; and where pictures were left out
 * before, too, the value was found in what was read then.
 */
static bool was_looked_at(const Status *s, const SideObject *was) {
    if (s->kind != STATUS_PARTIAL)
        return s->kind == STATUS_READ;
    return strcmp(s->reason, "member") == 0 ||
           (strcmp(s->reason, "no-ocr") == 0 && was && was->pictures);
}

static Fate present_fate(const Status *s, const SideObject *was, const SideObject *is,
                         bool sought) {
    bool same = was && was->hashed && is->hashed && memcmp(was->hash, is->hash, 16) == 0;

    if (s->kind != STATUS_READ && status_complete(s->kind))
        return FATE_GONE; /* it vanished, or something else stands there */
    if (!was_looked_at(s, was))
        return FATE_UNREADABLE;
    return same || !sought ? FATE_RULES : FATE_REDACTED;
}

int fate_find(FateLook *l, Span root, Span path, const SideObject *was, bool sought, Fate *ret) {
    SideObject is = {0};
    Status status;
    int r = object_find(l, root, path, &status, &is);

    if (r == 0)
        return missing_find(l, root, path, ret);
    if (r > 0)
        *ret = present_fate(&status, was, &is, sought);
    return r < 0 ? r : 0;
}
