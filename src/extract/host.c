/*
 * Host: see host.h.
 *
 * A Joint is one call: the outermost unit and all that is inside it, with what is left of the
 * limits and how deep we stand. A Job is one unit at one worker: the outermost, or one that was
 * handed over; the outermost may also be read here, by a Job without a worker. Jobs nest as units
 * do; an inner one is spooled first, so that a death can be taken back: nothing was passed on. When
 * the spool is full it is, and a death then leaves what came.
 *
 * Functions of a Job's receiver return -EDQUOT when a limit is reached (joint.spent says which) and
 * -EPROTO when the worker may not say this; any other error is the caller's receiver's.
 */
#include "extract/host.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "extract/peer.h"

#define MIB (UINT64_C(1) << 20)

enum {
    STALL_S = 60,
    CPU_S = 20,
    HOLD_MIB = 256,
    SPOOL_MIB = 32,
    RECYCLE = 1000,
    RECYCLE_NARROW = 200,
    HANDOVERS_MAX = 8,      /* one inside the other */
    OTHER_LEAST = 16 << 20, /* bytes of frames without text, whatever the limit of output */
    FRAME_COST = 16,        /* bytes that any frame counts for, beside its payload */
    READ_STEP = 64 << 10,
};

struct Host {
    HostOptions o;
    PeerWatch watch;
    Peer *idle; /* of any place */
    char format[FRAME_WORD_MAX];
};

typedef struct Joint {
    Host *host;
    const Receiver *to;
    ExtractLimits limits;
    uint64_t output, entries, other; /* drawn so far; other: names, facts, columns */
    uint64_t drawn;                  /* output by the count of workers that ended */
    uint64_t held;                   /* bytes of memory files */
    size_t spooled;
    unsigned depth, handovers;
    bool incomplete[EXTRACT_DEPTH_MAX + 2]; /* at each depth: some unit inside was */
    const char *spent;
} Joint;

/* What is handed over: bytes of the unit at hand, and how it ended in its own place. */
typedef struct Handover {
    const Extractor *to;
    int fd; /* memory file; -1 */
    uint64_t size;
    bool over;    /* more than may be held: read as it lies, from now on */
    bool settled; /* `ending` is the unit's */
    Ending ending;
    char format[FRAME_WORD_MAX];
} Handover;

/* A unit to be read in a place. */
typedef struct Errand {
    ExtractPlace place;
    HostFile file;
    ExtractShare share; /* of it */
    const char *format; /* NULL: as it looks */
} Errand;

typedef struct Job {
    Joint *j;
    Peer *peer; /* NULL: read here */
    FrameGate gate;
    Buf name; /* of the unit entered last */
    Handover handover;
    Buf spool; /* frames not passed on yet */
    bool inner, passing;
} Job;

/* ---- life ---- */

int host_new(const HostOptions *o, Host **ret) {
    Host *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    h->o = *o;
    if (!h->o.stall_ns)
        h->o.stall_ns = STALL_S * CLOCK_NS_PER_S;
    if (!h->o.cpu_ns)
        h->o.cpu_ns = CPU_S * CLOCK_NS_PER_S;
    if (!h->o.hold)
        h->o.hold = HOLD_MIB * MIB;
    if (!h->o.spool)
        h->o.spool = SPOOL_MIB * MIB;
    if (!h->o.recycle)
        h->o.recycle = RECYCLE;
    if (!h->o.recycle_narrow)
        h->o.recycle_narrow = RECYCLE_NARROW;
    h->watch = (PeerWatch){.stall_ns = h->o.stall_ns, .cpu_ns = h->o.cpu_ns, .stop = h->o.stop};
    *ret = h;
    return 0;
}

Host *host_free(Host *h) {
    if (!h)
        return NULL;
    while (h->idle) {
        Peer *p = h->idle;

        h->idle = p->next;
        peer_bury(p, NULL, 0);
    }
    free(h);
    return NULL;
}

/* ---- workers ---- */

