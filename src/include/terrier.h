/*
 * Terrier: finds personal and confidential data in files, and says what it read.
 *
 * Threads: every function may be called from any thread, and several at once, unless its comment
 * says otherwise; objects made by one thread may be used by another, by one at a time. Callbacks
 * run on the thread that made the call. A scan runs in processes of its own, started from the
 * terrier program by posix_spawn: the caller's threads are never forked.
 *
 * Lifetimes: option structures and all they point to are borrowed for the call. Strings handed to
 * a callback are valid until it returns. What a `_new` function gives is freed with its `_free`,
 * which accepts NULL.
 *
 * NULL: a pointer option may be NULL where its comment names a default; `error` arguments may be
 * NULL everywhere. Fill option structures with zeros first: zero is each field's default.
 *
 * Errors: 0 is success and a negative errno value is a failure, with one sentence in `error` that
 * says what was attempted, on what, and what to do. Damaged, encrypted or unreadable input is no
 * failure: it is a status of the object in the run. No found value is ever in a message.
 */
#ifndef TERRIER_H
#define TERRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TERRIER_API __attribute__((visibility("default")))

typedef struct terrier_error {
    int code; /* as returned */
    char text[768];
} terrier_error;

/* Exit codes of the program; terrier_scan() gives the one that its outcome calls for. */
enum {
    TERRIER_EXIT_DONE = 0,
    TERRIER_EXIT_CONDITION = 1,
    TERRIER_EXIT_USAGE = 2,      /* usage, configuration or rules; or no root readable */
    TERRIER_EXIT_INCOMPLETE = 3, /* done, but not everything could be read */
    TERRIER_EXIT_STORE = 4,      /* store, report, ledger or verification failed */
    TERRIER_EXIT_BUSY = 5,
    TERRIER_EXIT_INTERNAL = 6,
};

/* Where output goes: all of the bytes, or a negative errno value that ends the call. */
typedef int (*terrier_write)(void *of, const void *bytes, size_t n);

/* "0.1.0" */
TERRIER_API const char *terrier_version(void);

/* ---- rules ---- */

typedef struct terrier_rules_options {
    const char *const *directories; /* of *.yaml files, read after the built-in ones */
    size_t n_directories;
    const char *const *allow_files; /* allow lists, read after the directories */
    size_t n_allow_files;
    bool no_builtin;
    const char *regions;   /* "US,EU"; NULL: all */
    const char *cache_dir; /* for compiled patterns; NULL: `$XDG_CACHE_HOME/terrier`; "": none */
} terrier_rules_options;

/* Loaded and compiled rules: never changed, to be shared by any number of threads. */
typedef struct terrier_rules terrier_rules;

/* -EINVAL: a rule file is wrong, `file:line:col: ...` in error. */
TERRIER_API int terrier_rules_new(const terrier_rules_options *options, terrier_error *error,
                                  terrier_rules **ret);
TERRIER_API terrier_rules *terrier_rules_free(terrier_rules *rules);

typedef enum terrier_format {
    TERRIER_TEXT,
    TERRIER_JSONL,
    TERRIER_CSV,   /* only where it is said */
    /* from here on of reports only */
    TERRIER_PATHS,
    TERRIER_SARIF,
    TERRIER_OCSF,
    TERRIER_HTML,
    TERRIER_XLSX,
    TERRIER_OSCAL,
} terrier_format;

/* One line a detector: id, category, tier, regions, title; jsonl: {"kind":"detector", ...}. */
TERRIER_API int terrier_rules_list(const terrier_rules *rules, terrier_format format,
                                   terrier_write write, void *of, terrier_error *error);

/* The names of all checksum validators, a line each. */
TERRIER_API int terrier_validators_list(terrier_write write, void *of, terrier_error *error);

/* All that is known of one detector. -ENOENT: there is none of that id. */
TERRIER_API int terrier_rules_show(const terrier_rules *rules, const char *id, terrier_write write,
                                   void *of, terrier_error *error);

typedef struct terrier_check {
    size_t detectors, proofs, failures;
} terrier_check;

/*
 * Proves every example of every detector: as it is, at each window edge, in UTF-16 either way; and
 * that negative examples stay unfound. Each failure is a line to write. Patterns that cost more
 * than the literal-anchored ones are named.
 */
TERRIER_API int terrier_rules_check(const terrier_rules *rules, terrier_write write, void *of,
                                    terrier_check *ret, terrier_error *error);

typedef struct terrier_import_options {
    const char *const *files; /* TOML of gitleaks; YAML of Nosey Parker or Kingfisher */
    size_t n_files;
    const char *directory; /* that detector files go into: not there yet, or empty */
    bool no_builtin;       /* prove them among themselves, not beside the built-in detectors */
} terrier_import_options;

