/* Help: see help.h. */
#include "cli/help.h"

#include <string.h>

enum { WIDTH = 79, OPTION_COLUMN = 30, VERB_COLUMN = 20 };

/* ---- for people ---- */

/* Text from column `indent` on, in lines of at most WIDTH; the first starts at column `at`. */
static void put_wrapped(Buf *to, const char *text, size_t at, size_t indent) {
    while (*text) {
        size_t n = strcspn(text, " ");

        if (at > indent && at + 1 + n > WIDTH) {
            buf_byte(to, '\n');
            at = 0;
        } else if (at > indent) {
            buf_byte(to, ' ');
            at++;
        }
        for (; at < indent; at++)
            buf_byte(to, ' ');
        buf_add(to, text, n);
        at += n;
        text += n + (text[n] == ' ');
    }
    buf_byte(to, '\n');
}

/* `-o, --output FILE` */
static void put_option(Buf *to, const Option *o) {
    if (o->letter)
        buf_printf(to, "-%c, ", o->letter);
    buf_printf(to, "--%s", o->name);
    if (o->kind != OPTION_FLAG)
        buf_printf(to, " %s", o->argument);
}

static void put_option_help(Buf *to, const Option *o) {
    size_t start = to->n, at;

    buf_text(to, o->letter ? "  " : "      ");
    put_option(to, o);
    at = to->n - start;
    if (at + 2 > OPTION_COLUMN) {
        buf_byte(to, '\n');
        at = 0;
    }
    put_wrapped(to, o->help, at, OPTION_COLUMN);
}

void help_verb(const Verb *v, Buf *to) {
    buf_printf(to, "Usage: terrier %s%s%s%s\n\n", v->name, v->n_options ? " [OPTION...]" : "",
               v->operands[0] ? " " : "", v->operands);
    put_wrapped(to, v->about, 0, 0);
    if (v->n_options)
        buf_byte(to, '\n');
    for (size_t i = 0; i < v->n_options; i++) {
        if (!v->options[i].hidden)
            put_option_help(to, &v->options[i]);
    }
}

void help_all(Buf *to) {
    buf_text(to, "Usage: terrier VERB [OPTION...] [OPERAND...]\n\n");
    put_wrapped(to,
                "Finds personal and confidential data in files, and says what it read. Found "
                "values are never stored, and shown as masks.",
                0, 0);
    buf_byte(to, '\n');
    for (size_t i = 0; i < n_verbs; i++) {
        size_t start = to->n;

        buf_printf(to, "  %s", verbs[i]->name);
        put_wrapped(to, verbs[i]->summary, to->n - start, VERB_COLUMN);
    }
    buf_text(to, "\n  terrier VERB --help   the options of a verb\n"
                 "  terrier --version     which terrier this is\n");
}

/* ---- the manual page ---- */

/* Text of ours as troff: no line may start with a dot or quote, a dash is a dash. */
static void put_troff(Buf *to, const char *text) {
    for (const char *p = text; *p; p++) {
        if (*p == '\\')
            buf_text(to, "\\e");
        else if (*p == '-')
            buf_text(to, "\\-");
        else if ((*p == '.' || *p == '\'') && (p == text || p[-1] == '\n'))
            buf_printf(to, "\\&%c", *p);
        else
            buf_byte(to, (uint8_t)*p);
    }
}

static void manual_option(Buf *to, const Option *o) {
    buf_text(to, ".TP\n.B ");
    if (o->letter)
        buf_printf(to, "\\-%c, ", o->letter);
    buf_text(to, "\\-\\-");
    put_troff(to, o->name);
    if (o->kind != OPTION_FLAG) {
        buf_text(to, " \\fI");
        put_troff(to, o->argument);
        buf_text(to, "\\fR");
    }
    buf_byte(to, '\n');
    put_troff(to, o->help);
    buf_text(to, ".\n");
}

static void manual_verb(Buf *to, const Verb *v) {
    buf_text(to, ".SS terrier ");
    put_troff(to, v->name);
    if (v->operands[0]) {
        buf_byte(to, ' ');
        put_troff(to, v->operands);
    }
    buf_byte(to, '\n');
    put_troff(to, v->about);
    buf_byte(to, '\n');
    for (size_t i = 0; i < v->n_options; i++) {
        if (!v->options[i].hidden)
            manual_option(to, &v->options[i]);
    }
}

/* Where things lie, and what else there is to read. */
static void manual_places(Buf *to) {
    static const struct {
        const char *path, *what;
    } places[] = {
        {"$XDG_STATE_HOME/terrier/terrier.db",
         "the store; XDG_STATE_HOME is ~/.local/state if unset"},
        {"$XDG_CONFIG_HOME/terrier/token.key",
         "the key of tokens, made by the first scan; XDG_CONFIG_HOME is ~/.config if unset"},
        {"$XDG_CACHE_HOME/terrier/", "compiled patterns, made again when they are missing; "
                                     "XDG_CACHE_HOME is ~/.cache if unset"},
    };

    buf_text(to, ".SH FILES\n");
    for (size_t i = 0; i < N_ELEMENTS(places); i++)
        buf_printf(to, ".TP\n.I %s\n%s.\n", places[i].path, places[i].what);
    buf_text(to, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nif set, no colour unless an option asks for "
                 "it.\n.SH SEE ALSO\n.BR terrier\\-controls (5),\n.BR terrier\\-detector (5),\n.BR "
                 "terrier\\-locator (7),\n.BR "
                 "terrier\\-ruleset (5),\n.BR terrier\\-scan (5)\n");
}

