/* Worker: see worker.h. */
#include "scan/worker.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "scan/examine.h"
#include "scan/inside.h"
#include "source/acl.h"
#include "source/beneath.h"
#include "source/file.h"

enum {
    HOLDS = 4,         /* units in memory at once, of the largest that may be */
    SURVEY_PIECES = 2, /* of a file in a survey: the rest is not looked at */
    FLOW_AHEAD = 2,    /* windows of a unit made before somebody is free */
};

/* What reading a file's bytes as they lie comes to, if all goes well; units known inside it. */
typedef struct AsRead {
    Status status;
    uint64_t members;
} AsRead;

/* A file in pieces: owned by all who hold a reference; the last one reports it. */
struct Large {
    Ref ref;
    Unit unit;
    Buf path;
    Content content;
    AsRead as_read;
    Counter next;
    Lock lock; /* of total */
    Harvest total;
    Piece *pieces;
};

struct Worker {
    Crew *crew;
    unsigned slot;
    Reader reader;
    Buf path, acl;
    Outbox outbox;
    Host *host;
    Inside *inside;
};

/* ---- the crew's queue ---- */

void crew_fail(Crew *crew, int error) {
    if (counter_get(&crew->failed) == 0)
        counter_add(&crew->failed, (uint64_t)-error);
    flag_set(&crew->stop);
}

static void crew_drop(Crew *crew) {
    if (ref_drop(&crew->open))
        queue_close(&crew->tasks);
}

void crew_finish(Crew *crew) {
    crew_drop(crew);
}

static Task *task_new(Task task) {
    Task *t = calloc(1, sizeof(*t));

    if (t)
        *t = task;
    return t;
}

int crew_put(Crew *crew, Batch *batch) {
    Task *t = task_new((Task){.batch = batch});

    if (!t) {
        batch_free(batch);
        return -ENOMEM;
    }
    ref_take(&crew->open);
    if (queue_put(&crew->tasks, t))
        return 0;
    batch_free(batch);
    free(t);
    return -ECANCELED;
}

/* IntakeHelp.invite */
static bool crew_invite(void *of, Flow *f) {
    Crew *crew = of;
    Task *t = task_new((Task){.flow = f});

    if (!t)
        return false;
    flow_ref(f);
    ref_take(&crew->open);
    if (queue_offer(&crew->tasks, t))
        return true;
    flow_unref(f);
    ref_drop(&crew->open); /* the unit's own task is still open: never the last */
    free(t);
    return false;
}

/* ---- reports ---- */

static int report_status(Worker *w, uint32_t root, Span path, Status status) {
    ObjectReport o = {.root = root, .path = path, .status = status};

    return outbox_object(&w->outbox, &o, NULL, NULL, 0);
}

/* ---- one file ---- */

/* What came of all pieces of a content. */
typedef struct PiecesSum {
    uint64_t bytes;
    int error; /* the first */
    bool rule_limit, shrunk;
} PiecesSum;

static PiecesSum pieces_sum(const Piece *pieces, size_t n) {
    PiecesSum sum = {0};

    for (size_t i = 0; i < n; i++) {
        sum.bytes += pieces[i].bytes;
        sum.rule_limit |= pieces[i].rule_limit;
        sum.shrunk |= pieces[i].shrunk;
        if (!sum.error)
            sum.error = pieces[i].error;
    }
    return sum;
}

static Status pieces_status(const Content *c, const PiecesSum *sum, Status as_read) {
    if (sum->error)
        return status_errno(-sum->error);
    if (sum->shrunk)
        return status_of(STATUS_CHANGED, NULL);
    if (as_read.kind != STATUS_READ)
        return as_read;
    if (sum->rule_limit)
        return status_of(STATUS_PARTIAL, "rule-limit");
    return c->cut ? status_of(STATUS_PARTIAL, "survey") : as_read;
}