typedef struct terrier_imported {
    size_t rules, whole, part, left; /* in the files; carried over whole, in part; left out */
    size_t lists;                    /* allow lists that were written */
    bool lost;                       /* something of a file as a whole was lost */
} terrier_imported;

/*
 * Rules of other programs as detector files, each of which `terrier rules check` proves. What could
 * not be carried over, and what is to be known of the rest, is a line each to write, with its file
 * and line. -EINVAL: a file cannot be read, and nothing is written.
 */
TERRIER_API int terrier_rules_import(const terrier_import_options *options, terrier_write write,
                                     void *of, terrier_imported *ret, terrier_error *error);

typedef struct terrier_edm_options {
    const char *primary;        /* name of the column whose values are looked for */
    const char *detector;       /* id of the detector that finds such values */
    const char *const *columns; /* names of further ones, at most 8 */
    size_t n_columns;
    const char *output; /* the table; the rule goes to the same name with .yaml behind it */
} terrier_edm_options;

typedef struct terrier_edm_result {
    uint64_t rows, entries;            /* read; written: rows that are the same count once */
    uint64_t left_out, first_left_out; /* rows without a primary value, the line of the first */
    bool key_created;
} terrier_edm_result;

/*
 * A table of exact data match from comma-separated values in fd: keyed hashes only, by a key that
 * is made where there is none. Memory is bounded whatever the number of rows.
 */
TERRIER_API int terrier_edm_build(const terrier_rules *rules, const terrier_edm_options *options,
                                  int fd, terrier_edm_result *ret, terrier_error *error);

/* One value: 1 valid, 0 not, -ENOENT no validator of that name. */
TERRIER_API int terrier_validate(const char *validator, const void *value, size_t n);

/* JSON Lines {"type","value"} from fd; each line comes back with "valid": true, false or null. */
TERRIER_API int terrier_validate_records(int fd, terrier_write write, void *of,
                                         terrier_error *error);

/* ---- detection in text ---- */

typedef enum terrier_level {
    TERRIER_LOW = 1,
    TERRIER_MEDIUM,
    TERRIER_HIGH,
} terrier_level;

typedef struct terrier_detect_options {
    terrier_level min_confidence; /* 0: medium */
    bool codepoints;              /* offsets in code points, not in bytes */
    const char *path;             /* of the input, for allow lists by path; NULL: it has none */
    void *of;
    void (*notice)(void *of, const char *text); /* a sentence: what allow lists kept out */
} terrier_detect_options;

/*
 * Text from fd: a line a hit, `start TAB end TAB type TAB confidence TAB score TAB mask`. Memory is
 * bounded whatever the length.
 */
TERRIER_API int terrier_detect_text(const terrier_rules *rules,
                                    const terrier_detect_options *options, int fd,
                                    terrier_write write, void *of, terrier_error *error);

/*
 * JSON Lines {"id","text"} from fd; a line each comes back, in order:
 * {"id","spans":[{"start","end","type","confidence","score","mask"}]}. Offsets count in the text as
 * JSON decodes it. -EINVAL with the number of the line for one that is no such record.
 */
TERRIER_API int terrier_detect_records(const terrier_rules *rules,
                                       const terrier_detect_options *options, int fd,
                                       terrier_write write, void *of, terrier_error *error);

/*
 * Why each candidate in the file, and in what is inside it, was reported or dropped: the
 * arithmetic, masked values only. program: as in terrier_scan_options.
 */
TERRIER_API int terrier_explain(const terrier_rules *rules, const char *program, const char *path,
                                terrier_write write, void *of, terrier_error *error);

/* ---- scanning ---- */

typedef struct terrier_progress {
    uint64_t files, bytes, hits;
    uint64_t files_ahead; /* counted ahead; 0: not yet known */
    bool ahead_done;      /* files_ahead is the whole */
    unsigned restarts;
    double seconds;       /* since the start */
    int64_t paused_until; /* seconds since 1970, of the quiet hours that hold; 0: it runs */
} terrier_progress;

/* What one file may take when it is opened. Zero: the default. */
typedef struct terrier_limits {
    unsigned archive_depth;   /* objects in objects: 16, 31 at most */
    unsigned archive_filters; /* compressed streams among them: 8 */
    uint64_t archive_entries; /* objects inside one file: 1,000,000 */
    uint64_t archive_output;  /* bytes of them: 10,000 times the file, from 1 GiB to 64 GiB */
    uint64_t hold;            /* bytes of one in memory: 64 MiB; all of a thread: four times that */
    uint64_t worker_memory;   /* bytes of a process that parses, beyond its start: 512 MiB */
    double stall;             /* seconds without a word of a parser: 60 */
    double cpu;               /* seconds that it computes, and again a MiB taken: 20 */
} terrier_limits;

