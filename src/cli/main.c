/*
 * terrier: the program: finds the verb, reads its options, runs it.
 *
 * Knows of the library only what terrier.h says. A verb that does not exist yet is unknown.
 */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/show.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"

/* clang-format off */
const Verb *const verbs[] = {
    &verb_scan,
    &verb_report,
    &verb_assess,
    &verb_retention,
    &verb_runs,
    &verb_diff,
    &verb_triage_add,
    &verb_triage_list,
    &verb_triage_remove,
    &verb_triage_export,
    &verb_triage_import,
    &verb_gaps_accept,
    &verb_gaps_list,
    &verb_gaps_remove,

    &verb_inventory,
    &verb_inventory_import,
    &verb_assets_init,
    &verb_assets_check,
    &verb_show,
    &verb_detect,
    &verb_explain,
    &verb_rules_list,
    &verb_rules_show,
    &verb_rules_check,
    &verb_rules_validate,
    &verb_rules_import,
    &verb_rules_edm,
    &verb_rules_measure,
    &verb_controls_init,
    &verb_controls_check,
    &verb_policy_init,
    &verb_policy_check,
    &verb_schedule_check,
    &verb_schedule_write,
    &verb_schedule_list,
    &verb_schedule_next,
    &verb_schedule_scope,
    &verb_schedule_alert,
    &verb_ledger_list,
    &verb_ledger_period,
    &verb_ledger_sample,
    &verb_verify,
    &verb_store_info,
    &verb_store_check,
    &verb_store_prune,
    &verb_store_export,
    &verb_store_merge,
    &verb_key_list,
    &verb_key_new,
    &verb_doctor,
};
/* clang-format on */
const size_t n_verbs = N_ELEMENTS(verbs);

enum { VERB_MAX = 32 };

static const Call none = {0};

static int print(Buf *text) {
    terrier_error error = {0};
    Output out;
    int exit;

    output_open(NULL, NULL, &out);
    if (buf_error(text) < 0)
        return complain(&none, TERRIER_EXIT_INTERNAL, "out of memory");
    output_write(&out, text->at, text->n);
    exit = output_end(&out, &none, 0, &error, TERRIER_EXIT_USAGE);
    buf_done(text);
    return exit;
}

/* ---- finding the verb ---- */

/* The verb of argv[1], or of argv[1] and argv[2]; how many words it took. */
/* One of two words goes before one that is its first word alone: "inventory import". */
static const Verb *verb_find(int argc, char **argv, int *ret_words) {
    const Verb *one = NULL;

    for (size_t i = 0; i < n_verbs; i++) {
        size_t n = strcspn(verbs[i]->name, " ");
        const char *second = verbs[i]->name[n] ? verbs[i]->name + n + 1 : NULL;

        if (strlen(argv[1]) != n || strncmp(argv[1], verbs[i]->name, n) != 0)
            continue;
        if (second && (argc < 3 || strcmp(argv[2], second) != 0))
            continue;
        *ret_words = second ? 2 : 1;
        if (second)
            return verbs[i];
        one = verbs[i];
    }
    return one;
}

/* The second words that may follow argv[1]: "list, show"; empty if it is no first word. */
static void put_second_words(Buf *to, const char *first) {
    size_t n = strlen(first);

    for (size_t i = 0; i < n_verbs; i++) {
        if (strncmp(verbs[i]->name, first, n) == 0 && verbs[i]->name[n] == ' ')
            buf_printf(to, "%s%s", to->n ? ", " : "", verbs[i]->name + n + 1);
    }
}

/* The first word of a verb that was probably meant; "" if none comes near. */
static void nearest_verb(const char *word, char ret[VERB_MAX]) {
    size_t least = 3;

    ret[0] = 0;
    for (size_t i = 0; i < n_verbs; i++) {
        char first[VERB_MAX];
        size_t d;

        snprintf(first, sizeof(first), "%.*s", (int)strcspn(verbs[i]->name, " "), verbs[i]->name);
        d = word_distance(word, first);
        if (d < least && d < strlen(word)) {
            least = d;
            memcpy(ret, first, sizeof(first));
        }
    }
}

static int unknown_verb(const char *word) {
    _cleanup_(buf_done) Buf second = {0}, shown = {0};
    char best[VERB_MAX];

    put_second_words(&second, word);
    if (second.n)
        return complain(&none, TERRIER_EXIT_USAGE, "'%s' needs one of %s behind it", word,
                        buf_cstr(&second));
    show_text(&shown, word);
    nearest_verb(word, best);
    if (best[0])
        return complain(&none, TERRIER_EXIT_USAGE, "unknown verb '%.100s'; did you mean '%s'?",
                        buf_cstr(&shown), best);
    return complain(&none, TERRIER_EXIT_USAGE,
                    "unknown verb '%.100s'; terrier --help lists the verbs", buf_cstr(&shown));
}

/* ---- what is no verb ---- */

static int help(int argc, char **argv) {
    Buf text = {0};
    const Verb *v;
    int words;

    if (argc < 3)
        help_all(&text);
    else if (strcmp(argv[2], "--man") == 0)
        help_manual(&text);
    else if ((v = verb_find(argc - 1, argv + 1, &words)))
        help_verb(v, &text);
    else
        return unknown_verb(argv[2]);
    return print(&text);
}

static int completions(int argc, char **argv) {
    _cleanup_(buf_done) Buf text = {0};

    if (argc != 3 || help_completions(argv[2], &text) < 0)
        return complain(&none, TERRIER_EXIT_USAGE, "completions are for bash, zsh or fish");
    return print(&text);
}

static int version(void) {
    Buf text = {0};

    buf_printf(&text, "terrier %s\n", terrier_version());
    return print(&text);
}

/* ---- the verb ---- */

static int verb_run(const Verb *v, int argc, char **argv, int words) {
    Call call = {.verb = v, .argc = argc, .argv = argv};
    Buf text = {0};
    Error e = {0};
    Parsed p;
    int exit, r = options_parse(v, argc, argv, 1 + words, &e, &p);

    if (r < 0)
        return complain(&call, r == -ENOMEM ? TERRIER_EXIT_INTERNAL : TERRIER_EXIT_USAGE, "%s",
                        e.text[0] ? e.text : "out of memory");
    if (p.help) {
        help_verb(v, &text);
        exit = print(&text);
    } else {
        call.values = p.values;
        call.operands = p.operands;
        call.n_operands = p.n_operands;
        exit = v->run(&call);
    }
    parsed_done(&p);
    return exit;
}

/* What passes through memory here must not outlive it in a core dump. */
static void leave_no_core(void) {
    const struct rlimit no_core = {0, 0};

    setrlimit(RLIMIT_CORE, &no_core);
}

int main(int argc, char **argv) {
    const Verb *v;
    int words;

    leave_no_core();
    signal(SIGPIPE, SIG_IGN); /* a write then fails with EPIPE, and the verb ends in order */
    if (argc < 2)
        return complain(&none, TERRIER_EXIT_USAGE, "expected a verb; terrier --help lists them");
    if (strcmp(argv[1], "role") == 0)
        return terrier_role(argc, argv);
    if (strcmp(argv[1], "--version") == 0)
        return version();
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(1, argv);
    if (strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    if (strcmp(argv[1], "completions") == 0)
        return completions(argc, argv);
    v = verb_find(argc, argv, &words);
    return v ? verb_run(v, argc, argv, words) : unknown_verb(argv[1]);
}
