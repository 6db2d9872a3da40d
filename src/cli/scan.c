/* terrier scan PATH... */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cli/eventlog.h"
#include "cli/output.h"
#include "cli/progress.h"

typedef struct ScanValues {
    RulesValues rules;
    const char *store, *output, *files_from, *name, *profile, *profiles, *metrics;
    TextList include, exclude;
    uint64_t jobs, max_depth, window, shuffle, seed, rate, samples;
    uint64_t limit_rate, limit_iops, max_memory;
    uint64_t archive_depth, archive_filters, archive_entries, archive_output, hold, worker_memory;
    double time_box, stall, cpu, max_load;
    const char *anchor_hook, *progress, *shard;
    const char *exports, *exports_directory, *samba;
    TextList quiet_hours;
    int format, level, color, back_off, objects, recount;
    bool no_selftest;
    bool idle, only_news, syslog, null, no_default_excludes, cross_filesystems, require_sandbox,
        dry_run, quiet, fresh, rescan;
    uint64_t recheck;
    double time_limit;
    TextList first, fail_on;
} ScanValues;

#define AT(member) offsetof(ScanValues, member)

static const Option options[] = {
    {.name = "profile",
     .kind = OPTION_TEXT,
     .at = AT(profile),
     .argument = "NAME|FILE",
     .help = "Scan as a profile says, terrier-scan(5); other options go before what it says"},
    {.name = "profiles",
     .kind = OPTION_TEXT,
     .at = AT(profiles),
     .argument = "DIR",
     .help = "Where profiles are; the default is /etc/terrier/scans"},
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
    {.name = "limit-rate",
     .kind = OPTION_SIZE,
     .at = AT(limit_rate),
     .argument = "BYTES",
     .least = 1 << 10,
     .most = UINT64_C(1) << 50,
     .help = "Read so many bytes a second at most, all jobs together"},
    {.name = "limit-iops",
     .kind = OPTION_NUMBER,
     .at = AT(limit_iops),
     .argument = "N",
     .least = 1,
     .most = 10000000,
     .help = "Make N reads a second at most; a file or a directory that is opened counts as one"},
    {.name = "idle",
     .kind = OPTION_FLAG,
     .at = AT(idle),
     .help = "Take only what nobody else wants: the idle I/O class, the lowest priority, and no "
             "memory for pages of small files either"},
    {.name = "back-off",
     .kind = OPTION_CHOICE,
     .at = AT(back_off),
     .argument = "auto|always|never",
     .help = "Pause between reads while they take twice as long as usual; auto: on network file "
             "systems"},
    {.name = "max-load",
     .kind = OPTION_DECIMAL,
     .at = AT(max_load),
     .argument = "LOAD",
     .help = "Read nothing while the load of the last minute is above LOAD"},
    {.name = "max-memory",
     .kind = OPTION_SIZE,
     .at = AT(max_memory),
     .argument = "BYTES",
     .least = 1 << 20,
     .most = UINT64_C(1) << 50,
     .help = "Fit all processes of the scan into BYTES: fewer jobs, then less for parsers"},
    {.name = "quiet-hours",
     .kind = OPTION_LIST,
     .at = AT(quiet_hours),
     .argument = "HOURS",
     .help = "Read nothing and hold nothing open in these hours of local time, such as "
             "08:00-18:00 or mon..fri 08:00-18:00; may be given again"},
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
    {.name = "exports",
     .kind = OPTION_TEXT,
     .at = AT(exports),
     .argument = "FILE",
     .help = "What NFS exports, in place of /etc/exports",
     .hidden = true},
    {.name = "exports-directory",
     .kind = OPTION_TEXT,
     .at = AT(exports_directory),
     .argument = "DIR",
     .help = "In place of /etc/exports.d",
     .hidden = true},
    {.name = "smb-conf",
     .kind = OPTION_TEXT,
     .at = AT(samba),
     .argument = "FILE",
     .help = "What Samba shares, in place of /etc/samba/smb.conf",
     .hidden = true},
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
     .kind = OPTION_TEXT,
     .at = AT(progress),
     .argument = "auto|always|never|json:FD",
     .help = "The progress line on standard error, or a line of JSON twice a second on an open "
             "descriptor"},
    {.name = "metrics",
     .kind = OPTION_TEXT,
     .at = AT(metrics),
     .argument = "FILE",
     .help = "With --profile: write metrics of the run to FILE (0644, whole or not at all), for "
             "the textfile collector of node_exporter"},
    {.name = "fail-on",
     .kind = OPTION_LIST,
     .at = AT(fail_on),
     .argument = "COND",
     .help = "Exit status 1 where COND holds: new, new-gap, tier:TIER, type:GLOB, category:GLOB, "
             "level:LEVEL, joined by + for one finding; may be given again"},
    {.name = "only-news",
     .kind = OPTION_FLAG,
     .at = AT(only_news),
     .help = "With --profile: end with 0 where everything unread was unread in the run before"},
    {.name = "syslog",
     .kind = OPTION_FLAG,
     .at = AT(syslog),
     .help = "Log begin, end and what happens between to the journal of systemd, or to syslog"},
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