/* Whether everything beneath the roots is counted a second time, by other code than the walk. */
typedef enum terrier_recount {
    TERRIER_RECOUNT_AFTER, /* the scan; what differs is said */
    TERRIER_RECOUNT_BOTH,  /* before it, too */
    TERRIER_RECOUNT_NONE,
} terrier_recount;

typedef enum terrier_back_off {
    TERRIER_BACK_OFF_AUTO, /* from servers: network file systems and FUSE */
    TERRIER_BACK_OFF_ALWAYS,
    TERRIER_BACK_OFF_NEVER,
} terrier_back_off;

/* How gently a scan goes about it. Zero: no limit. */
typedef struct terrier_pace {
    uint64_t rate;             /* bytes a second */
    unsigned iops;             /* reads and opened files a second */
    bool idle;                 /* idle I/O class, lowest priority, pages of small files forgotten */
    double max_load;           /* nothing is read while the machine's load is higher */
    uint64_t max_memory;       /* of all its processes: fewer jobs, then less for parsers */
    terrier_back_off back_off; /* while reads take twice as long as usual */
    const char *const *quiet_hours; /* "mon..fri 08:00-18:00": nothing is read, nothing is open */
    size_t n_quiet_hours;
} terrier_pace;

typedef struct terrier_scan_options {
    const char *const *paths; /* roots: directories or files */
    size_t n_paths;
    const char *program; /* NULL: the installed terrier program */
    const char *store;   /* NULL: `$XDG_STATE_HOME/terrier/terrier.db` */
    terrier_rules_options rules;
    const char *const *include;
    size_t n_include;
    const char *const *exclude;
    size_t n_exclude;
    bool no_default_excludes;
    bool cross_filesystems;
    unsigned max_depth;    /* 0: no limit */
    bool names_on_stdin;   /* --files-from -: names of files, a line each */
    bool names_nul;        /* ended by NUL instead */
    const char *stream;    /* standard input is the content, under this name; NULL: it is not */
    unsigned jobs;         /* 0: one a processor */
    size_t window;         /* bytes; 0: 256 KiB */
    uint64_t shuffle_seed; /* for tests: another order of files */
    terrier_level min_confidence;
    unsigned samples; /* kept of each finding: 1 to 20; 0: 5 */
    double time_box;  /* seconds: a survey of a seeded sample; 0: everything is scanned */
    uint64_t survey_seed;
    terrier_limits limits;
    terrier_pace pace;
    const char *profile;  /* name of the profile that this is a scan of; NULL: none */
    const char *profiles; /* directory with the profiles of this host: what none covers is noted */
    const char *when;     /* of the profile: slots that were missed are noted; NULL: not known */
    bool only_news;       /* of a profile: exit code 0 where all that is unread was so before */
    const char *const *fail_on; /* conditions: exit code 1 where one holds, terrier(1) has them */
    size_t n_fail_on;
    bool require_sandbox; /* refuse where parsers cannot be shut in whole */
    bool fresh;           /* begin anew: nothing interrupted is continued, nothing carried over */
    const char *const *first; /* globs as in include: what matches is read before all else */
    size_t n_first;
    double time_limit; /* seconds: then it pauses, and the same scan again goes on; 0: none */
    bool rescan;       /* read everything, also what did not change since the last scan */
    uint64_t recheck;  /* read one in so many of the files that did not; 0: 1000 */
    bool count_ahead;  /* count objects beside the scan, for terrier_progress.files_ahead */
    unsigned shard, n_shards; /* only this one of so many, from 1; 0: everything */
    terrier_recount recount;
    /* what this host gives to others; NULL: /etc/exports, /etc/exports.d, /etc/samba/smb.conf */
    const char *exports, *exports_directory, *samba;
    const char *anchor_hook; /* a program that gets the ledger's head at the end; NULL: none */
    bool no_selftest;        /* for benches: known values are not sent through the pipeline */
    const char *command;     /* as typed, for the run's header; NULL: none */

    void *of;
    void (*progress)(void *of, const terrier_progress *progress);
    void (*notice)(void *of, const char *text); /* a sentence: a key was made, a scanner was lost */
    /* polled often; true stops the scan, what was done stays in the store. NULL: never */
    bool (*stop)(void *of);
} terrier_scan_options;

