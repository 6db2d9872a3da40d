/*
 * Prints a report of a store that has one of everything: report-sample jsonl|text|canonical. Not a
 * test by itself: validate.py checks what it prints against docs/schema/.
 */
#include "sample.h"

static int to_stdout(void *of _unused_, Span bytes) {
    return fwrite(bytes.at, 1, bytes.n, stdout) == bytes.n ? 0 : -EIO;
}

int main(int argc, char **argv) {
    Outlet to = {.write = to_stdout};
    void *state;
    Fixture *f;
    Error e = {0};
    int r;

    if (argc != 2 || fixture_setup(&state) != 0)
        return 2;
    f = state;
    sample_fill(f);
    if (strcmp(argv[1], "jsonl") == 0)
        r = jsonl_report(f->store, 0, &(JsonlOptions){.all_objects = true}, &to, &e);
    else if (strcmp(argv[1], "canonical") == 0)
        r = canonical_export(f->store, 0, &to, &e);
    else
        r = text_report(f->store, 0, &(TextOptions){.colour = false}, &to, &e);
    if (r == 0)
        r = outlet_end(&to);
    if (r < 0)
        fprintf(stderr, "%s\n", e.text);
    fixture_teardown(&state);
    return r < 0;
}