/* The signal that asked the scan to stop, how often a status was asked for; by handlers only. */
static volatile sig_atomic_t stop_signal, status_asked;

static void on_signal(int number) {
    stop_signal = number;
}

static void on_status_signal(int number _unused_) {
    status_asked++;
}

/* What the callbacks of a scan are given. */
typedef struct Watch {
    terrier_profile *profile; /* NULL: none */
    Progress progress;
    EventLog log;
    sig_atomic_t status_given;
} Watch;

static bool on_stop(void *of _unused_) {
    return stop_signal != 0;
}

static void on_progress(void *of, const terrier_progress *now) {
    Watch *w = of;

    progress_line(&w->progress, now);
    if (w->status_given != status_asked) {
        w->status_given = status_asked;
        progress_status(&w->progress, now);
    }
}

static void on_notice(void *of, const char *text) {
    Watch *w = of;

    progress_notice(&w->progress, text);
    event_log(&w->log, EVENT_NOTICE, text);
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal}, status = {.sa_handler = on_status_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGUSR1, &status, NULL);
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

static terrier_scan_options scan_options(const Call *call, Watch *watch) {
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
        .pace = {.rate = v->limit_rate,
                 .iops = (unsigned)v->limit_iops,
                 .idle = v->idle,
                 .max_load = v->max_load,
                 .max_memory = v->max_memory,
                 .back_off =
                     v->back_off ? (terrier_back_off)(v->back_off - 1) : TERRIER_BACK_OFF_AUTO,
                 .quiet_hours = v->quiet_hours.at,
                 .n_quiet_hours = v->quiet_hours.n},
        .only_news = v->only_news,
        .fail_on = v->fail_on.at,
        .n_fail_on = v->fail_on.n,
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
        .exports = v->exports,
        .exports_directory = v->exports_directory,
        .samba = v->samba,
        .anchor_hook = v->anchor_hook,
        .no_selftest = v->no_selftest,
        .count_ahead = watch->progress.shown,
        .of = watch,
        .progress = on_progress,
        .notice = on_notice,
        .stop = on_stop,
    };

    if (from_stdin(call)) {
        o.n_paths = 0;
        o.stream = v->name ? v->name : "stdin";
    }
    if (watch->profile)
        terrier_profile_options(watch->profile, &o);
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
    if (v->profile && (v->files_from || call->n_operands))
        return complain(call, TERRIER_EXIT_USAGE,
                        "--profile names the roots, so neither a PATH nor --files-from goes with "
                        "it");
    if ((v->metrics || v->only_news) && !v->profile)
        return complain(call, TERRIER_EXIT_USAGE, "--%s goes with --profile",
                        v->metrics ? "metrics" : "only-news");
    if (v->profiles && !v->profile)
        return complain(call, TERRIER_EXIT_USAGE, "--profiles goes with --profile");
    if (!v->files_from && !v->profile && call->n_operands == 0)
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