typedef struct terrier_scan_result {
    int64_t run; /* number of the run in the store, 0: none was begun */
    int exit;    /* TERRIER_EXIT_... */
    bool stopped;
    bool paused;  /* the time limit was reached: the run goes on with the next scan */
    bool resumed; /* the run had been begun by an earlier scan */
} terrier_scan_result;

/*
 * Scans and stores. The last scan of the same roots and options is continued if it was interrupted;
 * if it ended, what did not change since is carried over from it unread. ret is filled in any case.
 * Negative: the scan could not be done or finished, ret->exit says which exit code that is.
 */
TERRIER_API int terrier_scan(const terrier_scan_options *options, terrier_scan_result *ret,
                             terrier_error *error);

/*
 * What a scan with these options would meet: objects, bytes, denials, skipped mounts, and how long
 * it would take at `rate` bytes a second. Nothing is opened for reading and nothing is stored.
 */
TERRIER_API int terrier_dry_run(const terrier_scan_options *options, double rate,
                                terrier_format format, terrier_write write, void *of,
                                terrier_error *error);

/* The life of a role process; argv as main() got it, argv[1] is "role". Does not return early. */
TERRIER_API int terrier_role(int argc, char **argv);

/* ---- profiles: named scans ---- */

/* What a file in /etc/terrier/scans says (terrier-scan(5)): never changed once it is read. */
typedef struct terrier_profile terrier_profile;

typedef struct terrier_profile_report {
    terrier_format format;
    const char *file;
} terrier_profile_report;

typedef struct terrier_profile_facts {
    const char *name, *file, *directory; /* directory: of the file, where its neighbours are */
    const char *metrics;                 /* file; NULL: none */
    bool syslog;
    const terrier_profile_report *reports; /* written when a scan has ended */
    size_t n_reports;
} terrier_profile_facts;

/*
 * The profile `name` of a directory (NULL: /etc/terrier/scans), or the file `name` where it has a
 * slash or ends in .yaml. -EINVAL: `file:line:col: ...`; -EPERM: others may write to it; -ENOENT.
 */
TERRIER_API int terrier_profile_new(const char *directory, const char *name, terrier_error *error,
                                    terrier_profile **ret);
TERRIER_API terrier_profile *terrier_profile_free(terrier_profile *profile);

/* Valid as long as the profile. */
TERRIER_API const terrier_profile_facts *terrier_profile_about(const terrier_profile *profile);

/* Fills in what the profile says where `to` says nothing; borrows from the profile. */
TERRIER_API void terrier_profile_options(const terrier_profile *profile, terrier_scan_options *to);

/*
 * What stands between a profile and its next scan, on this machine, now: a line each, as
 * terrier_doctor(). Errors are those of terrier_profile_new().
 */
TERRIER_API int terrier_schedule_check(const char *directory, const char *name, terrier_write write,
                                       void *of, size_t *ret_problems, terrier_error *error);

/* NULL is the default everywhere. */
typedef struct terrier_schedule_options {
    const char *directory; /* of profiles: /etc/terrier/scans */
    const char *store;     /* as in terrier_scan_options; a profile's own goes before it */
    const char *program;   /* in units: the installed terrier program */
    const char *user;      /* in units: terrier */
    /* what this host has: /proc/self/mountinfo, /etc/exports, /etc/exports.d, smb.conf */
    const char *mounts, *exports, *exports_directory, *samba;
} terrier_schedule_options;

/*
 * A line a profile: when it is due, its last run, its slots of the last 30 days that were missed,
 * its next slot. A profile that is wrong has a line that says so, and is counted in *ret_wrong.
 */
TERRIER_API int terrier_schedule_list(const terrier_schedule_options *options, terrier_write write,
                                      void *of, size_t *ret_wrong, terrier_error *error);

/* The next `n` slots of a profile, a line each. -ENOENT: it has no `when`. */
TERRIER_API int terrier_schedule_next(const terrier_schedule_options *options, const char *name,
                                      unsigned n, terrier_write write, void *of,
                                      terrier_error *error);

/*
 * The units of a profile: into files of a directory, each named in a line, or all of them to
 * write. cron: only the line for /etc/cron.d.
 */
TERRIER_API int terrier_schedule_units(const terrier_schedule_options *options, const char *name,
                                       const char *output, bool cron, terrier_write write, void *of,
                                       terrier_error *error);

/* Mounts, exports and shares of this host, those first that no profile covers: *ret_uncovered. */
TERRIER_API int terrier_schedule_scope(const terrier_schedule_options *options, terrier_write write,
                                       void *of, size_t *ret_uncovered, terrier_error *error);

