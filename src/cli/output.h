/*
 * Output: where results go: standard output, or a file that is whole or not there at all.
 *
 * Results go here, everything else to standard error. A reader that closes early (`| head`) ends
 * the program quietly.
 */
#pragma once

#include "base/file.h"
#include "cli/verb.h"

typedef struct Output {
    FileDraft draft; /* fd -1: standard output */
    int fd;
    int error; /* the first failure */
} Output;

/* path NULL or "-": standard output. */
int output_open(const char *path, Error *reterr, Output *ret);

/* A terrier_write; `of` is the Output. */
int output_write(void *of, const void *bytes, size_t n);

/*
 * The end of a verb that came to r with a sentence in error: commits the file, says what is to be
 * said on standard error, and gives the exit code. `usage` is the one for r < 0.
 */
int output_end(Output *o, const Call *call, int r, const terrier_error *error, int usage);

/* Says a sentence as the verb on standard error; returns exit. */
int complain(const Call *call, int exit, const char *format, ...) _printf_(3, 4);

/* Prints a stored run to `output` (NULL: standard output); the exit code. */
int report_print(const Call *call, const terrier_report_options *o, const char *output);

/* --color, as the number of auto|always|never: a terminal is asked where it says auto. */
bool colour_wanted(int choice, const char *output);

/* Loads the rules, or complains and gives the exit code in *ret_exit. */
terrier_rules *load_rules(const Call *call, const RulesValues *v, int *ret_exit);

/* Opens a file to be read, "-" and NULL being standard input; -1 after a complaint. */
int input_open(const Call *call, const char *path);
