/* Plan: see plan.h. Sender and receiver are the same build; the frame is checked all the same. */
#include "scan/plan.h"

#include "base/wire.h"

#define MIB (UINT64_C(1) << 20)

enum {
    LOAD_UNIT = 1000, /* a load travels in thousandths */
    /* MiB of processes that read and keep, without what parsers and held units take; measured */
    MEMORY_BASE = 192,
    MEMORY_JOB = 16, /* of one thread: buffers and what it found */
    HOLDS = 5,       /* units that one thread may hold: its own, and four that wait (worker.c) */
    HOLD_USUAL = 64,
    WORKER_USUAL = 512,
    HOLD_LEAST = 4,
    WORKER_LEAST = 64,
};

/* ---- memory ---- */

static uint64_t memory_of_job(uint64_t hold, uint64_t worker) {
    return MEMORY_JOB * MIB + HOLDS * hold + worker;
}

int plan_fit(Plan *p, uint64_t memory, uint64_t *ret_least) {
    uint64_t hold = p->limits.extract.hold ? p->limits.extract.hold : HOLD_USUAL * MIB;
    uint64_t worker = p->limits.worker_memory ? p->limits.worker_memory : WORKER_USUAL * MIB;
    uint64_t jobs, left = memory > MEMORY_BASE * MIB ? memory - MEMORY_BASE * MIB : 0;

    *ret_least = MEMORY_BASE * MIB + memory_of_job(HOLD_LEAST * MIB, WORKER_LEAST * MIB);
    if (memory < *ret_least)
        return -E2BIG;
    jobs = left / memory_of_job(hold, worker);
    if (jobs) {
        if (p->jobs > jobs)
            p->jobs = (uint32_t)jobs;
        return 0;
    }
    /* one, and a worker gets two thirds of it */
    left -= MEMORY_JOB * MIB;
    p->jobs = 1;
    if (worker > left * 2 / 3)
        worker = left * 2 / 3 > WORKER_LEAST * MIB ? left * 2 / 3 : WORKER_LEAST * MIB;
    if (hold > (left - worker) / HOLDS)
        hold = (left - worker) / HOLDS;
    p->limits.extract.hold = hold;
    p->limits.worker_memory = worker;
    return 0;
}

/* ---- the frame ---- */

/* With its NUL, so that the receiver may use it in place. */
static void put_text(Buf *b, const char *text) {
    wire_put_span(b, span(text ? text : "", (text ? strlen(text) : 0) + 1));
}

static void put_texts(Buf *b, const char **texts, size_t n) {
    wire_put_u64(b, n);
    for (size_t i = 0; i < n; i++)
        put_text(b, texts[i]);
}

static void put_limits(Buf *b, const PlanLimits *l) {
    wire_put_u64(b, l->extract.depth);
    wire_put_u64(b, l->extract.filters);
    wire_put_u64(b, l->extract.entries);
    wire_put_u64(b, l->extract.output);
    wire_put_u64(b, l->extract.hold);
    wire_put_u64(b, l->worker_memory);
    wire_put_i64(b, l->stall_ns);
    wire_put_i64(b, l->cpu_ns);
}

static void put_pace(Buf *b, const PlanPace *p) {
    wire_put_u64(b, p->rate);
    wire_put_u64(b, p->iops);
    wire_put_u64(b, (uint64_t)(p->load * LOAD_UNIT));
    wire_put_u64(b, p->back_off);
    wire_put_u64(b, p->idle);
}

void plan_put(Buf *b, const Plan *p) {
    put_texts(b, p->roots, p->n_roots);
    put_texts(b, p->rule_directories, p->n_rule_directories);
    put_texts(b, p->allow_files, p->n_allow_files);
    wire_put_u64(b, p->no_builtin);
    put_text(b, p->regions);
    put_text(b, p->cache);
    put_texts(b, p->include, p->n_include);
    put_texts(b, p->exclude, p->n_exclude);
    wire_put_u64(b, p->n_own);
    for (size_t i = 0; i < p->n_own; i++) {
        wire_put_u64(b, p->own[i].dev);
        wire_put_u64(b, p->own[i].ino);
    }
    wire_put_u64(b, p->no_default_excludes);
    wire_put_u64(b, p->cross_filesystems);
    wire_put_u64(b, p->max_depth);
    wire_put_u64(b, p->list);
    wire_put_u64(b, p->list_nul);
    put_text(b, p->stream);
    wire_put_u64(b, p->jobs);
    wire_put_u64(b, p->window);
    wire_put_u64(b, p->shuffle);
    wire_put_u64(b, p->floor);
    wire_put_u64(b, p->samples);
    wire_put_u64(b, p->survey);
    wire_put_u64(b, p->survey_seed);
    wire_put_i64(b, p->survey_ns);
    put_limits(b, &p->limits);
    put_pace(b, &p->pace);
    wire_put_u64(b, p->count_ahead);
    wire_put_u64(b, p->no_selftest);
    wire_put_u64(b, p->restarted);
    wire_put_u64(b, p->n_suspects);
    for (size_t i = 0; i < p->n_suspects; i++) {
        wire_put_u64(b, p->suspects[i].root);
        wire_put_span(b, p->suspects[i].path);
    }
    wire_put_span(b, p->edm_keys);
    wire_put_span(b, span(p->secret, sizeof(p->secret)));
}