static ObjectReport unit_report(const Unit *u, const char *format, const char *encoding) {
    return (ObjectReport){.root = u->root,
                          .path = u->path,
                          .known_meta = true,
                          .meta = u->meta,
                          .format = span_of(format),
                          .encoding = span_of(encoding)};
}

/* Lives in the worker until the next. */
static void report_acl(Worker *w, const Unit *u, ObjectReport *o) {
    if (acl_of(u->fd, &w->acl) < 0)
        o->status = status_errno(ENOMEM);
    o->acl = buf_as_span(&w->acl);
}

/* The file is read; status: what its content alone leads to. */
static int report_pieces(Worker *w, const Unit *u, const Content *c, const Piece *pieces,
                         Harvest *h, AsRead as_read) {
    const char *encoding = c->sniff.kind == SNIFF_TEXT ? encoding_name(c->sniff.encoding) : "";
    ObjectReport o = unit_report(u, c->sniff.format, encoding);
    PiecesSum sum = pieces_sum(pieces, c->n_pieces);

    o.status = pieces_status(c, &sum, as_read.status);
    o.members = as_read.members;
    if (file_changed(&u->meta, u->fd) && !sum.error)
        o.status = status_of(STATUS_CHANGED, NULL);
    if (h->no_memory)
        o.status = status_errno(ENOMEM);
    o.bytes_read = sum.bytes;
    o.hashed = true;
    content_hash(&w->reader, pieces, c->n_pieces, o.hash);
    report_acl(w, u, &o);
    return outbox_object(&w->outbox, &o, h, NULL, 0);
}

static void newlines_of(const Piece *pieces, size_t n, Harvest *h) {
    uint64_t *newlines = calloc(n + 1, sizeof(*newlines));

    h->no_memory |= !newlines;
    for (size_t i = 0; newlines && i < n; i++)
        newlines[i] = pieces[i].newlines;
    if (newlines)
        harvest_settle(h, newlines, n);
    free(newlines);
}

/* ---- large files ---- */

static Large *large_free(Large *l) {
    l->unit.fd = fd_close(l->unit.fd);
    harvest_done(&l->total);
    lock_done(&l->lock);
    buf_done(&l->path);
    free(l->pieces);
    free(l);
    return NULL;
}

