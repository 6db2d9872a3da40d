/* terrier schedule check, list, next, write, scope, alert */
#include <stdlib.h>

#include "cli/output.h"

typedef struct ScheduleValues {
    const char *profiles, *store, *output, *program, *user;
    const char *mounts, *exports, *exports_directory, *samba;
    uint64_t n;
    bool cron, clear;
} ScheduleValues;

#define AT(member) offsetof(ScheduleValues, member)

#define OPTION_PROFILES                                                                            \
    {                                                                                              \
        .name = "profiles", .kind = OPTION_TEXT, .at = AT(profiles), .argument = "DIR",            \
        .help = "Where profiles are; the default is /etc/terrier/scans"                            \
    }

#define OPTION_STORE                                                                               \
    {                                                                                              \
        .name = "store", .kind = OPTION_TEXT, .at = AT(store), .argument = "FILE",                 \
        .help = "The store; a profile's own goes before it, and the default is "                   \
                "$XDG_STATE_HOME/terrier/terrier.db"                                               \
    }

static terrier_schedule_options schedule_options(const ScheduleValues *v) {
    return (terrier_schedule_options){.directory = v->profiles,
                                      .store = v->store,
                                      .program = v->program,
                                      .user = v->user,
                                      .mounts = v->mounts,
                                      .exports = v->exports,
                                      .exports_directory = v->exports_directory,
                                      .samba = v->samba};
}

/* ---- check ---- */

static const Option check_options[] = {OPTION_PROFILES};

/* What a profile that cannot be read calls for. */
static int profile_exit(int r) {
    return r == -ENOMEM ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE;
}

static int check(const Call *call) {
    const ScheduleValues *v = call->values;
    terrier_error error = {0};
    size_t problems = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_schedule_check(v->profiles, call->operands[0], output_write, &out, &problems,
                               &error);
    exit = output_end(&out, call, r, &error, profile_exit(r));
    return exit ? exit : problems ? TERRIER_EXIT_CONDITION : TERRIER_EXIT_DONE;
}

const Verb verb_schedule_check = {
    .name = "schedule check",
    .operands = "PROFILE",
    .least = 1,
    .most = 1,
    .summary = "what stands between a profile and its next scan",
    .about = "Reads a profile, terrier-scan(5), by its name or its file, and asks this machine for "
             "what it names. Prints a line for each: ok; note, where something is worth knowing; "
             "PROBLEM, where action is needed, and the exit status is then 1. A profile that is "
             "wrong is refused with file, line and column.",
    .options = check_options,
    .n_options = N_ELEMENTS(check_options),
    .size = sizeof(ScheduleValues),
    .run = check,
};

/* ---- list ---- */

static const Option list_options[] = {OPTION_PROFILES, OPTION_STORE};

static int list(const Call *call) {
    const terrier_schedule_options o = schedule_options(call->values);
    terrier_error error = {0};
    size_t wrong = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_schedule_list(&o, output_write, &out, &wrong, &error);
    exit = output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
    return exit ? exit : wrong ? TERRIER_EXIT_CONDITION : TERRIER_EXIT_DONE;
}

const Verb verb_schedule_list = {
    .name = "schedule list",
    .operands = "",
    .summary = "all profiles: last run, missed slots, next slot",
    .about = "For each profile when it is due, its last run, the slots of the last 30 days in "
             "which no scan of it began, and its next slot, in local time. The exit status is 1 "
             "where a profile is wrong.",
    .options = list_options,
    .n_options = N_ELEMENTS(list_options),
    .size = sizeof(ScheduleValues),
    .run = list,
};

/* ---- next ---- */

static const Option next_options[] = {
    OPTION_PROFILES,
    {.name = "count",
     .letter = 'n',
     .kind = OPTION_NUMBER,
     .at = AT(n),
     .argument = "N",
     .least = 1,
     .most = 1000,
     .help = "How many; 1 is the default"},
};

static int next(const Call *call) {
    const ScheduleValues *v = call->values;
    const terrier_schedule_options o = schedule_options(v);
    terrier_error error = {0};
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_schedule_next(&o, call->operands[0], v->n ? (unsigned)v->n : 1, output_write, &out,
                              &error);
    return output_end(&out, call, r, &error, profile_exit(r));
}

const Verb verb_schedule_next = {
    .name = "schedule next",
    .operands = "PROFILE",
    .least = 1,
    .most = 1,
    .summary = "when a profile is due",
    .about = "Prints the next slots of a profile in local time, a line each.",
    .options = next_options,
    .n_options = N_ELEMENTS(next_options),
    .size = sizeof(ScheduleValues),
    .run = next,
};

/* ---- write ---- */