/* How a scan ended, as systemd tells a unit that OnFailure= starts; NULL: not told. */
typedef struct terrier_outcome {
    const char *result;                  /* $MONITOR_SERVICE_RESULT */
    const char *exit_code, *exit_status; /* $MONITOR_EXIT_CODE, $MONITOR_EXIT_STATUS */
} terrier_outcome;

/*
 * Tells of a scan that did not end well: one sentence, to write and to the profile's program. The
 * same cause is told once; `clear` forgets it. *ret_told: whether somebody was told.
 */
TERRIER_API int terrier_schedule_alert(const terrier_schedule_options *options, const char *name,
                                       const terrier_outcome *outcome, bool clear,
                                       terrier_write write, void *of, bool *ret_told,
                                       terrier_error *error);

/* The last run of a profile (run 0) as OpenMetrics text. */
TERRIER_API int terrier_metrics(const char *store, const char *profile, int64_t run,
                                terrier_write write, void *of, terrier_error *error);

/* ---- reports ---- */

typedef struct terrier_report_options {
    const char *store; /* NULL: as in terrier_scan_options */
    int64_t run;       /* 0: the last one */
    terrier_format format;
    terrier_level min_confidence; /* 0: all that was stored */
    const char *tier;             /* "restricted": this and above; NULL: all */
    const char *type;             /* glob on detector id or category */
    const char *path;             /* glob on the printed path */
    bool all_objects;             /* else only those not read */
    bool list_findings;           /* text: every finding, not the summary */
    bool null;                    /* paths: each ends in a NUL, not in a newline */
    bool only_new;                /* findings that the run before of its scope did not have */
    bool include_triaged;         /* also those that somebody judged, by terrier_triage_add() */
    bool colour;
} terrier_report_options;

/*
 * -ENOENT: there is no store, or no such run. -ENOTSUP: this build does not write that format.
 * -EILSEQ: paths without `null`, and one of them has a newline in it. What was written before a
 * failure is no report.
 */
TERRIER_API int terrier_report(const terrier_report_options *options, terrier_write write, void *of,
                               terrier_error *error);

/*
 * Whether one of the conditions holds of a run (0: the last): its text in *ret, borrowed from
 * `conditions`; NULL: none. -EINVAL: one is none, or cannot be asked of that run.
 */
TERRIER_API int terrier_conditions(const char *store, int64_t run, const char *const *conditions,
                                   size_t n, const char **ret, terrier_error *error);

typedef enum terrier_inventory_format {
    TERRIER_INVENTORY_TEXT,
    TERRIER_INVENTORY_CSV,
    TERRIER_INVENTORY_JSONL,
    TERRIER_INVENTORY_XLSX,
} terrier_inventory_format;

typedef struct terrier_inventory_options {
    const char *store; /* NULL: as in terrier_scan_options */
    int64_t run;       /* 0: the last */
    const char *map;   /* a file of format asset-map/1; NULL: nothing is declared */
    terrier_inventory_format format;
    bool colour; /* in text */
} terrier_inventory_options;

/*
 * The data assets of a run, one row each: what is in it, whose it is, who may read it, how much of
 * it was looked at, and what the map declares. -ENOENT: there is no store, or no such run; -EINVAL:
 * the map is wrong; -ENOTSUP: XLSX, and Terrier was built without libxlsxwriter.
 */
TERRIER_API int terrier_inventory(const terrier_inventory_options *options, terrier_write write,
                                  void *of, terrier_error *error);

/*
 * Reads an inventory in CSV or XLSX back, that people have filled in, and writes the map that it
 * then is: assets of options->map with what was changed, and new ones for rows in which something
 * was filled in. -EINVAL with row and column: a measured column was changed, or the file is no
 * inventory of this run; nothing is written then.
 */
TERRIER_API int terrier_inventory_import(const terrier_inventory_options *options, const char *file,
                                         terrier_write write, void *of, terrier_error *error);

/* A map of the assets that a run has, to be completed. Options as above, without a map. */
TERRIER_API int terrier_assets_init(const terrier_inventory_options *options, terrier_write write,
                                    void *of, terrier_error *error);

/* Reads a map and says what is in it, and which of its assets a run has never met. */
TERRIER_API int terrier_assets_check(const terrier_inventory_options *options, terrier_write write,
                                     void *of, terrier_error *error);

typedef struct terrier_runs_options {
    const char *store; /* NULL: as in terrier_scan_options */
    uint64_t most;     /* the last so many; 0: all */
    terrier_format format;
    bool colour;
} terrier_runs_options;