static int take_peer(Host *h, ExtractPlace place, Peer **ret) {
    for (Peer **p = &h->idle; *p; p = &(*p)->next) {
        if ((*p)->place != place)
            continue;
        *ret = *p;
        *p = (*ret)->next;
        return 0;
    }
    return peer_new(h->o.zygote, place, ret);
}

static void give_back_peer(Host *h, Peer *p) {
    unsigned most = p->place == EXTRACT_FORMAT ? h->o.recycle : h->o.recycle_narrow;

    if (p->jobs >= most || peer_large(p)) {
        peer_bury(p, NULL, 0);
        return;
    }
    p->next = h->idle;
    h->idle = p;
}

/* ---- what a worker says, passed on ---- */

/* Of numbers that may be lies. */
static uint64_t sum(uint64_t a, uint64_t b) {
    uint64_t s;

    return __builtin_add_overflow(a, b, &s) ? UINT64_MAX : s;
}

static int spent(Joint *j, const char *which) {
    if (!j->spent)
        j->spent = which;
    return -EDQUOT;
}

static int draw(Joint *j, uint64_t bytes) {
    if (bytes > j->limits.output - j->output)
        return spent(j, "output");
    j->output += bytes;
    return 0;
}

/* The name is what remains of the unit if it is handed over. */
static int on_enter(void *of, const Entry *e) {
    Job *job = of;
    Joint *j = job->j;

    if (j->entries >= j->limits.entries)
        return spent(j, "entries");
    if (j->depth >= j->limits.depth) /* one too deep is still named, as limit(depth) */
        return -EPROTO;
    j->entries++;
    j->depth++;
    j->incomplete[j->depth] = false;
    buf_clear(&job->name);
    buf_span(&job->name, e->name);
    return buf_error(&job->name) < 0 ? -ENOMEM : j->to->enter(j->to->of, e);
}

/* What the worker cannot know: how units ended that others read, and those inside them. */
static Ending settle(Job *job, const Ending *said) {
    const Joint *j = job->j;
    Handover *h = &job->handover;
    Ending e = *said;

    if (h->settled && (status_complete(e.status.kind) || !status_complete(h->ending.status.kind))) {
        e.status = h->ending.status;
        if (h->ending.format[0])
            e.format = h->ending.format;
        if (h->ending.encoding[0])
            e.encoding = h->ending.encoding;
    }
    if (e.status.kind == STATUS_READ && j->incomplete[j->depth])
        e.status = status_of(STATUS_PARTIAL, "member");
    return e;
}

static void forget_handover(Job *job) {
    Handover *h = &job->handover;

    if (h->to)
        job->j->held -= h->over ? 0 : h->size;
    h->fd = fd_close(h->fd);
    *h = (Handover){.fd = -1};
}

static int on_leave(void *of, const Ending *said) {
    Job *job = of;
    Joint *j = job->j;
    Ending e = settle(job, said);
    int r = j->to->leave(j->to->of, &e);

    forget_handover(job);
    j->depth--;
    j->incomplete[j->depth] |= !status_complete(e.status.kind);
    return r;
}

static int on_part(void *of, PartKind kind, Span name, Encoding encoding) {
    const Job *job = of;

    return job->j->to->part(job->j->to->of, kind, name, encoding);
}

static int on_column(void *of, uint32_t number, Span name) {
    const Job *job = of;

    return job->j->to->column(job->j->to->of, number, name);
}

static int on_text(void *of, const Text *t) {
    const Job *job = of;
    int r = draw(job->j, t->text.n);

    return r < 0 ? r : job->j->to->text(job->j->to->of, t);
}

static int on_run(void *of, uint8_t byte, uint64_t n) {
    const Job *job = of;
    int r = draw(job->j, n);

    return r < 0 ? r : receiver_run(job->j->to, byte, n);
}

static int on_fact(void *of, const Fact *f) {
    const Job *job = of;

    return job->j->to->fact(job->j->to->of, f);
}