void help_manual(Buf *to) {
    static const char *const exits[] = {
        "done",
        "a condition that was asked for holds",
        "usage, configuration or rules are wrong, or no root could be read; nothing was scanned",
        "done, but not everything could be read",
        "store, report, ledger or verification failed, or output could not be written",
        "another scan holds the store",
        "a fault of terrier itself",
    };

    buf_printf(to, ".TH TERRIER 1 2026-11-23 \"Terrier %s\"\n.SH NAME\n", terrier_version());
    buf_text(to, "terrier \\- find personal and confidential data in files\n.SH SYNOPSIS\n"
                 ".B terrier\n.I verb\n[\\fIoption\\fR...] [\\fIoperand\\fR...]\n"
                 ".SH DESCRIPTION\nTerrier finds personal and confidential data in files, and "
                 "says what it read. Found values are never stored, and shown as masks.\n"
                 ".SH VERBS\n");
    for (size_t i = 0; i < n_verbs; i++)
        manual_verb(to, verbs[i]);
    buf_text(to, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < N_ELEMENTS(exits); i++)
        buf_printf(to, ".TP\n.B %zu\n%s.\n", i, exits[i]);
    buf_text(to, ".TP\n.RI 128+ n\nstopped by signal\n.IR n ;\nwhat was read is in the store.\n");
    manual_places(to);
}

/* ---- shells ---- */

static void put_option_words(Buf *to, const Verb *v) {
    for (size_t i = 0; i < v->n_options; i++) {
        if (!v->options[i].hidden)
            buf_printf(to, "--%s ", v->options[i].name);
    }
    buf_text(to, "--help");
}

/* The second words of a first one, or the first words for "". */
static void put_verb_words(Buf *to, const char *first) {
    const char *last = "";
    size_t n = strlen(first), n_last = 0;

    for (size_t i = 0; i < n_verbs; i++) {
        const char *word = verbs[i]->name;
        size_t length;

        if (n && (strncmp(word, first, n) != 0 || word[n] != ' '))
            continue;
        word += n ? n + 1 : 0;
        length = strcspn(word, " ");
        if (length == n_last && strncmp(word, last, length) == 0)
            continue;
        buf_printf(to, "%s%.*s", n_last ? " " : "", (int)length, word);
        last = word;
        n_last = length;
    }
}

/* bash's own; zsh takes it through bashcompinit. */
static void complete_bash(Buf *to) {
    buf_text(to, "_terrier() {\n    local words=\n    case \"$COMP_CWORD:${COMP_WORDS[1]} "
                 "${COMP_WORDS[2]}\" in\n    1:*) words=\"");
    put_verb_words(to, "");
    buf_text(to, "\" ;;\n    2:rules*) words=\"");
    put_verb_words(to, "rules");
    buf_text(to, "\" ;;\n");
    for (size_t i = 0; i < n_verbs; i++) {
        buf_printf(to, "    *:\"%s%s\"*) words=\"", verbs[i]->name,
                   strchr(verbs[i]->name, ' ') ? "" : " ");
        put_option_words(to, verbs[i]);
        buf_text(to, "\" ;;\n");
    }
    buf_text(to, "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                 "\"${COMP_WORDS[COMP_CWORD]}\")\n}\ncomplete -o default -F _terrier terrier\n");
}

static void complete_fish(Buf *to) {
    for (size_t i = 0; i < n_verbs; i++) {
        const Verb *v = verbs[i];
        size_t n = strcspn(v->name, " ");

        if (v->name[n])
            buf_printf(to,
                       "complete -c terrier -n '__fish_use_subcommand' -a %.*s\n"
                       "complete -c terrier -n '__fish_seen_subcommand_from %.*s' -a %s -d '%s'\n",
                       (int)n, v->name, (int)n, v->name, v->name + n + 1, v->summary);
        else
            buf_printf(to, "complete -c terrier -n '__fish_use_subcommand' -a %s -d '%s'\n",
                       v->name, v->summary);
        for (size_t k = 0; k < v->n_options; k++) {
            if (!v->options[k].hidden)
                buf_printf(to, "complete -c terrier -n '__fish_seen_subcommand_from %s' -l %s%s\n",
                           v->name[n] ? v->name + n + 1 : v->name, v->options[k].name,
                           v->options[k].kind == OPTION_FLAG ? "" : " -r");
        }
    }
}

int help_completions(const char *shell, Buf *to) {
    if (strcmp(shell, "zsh") == 0)
        buf_text(to, "autoload -U +X bashcompinit && bashcompinit\n");
    else if (strcmp(shell, "fish") == 0) {
        complete_fish(to);
        return 0;
    } else if (strcmp(shell, "bash") != 0)
        return -EINVAL;
    complete_bash(to);
    return 0;
}