/* The runs of a store, the last first: how each ended, what it counted, what was news in it. */
TERRIER_API int terrier_runs(const terrier_runs_options *options, terrier_write write, void *of,
                             terrier_error *error);

typedef struct terrier_diff_options {
    const char *store;   /* NULL: as in terrier_scan_options */
    int64_t before, run; /* 0 both: the last two that ended and were asked to read the same */
    terrier_format format;
    bool colour;
} terrier_diff_options;

/*
 * What is new, gone, moved or changed in a run, held against an earlier one. Memory is bounded
 * whatever their size. -ENOENT: there is no such run; -EAGAIN: one has not ended, or was pruned.
 */
TERRIER_API int terrier_diff(const terrier_diff_options *options, terrier_write write, void *of,
                             terrier_error *error);

/*
 * All that a run says of what it read, in the one way in which it can be said: JSON Lines sorted by
 * raw locator, without times, durations, numbers of runs, hosts or attempts. Two runs over the same
 * bytes with the same rules and key give the same bytes. store, run: as in terrier_report_options.
 * -ENOENT: there is no store, or no such run; -EAGAIN: the run has not ended.
 */
TERRIER_API int terrier_store_export(const char *store, int64_t run, terrier_write write, void *of,
                                     terrier_error *error);

/*
 * What stands at a locator (terrier-locator(7)), read again from its source: the line with every
 * found value masked, or in clear if `reveal`. program: as in terrier_scan_options, for what is
 * inside a container. -EINVAL: not a locator; -ESRCH: there is no such place now.
 */
TERRIER_API int terrier_show(const terrier_rules *rules, const char *program, const char *locator,
                             bool reveal, terrier_write write, void *of, terrier_error *error);

/* What a judge says of one place. */
enum { TERRIER_YES = 1, TERRIER_NO, TERRIER_UNSURE, TERRIER_STOP };

typedef struct terrier_measure_options {
    const char *store; /* NULL: as in terrier_scan_options */
    int64_t run;       /* 0: the last one */
    const char *type;  /* glob on detector id or category; NULL: all */
    unsigned size;     /* places drawn; 0: 50 */
    uint64_t seed;
    const char *program; /* as in terrier_scan_options */
    bool reveal;         /* by terrier_reveal(): each is written to the ledger */
    void *of;
    /* what stands at one place, for a person; `there`: it could be read again, and is asked about
     */
    int (*judge)(void *of, const char *shown, bool there);
    /* a line of JSON: place, detector, answer; NULL: not wanted */
    terrier_write answer;
} terrier_measure_options;

/*
 * How many findings of a stored run are right: draws places, has each judged, and writes the
 * estimate by type. -ENOENT: no store, no such run, or no finding of that type.
 */
TERRIER_API int terrier_rules_measure(const terrier_rules *rules,
                                      const terrier_measure_options *options, terrier_write write,
                                      void *of, terrier_error *error);

/*
 * The same in clear: who, where and when is first written to the ledger of the store (NULL: as in
 * terrier_scan_options, made where there is none), and nothing is shown where that fails.
 * terrier_show() with `reveal` does this with the default store.
 */
TERRIER_API int terrier_reveal(const terrier_rules *rules, const char *program, const char *store,
                               const char *locator, terrier_write write, void *of,
                               terrier_error *error);

/*
 * What this machine and this user make a scan miss: privileges, sandboxing, optional packages,
 * cache, store. Lines for people; *ret_problems counts those that need action.
 */
TERRIER_API int terrier_doctor(const char *program, const char *store, terrier_write write,
                               void *of, size_t *ret_problems, terrier_error *error);

/* ---- judging a stored run ---- */

typedef struct terrier_assess_options {
    const char *store; /* NULL: as in terrier_scan_options */
    int64_t run;       /* 0: the last one */
    const char *as_of; /* the day for which it is judged, "2026-03-01"; NULL: today, UTC */
    /* rulesets: names of those that Terrier comes with ("soc2"), or files; none: soc2 */
    const char *const *rulesets;
    size_t n_rulesets;
    const char *controls; /* a file of the organisation's controls; NULL: none */
    terrier_format format;
    bool colour;
} terrier_assess_options;

/*
 * Holds rulesets against a stored run, writes the judgement beside it and into the ledger, and
 * prints it. Nothing is read again, and an earlier assessment stays as it was. -EINVAL: a day, a
 * ruleset or the controls are wrong, `file:line:col: ...` where a file is; -EBUSY: a scan is
 * writing; -ENOENT: there is no store, or no such run.
 */
TERRIER_API int terrier_assess(const terrier_assess_options *options, terrier_write write, void *of,
                               terrier_error *error);