static int on_pulse(void *of, uint64_t taken) {
    const Job *job = of;
    const Receiver *to = job->j->to;

    if (!job->peer)
        return flag_get(job->j->host->o.stop) ? -ECANCELED
               : to->pulse                    ? to->pulse(to->of, taken)
                                              : 0;
    peer_took(job->peer, taken);
    return job->inner || !to->pulse ? 0 : to->pulse(to->of, job->peer->taken);
}

static int on_handover(void *of, const Extractor *e, Span bytes);

static const Receiver passing = {.enter = on_enter,
                                 .leave = on_leave,
                                 .part = on_part,
                                 .column = on_column,
                                 .text = on_text,
                                 .run = on_run,
                                 .fact = on_fact,
                                 .handover = on_handover,
                                 .pulse = on_pulse};

/* ---- what is only checked, while it is spooled ---- */

static int no_enter(void *of _unused_, const Entry *e _unused_) {
    return 0;
}

static int no_leave(void *of _unused_, const Ending *e _unused_) {
    return 0;
}

static int no_part(void *of _unused_, PartKind k _unused_, Span s _unused_, Encoding e _unused_) {
    return 0;
}

static int no_column(void *of _unused_, uint32_t number _unused_, Span name _unused_) {
    return 0;
}

static int no_text(void *of _unused_, const Text *t _unused_) {
    return 0;
}

static int no_run(void *of _unused_, uint8_t byte _unused_, uint64_t n _unused_) {
    return 0;
}

static int no_fact(void *of _unused_, const Fact *f _unused_) {
    return 0;
}

static int no_handover(void *of _unused_, const Extractor *e _unused_, Span s _unused_) {
    return 0;
}

static const Receiver checking = {.enter = no_enter,
                                  .leave = no_leave,
                                  .part = no_part,
                                  .column = no_column,
                                  .text = no_text,
                                  .run = no_run,
                                  .fact = no_fact,
                                  .handover = no_handover,
                                  .pulse = on_pulse};

/* ---- a job ---- */

static Receiver receiver_of(Job *job, const Receiver *functions) {
    Receiver to = *functions;

    to.of = job;
    return to;
}

static int pass_frame(Job *job, FrameKind kind, Span payload) {
    const Receiver to = receiver_of(job, job->passing ? &passing : &checking);
    Joint *j = job->j;
    int r;

    if (job->passing && kind != FRAME_TEXT && kind != FRAME_HANDOVER) {
        j->other += payload.n + FRAME_COST;
        if (j->other > j->limits.output && j->other > OTHER_LEAST)
            return spent(j, "output");
    }
    r = frame_gate_pass(&job->gate, kind, payload, &to);
    return r == FRAME_E_BAD ? -EPROTO : r;
}

static int reset_gate(Job *job) {
    frame_gate_done(&job->gate);
    return frame_gate_init(&job->gate, job->peer->place, job->j->host->o.own);
}

/* From now on frames are passed on as they come: first those that were kept back. */
static int pass_spool(Job *job) {
    Span left = buf_as_span(&job->spool);
    int r = reset_gate(job);

    job->passing = true;
    while (r == 0 && left.n) {
        size_t n;
        FrameKind kind = (FrameKind)left.at[0];

        memcpy(&n, left.at + 1, sizeof(n));
        r = pass_frame(job, kind, span(left.at + 1 + sizeof(n), n));
        left = span(left.at + 1 + sizeof(n) + n, left.n - 1 - sizeof(n) - n);
    }
    job->j->spooled -= job->spool.n;
    buf_wipe(&job->spool);
    return r;
}

static int keep_frame(Job *job, FrameKind kind, Span payload) {
    size_t before = job->spool.n;

    buf_byte(&job->spool, (uint8_t)kind);
    buf_add(&job->spool, &payload.n, sizeof(payload.n));
    buf_span(&job->spool, payload);
    job->j->spooled += job->spool.n - before;
    return buf_error(&job->spool);
}