static const Option write_options[] = {
    OPTION_PROFILES,
    {.name = "output",
     .letter = 'o',
     .kind = OPTION_TEXT,
     .at = AT(output),
     .argument = "DIR",
     .help = "Write the units into DIR, such as /etc/systemd/system"},
    {.name = "cron",
     .kind = OPTION_FLAG,
     .at = AT(cron),
     .help = "Print a line for /etc/cron.d instead"},
    {.name = "program",
     .kind = OPTION_TEXT,
     .at = AT(program),
     .argument = "FILE",
     .help = "The program that the units start, by its whole path; the installed one is the "
             "default"},
    {.name = "user",
     .kind = OPTION_TEXT,
     .at = AT(user),
     .argument = "NAME",
     .help = "Who scans; terrier is the default"},
};

static int write_units(const Call *call) {
    const ScheduleValues *v = call->values;
    const terrier_schedule_options o = schedule_options(v);
    terrier_error error = {0};
    Output out;
    int r;

    if (v->cron && v->output)
        return complain(call, TERRIER_EXIT_USAGE, "--cron is printed, so no --output goes with it");
    output_open(NULL, NULL, &out);
    r = terrier_schedule_units(&o, call->operands[0], v->output, v->cron, output_write, &out,
                               &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL || r == -EPERM || r == -ENOENT ? TERRIER_EXIT_USAGE
                                                                  : TERRIER_EXIT_STORE);
}

const Verb verb_schedule_write = {
    .name = "schedule write",
    .operands = "PROFILE",
    .least = 1,
    .most = 1,
    .summary = "units of systemd that run a profile at its times",
    .about = "Prints, or writes with --output, a service that scans with no more rights than that "
             "takes, a timer, a service without the scan's network ban that tells of news once a "
             "cause, and a file for systemd-sysusers; and prints a line for cron.",
    .options = write_options,
    .n_options = N_ELEMENTS(write_options),
    .size = sizeof(ScheduleValues),
    .run = write_units,
};

/* ---- scope ---- */

static const Option scope_options[] = {
    OPTION_PROFILES,
    {.name = "mounts",
     .kind = OPTION_TEXT,
     .at = AT(mounts),
     .argument = "FILE",
     .help = "A table of mounts in place of the kernel's",
     .hidden = true},
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
};

static int scope(const Call *call) {
    const terrier_schedule_options o = schedule_options(call->values);
    terrier_error error = {0};
    size_t uncovered = 0;
    Output out;
    int exit, r;

    output_open(NULL, NULL, &out);
    r = terrier_schedule_scope(&o, output_write, &out, &uncovered, &error);
    exit = output_end(&out, call, r, &error, TERRIER_EXIT_USAGE);
    return exit ? exit : uncovered ? TERRIER_EXIT_CONDITION : TERRIER_EXIT_DONE;
}

const Verb verb_schedule_scope = {
    .name = "schedule scope",
    .operands = "",
    .summary = "mounts, exports and shares of this host that no profile covers",
    .about = "Lists the file systems that are mounted, what NFS exports and what Samba shares, "
             "each NOT COVERED, covered in part, or covered by the roots of all profiles; the "
             "exit status is 1 where something is not covered. A mount beneath a root is covered "
             "only if the profile crosses file systems.",
    .options = scope_options,
    .n_options = N_ELEMENTS(scope_options),
    .size = sizeof(ScheduleValues),
    .run = scope,
};

/* ---- alert ---- */

static const Option alert_options[] = {
    OPTION_PROFILES,
    OPTION_STORE,
    {.name = "clear",
     .kind = OPTION_FLAG,
     .at = AT(clear),
     .help = "Forget what was told: a scan ended well"},
};

static int alert(const Call *call) {
    const ScheduleValues *v = call->values;
    const terrier_schedule_options o = schedule_options(v);
    const terrier_outcome outcome = {.result = getenv("MONITOR_SERVICE_RESULT"),
                                     .exit_code = getenv("MONITOR_EXIT_CODE"),
                                     .exit_status = getenv("MONITOR_EXIT_STATUS")};
    terrier_error error = {0};
    bool told = false;
    Output out;
    int r;

    output_open(NULL, NULL, &out);
    r = terrier_schedule_alert(&o, call->operands[0], &outcome, v->clear, output_write, &out, &told,
                               &error);
    return output_end(&out, call, r, &error,
                      r == -EINVAL || r == -EPERM || r == -ENOENT ? TERRIER_EXIT_USAGE
                                                                  : TERRIER_EXIT_STORE);
}

const Verb verb_schedule_alert = {
    .name = "schedule alert",
    .operands = "PROFILE",
    .least = 1,
    .most = 1,
    .summary = "tells of a scan that did not end well, once a cause",
    .about = "For the unit that OnFailure= starts: says in a sentence how the scan of a profile "
             "ended, by what systemd tells in MONITOR_SERVICE_RESULT, MONITOR_EXIT_CODE and "
             "MONITOR_EXIT_STATUS or else by its last run, and gives it to the program that the "
             "profile names. The same cause is told once, until a scan ends well.",
    .options = alert_options,
    .n_options = N_ELEMENTS(alert_options),
    .size = sizeof(ScheduleValues),
    .run = alert,
};
