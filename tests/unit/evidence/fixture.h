/* Fixture: an empty private directory for keys, and a key whose bytes are known. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "evidence/key.h"

static inline int keys_setup(void **state) {
    char *path = strdup("/tmp/terrier-test-key-XXXXXX");

    umask(022);
    *state = path;
    return path && mkdtemp(path) ? 0 : -1;
}

static inline int keys_teardown(void **state) {
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    free(*state);
    return system(command);
}

/* Writes the token key 00 01 02 ... 1f. */
static inline void keys_put(const char *directory, size_t n, mode_t mode) {
    char path[128];
    uint8_t bytes[64];
    Error e = {0};

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    snprintf(path, sizeof(path), "%s/token.key", directory);
    if (file_replace(path, span(bytes, n), mode, &e) < 0)
        fail_msg("%s", e.text);
}

static inline Key *keys_load(const char *directory, KeyKind kind, bool *ret_created) {
    Key *k = NULL;
    Error e = {0};

    if (key_load(directory, kind, &e, ret_created, &k) < 0)
        fail_msg("%s", e.text);
    return k;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, keys_setup, keys_teardown)
