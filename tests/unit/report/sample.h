/*
 * Sample: a store with one of everything that a report can tell: each status, names that are no
 * text, members, several links, findings with and without samples, notes of each kind. And a sink
 * that keeps what was printed.
 */
#pragma once

#include "../store/fixture.h"

#include "report/canonical.h"
#include "report/jsonl.h"
#include "report/text.h"

static inline int to_buf(void *of, Span bytes) {
    buf_span(of, bytes);
    return buf_error(of);
}

static inline void sample_linked(Fixture *f) {
    StoreObject o = fixture_object(0, span_of("linked"));
    bool first;

    o.meta.nlink = 2;
    o.meta.ino = 77;
    store_link_claim(f->store, f->run, 7, 77, 0, span_of("linked"), NULL, &first);
    store_link_claim(f->store, f->run, 7, 77, 0, span_of("z-other-name"), NULL, &first);
    fixture_put(f, &o, NULL, 0);
}

static inline void sample_container(Fixture *f) {
    static const StoreFact facts[] = {
        {.kind = FACT_MEMBER_TIME,
         .from = INT64_C(1600000000000000000),
         .to = INT64_C(1600000001500000000)},
        {.kind = FACT_LABEL,
         .part = {(const uint8_t *)"p\xff", 2},
         .text = {(const uint8_t *)"secret \xe9", 8}},
    };
    StoreObject zip = fixture_object(0, span_of("a.zip"));
    StoreObject member = fixture_object(0, span("a.zip\0in \xff.csv", 14));

    zip.members = 1;
    zip.facts = facts;
    zip.n_facts = N_ELEMENTS(facts);
    zip.format = "zip";
    zip.encoding = "";
    zip.status = status_of(STATUS_PARTIAL, "member");
    fixture_put(f, &zip, NULL, 0);
    member.depth = 1;
    member.format = "";
    member.status = status_of(STATUS_ENCRYPTED, "");
    fixture_put(f, &member, NULL, 0);
}

static inline void sample_findings(Fixture *f) {
    Sample sample = {.line = 8,
                     .offset = 1234,
                     .length = 11,
                     .mask = "\x1b[31m\xff***4399",
                     .has_token = true,
                     .token = {0x00, 0x11, 0x22, 0xff}};
    Sample published = {.offset = 5, .length = 16, .mask = "4111********1111", .test_value = true};
    Finding findings[2] = {
        {.detector = SSN,
         .kind = PART_TABLE,
         .part = span_of("people.\xe9 ssn"),
         .count = {[LEVEL_HIGH] = 1200, [LEVEL_LOW] = 34},
         .tested = 2000,
         .valid = 1234,
         .distinct = 900,
         .score = 5.25f,
         .samples = &sample,
         .n_samples = 1},
        {.detector = IBAN,
         .count = {[LEVEL_MEDIUM] = 1},
         .test_values = 1,
         .distinct = 1,
         .distinct_exact = true,
         .score = 0.5f,
         .samples = &published,
         .n_samples = 1},
    };
    StoreObject o = fixture_object(1, span_of("evil\x1b[2J\n\xc2\x9b\xe2\x80\xae\xff.csv"));

    o.format = "csv";
    fixture_put(f, &o, findings, 2);
    fixture_found(f, 0, "mail.txt", "", EMAIL, 2, 3);
    fixture_found(f, 0, "orgs.txt", "", ORG, 0, 1);
}

static inline void sample_notes(Fixture *f) {
    static const StoreNote notes[] = {
        {"skipped-mount", {(const uint8_t *)"/srv/backup", 11}, 1, "nfs4"},
        {"excluded", {(const uint8_t *)"*.iso", 5}, 14, "by the user"},
        {"allow", {(const uint8_t *)"acme.samples:1", 14}, 0, "samples; by the security team"},
        {"allow-expired",
         {(const uint8_t *)"acme.samples:2", 14},
         0,
         "old; by x; until 2020-01-01"},
        {"in-flight", {(const uint8_t *)"/srv/crash.doc", 14}, 1, "retried in a worker"},
        {"restart", {(const uint8_t *)"1", 1}, 1, "killed by signal 11"},
        {"resumed", {(const uint8_t *)"", 0}, 1, ""},
    };

    for (size_t i = 0; i < N_ELEMENTS(notes); i++)
        store_note_put(f->store, f->run, &notes[i], NULL);
}

/* N_STATUSES objects of all statuses, and six more. */
static inline void sample_fill(Fixture *f) {
    for (StatusKind k = 0; k < N_STATUSES; k++) {
        char path[24];

        snprintf(path, sizeof(path), "status-%02d", (int)k);
        fixture_status(f, 0, path, k, k == STATUS_ERROR ? "EACCES" : "");
    }
    sample_linked(f);
    sample_container(f);
    sample_findings(f);
    sample_notes(f);
    fixture_root_found(f, 0, "/srv", N_STATUSES + 4, (N_STATUSES + 4) * 100, 1);
    fixture_root_found(f, 1, "/home", 1, 100, 0);
    fixture_end(f);
}
