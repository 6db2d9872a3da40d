/* terrier scan PATH... */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "cli/progress.h"

typedef struct ScanValues {
    RulesValues rules;
    const char *store, *output, *files_from, *name;
    TextList include, exclude;
    uint64_t jobs, max_depth, window, shuffle, seed, rate, samples;
    uint64_t archive_depth, archive_filters, archive_entries, archive_output, hold, worker_memory;
    double time_box, stall, cpu;
    const char *anchor_hook, *shard;
    int format, level, color, progress, objects, recount;
    bool no_selftest;
    bool null, no_default_excludes, cross_filesystems, require_sandbox, dry_run, quiet;
    bool fresh, rescan;
    uint64_t recheck;
    double time_limit;
    TextList first;
} ScanValues;

#define AT(member) offsetof(ScanValues, member)

static const Option options[] = {
    {.name = "store",
     .kind = OPTION_TEXT,
     .at = AT(store),
     .argument = "FILE",
     .help = "Keep what is found in FILE; the default is $XDG_STATE_HOME/terrier/terrier.db"},
    {.name = "jobs",
     .letter = 'j',
     .kind = OPTION_NUMBER,
     .at = AT(jobs),
     .argument = "N",
     .help = "Read with N threads; one a processor is the default"},
    {.name = "include",
     .kind = OPTION_LIST,
     .at = AT(include),
     .argument = "GLOB",
     .help = "Read only files that match (as in .gitignore); may be given again"},
    {.name = "exclude",
     .kind = OPTION_LIST,
     .at = AT(exclude),
     .argument = "GLOB",
     .help = "Leave out files and directories that match, and count them; may be given again"},
    {.name = "no-default-excludes",
     .kind = OPTION_FLAG,
     .at = AT(no_default_excludes),
     .help = "Read snapshot, recycle and index directories as well"},
    {.name = "cross-filesystems",
     .kind = OPTION_FLAG,
     .at = AT(cross_filesystems),
     .help = "Enter other file systems mounted beneath; pseudo file systems never"},
    {.name = "max-depth",
     .kind = OPTION_NUMBER,
     .at = AT(max_depth),
     .argument = "N",
     .help = "Go N levels deep; 1 is the entries of PATH itself"},
    {.name = "shard",
     .kind = OPTION_TEXT,
     .at = AT(shard),
     .argument = "I/N",
     .help = "Read only the I-th of N parts of the directories, into a store of its own; terrier "
             "store merge puts them together"},
    {.name = "max-archive-depth",
     .kind = OPTION_NUMBER,
     .at = AT(archive_depth),
     .argument = "N",
     .least = 1,
     .most = 31,
     .help = "Open what is inside a file N levels deep; 16 is the default"},
    {.name = "max-archive-filters",
     .kind = OPTION_NUMBER,
     .at = AT(archive_filters),
     .argument = "N",
     .least = 1,
     .most = 31,
     .help = "Open N compressed streams inside each other; 8 is the default"},
    {.name = "max-archive-entries",
     .kind = OPTION_NUMBER,
     .at = AT(archive_entries),
     .argument = "N",
     .least = 1,
     .most = UINT32_MAX,
     .help = "Read N objects inside one file; 1000000 is the default"},
    {.name = "max-archive-output",
     .kind = OPTION_SIZE,
     .at = AT(archive_output),
     .argument = "BYTES",
     .least = 1,
     .most = UINT64_C(1) << 50,
     .help = "Read so much of what is inside one file; the default is 10000 times its size, "
             "from 1G to 64G"},
    {.name = "max-hold",
     .kind = OPTION_SIZE,
     .at = AT(hold),
     .argument = "BYTES",
     .least = 1,
     .most = UINT64_C(1) << 33,
     .help = "Hold so much of one object inside a file in memory, where its format needs that, and "
             "four times so much of those that wait for a parser; 64M is the default"},
    {.name = "max-worker-memory",
     .kind = OPTION_SIZE,
     .at = AT(worker_memory),
     .argument = "BYTES",
     .least = 64 << 20,
     .most = UINT64_C(1) << 40,
     .help = "Let a process that parses use so much memory; 512M is the default"},
    {.name = "stall-timeout",
     .kind = OPTION_DURATION,
     .at = AT(stall),
     .argument = "TIME",
     .least = 1,
     .most = 86400,
     .help = "Give up an object whose parser says nothing for TIME; 60s is the default"},
    {.name = "cpu-timeout",
     .kind = OPTION_DURATION,
     .at = AT(cpu),
     .argument = "TIME",
     .least = 1,
     .most = 86400,
     .help = "Give up an object whose parser computes for TIME, and TIME more for each MiB that it "
             "took; 20s is the default"},
    {.name = "fresh",
     .kind = OPTION_FLAG,
     .at = AT(fresh),
     .help = "Begin anew: continue no interrupted scan, carry nothing over from an earlier one"},
    {.name = "time-limit",
     .kind = OPTION_DURATION,
     .at = AT(time_limit),
     .argument = "TIME",
     .help = "Pause after TIME (6h): the same scan again goes on, night after night, as one run"},
    {.name = "first",
     .kind = OPTION_LIST,
     .at = AT(first),
     .argument = "GLOB",
     .help = "Read what matches before all else (as in .gitignore); may be given again"},
    {.name = "rescan",
     .kind = OPTION_FLAG,
     .at = AT(rescan),
     .help = "Read every file, also those that did not change since the last scan"},
    {.name = "recheck",
     .kind = OPTION_NUMBER,
     .at = AT(recheck),
     .argument = "N",
     .least = 1,
     .help = "Read one in N of the files that seem unchanged, to find forged time stamps; 1000 is "
             "the default"},
    {.name = "require-sandbox",
     .kind = OPTION_FLAG,
     .at = AT(require_sandbox),
     .help = "Read nothing unless parsers can be shut in by all that terrier knows"},
    {.name = "files-from",
     .kind = OPTION_TEXT,
     .at = AT(files_from),
     .argument = "-",
     .help = "Read the names of the files from standard input, one a line"},
    {.name = "null",
     .letter = '0',
     .kind = OPTION_FLAG,
     .at = AT(null),
     .help = "With --files-from: names end with a NUL byte"},
    {.name = "name",
     .kind = OPTION_TEXT,
     .at = AT(name),
     .argument = "NAME",
     .help = "What standard input is called, where PATH is -"},
    {.name = "dry-run",
     .letter = 'n',
     .kind = OPTION_FLAG,
     .at = AT(dry_run),
     .help = "Only say what there is to read: objects, bytes, denials, mounts left out, time"},
    {.name = "rate",
     .kind = OPTION_SIZE,
     .at = AT(rate),
     .argument = "BYTES",
     .help = "With --dry-run: bytes a second to expect; 500M is the default"},
    {.name = "time-box",
     .kind = OPTION_DURATION,
     .at = AT(time_box),
     .argument = "TIME",
     .help = "Read a seeded sample for TIME (10m): a survey for a first look, never evidence"},
    {.name = "seed",
     .kind = OPTION_NUMBER,
     .at = AT(seed),
     .argument = "N",
     .help = "With --time-box: which sample"},
    {.name = "min-confidence",
     .kind = OPTION_CHOICE,
     .at = AT(level),
     .argument = "low|medium|high",
     .help = "Store these and better; medium is the default"},
    {.name = "samples",
     .kind = OPTION_NUMBER,
     .at = AT(samples),
     .argument = "N",
     .help = "Keep the first N places of each finding, 1 to 20; 5 is the default"},
    {.name = "format",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .argument = "text|jsonl",
     .help = "How the report at the end is printed"},
    {.name = "objects",
     .kind = OPTION_CHOICE,
     .at = AT(objects),
     .argument = "unread|all",
     .help = "Which objects are listed; those not read are the default"},
    OPTIONS_RULES(ScanValues, rules),
    OPTION_OUTPUT(ScanValues, output),
    {.name = "recount",
     .kind = OPTION_CHOICE,
     .at = AT(recount),
     .argument = "after|both|none",
     .help = "Count everything a second time, by other code than the walk, after the scan (the "
             "default) or before it too; the manifest says both numbers"},
    {.name = "anchor-hook",
     .kind = OPTION_TEXT,
     .at = AT(anchor_hook),
     .argument = "PROGRAM",
     .help =
         "At the end give the ledger's head to PROGRAM on standard input, to be kept elsewhere"},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "No notices, no progress, no report in text; the exit code and the store remain"},
    {.name = "color",
     .kind = OPTION_CHOICE,
     .at = AT(color),
     .argument = "auto|always|never",
     .help = "Colour in the text report"},
    {.name = "progress",
     .kind = OPTION_CHOICE,
     .at = AT(progress),
     .argument = "auto|always|never",
     .help = "The progress line on standard error"},
    {.name = "window",
     .kind = OPTION_SIZE,
     .at = AT(window),
     .argument = "BYTES",
     .help = "Bytes read at once; findings do not depend on it",
     .hidden = true},
    {.name = "no-self-test",
     .kind = OPTION_FLAG,
     .at = AT(no_selftest),
     .help = "Send no known values through the pipeline; for benches",
     .hidden = true},
    {.name = "shuffle",
     .kind = OPTION_NUMBER,
     .at = AT(shuffle),
     .argument = "SEED",
     .help = "Read in another order; findings do not depend on it",
     .hidden = true},
};

