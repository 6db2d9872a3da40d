/*
 * Profile: a named scan: which roots, by which rules, how gently, when, and what is written after.
 *
 * One YAML file, `format: scan/1`, in a directory of its own (/etc/terrier/scans). Its name is that
 * of the file without `.yaml`, since units, metrics and the history of its runs are named by it.
 * It names a program that is run and files that are written, so it must belong to root or to who
 * reads it, and nobody else may write to it. terrier-scan(5) has every key.
 *
 * Strings live in the profile's arena. Frozen once read; any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/calendar.h"
#include "base/error.h"
#include "model/finding.h"

#define PROFILE_FORMAT    "scan/1"
#define PROFILE_DIRECTORY "/etc/terrier/scans"

enum { PROFILE_HOURS_MAX = 8, PROFILE_NAME_MAX = 64, PROFILES_MAX = 1000 };

typedef struct Texts {
    const char **at;
    size_t n;
} Texts;

/* Written when a scan has ended, in place of the one before. */
typedef struct ProfileReport {
    size_t format; /* 0 text, 1 jsonl */
    const char *file;
} ProfileReport;

/* 0: the default. */
typedef struct ProfileLimits {
    unsigned jobs, iops, archive_depth, archive_filters, archive_entries;
    uint64_t rate, memory, archive_output, hold, worker_memory;
    double load, stall, cpu;
    bool idle;
    size_t back_off; /* 0 auto, 1 always, 2 never */
} ProfileLimits;

typedef struct Profile {
    Arena arena;
    const char *name, *file;
    const char *title; /* "" */
    Texts owners;      /* who is told: names or addresses */
    Texts roots;       /* absolute */
    Texts include, exclude;
    Texts fail_on; /* conditions of --fail-on; what they mean, the store knows */
    bool no_default_excludes, cross_filesystems, require_sandbox;
    unsigned max_depth;
    Texts rules;         /* directories */
    const char *regions; /* "US,EU"; "" for all */
    bool no_builtin;
    Level min_confidence; /* 0: the default */
    unsigned samples;
    ProfileLimits limits;
    Texts quiet_hours; /* each as hours_parse() takes it */
    bool scheduled;    /* `when` is there */
    Calendar when;
    ProfileReport *reports;
    size_t n_reports;
    const char *store, *metrics, *alert; /* absolute; "" for none */
    bool syslog;
} Profile;

/*
 * Reads one file. -EINVAL with `file:line:col: ...`; -EPERM where others may write to it; -ENOENT
 * and other codes of the system; all with a sentence. The caller has profile_done() called.
 */
int profile_read(const char *path, Error *reterr, Profile *ret);
void profile_done(Profile *p);

/* NAME's file in `directory`, or the path itself where it has a slash; the caller frees it. */
char *profile_path(const char *directory, const char *name);

/* The paths of all profiles of a directory, in order; -ENOENT if there is no such directory. */
int profile_list(const char *directory, Arena *a, Error *reterr, Texts *ret);
