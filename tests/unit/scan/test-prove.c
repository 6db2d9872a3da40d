/* Prove: what passes, and the sentence for each way to fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../rule/scratch.h"
#include "base/buf.h"
#include "scan/prove.h"

static void on_failed(void *of, const Detector *d, const RuleMark *mark, const char *sentence) {
    buf_printf(of, "%u %s: %s\n", mark->line, d->id, sentence);
}

static void on_noted(void *of, const Detector *d, const RuleMark *mark, const char *sentence) {
    buf_printf(of, "%u %s: note: %s\n", mark->line, d->id, sentence);
}

/* Proves the detectors in these files; what it said is `expected`. */
static ProveCount prove(const char *const *files, size_t n, const char *expected) {
    _cleanup_(scratch_done) Scratch s = scratch_new();
    const RulesOptions o = {
        .directories = (const char *[]){s.path}, .n_directories = 1, .no_builtin = true};
    _cleanup_(rules_freep) Rules *rules = NULL;
    _cleanup_(engine_freep) Engine *engine = NULL;
    _cleanup_(buf_done) Buf said = {0};
    const ProveSink sink = {.of = &said, .failed = on_failed, .noted = on_noted};
    ProveCount count;
    Error e = {0};

    for (size_t i = 0; i < n; i++) {
        char name[16];

        snprintf(name, sizeof(name), "%zu.yaml", i);
        scratch_write(&s, name, span_of(files[i]));
    }
    if (rules_load(&o, &e, &rules) < 0 || engine_new(rules, NULL, &e, &engine) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(prove_all(engine, &sink, &count), 0);
    assert_string_equal(buf_cstr(&said), expected);
    return count;
}

#define HEAD(id)                                                                                   \
    "format: detector/1\nid: " id "\ntitle: T\ncategory: gov.national_id\n"                        \
    "references: ['a test']\nmatch:\n"

static void passes(void **state _unused_) {
    const char *file = HEAD("test.x") "  - {shape: '3-2-4', separators: '-', base: medium}\n"
                                      "validate: us.ssn\n"
                                      "examples: ['\xc3\xa9 536-90-4399', '\xf0\x9f\x90\x95"
                                      "180-69-3962 and 354-83-1667']\n"
                                      "negative_examples: ['536-00-4399']\n";
    ProveCount count = prove(&file, 1, "");

    assert_int_equal(count.detectors, 1);
    assert_int_equal(count.proofs, 1 + 2 * 7 + 1);
    assert_int_equal(count.failures, 0);
}

static void says_why_it_fails(void **state _unused_) {
    const char *file = HEAD("test.x") "  - {shape: '3-2-4', separators: '-', base: low}\n"
                                      "validate: us.ssn\n"
                                      "context: {near: [ssn]}\n"
                                      "stop_values: ['536904399']\n"
                                      "examples:\n"
                                      "  - 'ssn 180-69-3962'\n"
                                      "  - 'nothing'\n"
                                      "  - 'ssn 536-00-4399'\n"
                                      "  - '180-69-3962'\n"
                                      "  - 'ssn 536-90-4399'\n"
                                      "negative_examples:\n"
                                      "  - 'ssn 354-83-1667'\n"
                                      "  - '354-83-1667'\n";
    ProveCount count =
        prove(&file, 1,
              "13 test.x: the example fails as it stands: nothing of its form is in it\n"
              "14 test.x: the example fails as it stands: the checksum 'us.ssn' is wrong\n"
              "15 test.x: the example fails as it stands: its score is -1.50, expected 0 or more\n"
              "16 test.x: the example fails as it stands: it is taken for a placeholder\n"
              "18 test.x: the negative example is found, at its bytes 5 to 15 with score 2.10\n");

    assert_int_equal(count.failures, 5);
}

/* A form that only lines of the text make cannot be proved in a code that has none. */
static void proves_in_codes(void **state _unused_) {
    const char *file = HEAD("test.x") "  - {keyword: '\\x{22}(?<value>magic[0-9]{4})'}\n"
                                      "examples: ['{\"a\": \"magic4711\"}', '<\"magic4711', "
                                      "'\\u0022magic4711 and \"magic4712']\n"
                                      "negative_examples: ['magic4711']\n";
    ProveCount count = prove(&file, 1, "");

    assert_int_equal(count.failures, 0);
}

/* Tables: the heading is none, edges leave nothing out, and a table is no text. */
static void proves_tables(void **state _unused_) {
    const char *file = HEAD("test.x") "  - {columns: '[A-Z][a-z]{2,30}'}\n"
                                      "context: {columns: [first name]}\n"
                                      "examples:\n"
                                      "  - {table: \"id,First Name\\n1,Ada\\n2,Grace\"}\n"
                                      "  - {table: \"id,file\\n1,Ada\\n2,Grace\"}\n"
                                      "negative_examples:\n"
                                      "  - {table: \"first_name,n\\nada,1\"}\n"
                                      "  - {table: \"first_name,n\\nAda,1\"}\n"
                                      "  - \"first name: Ada\"\n";
    ProveCount count =
        prove(&file, 1,
              "11 test.x: the example fails as it stands: nothing of its form is in it\n"
              "14 test.x: the negative example is found, at its bytes 14 to 16 with score 6.80\n");

    assert_int_equal(count.proofs, 1 + 4 + 1 + 3);
    assert_int_equal(count.failures, 2);
}

/* Terms in columns of one table; what stands in text is in no table. */
static void proves_combinations(void **state _unused_) {
    static const char *const files[] = {
        HEAD("test.a") "  - {columns: '[a-z]{3,9}'}\ncontext: {columns: [name]}\n"
                       "examples: [{table: \"name,n\\nada,1\"}]\nnegative_examples: ['no']\n",
        HEAD("test.b") "  - {columns: '[0-9]{3}'}\ncontext: {columns: [code]}\n"
                       "examples: [{table: \"code,n\\n123,1\"}]\nnegative_examples: ['no']\n",
        HEAD("test.c") "  - {combination: [test.a, 'test.b|fin.pan'], distinct: 2}\n"
                       "examples:\n"
                       "  - {table: \"name,code\\nada,123\\neve,456\"}\n"
                       "  - {table: \"name,code\\nada,123\\neve,123\"}\n"
                       "  - 'name ada code 123'\n"
                       "negative_examples:\n"
                       "  - {table: \"name,code\\nada,123\\neve,456\"}\n"
                       "  - {table: \"name,size\\nada,123\\neve,456\"}\n",
    };

    prove(files, 3,
          "10 test.c: the example fails: its terms are not together in it\n"
          "11 test.c: the example fails: its terms are not together in it\n"
          "13 test.c: the negative example has its terms together\n");
}

static void names_the_better_reading(void **state _unused_) {
    const char *files[] = {
        HEAD("test.a") "  - {shape: '3-2-4', separators: '-', base: medium}\n"
                       "examples: ['536-90-4399']\n"
                       "negative_examples: ['no']\n",
        HEAD("test.b") "  - {shape: '3-2-4', separators: '-', base: high}\n"
                       "examples: ['536-90-4399']\n"
                       "negative_examples: ['no']\n",
    };

    prove(files, 2,
          "8 test.a: the example fails as it stands: it is found as 'test.b', which is the better "
          "reading\n");
}

static void names_costly_patterns(void **state _unused_) {
    const char *file = HEAD("test.x") "  - {keyword: '[a-f]{8}[0-9]', base: high}\n"
                                      "examples: ['abcdefab1']\n"
                                      "negative_examples: ['no']\n";
    ProveCount count = prove(&file, 1,
                             "7 test.x: note: the pattern has no literal of 3 characters: it is "
                             "searched for in a pass of its own over all text, which slows every "
                             "scan\n");

    assert_int_equal(count.failures, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(says_why_it_fails),
        cmocka_unit_test(proves_in_codes),
        cmocka_unit_test(proves_tables),
        cmocka_unit_test(proves_combinations),
        cmocka_unit_test(names_the_better_reading),
        cmocka_unit_test(names_costly_patterns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