static int take_frame(Job *job, FrameKind kind, Span payload) {
    int r = pass_frame(job, kind, payload);

    if (r < 0 || job->passing)
        return r;
    r = keep_frame(job, kind, payload);
    if (r == 0 && (job->gate.ended || job->j->spooled > job->j->host->o.spool))
        r = pass_spool(job);
    return r;
}

/* Listens until the job has ended. 0, PEER_E_DEAD, or negative: all must stop, or joint.spent. */
static int listen(Job *job) {
    while (!job->gate.ended) {
        FrameKind kind;
        Span payload;
        int r = peer_next(job->peer, &job->j->host->watch, &kind, &payload);

        if (r == 0)
            r = take_frame(job, kind, payload);
        if (r == -EPROTO) {
            job->peer->why = "protocol";
            r = PEER_E_DEAD;
        }
        if (r)
            return r;
    }
    return 0;
}

/* What is left of the limits, for a worker that starts now. */
static ExtractLimits limits_left(const Joint *j) {
    ExtractLimits l = j->limits;

    l.depth -= j->depth;
    l.entries -= j->entries;
    l.output -= j->output;
    if (!l.depth)
        l.depth = 1; /* 0 would be the default; the first one too many is counted here */
    if (!l.entries)
        l.entries = 1;
    if (!l.output)
        l.output = 1;
    return l;
}

static int start_job(Job *job, const Errand *u) {
    struct stat st;
    const int fds[FRAME_FDS] = {u->file.fd, u->file.companion};
    FrameJob what = {.name = u->file.name,
                     .size = u->file.size,
                     .companion = u->file.has_companion,
                     .lacks_companion = u->file.lacks_companion,
                     .companion_size = u->file.companion_size,
                     .share = u->share,
                     .limits = limits_left(job->j)};

    if (fstat(u->file.fd, &st) < 0)
        return -errno;
    what.seekable = S_ISREG(st.st_mode);
    if (what.name.n > EXTRACT_NAME_MAX)
        what.name.n = EXTRACT_NAME_MAX;
    snprintf(what.format, sizeof(what.format), "%s", u->format ? u->format : "");
    return peer_give(job->peer, &what, fds);
}

/* The outermost unit of the job ended: what its reader says, or who it was handed over to. */
static void end_job(Job *job, const Ending *said, Ending *ret) {
    *ret = settle(job, said);
    snprintf(job->j->host->format, sizeof(job->j->host->format), "%s", ret->format);
    ret->format = job->j->host->format;
    forget_handover(job);
}

static void done_job(Job *job) {
    forget_handover(job);
    job->j->spooled -= job->spool.n;
    buf_wipe(&job->spool);
    buf_done(&job->name);
    frame_gate_done(&job->gate);
}

/*
 * One unit at one worker. HOST_E_DIED with the word in ret->status; *ret_passed says whether
 * something of it was passed on before. Negative: all must stop, or joint.spent.
 */
static int run_job(Joint *j, const Errand *u, bool inner, bool *ret_passed, Ending *ret) {
    Job job = {.j = j, .inner = inner, .passing = !inner, .handover = {.fd = -1}};
    char why[16], word[STATUS_REASON_MAX];
    int r = take_peer(j->host, u->place, &job.peer);

    if (r < 0)
        return r == -ENOENT ? HOST_E_ABSENT : r;
    buf_span(&job.name, u->file.name);
    r = frame_gate_init(&job.gate, u->place, j->host->o.own);
    if (r == 0)
        r = start_job(&job, u);
    if (r == 0)
        r = listen(&job);
    if (r == 0) {
        end_job(&job, &job.gate.ending, ret);
        j->drawn = sum(j->drawn, job.gate.drawn);
        give_back_peer(j->host, job.peer);
    } else {
        peer_bury(job.peer, why, sizeof(why));
    }
    if (r == PEER_E_DEAD) {
        snprintf(word, sizeof(word), "parser-killed:%s", why);
        *ret = (Ending){.status = status_of(STATUS_ERROR, word), .format = "", .encoding = ""};
        *ret_passed = job.passing;
        r = HOST_E_DIED;
    }
    done_job(&job);
    return r;
}