/* Loads rulesets, as above, and proves each example of each rule; a line for what fails. */
TERRIER_API int terrier_rulesets_check(const char *const *rulesets, size_t n_rulesets,
                                       terrier_write write, void *of, terrier_check *ret,
                                       terrier_error *error);

/* A file of example controls, to be adapted. -EEXIST: the file is there, and untouched. */
TERRIER_API int terrier_controls_init(const char *file, terrier_error *error);

/*
 * Whether a file of controls is one, and its criteria exist in the rulesets (as above; those that
 * the file alone names are not looked up). Writes a line for each control: what bears on it.
 */
TERRIER_API int terrier_controls_check(const char *file, const char *const *rulesets,
                                       size_t n_rulesets, terrier_write write, void *of,
                                       terrier_error *error);

/* ---- retention ---- */

/* The example policy, to be adapted: YAML of format retention-policy/1. */
TERRIER_API int terrier_policy_example(terrier_write write, void *of, terrier_error *error);

/*
 * Whether a policy holds: a line `file:line:column: ...` for each clash and each example that does
 * not come out, *ret_bad counts them; and `... note: ...` for what should be looked at. rules: what
 * the types that it names are looked up in; NULL: they are not. as_of: "2026-03-01", for what is
 * over by then; NULL: today. -EINVAL: it cannot be read, or as_of is no day.
 */
TERRIER_API int terrier_policy_check(const char *file, const terrier_rules *rules,
                                     const char *as_of, terrier_write write, void *of,
                                     size_t *ret_examples, size_t *ret_bad, terrier_error *error);

typedef struct terrier_retention_options {
    const char *store;     /* NULL: as in terrier_scan_options */
    int64_t run;           /* 0: the last one */
    const char *policy;    /* NULL: $XDG_CONFIG_HOME/terrier/retention.yaml, else the example */
    const char *as_of;     /* "2026-03-01"; NULL: today, in UTC */
    const char *state;     /* only rows of it; NULL: all */
    terrier_format format; /* TERRIER_CSV too */
    bool colour;
} terrier_retention_options;

/*
 * Holds a policy against a stored run and reports what came of it. The judgement is stored, once
 * for the same run, day and file, with an entry in the ledger. *ret_violations: outermost files
 * that are kept for too long, in whole or in part, or were gone too early. -ENOENT: there is no
 * store, or no such run; -EINVAL: the policy cannot be read, or a day or state is none; -EBUSY: a
 * scan is writing.
 */
TERRIER_API int terrier_retention(const terrier_retention_options *options, terrier_write write,
                                  void *of, uint64_t *ret_violations, terrier_error *error);

/* ---- the store's own upkeep ---- */

/* What is in it: runs, objects, findings, entries, bytes. -ENOENT: there is none. */
TERRIER_API int terrier_store_info(const char *store, terrier_format format, terrier_write write,
                                   void *of, terrier_error *error);

/*
 * Whether it is whole: its pages, the sums of its runs, its ledger, its manifests; a line for each
 * thing that is not. *ret_bad counts them.
 */
TERRIER_API int terrier_store_check(const char *store, terrier_write write, void *of,
                                    size_t *ret_bad, terrier_error *error);

typedef struct terrier_prune_options {
    const char *store;
    double keep;        /* seconds: runs that ended longer ago are pruned */
    uint64_t keep_runs; /* but never the last so many; 0: one */
    bool dry_run;       /* only say which */
} terrier_prune_options;

/*
 * Takes objects, findings and facts of old runs away. Their row, sums, manifest and entries stay,
 * and the ledger says what went. -EBUSY: a scan is writing.
 */
TERRIER_API int terrier_store_prune(const terrier_prune_options *options, terrier_write write,
                                    void *of, terrier_error *error);

/*
 * Puts the last run of each store into one new run of the store `into`, made where it is not there:
 * shards of one scan, or several hosts. -EINVAL: they were made with other rules, or a root stands
 * in two that are no shards of each other.
 */
TERRIER_API int terrier_store_merge(const char *into, const char *const *stores, size_t n_stores,
                                    terrier_write write, void *of, terrier_error *error);

/* ---- decisions ---- */

/* A finding is judged where all conditions hold that are given; at least one is. */
typedef struct terrier_triage {
    const char *finding; /* its id, as reports print it: f: and 16 hex digits */
    const char *path;    /* glob on the printed path */
    const char *type;    /* glob on detector id or category */
    const char *asset;   /* id of an asset */
    const char *owner;   /* name or number of a user */
    const char *verdict; /* accepted, false-positive, test-data, ticket */
    const char *reason, *by;
    const char *until; /* the last day on which it holds, 2026-12-31; NULL: it never ends */
} terrier_triage;

