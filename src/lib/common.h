/*
 * Common: what the functions of terrier.h share: the opaque types, errors, default places.
 *
 * Private to lib/. Any thread.
 */
#pragma once

#include "detect/matcher.h"
#include "lib/writer.h"
#include "model/unit.h"

/* Frozen once made; the Engine borrows the Rules. */
struct terrier_rules {
    Rules *rules;
    Engine *engine;
};

/*
 * The end of an API call: code, and for a failure the sentence in `from`; where there is none, the
 * system's.
 */
int error_out(int code, const Error *from, terrier_error *to);

/*
 * What came of reading a file that somebody named: all that is wrong with it is a matter of usage
 * (-EINVAL), also where it is not there; -ENOMEM stays.
 */
int error_of_file(int r, const char *name, Error *reterr);

/* Where an API call writes, for an Outlet: .write = given_write, .of = &given. */
typedef struct Given {
    terrier_write write;
    void *of;
} Given;
int given_write(void *of, Span bytes);

/* Options of the API as rule/ wants them; borrows. */
RulesOptions rules_options_from(const terrier_rules_options *o);

/*
 * The directory for compiled patterns, made if it is missing; the caller frees it. NULL where
 * there shall be none ("") or none can be used: a cache is never worth a failure.
 */
char *cache_directory(const terrier_rules_options *o);

/* `$XDG_CACHE_HOME/terrier`, or ~/.cache/terrier; -ENOENT without a home. The caller frees it. */
int cache_default_directory(char **ret);

/*
 * Opens one regular file for reading, without waiting, without following a link in its last
 * component (`resolve`: further RESOLVE_ bits of openat2), and if it can be without touching its
 * access time. A negative error with a sentence; the caller closes *ret_fd.
 */
int regular_open(const char *path, uint64_t resolve, Error *reterr, FileMeta *ret_meta,
                 int *ret_fd);