/* ---- handing over ---- */

static int write_all(int fd, Span s) {
    while (s.n) {
        ssize_t n = write(fd, s.at, s.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        s = span(s.at + n, s.n - (size_t)n);
    }
    return 0;
}

static int pass_bytes(Joint *j, Span bytes, uint64_t offset) {
    const Mark m = {.source = offset};
    int r = draw(j, bytes.n);

    return r < 0 ? r : j->to->text(j->to->of, &(Text){.text = bytes, .marks = &m, .n_marks = 1});
}

/* What is in the memory file, as it lies. */
static int pass_raw(Joint *j, const Handover *h) {
    _cleanup_(free_p) uint8_t *bytes = malloc(READ_STEP);
    uint64_t at = 0;
    int r = bytes ? j->to->part(j->to->of, PART_BYTES, span_of(""), ENCODING_BINARY) : -ENOMEM;

    while (r == 0 && at < h->size) {
        ssize_t n = pread(h->fd, bytes, READ_STEP, (off_t)at);

        if (n <= 0)
            return n < 0 ? -errno : 0;
        r = pass_bytes(j, span(bytes, (size_t)n), at);
        at += (uint64_t)n;
    }
    return r;
}

/* Units that a dead worker left open are closed for it. */
static int close_units(Joint *j, unsigned depth, Status status) {
    const Ending e = {.status = status, .format = "", .encoding = ""};
    int r = 0;

    while (r == 0 && j->depth > depth) {
        r = j->to->leave(j->to->of, &e);
        j->depth--;
        j->incomplete[j->depth] = true;
    }
    return r;
}

static int hand_over(Job *job) {
    Joint *j = job->j;
    Handover *h = &job->handover;
    const Errand u = {.place = h->to->place,
                      .file = {.fd = h->fd, .size = h->size, .name = buf_as_span(&job->name)},
                      .format = h->to->format};
    unsigned depth = j->depth;
    bool passed = false;
    int r = 0;

    j->handovers++;
    for (int tries = 0; tries < 2; tries++) {
        r = run_job(j, &u, true, &passed, &h->ending);
        if (r != HOST_E_DIED || passed)
            break;
    }
    j->handovers--;
    if (r == HOST_E_ABSENT)
        h->ending = (Ending){
            .status = status_of(STATUS_UNSUPPORTED, h->to->format), .format = "", .encoding = ""};
    snprintf(h->format, sizeof(h->format), "%s", r < 0 ? "" : h->ending.format);
    h->ending.format = h->format;
    h->settled = true;
    if (r <= 0)
        return r;
    r = close_units(j, depth, h->ending.status);
    return r < 0 ? r : pass_raw(j, h);
}

/* From now on its bytes are passed as they lie. */
static int read_as_it_lies(Job *job, Status status) {
    Handover *h = &job->handover;
    int r = pass_raw(job->j, h);

    job->j->held -= h->size;
    h->over = true;
    h->fd = fd_close(h->fd);
    h->settled = true;
    h->ending = (Ending){.status = status, .format = "", .encoding = ""};
    return r;
}

/* Each hand-over inside another one holds a worker. */
static int begin_handover(Job *job, const Extractor *e) {
    Handover *h = &job->handover;

    *h = (Handover){.to = e, .fd = -1};
    if (job->j->handovers == HANDOVERS_MAX)
        return read_as_it_lies(job, status_of(STATUS_LIMIT, "depth"));
    h->fd = memfd_create("unit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return h->fd < 0 ? -errno : 0;
}

static int keep_bytes(Job *job, Span bytes) {
    Joint *j = job->j;
    Handover *h = &job->handover;
    int r = 0;

    if (!h->over && bytes.n > j->host->o.hold - j->held)
        r = read_as_it_lies(job, status_of(STATUS_LIMIT, "hold"));
    if (r == 0 && h->over)
        r = pass_bytes(j, bytes, h->size);
    else if (r == 0)
        r = write_all(h->fd, bytes);
    if (r == 0 && !h->over)
        j->held += bytes.n;
    h->size += bytes.n;
    return r;
}

static int on_handover(void *of, const Extractor *e, Span bytes) {
    Job *job = of;
    Handover *h = &job->handover;
    int r = h->to ? 0 : begin_handover(job, e);

    if (r < 0)
        return r;
    if (bytes.n)
        return keep_bytes(job, bytes);
    if (h->over)
        return 0;
    if (fcntl(h->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return -errno;
    return hand_over(job);
}

/* ---- the outermost unit ---- */

static Joint joint_of(Host *h, uint64_t size, const ExtractLimits *limits, const Receiver *to) {
    return (Joint){
        .host = h, .to = to, .limits = extract_limits(limits ? limits : &h->o.limits, size)};
}

/* Errors that only mean that a limit was reached are none. */
static int end_joint(Joint *j, int r, Ending *ret) {
    if (!j->spent || r >= 0)
        return r;
    *ret = (Ending){.status = status_of(STATUS_LIMIT, j->spent), .format = "", .encoding = ""};
    return close_units(j, 0, ret->status);
}

int host_extract(Host *h, ExtractPlace place, const HostFile *file, const ExtractLimits *limits,
                 const Receiver *to, Ending *ret) {
    Joint j = joint_of(h, file->size, limits, to);
    const Errand u = {.place = place, .file = *file};
    Ending e = {.format = "", .encoding = ""};
    bool passed;
    int r = end_joint(&j, run_job(&j, &u, false, &passed, &e), &e);

    if (r == HOST_E_ABSENT)
        e.status = status_of(STATUS_UNSUPPORTED, place_name(place));
    if (r >= 0)
        *ret = e;
    return r;
}

int host_extract_share(Host *h, ExtractPlace place, const HostFile *file, ExtractShare share,
                       const Receiver *to, Ending *ret, HostDrawn *ret_drawn) {
    Joint j = joint_of(h, file->size, NULL, to);
    const Errand u = {.place = place, .file = *file, .share = share};
    Ending e = {.format = "", .encoding = ""};
    bool passed;
    int r = end_joint(&j, run_job(&j, &u, false, &passed, &e), &e);

    if (r >= 0)
        *ret = e;
    *ret_drawn = (HostDrawn){sum(j.output, j.drawn), j.entries, j.other};
    return r;
}

/* In one piece each count starts where the one before ended: here they are added, and none of them
 * can have been more than the sum. */
bool host_limited(const Host *h, uint64_t size, const HostDrawn *drawn) {
    ExtractLimits l = extract_limits(&h->o.limits, size);

    return drawn->output > l.output || drawn->entries > l.entries ||
           (drawn->other > l.output && drawn->other > OTHER_LEAST);
}

int host_read(Host *h, Feed *f, Span name, const ExtractLimits *limits, const Receiver *to,
              Ending *ret) {
    Joint j = joint_of(h, f->size, limits, to);
    Job job = {.j = &j, .passing = true, .handover = {.fd = -1}};
    const Receiver here = receiver_of(&job, &passing);
    const ExtractOptions o = {.to = &here,
                              .place = EXTRACT_ANYWHERE,
                              .own = h->o.own,
                              .limits = j.limits,
                              .size = f->size};
    _cleanup_(extraction_freep) Extraction *x = NULL;
    Ending e = {.format = "", .encoding = ""};
    int r = extraction_new(&o, &x);

    buf_span(&job.name, name);
    if (r == 0)
        r = extraction_run(x, name, f, &e);
    if (r == 0)
        end_job(&job, &e, &e);
    done_job(&job);
    r = end_joint(&j, r, &e);
    if (r == 0)
        *ret = e;
    return r;
}