/*
 * Puts a decision about findings into a store and its ledger. It says to write which number it has
 * and how many findings of the last runs it judges. -EINVAL: something of it is wrong, or it judges
 * no finding; -ENOENT: there is no store.
 */
TERRIER_API int terrier_triage_add(const char *store, const terrier_triage *entry,
                                   terrier_write write, void *of, terrier_error *error);

/* All decisions about findings, by number; jsonl: what terrier_triage_import() reads. */
TERRIER_API int terrier_triage_list(const char *store, terrier_format format, terrier_write write,
                                    void *of, terrier_error *error);

/* Takes a decision out of the store; that it was there, and why it went, stays in the ledger. */
TERRIER_API int terrier_triage_remove(const char *store, int64_t number, const char *reason,
                                      terrier_write write, void *of, terrier_error *error);

/*
 * Puts decisions from JSON Lines in fd into a store, all or none; those that stand there already
 * are left out. -EINVAL with the number of the line.
 */
TERRIER_API int terrier_triage_import(const char *store, int fd, terrier_write write, void *of,
                                      terrier_error *error);

typedef struct terrier_gap {
    const char *path; /* glob on the printed path */
    const char *reason, *by;
    const char *until; /* the last day on which it holds, 2026-12-31 */
} terrier_gap;

/*
 * Decides that objects may stay unread, in the place of an earlier decision about the same glob.
 * -EINVAL: something of it is wrong, or no object of the last runs is one.
 */
TERRIER_API int terrier_gaps_accept(const char *store, const terrier_gap *gap, terrier_write write,
                                    void *of, terrier_error *error);
TERRIER_API int terrier_gaps_list(const char *store, terrier_format format, terrier_write write,
                                  void *of, terrier_error *error);
/* -ENOENT: there is no decision about that glob. */
TERRIER_API int terrier_gaps_remove(const char *store, const char *path, const char *reason,
                                    terrier_write write, void *of, terrier_error *error);

/* ---- evidence ---- */

typedef struct terrier_ledger_options {
    const char *store; /* NULL: as in terrier_scan_options */
    terrier_format format;
    const char *kind;    /* list: only entries of this kind; NULL: all */
    const char *profile; /* period: only runs of this profile; NULL: all */
    /* "2026-03-01" or "2026-03-01T12:00:00Z", UTC; NULL: no bound. `to` itself is not in it */
    const char *from, *to;
} terrier_ledger_options;

/* The entries of the ledger, oldest first; jsonl: the lines of ledger.jsonl. */
TERRIER_API int terrier_ledger_list(const terrier_ledger_options *options, terrier_write write,
                                    void *of, terrier_error *error);

/*
 * The runs of a period: planned, begun, ended, missed; and each change of scope, rules, policy,
 * parameters or program from one to the next. -EINVAL: a bound is no date.
 */
TERRIER_API int terrier_ledger_period(const terrier_ledger_options *options, terrier_write write,
                                      void *of, terrier_error *error);

/*
 * Draws `size` rows of a file of rows, a line each, in the order of SHA-256(seed || number of the
 * row): who has the file and the seed draws the same. header: the first line is no row.
 */
TERRIER_API int terrier_sample(const char *population, uint64_t size, const char *seed, bool header,
                               terrier_write write, void *of, terrier_error *error);

/*
 * Whether files are what was sealed: a line each, which names the first record or bytes that are
 * not. key: a public key in PEM; NULL: that of this user, else the one beside the file, which is
 * said. *ret_bad counts files that do not hold. A ledger, a manifest, any file with a seal beside
 * it, a store.
 */
TERRIER_API int terrier_verify(const char *const *files, size_t n_files, const char *key,
                               terrier_write write, void *of, size_t *ret_bad,
                               terrier_error *error);

/* Puts a seal beside a file: FILE.seal and FILE.seal.sig. */
TERRIER_API int terrier_seal(const char *file, terrier_error *error);

/* The keys of this user: kind, id, file; a line each. */
TERRIER_API int terrier_key_list(terrier_write write, void *of, terrier_error *error);

/*
 * Makes a key ("token", "tombstone", "seal"), in the place of the one there is, which is kept; the
 * ledger of the store, where there is one, says so. lost: why the key before is gone, if it is.
 */
TERRIER_API int terrier_key_new(const char *kind, const char *store, const char *lost,
                                terrier_write write, void *of, terrier_error *error);

#ifdef __cplusplus
}
#endif

#endif