/* --progress: a line, or JSON on a descriptor that the caller has opened for it. */
static int progress_wanted(const Call *call, Progress *p) {
    const ScanValues *v = call->values;
    const char *word = v->progress ? v->progress : "auto", *rest = word + 5;
    uint64_t fd;

    if (strcmp(word, "auto") == 0) {
        p->shown = !v->quiet && isatty(STDERR_FILENO);
        return 0;
    }
    p->shown = strcmp(word, "always") == 0;
    if (p->shown || strcmp(word, "never") == 0)
        return 0;
    if (strncmp(word, "json:", 5) != 0 || !quantity_digits(&rest, &fd) || *rest || fd > INT_MAX)
        return complain(call, TERRIER_EXIT_USAGE,
                        "--progress cannot be '%.40s', expected auto, always, never or json:FD",
                        word);
    p->fd = (int)fd;
    if (fcntl(p->fd, F_GETFD) < 0)
        return complain(call, TERRIER_EXIT_USAGE,
                        "--progress json:%d: no such descriptor is open; try json:2, or json:3 "
                        "with 3>FILE",
                        p->fd);
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
static int report(const Call *call, const char *store, int64_t run, int exit) {
    const ScanValues *v = call->values;
    terrier_report_options o = {.store = store,
                                .run = run,
                                .format = v->format == 2 ? TERRIER_JSONL : TERRIER_TEXT,
                                .all_objects = v->objects == 2,
                                .colour = colour_wanted(v->color, v->output)};
    int r = report_print(call, &o, v->output);

    return r ? r : exit;
}

/* Those that the profile asks for; the exit code of the first that cannot be written. */
static int profile_reports(const Call *call, const terrier_profile *profile, const char *store,
                           int64_t run) {
    const terrier_profile_facts *f = profile ? terrier_profile_about(profile) : NULL;
    int exit = 0;

    for (size_t i = 0; f && i < f->n_reports; i++) {
        terrier_report_options o = {.store = store, .run = run, .format = f->reports[i].format};
        int e = report_print(call, &o, f->reports[i].file);

        exit = exit ? exit : e;
    }
    return exit;
}

static int gather(void *of, const void *bytes, size_t n) {
    buf_add(of, bytes, n);
    return buf_error(of);
}

static int write_metrics(const Call *call, const terrier_profile *profile, const char *store,
                         int64_t run) {
    const ScanValues *v = call->values;
    const terrier_profile_facts *f = profile ? terrier_profile_about(profile) : NULL;
    const char *file = v->metrics ? v->metrics : f ? f->metrics : NULL;
    _cleanup_(buf_done) Buf text = {0};
    terrier_error error = {0};
    Error e = {0};

    if (!file)
        return 0;
    if (terrier_metrics(store, f->name, run, gather, &text, &error) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", error.text);
    if (file_replace(file, buf_as_span(&text), 0644, &e) < 0)
        return complain(call, TERRIER_EXIT_STORE, "%s", e.text);
    return 0;
}

static void log_end(Watch *w, int r, const terrier_scan_result *result,
                    const terrier_error *error) {
    char text[128];

    w->log.run = result->run;
    if (r < 0) {
        event_log(&w->log, EVENT_ERROR, error->text);
        return;
    }
    if (result->stopped)
        snprintf(text, sizeof(text), "scan stopped by signal %d", (int)stop_signal);
    else
        snprintf(text, sizeof(text), "scan ended with exit status %d", result->exit);
    event_log(&w->log, result->exit == TERRIER_EXIT_DONE ? EVENT_INFO : EVENT_WARNING, text);
}

static int scan(const Call *call, terrier_scan_options *o, Watch *watch) {
    const ScanValues *v = call->values;
    char *command = command_line(call);
    terrier_scan_result result;
    terrier_error error = {0};
    int r;

    o->command = command;
    catch_signals();
    event_log(&watch->log, EVENT_INFO, "scan begins");
    r = terrier_scan(o, &result, &error);
    progress_end(&watch->progress);
    free(command);
    log_end(watch, r, &result, &error);
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
    r = profile_reports(call, watch->profile, o->store, result.run);
    if (r == 0)
        r = write_metrics(call, watch->profile, o->store, result.run);
    if (r)
        result.exit = r;
    if (result.paused)
        complain(call, 0,
                 "paused by --time-limit; what was read is in run %lld of the store, and the same "
                 "scan again goes on",
                 (long long)result.run);
    if (v->quiet && v->format != 2 && !v->output)
        return result.exit;
    return report(call, o->store, result.run, result.exit);
}

static int open_profile(const Call *call, Watch *w) {
    const ScanValues *v = call->values;
    const terrier_profile_facts *f = NULL;
    terrier_error error = {0};
    int r = 0;

    if (v->profile)
        r = terrier_profile_new(v->profiles, v->profile, &error, &w->profile);
    if (r < 0)
        return complain(call, r == -ENOMEM ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE, "%s",
                        error.text);
    if (w->profile)
        f = terrier_profile_about(w->profile);
    if (v->syslog || (f && f->syslog))
        event_log_open(&w->log, f ? f->name : NULL);
    return 0;
}

static int run(const Call *call) {
    const ScanValues *v = call->values;
    Watch watch = {.progress = {.quiet = v->quiet, .fd = -1}};
    terrier_scan_options o;
    int exit = check_values(call);

    if (exit == 0)
        exit = progress_wanted(call, &watch.progress);
    if (exit)
        return exit;
    exit = open_profile(call, &watch);
    if (exit)
        return exit;
    o = scan_options(call, &watch);
    exit = v->dry_run ? dry_run(call, &o) : scan(call, &o, &watch);
    event_log_close(&watch.log);
    terrier_profile_free(watch.profile);
    return exit;
}

const Verb verb_scan = {
    .name = "scan",
    .operands = "[PATH...]",
    .most = SIZE_MAX,
    .summary = "walk, detect, store; a summary at the end",
    .about =
        "Reads every file beneath each PATH, finds personal and confidential data in it, and keeps "
        "what it found and what it could not read in the store. Links are never followed, special "
        "files never opened, other file systems not entered unless asked. Found values are never "
        "stored or printed: a mask shows what they look like, a keyed token says which are the "
        "same. PATH - reads standard input, once and in order: text, tar and compressed streams of "
        "any "
        "length; anything else, a zip or a document, must fit into four times --max-hold, or its "
        "bytes "
        "are searched as they lie and it ends as limit(hold).",
    .options = options,
    .n_options = N_ELEMENTS(options),
    .size = sizeof(ScanValues),
    .run = run,
};
