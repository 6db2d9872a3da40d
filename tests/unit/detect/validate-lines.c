/*
 * Validate-lines: a filter for comparing the validators with another judge. Each line of input is a
 * type, a tab and a value as a person writes it; each line of output is 1, 0, or ? for an unknown
 * type. With the argument `list`, the names of all types.
 */
#include "base/cleanup.h"
#include "detect/validate/validate.h"

static char judge(char *line, size_t n) {
    char *tab = memchr(line, '\t', n);
    const Validator *v;

    if (!tab)
        return '?';
    *tab++ = 0;
    v = validator_find(line);
    if (!v)
        return '?';
    return validator_accepts(v, span(tab, n - (size_t)(tab - line))) ? '1' : '0';
}

int main(int argc, char **argv) {
    _cleanup_(free_p) char *line = NULL;
    const Validator *all;
    size_t cap = 0;
    ssize_t n;

    if (argc > 1 && strcmp(argv[1], "list") == 0) {
        size_t count = validator_all(&all);
        for (size_t i = 0; i < count; i++)
            printf("%s\t%g\n", all[i].name, (double)all[i].rate);
        return 0;
    }
    while ((n = getline(&line, &cap, stdin)) > 0) {
        if (line[n - 1] == '\n')
            n--;
        printf("%c\n", judge(line, (size_t)n));
    }
    return 0;
}