static const char *get_text(Wire *w) {
    Span s = wire_span(w);

    if (s.n == 0 || memchr(s.at, 0, s.n) != s.at + s.n - 1) {
        w->failed = true;
        return "";
    }
    return (const char *)s.at;
}

static const char **get_texts(Wire *w, size_t *ret_n) {
    uint64_t n = wire_u64(w);
    const char **texts;

    *ret_n = 0;
    if (w->failed || n > (size_t)(w->end - w->at)) {
        w->failed = true;
        return NULL;
    }
    texts = calloc(n + 1, sizeof(*texts));
    if (!texts) {
        w->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        texts[i] = get_text(w);
    *ret_n = n;
    return texts;
}

static void get_own(Wire *w, Plan *p) {
    uint64_t n = wire_u64(w);

    if (w->failed || n > (size_t)(w->end - w->at) || !(p->own = calloc(n + 1, sizeof(*p->own)))) {
        w->failed = true;
        return;
    }
    for (p->n_own = 0; p->n_own < n; p->n_own++) {
        p->own[p->n_own].dev = wire_u64(w);
        p->own[p->n_own].ino = wire_u64(w);
    }
}

static void get_suspects(Wire *w, Plan *p) {
    uint64_t n = wire_u64(w);

    if (n > PLAN_SUSPECTS_MAX)
        w->failed = true;
    for (p->n_suspects = 0; !w->failed && p->n_suspects < n; p->n_suspects++) {
        p->suspects[p->n_suspects].root = (uint32_t)wire_u64(w);
        p->suspects[p->n_suspects].path = wire_span(w);
    }
}

static void get_limits(Wire *w, PlanLimits *ret) {
    ret->extract.depth = (unsigned)wire_u64(w);
    ret->extract.filters = (unsigned)wire_u64(w);
    ret->extract.entries = wire_u64(w);
    ret->extract.output = wire_u64(w);
    ret->extract.hold = wire_u64(w);
    ret->worker_memory = wire_u64(w);
    ret->stall_ns = wire_i64(w);
    ret->cpu_ns = wire_i64(w);
}

static void get_pace(Wire *w, PlanPace *ret) {
    uint64_t back_off;

    ret->rate = wire_u64(w);
    ret->iops = (uint32_t)wire_u64(w);
    ret->load = (double)wire_u64(w) / LOAD_UNIT;
    back_off = wire_u64(w);
    ret->idle = wire_u64(w);
    w->failed |= back_off > BACK_OFF_NEVER;
    ret->back_off = (BackOff)back_off;
}

int plan_get(Span frame, Plan *ret) {
    Wire w = wire_of(frame);
    Plan p = {0};
    Span secret;

    p.roots = get_texts(&w, &p.n_roots);
    p.rule_directories = get_texts(&w, &p.n_rule_directories);
    p.allow_files = get_texts(&w, &p.n_allow_files);
    p.no_builtin = wire_u64(&w);
    p.regions = get_text(&w);
    p.cache = get_text(&w);
    p.include = get_texts(&w, &p.n_include);
    p.exclude = get_texts(&w, &p.n_exclude);
    get_own(&w, &p);
    p.no_default_excludes = wire_u64(&w);
    p.cross_filesystems = wire_u64(&w);
    p.max_depth = (uint32_t)wire_u64(&w);
    p.list = wire_u64(&w);
    p.list_nul = wire_u64(&w);
    p.stream = get_text(&w);
    p.jobs = (uint32_t)wire_u64(&w);
    p.window = (uint32_t)wire_u64(&w);
    p.shuffle = wire_u64(&w);
    p.floor = (Level)wire_u64(&w);
    p.samples = (uint32_t)wire_u64(&w);
    p.survey = wire_u64(&w);
    p.survey_seed = wire_u64(&w);
    p.survey_ns = wire_i64(&w);
    get_limits(&w, &p.limits);
    get_pace(&w, &p.pace);
    p.count_ahead = wire_u64(&w);
    p.no_selftest = wire_u64(&w);
    p.restarted = wire_u64(&w);
    get_suspects(&w, &p);
    p.edm_keys = wire_span(&w);
    secret = wire_span(&w);
    if (!wire_done(&w) || secret.n != sizeof(p.secret) || p.floor >= N_LEVELS ||
        p.samples > FINDING_SAMPLES_MAX) {
        plan_done(&p);
        return -EBADMSG;
    }
    memcpy(p.secret, secret.at, sizeof(p.secret));
    *ret = p;
    return 0;
}

void plan_done(Plan *p) {
    free(p->roots);
    free(p->rule_directories);
    free(p->allow_files);
    free(p->include);
    free(p->exclude);
    free(p->own);
    explicit_bzero(p->secret, sizeof(p->secret));
    *p = (Plan){0};
}
