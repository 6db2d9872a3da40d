/*
 * Plan: all that a scanner process is told before it starts.
 *
 * Made by the keeper from the caller's options, sent to the scanner once over their socket. It
 * holds no key: the secret in it was derived from one for counting distinct values and recognising
 * equal content, and gives nothing else away. In the scanner everything borrows
 * from the frame it came in.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/sketch.h"
#include "extract/extract.h"
#include "model/finding.h"
#include "source/filter.h"

enum { PLAN_SUSPECTS_MAX = 64 };

typedef struct PlanSuspect {
    uint32_t root;
    Span path;
} PlanSuspect;

/* 0: the default. */
typedef struct PlanLimits {
    ExtractLimits extract;
    uint64_t worker_memory;
    int64_t stall_ns, cpu_ns;
} PlanLimits;

typedef enum BackOff {
    BACK_OFF_AUTO, /* from servers that answer slowly */
    BACK_OFF_ALWAYS,
    BACK_OFF_NEVER,
} BackOff;

/* How gently; 0: no limit. */
typedef struct PlanPace {
    uint64_t rate; /* bytes a second */
    uint32_t iops; /* reads, files and directories opened, a second */
    double load;   /* of the machine, above which nothing is read */
    BackOff back_off;
    bool idle; /* only what nobody else wants: processor, disk, memory for pages */
} PlanPace;

typedef struct Plan {
    const char **roots;
    size_t n_roots;
    /* rules */
    const char **rule_directories;
    size_t n_rule_directories;
    const char **allow_files;
    size_t n_allow_files;
    bool no_builtin;
    const char *regions; /* "" for all */
    const char *cache;   /* directory for compiled databases; "" for none */
    /* what is read */
    const char **include, **exclude, **first;
    size_t n_include, n_exclude, n_first; /* first: what matches is read before all else */
    FileId *own;
    size_t n_own;
    bool no_default_excludes, cross_filesystems;
    uint32_t max_depth;
    uint32_t shard, n_shards; /* this one of so many, from 0; n_shards 0: all is ours */
    bool list;                /* names come on standard input */
    bool list_nul;            /* ended by NUL, not by newline */
    const char *stream;       /* name of what comes on standard input; "" if nothing does */
    /* how */
    uint32_t jobs;
    uint32_t window;
    uint64_t shuffle;
    Level floor;
    uint32_t samples; /* kept of each finding */
    bool survey;
    uint64_t survey_seed;
    int64_t survey_ns; /* time box */
    PlanLimits limits;
    PlanPace pace;
    bool count_ahead; /* a second walk that counts, for the progress line */
    bool known;       /* ask for each file whether it is known already */
    bool no_selftest; /* known values are not sent through: for benches */
    PlanSuspect suspects[PLAN_SUSPECTS_MAX];
    size_t n_suspects;
    Span edm_keys; /* EDM_KEY bytes for each exact match of the rules: of its table alone */
    uint8_t secret[SKETCH_KEYS_BYTES]; /* of distinct counts and content hashes */
} Plan;

/*
 * Makes the plan fit into so many bytes of memory, all processes of the scan together, as far as
 * limits can say it: fewer jobs, then less for each parser. -E2BIG: not even one job fits;
 * *ret_least is what one needs.
 */
int plan_fit(Plan *p, uint64_t memory, uint64_t *ret_least);

/*
 * Whether what stands in that directory, by its path below the root, is of this shard: by XXH64 of
 * the path, so that it does not depend on the walk, the host or the day.
 */
bool plan_shard_has(const Plan *p, Span directory);

void plan_put(Buf *b, const Plan *p);

/* Borrows strings from frame (each is followed by a NUL there); arrays are the plan's own. */
int plan_get(Span frame, Plan *ret);
void plan_done(Plan *p);