/* The signal that asked the scan to stop; written by the handler only. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number) {
    stop_signal = number;
}

static bool on_stop(void *of _unused_) {
    return stop_signal != 0;
}

static void on_progress(void *of, const terrier_progress *now) {
    progress_line(of, now);
}

static void on_notice(void *of, const char *text) {
    progress_notice(of, text);
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* argv in a row, for the header of the run. */
static char *command_line(const Call *call) {
    Buf b = {0};

    for (int i = 0; i < call->argc; i++)
        buf_printf(&b, "%s%s", i ? " " : "", call->argv[i]);
    return buf_error(&b) ? NULL : (char *)b.at;
}

static bool from_stdin(const Call *call) {
    return call->n_operands == 1 && strcmp(call->operands[0], "-") == 0;
}

/* "2/8": its first number, or its second; 0 where it is not of that form. */
static unsigned shard_part(const char *text, int which) {
    unsigned part = 0, whole = 0;
    int end = 0;

    if (!text || sscanf(text, "%9u/%9u%n", &part, &whole, &end) != 2 || text[end])
        return 0;
    return which ? whole : part;
}

static terrier_scan_options scan_options(const Call *call, Progress *progress) {
    const ScanValues *v = call->values;
    terrier_scan_options o = {
        .paths = call->operands,
        .n_paths = call->n_operands,
        .program = "/proc/self/exe",
        .store = v->store,
        .rules = rules_options(&v->rules),
        .include = v->include.at,
        .n_include = v->include.n,
        .exclude = v->exclude.at,
        .n_exclude = v->exclude.n,
        .no_default_excludes = v->no_default_excludes,
        .cross_filesystems = v->cross_filesystems,
        .max_depth = (unsigned)v->max_depth,
        .names_on_stdin = v->files_from != NULL,
        .names_nul = v->null,
        .jobs = (unsigned)v->jobs,
        .window = v->window,
        .shuffle_seed = v->shuffle,
        .min_confidence = (terrier_level)v->level,
        .samples = v->samples > 20 ? 21 : (unsigned)v->samples,
        .time_box = v->time_box,
        .survey_seed = v->seed,
        .limits = {.archive_depth = (unsigned)v->archive_depth,
                   .archive_filters = (unsigned)v->archive_filters,
                   .archive_entries = v->archive_entries,
                   .archive_output = v->archive_output,
                   .hold = v->hold,
                   .worker_memory = v->worker_memory,
                   .stall = v->stall,
                   .cpu = v->cpu},
        .require_sandbox = v->require_sandbox,
        .shard = shard_part(v->shard, 0),
        .n_shards = shard_part(v->shard, 1),
        .fresh = v->fresh,
        .first = v->first.at,
        .n_first = v->first.n,
        .time_limit = v->time_limit,
        .rescan = v->rescan,
        .recheck = v->recheck,
        .recount = v->recount ? (terrier_recount)(v->recount - 1) : TERRIER_RECOUNT_AFTER,
        .anchor_hook = v->anchor_hook,
        .no_selftest = v->no_selftest,
        .count_ahead = progress->shown,
        .of = progress,
        .progress = on_progress,
        .notice = on_notice,
        .stop = on_stop,
    };

    if (from_stdin(call)) {
        o.n_paths = 0;
        o.stream = v->name ? v->name : "stdin";
    }
    return o;
}

