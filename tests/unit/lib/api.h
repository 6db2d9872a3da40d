/*
 * Api: what tests of terrier.h share: rules of their own, input from memory, output into a Buf.
 *
 * Static functions in a header, since each unit test is one programme of one file. The detectors
 * are two, so that compiling them takes no time; their examples are those of detectors/.
 */
#pragma once

#include <sys/mman.h>

#include "../rule/scratch.h"
#include "base/buf.h"
#include "terrier.h"

static const char api_ssn[] = "format: detector/1\n"
                              "id: gov.us-ssn\n"
                              "title: Social Security number\n"
                              "category: gov.national_id\n"
                              "regions: [US]\n"
                              "match:\n"
                              "  - {shape: '3-2-4', separators: '-', base: medium}\n"
                              "  - {shape: '9', base: low}\n"
                              "validate: us.ssn\n"
                              "context: {near: [ssn], not_near: [order], within: 64}\n"
                              "mask: {keep_last: 4}\n"
                              "test_values: ['180693962']\n"
                              "examples: ['SSN: 536-90-4399']\n"
                              "negative_examples: ['SSN 536-00-4399']\n"
                              "references: ['a test']\n";

static const char api_email[] = "format: detector/1\n"
                                "id: contact.email\n"
                                "title: \"E-mail \\u202E address\"\n"
                                "category: contact.email\n"
                                "match:\n"
                                "  - {scanner: email}\n"
                                "mask: {style: email}\n"
                                "examples: ['jane.roe@mail.terrier-test.org']\n"
                                "negative_examples: ['jane.roe at mail']\n"
                                "references: ['RFC 5322']\n";

/* The rules of a directory, and nothing built in, nothing cached. */
static inline int api_load(const char *directory, terrier_error *error, terrier_rules **ret) {
    const terrier_rules_options o = {
        .directories = &directory, .n_directories = 1, .no_builtin = true, .cache_dir = ""};

    return terrier_rules_new(&o, error, ret);
}

static inline terrier_rules *api_rules(void) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    terrier_rules *rules = NULL;
    terrier_error error = {0};

    scratch_write(&s, "ssn.yaml", span_of(api_ssn));
    scratch_write(&s, "email.yaml", span_of(api_email));
    if (api_load(s.path, &error, &rules) < 0)
        fail_msg("%s", error.text);
    return rules;
}

/* A descriptor that reads these bytes. */
static inline int api_input(Span bytes) {
    int fd = memfd_create("input", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.n), bytes.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* A terrier_write into a Buf. */
static inline int api_write(void *of, const void *bytes, size_t n) {
    buf_add(of, bytes, n);
    return buf_error(of);
}

/* A terrier_write that fails. */
static inline int api_write_full(void *of _unused_, const void *bytes _unused_, size_t n _unused_) {
    return -ENOSPC;
}