static int large_new(const Worker *w, Unit *u, const Content *c, AsRead as_read, Large **ret) {
    Large *l = calloc(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    lock_init(&l->lock);
    ref_init(&l->ref);
    l->unit = *u;
    l->content = *c;
    l->as_read = as_read;
    u->fd = -1;
    buf_span(&l->path, u->path);
    l->unit.path = buf_as_span(&l->path);
    l->pieces = calloc(c->n_pieces, sizeof(*l->pieces));
    if (!l->pieces || buf_error(&l->path) ||
        harvest_init(&l->total, w->crew->engine, w->crew->plan->floor, w->crew->plan->samples) <
            0) {
        large_free(l);
        return -ENOMEM;
    }
    l->total.allow = w->reader.harvest.allow;
    *ret = l;
    return 0;
}

/* Asks others to help, as far as the queue has room: it is the only place they look. */
static void large_invite(const Worker *w, Large *l) {
    uint64_t helpers = l->content.n_pieces - 1;

    for (uint64_t i = 1; i < w->crew->plan->jobs && helpers; i++, helpers--) {
        Task *t = task_new((Task){.large = l});

        if (!t)
            return;
        ref_take(&l->ref);
        ref_take(&w->crew->open);
        if (queue_offer(&w->crew->tasks, t))
            continue;
        ref_drop(&l->ref); /* ours is still there: never the last */
        ref_drop(&w->crew->open);
        free(t);
        return;
    }
}

/* Reads pieces until none is left; the last to leave reports. Takes the reference. */
static int large_work(Worker *w, Large *l) {
    uint64_t number;
    int r = 0;

    w->reader.harvest.allow = l->total.allow;
    journal_begin(w->crew->journal, w->slot, l->unit.root, l->unit.path);
    while ((number = counter_next(&l->next)) < l->content.n_pieces && !flag_get(&w->crew->stop))
        content_read(&w->reader, &l->content, number, &l->pieces[number]);
    lock_hold(&l->lock);
    harvest_merge(&l->total, &w->reader.harvest);
    lock_release(&l->lock);
    harvest_clear(&w->reader.harvest);
    if (ref_drop(&l->ref)) {
        if (!flag_get(&w->crew->stop)) {
            newlines_of(l->pieces, l->content.n_pieces, &l->total);
            r = report_pieces(w, &l->unit, &l->content, l->pieces, &l->total, l->as_read);
        }
        content_close(&l->content);
        large_free(l);
    }
    journal_end(w->crew->journal, w->slot);
    return r;
}

/* ---- questions to the keeper ---- */

static int crew_ask(Crew *crew, MessageKind kind, Span question, uint8_t *ret, size_t n) {
    MessageKind answer;
    Span payload;
    int r;

    lock_hold(&crew->asking);
    r = channel_send(crew->keeper, kind, question);
    if (r == 0)
        r = channel_receive(crew->keeper, &answer, &payload);
    if (r == 0 && (answer != MESSAGE_ANSWER || payload.n != n))
        r = -EBADMSG;
    if (r == 0)
        memcpy(ret, payload.at, n);
    lock_release(&crew->asking);
    return r;
}

/* 1: the content of this inode is ours to read; 0: another name of it was first. */
static int worker_claim(Worker *w, const Unit *u) {
    _cleanup_(buf_done) Buf question = {0};
    uint8_t mine = 0;
    int r;

    wire_put_u64(&question, u->meta.dev);
    wire_put_u64(&question, u->meta.ino);
    wire_put_u64(&question, u->root);
    wire_put_span(&question, u->path);
    r = buf_error(&question);
    if (r == 0)
        r = crew_ask(w->crew, MESSAGE_CLAIM, buf_as_span(&question), &mine, 1);
    return r < 0 ? r : mine;
}

/* File i as it lies there; what is no plain file, or has several names, is to be read. */
static KnownReport file_known(const Batch *b, size_t i, Span path) {
    KnownReport k = {.path = path};
    FileMeta m;

    if (meta_at(b->dir->fd, b->names + b->at[i], &m) < 0 || !S_ISREG(m.mode) || m.nlink != 1 ||
        (b->dir->mount && m.mount != b->dir->mount))
        return k;
    k.mode = m.mode;
    k.nlink = m.nlink;
    k.ino = m.ino;
    k.size = m.size;
    k.mtime = m.mtime;
    k.ctime = m.ctime;
    return k;
}

/* Which files of the batch need not be read, a KnownAnswer for each: an earlier run, or an earlier
 * scanner, has. */
static int worker_known(Worker *w, const Batch *b, uint8_t known[BATCH_FILES_MAX]) {
    _cleanup_(buf_done) Buf question = {0};
    int r;

    wire_put_u64(&question, b->dir->root);
    wire_put_u64(&question, b->n);
    for (size_t i = 0; i < b->n; i++) {
        KnownReport k;

        buf_clear(&w->path);
        batch_path(b, i, &w->path);
        k = file_known(b, i, buf_as_span(&w->path));
        known_put(&question, &k);
    }
    r = buf_error(&question);
    return r < 0 ? r : crew_ask(w->crew, MESSAGE_KNOWN, buf_as_span(&question), known, b->n);
}

/* AllowView.token: the keeper has the key. An answer that does not come is no answer. */
static uint32_t crew_token(void *of, uint16_t detector, Span canonical) {
    _cleanup_(buf_wipe) Buf question = {0};
    uint8_t answer[4] = {0};

    wire_put_u64(&question, detector);
    wire_put_span(&question, canonical);
    if (buf_error(&question) < 0 ||
        crew_ask(of, MESSAGE_TOKEN, buf_as_span(&question), answer, sizeof(answer)) < 0)
        return 0;
    return (uint32_t)answer[0] | (uint32_t)answer[1] << 8 | (uint32_t)answer[2] << 16 |
           (uint32_t)answer[3] << 24;
}

static Span root_path(const Crew *crew, uint32_t root) {
    return root < crew->plan->n_roots ? span_of(crew->roots[root]) : span_of("");
}

/* ---- files ---- */

/* As it lies: its bytes, by all who are free where it is large. */
static int examine_pieces(Worker *w, Unit *u, Content *c, AsRead as_read) {
    Piece piece;
    Large *large;
    int r;

    r = reader_name(&w->reader, &w->reader.harvest, u->path);
    if (r < 0)
        return r;
    if (w->crew->plan->survey && c->n_pieces > SURVEY_PIECES) {
        c->n_pieces = SURVEY_PIECES;
        c->cut = true;
    }
    if (c->n_pieces > 1) {
        r = large_new(w, u, c, as_read, &large);
        if (r < 0)
            return r;
        large_invite(w, large);
        return large_work(w, large);
    }
    content_read(&w->reader, c, 0, &piece);
    newlines_of(&piece, 1, &w->reader.harvest);
    r = report_pieces(w, u, c, &piece, &w->reader.harvest, as_read);
    harvest_clear(&w->reader.harvest);
    return r;
}

static int report_opened(Worker *w, const Unit *u, const Content *c, const Ending *e,
                         const IntakeUnit *opened) {
    ObjectReport o = unit_report(u, e->format, e->encoding);

    o.status = e->status;
    o.bytes_read = e->bytes < u->meta.size ? e->bytes : u->meta.size;
    o.members = opened->members;
    o.hashed = content_digest(&w->reader, c, o.hash) == 0;
    if (opened->harvest.no_memory)
        o.status = status_errno(ENOMEM);
    else if (file_changed(&u->meta, u->fd))
        o.status = status_of(STATUS_CHANGED, NULL);
    else if (opened->rule_limit && o.status.kind == STATUS_READ)
        o.status = status_of(STATUS_PARTIAL, "rule-limit");
    report_acl(w, u, &o);
    return outbox_object(&w->outbox, &o, &opened->harvest, opened->facts, opened->n_facts);
}

/* By its reader; where that cannot be had, or has died twice, as it lies. again: units inside it
 * may have been reported before. */
static int examine_inside(Worker *w, Unit *u, const Neighbour *b, Content *c, const Extractor *e,
                          bool again) {
    IntakeUnit *opened;
    Ending ending;
    int r = inside_open(w->inside, u, b, c, e, again, &ending, &opened);

    if (r == INSIDE_E_RAW) {
        content_join(&w->reader);
        return examine_pieces(w, u, c, (AsRead){ending.status, inside_units(w->inside)});
    }
    return r < 0 ? r : report_opened(w, u, c, &ending, opened);
}

/* ---- archives that are opened in shares ---- */

/* Asks others to help, as far as the queue has room. */
static void shared_invite(const Worker *w, Shared *s) {
    for (unsigned i = 1; i < w->crew->plan->jobs && i < s->n; i++) {
        Task *t = task_new((Task){.shared = s});

        if (!t)
            return;
        ref_take(&s->ref);
        ref_take(&w->crew->open);
        if (queue_offer(&w->crew->tasks, t))
            continue;
        ref_drop(&s->ref); /* ours is still there: never the last */
        ref_drop(&w->crew->open);
        free(t);
        return;
    }
}

static int shared_report(Worker *w, Shared *s) {
    static const Neighbour nothing = {.fd = -1};

    inside_settle(w->inside, s->unit.meta.size, &s->sum);
    return s->sum.apart ? examine_inside(w, &s->unit, &nothing, &s->content, s->reader, true)
                        : report_opened(w, &s->unit, &s->content, &s->sum.ending, &s->sum.unit);
}

/* Opens shares until none is left; the last to leave reports. Takes the reference. */
static int shared_take(Worker *w, Shared *s) {
    int r;

    journal_begin(w->crew->journal, w->slot, s->unit.root, s->unit.path);
    r = reader_at(&w->reader, root_path(w->crew, s->unit.root), s->unit.path);
    r = r < 0 ? r : shared_work(s, w->inside, &w->crew->stop);
    if (r < 0)
        crew_fail(w->crew, r); /* before the last one reports what is not whole */
    if (ref_drop(&s->ref)) {
        if (!flag_get(&w->crew->stop))
            r = shared_report(w, s);
        if (s->unit.fd >= 0)
            content_close(&s->content);
        shared_free(s);
    }
    journal_end(w->crew->journal, w->slot);
    return r;
}

static int examine_shared(Worker *w, Unit *u, const Content *c, const Extractor *e) {
    Shared *s;
    int r = shared_new(u, c, e, &w->reader.harvest, &s);

    if (r < 0)
        return r;
    shared_invite(w, s);
    return shared_take(w, s);
}

static bool may_share(const Worker *w, const Unit *u, const Neighbour *b, const Extractor *e) {
    return w->crew->plan->jobs > 1 && b->fd < 0 && !b->missing &&
           shared_shares(e, u->meta.size) > 1;
}

/* 1: nothing is found in its name, which is looked at as with any file. */
static int name_is_plain(Worker *w, const Unit *u) {
    Harvest *h = &w->reader.harvest;
    bool plain = true;
    int r = reader_name(&w->reader, h, u->path);

    for (size_t i = 0; i < h->n_rows; i++)
        plain &= h->rows[i].below;
    harvest_clear(h);
    return r < 0 ? r : plain;
}

/* 1: the keeper has put it as what has the same content. It is to be read where anything is odd. */
static int worker_same(Worker *w, const Unit *u, const Content *c) {
    _cleanup_(buf_done) Buf question = {0};
    ObjectReport o = unit_report(u, "", "");
    uint8_t put = 0;
    int r = name_is_plain(w, u);

    if (r > 0)
        r = content_digest(&w->reader, c, o.hash) == 0 && !file_changed(&u->meta, u->fd);
    content_join(&w->reader);
    if (r <= 0)
        return r;
    o.hashed = true;
    report_acl(w, u, &o);
    object_put(&question, &o, 0, 0);
    r = buf_error(&question);
    if (r == 0)
        r = crew_ask(w->crew, MESSAGE_SAME, buf_as_span(&question), &put, 1);
    return r < 0 ? r : put;
}

static int examine_content(Worker *w, Unit *u, const Neighbour *b, Content *c, KnownAnswer known) {
    const Extractor *e;
    int r = known == KNOWN_HASH && b->fd < 0 && !b->missing ? worker_same(w, u, c) : 0;

    if (r != 0)
        return r < 0 ? r : 0;
    e = inside_reader(w->inside, u, b, c);
    if (!e)
        return examine_pieces(w, u, c, (AsRead){.status = content_status(c)});
    return may_share(w, u, b, e) ? examine_shared(w, u, c, e)
                                 : examine_inside(w, u, b, c, e, false);
}

static int examine_unit(Worker *w, Unit *u, const Neighbour *b, KnownAnswer known) {
    Content c;
    int r = content_open(&w->reader, u->fd, u->meta.size, w->crew->far[u->root], &c);

    if (r < 0)
        return report_status(w, u->root, u->path, status_errno(-r));
    r = examine_content(w, u, b, &c, known);
    if (u->fd >= 0) /* else others read on */
        content_close(&c);
    return r;
}

/* What stands beside the file and tells what is in it, if its magic says so. */
static Neighbour open_beside(const Batch *b, size_t i) {
    const char *name = companion_name(path_name(batch_name(b, i)));
    Neighbour beside = {.fd = -1};

    if (name && file_open_beside(b, i, name, &beside.fd, &beside.size) == 0 &&
        !companion_looks(beside.fd))
        beside.fd = fd_close(beside.fd);
    beside.missing = name && beside.fd < 0;
    return beside;
}

static int worker_file(Worker *w, const Batch *b, size_t i, KnownAnswer known) {
    Unit u = {.fd = -1};
    Neighbour beside = {.fd = -1};
    Status status;
    int r;

    buf_clear(&w->path);
    batch_path(b, i, &w->path);
    if (buf_error(&w->path))
        return -ENOMEM;
    throttle_wait(w->crew->throttle, 0);
    journal_begin(w->crew->journal, w->slot, b->dir->root, buf_as_span(&w->path));
    r = file_open(b, i, &u, &status);
    if (r == FILE_E_REFUSED) {
        r = report_status(w, b->dir->root, buf_as_span(&w->path), status);
    } else if (r < 0) {
        r = report_status(w, b->dir->root, buf_as_span(&w->path), status_errno(-r));
    } else {
        u.path = buf_as_span(&w->path);
        if (!u.atime_kept && u.root < w->crew->plan->n_roots)
            counter_add(&w->crew->atime_lost[u.root], 1);
        r = u.meta.nlink > 1 ? worker_claim(w, &u) : 1;
        if (r == 1) {
            beside = open_beside(b, i);
            r = reader_at(&w->reader, root_path(w->crew, u.root), u.path);
            r = r < 0 ? r : examine_unit(w, &u, &beside, known);
        }
    }
    fd_close(beside.fd);
    fd_close(u.fd);
    journal_end(w->crew->journal, w->slot);
    return r;
}

/* No file is begun any more: something failed, or the keeper wants the scanner to end. */
static bool crew_ends(const Crew *crew) {
    return flag_get(&crew->stop) || journal_end_asked(crew->journal);
}

static int batch_work(Worker *w, Batch *b) {
    uint8_t known[BATCH_FILES_MAX] = {0};
    int r = w->crew->plan->known ? worker_known(w, b, known) : 0;

    for (size_t i = 0; i < b->n && r == 0 && !crew_ends(w->crew); i++) {
        if (known[i] != KNOWN_HELD)
            r = worker_file(w, b, i, (KnownAnswer)known[i]);
    }
    batch_free(b);
    return r;
}

int worker_batch(Worker *w, Batch *batch) {
    int r = batch_work(w, batch);

    return r < 0 ? r : outbox_flush(&w->outbox);
}

/* A file that only this process sees. */
static int fixture_open(Span bytes, Unit *u) {
    int r;

    u->fd = memfd_create("terrier-fixture", MFD_CLOEXEC);
    if (u->fd < 0)
        return -errno;
    r = file_write(u->fd, bytes);
    return r < 0 ? r : meta_of(u->fd, &u->meta);
}

int worker_fixture(Worker *w, Span name, Span bytes, Buf *ret_reports) {
    Unit u = {.fd = -1, .path = name};
    const Neighbour beside = {.fd = -1};
    int r = outbox_flush(&w->outbox);

    w->outbox.kept = ret_reports;
    reader_plain(&w->reader);
    if (r == 0)
        r = fixture_open(bytes, &u);
    if (r == 0)
        r = examine_unit(w, &u, &beside, KNOWN_READ);
    if (r == 0)
        r = outbox_flush(&w->outbox);
    w->outbox.kept = NULL;
    fd_close(u.fd);
    return r < 0 ? r : buf_error(ret_reports);
}

int worker_stream(Worker *w) {
    Unit u = {.fd = -1, .path = span_of("")};
    IntakeUnit *opened;
    ObjectReport o;
    Ending ending;
    int r;

    journal_begin(w->crew->journal, w->slot, 0, u.path);
    r = reader_at(&w->reader, span_of(w->crew->plan->stream), u.path);
    r = r < 0 ? r
              : inside_stream(w->inside, STDIN_FILENO, span_of(w->crew->plan->stream), &ending,
                              &opened);
    if (r == 0) {
        u.meta = (FileMeta){.size = ending.bytes,
                            .nlink = 1,
                            .mtime = INT64_MIN,
                            .ctime = INT64_MIN,
                            .btime = INT64_MIN};
        o = unit_report(&u, ending.format, ending.encoding);
        o.status = opened->harvest.no_memory ? status_errno(ENOMEM) : ending.status;
        o.bytes_read = ending.bytes;
        o.members = opened->members;
        o.hashed = true;
        memcpy(o.hash, opened->hash, sizeof(o.hash));
        if (opened->rule_limit && o.status.kind == STATUS_READ)
            o.status = status_of(STATUS_PARTIAL, "rule-limit");
        r = outbox_object(&w->outbox, &o, &opened->harvest, opened->facts, opened->n_facts);
    }
    journal_end(w->crew->journal, w->slot);
    return r < 0 ? r : outbox_flush(&w->outbox);
}

/* ---- the thread ---- */

static int worker_host(Crew *crew, Host **ret) {
    const PlanLimits *l = &crew->plan->limits;
    const HostOptions o = {.zygote = crew->zygote,
                           .stop = &crew->stop,
                           .limits = l->extract,
                           .stall_ns = l->stall_ns,
                           .cpu_ns = l->cpu_ns,
                           .hold = HOLDS * l->extract.hold};

    return host_new(&o, ret);
}

int worker_new(Crew *crew, unsigned slot, Worker **ret) {
    _cleanup_(worker_freep) Worker *w = calloc(1, sizeof(*w));
    const IntakeHelp help = {crew, crew->plan->jobs + FLOW_AHEAD, crew_invite};
    int r;

    if (!w)
        return -ENOMEM;
    w->crew = crew;
    w->slot = slot;
    outbox_init(&w->outbox, crew->keeper);
    r = reader_init(&w->reader, crew->engine, crew->plan->window, crew->plan->floor,
                    crew->plan->samples, crew->plan->secret);
    w->reader.harvest.allow.of = crew;
    w->reader.harvest.allow.token = crew_token;
    w->reader.throttle = crew->throttle;
    w->reader.drop_small = crew->plan->pace.idle;
    if (r == 0)
        r = worker_host(crew, &w->host);
    if (r == 0)
        r = inside_new(&(InsideParts){.reader = &w->reader,
                                      .outbox = &w->outbox,
                                      .host = w->host,
                                      .roots = crew->plan->roots,
                                      .help = crew->plan->jobs > 1 ? &help : NULL},
                       &w->inside);
    if (r < 0)
        return r;
    *ret = TAKE(w);
    return 0;
}

Worker *worker_free(Worker *w) {
    if (w) {
        inside_free(w->inside);
        host_free(w->host);
        reader_done(&w->reader);
        buf_done(&w->path);
        buf_done(&w->acl);
        outbox_done(&w->outbox);
        free(w);
    }
    return NULL;
}

void *worker_main(void *of) {
    Worker *w = of;
    int r = 0;

    for (;;) {
        Task *t = queue_try(&w->crew->tasks);

        if (!t) {
            /* nothing to do just now: what was found should not wait */
            r = r < 0 ? r : outbox_flush(&w->outbox);
            t = queue_take(&w->crew->tasks);
        }
        if (!t)
            break;
        if (t->large && r == 0) {
            content_join(&w->reader);
            r = large_work(w, t->large);
        } else if (t->large) {
            if (ref_drop(&t->large->ref))
                large_free(t->large);
        } else if (t->shared && r == 0) {
            content_join(&w->reader);
            r = shared_take(w, t->shared);
        } else if (t->shared) {
            if (ref_drop(&t->shared->ref))
                shared_free(t->shared);
        } else if (t->flow) {
            content_join(&w->reader);
            flow_help(t->flow, &w->reader);
            flow_unref(t->flow);
        } else if (r == 0) {
            r = batch_work(w, t->batch);
        } else {
            batch_free(t->batch);
        }
        free(t);
        if (r < 0)
            crew_fail(w->crew, r);
        crew_drop(w->crew);
    }
    r = r < 0 ? r : outbox_flush(&w->outbox);
    if (r < 0)
        crew_fail(w->crew, r);
    return NULL;
}