/* What the options ask for together, or a sentence. */
static int check_values(const Call *call) {
    const ScanValues *v = call->values;

    if (v->files_from && strcmp(v->files_from, "-") != 0)
        return complain(call, TERRIER_EXIT_USAGE,
                        "--files-from reads standard input only: --files-from - < '%s'",
                        v->files_from);
    if (v->shard && !shard_part(v->shard, 1))
        return complain(call, TERRIER_EXIT_USAGE, "--shard '%.40s' is no part, expected 1/4",
                        v->shard);
    if (v->null && !v->files_from)
        return complain(call, TERRIER_EXIT_USAGE, "--null goes with --files-from -");
    if (v->name && !from_stdin(call))
        return complain(call, TERRIER_EXIT_USAGE, "--name goes with -, for standard input");
    if (v->files_from && call->n_operands)
        return complain(call, TERRIER_EXIT_USAGE,
                        "--files-from names the files, so no PATH goes "
                        "with it");
    if (!v->files_from && call->n_operands == 0)
        return complain(call, TERRIER_EXIT_USAGE,
                        "there is nothing to scan: name a directory or a file");
    if (v->first.n && v->include.n)
        return complain(call, TERRIER_EXIT_USAGE,
                        "--first goes without --include: only what matches that is read at all");
    if ((v->first.n || v->time_limit > 0) && (v->files_from || from_stdin(call) || v->time_box > 0))
        return complain(call, TERRIER_EXIT_USAGE,
                        "--first and --time-limit are for scans of directories");
    if (v->time_box > 0 && (v->files_from || from_stdin(call)))
        return complain(call, TERRIER_EXIT_USAGE, "--time-box needs directories to sample from");
    return 0;
}

static int dry_run(const Call *call, const terrier_scan_options *o) {
    const ScanValues *v = call->values;
    terrier_error error = {0};
    Error e = {0};
    Output out;
    int r;

    if (output_open(v->output, &e, &out) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    r = terrier_dry_run(o, v->rate ? (double)v->rate : 500e6,
                        v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT, output_write, &out, &error);
    return output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
}

/* The report of the run just made; exit is what the scan came to. */
static int report(const Call *call, int64_t run, int exit) {
    const ScanValues *v = call->values;
    terrier_report_options o = {.store = v->store,
                                .run = run,
                                .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                                .all_objects = v->objects == 2,
                                .colour = colour_wanted(v->color, v->output)};
    int r = report_print(call, &o, v->output);

    return r ? r : exit;
}

static int scan(const Call *call, terrier_scan_options *o, Progress *progress) {
    const ScanValues *v = call->values;
    char *command = command_line(call);
    terrier_scan_result result;
    terrier_error error = {0};
    int r;

    o->command = command;
    catch_signals();
    r = terrier_scan(o, &result, &error);
    progress_end(progress);
    free(command);
    if (r < 0)
        return complain(call, result.exit, "%s", error.text);
    if (result.stopped) {
        complain(call, 0,
                 "stopped by signal %d; what was read is in run %lld of the store, and the same "
                 "scan again continues it",
                 (int)stop_signal, (long long)result.run);
        return 128 + stop_signal;
    }
    if (result.paused && !result.run)
        return complain(call, result.exit, "--time-limit was over before anything was read");
    if (result.paused)
        complain(call, 0,
                 "paused by --time-limit; what was read is in run %lld of the store, and the same "
                 "scan again goes on",
                 (long long)result.run);
    if (v->quiet && v->format != 2 && !v->output)
        return result.exit;
    return report(call, result.run, result.exit);
}

static int run(const Call *call) {
    const ScanValues *v = call->values;
    Progress progress = {.quiet = v->quiet};
    terrier_scan_options o;
    int exit = check_values(call);

    if (exit)
        return exit;
    progress.shown = v->progress == 2 || (v->progress != 3 && !v->quiet && isatty(STDERR_FILENO));
    o = scan_options(call, &progress);
    return v->dry_run ? dry_run(call, &o) : scan(call, &o, &progress);
}

const Verb verb_scan = {
    .name = "scan",
    .operands = "PATH...",
    .most = SIZE_MAX,
    .summary = "walk, detect, store; a summary at the end",
    .about =
        "Reads every file beneath each PATH, finds personal and confidential data in it, and keeps "
        "what it found and what it could not read in the store. Links are never followed, special "
        "files never opened, other file systems not entered unless asked. Found values are never "
        "stored or printed: a mask shows what they look like, a keyed token says which are the "
        "same. PATH - reads standard input.",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ScanValues),
    .run = run,
};
