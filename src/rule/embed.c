/*
 * Embed: turns the rule files beneath a directory into one C file: the table of rule/builtin.h.
 *
 *     rule-embed DIRECTORY OUTPUT DEPFILE
 *
 * A program of the build, not of the product. The depfile names every file and every directory, so
 * that a changed, added or removed file is noticed by the next build without a new configuration.
 */
#include <nettle/sha2.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "rule/folder.h"
#include "rule/tree.h"

typedef struct Embedding {
    const char *directory;
    const char *name; /* of the table: files, rulesets */
    Arena arena;
    Buf code, depends;
    Error error;
} Embedding;

static void put_literal(Buf *to, const uint8_t *at, size_t n) {
    buf_byte(to, '"');
    for (size_t i = 0; i < n; i++) {
        if (i && i % 100 == 0)
            buf_text(to, "\"\n     \"");
        if (at[i] >= 0x20 && at[i] < 0x7f && !strchr("\"\\?", at[i]))
            buf_byte(to, at[i]);
        else
            buf_printf(to, "\\%03o", at[i]);
    }
    buf_byte(to, '"');
}

static void put_text(Buf *to, const char *text) {
    put_literal(to, (const uint8_t *)text, strlen(text));
}

/* A path as a depfile wants it. */
static void put_depend(Buf *to, const char *path, size_t n) {
    buf_byte(to, ' ');
    for (size_t i = 0; i < n; i++) {
        if (strchr(" \\#", path[i]))
            buf_byte(to, '\\');
        if (path[i] == '$')
            buf_byte(to, '$');
        buf_byte(to, (uint8_t)path[i]);
    }
}

static int put_file(Embedding *e, const char *path) {
    const char *name = path + strlen(e->directory) + 1;
    _cleanup_(buf_done) Buf tree = {0};
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    const Node *root;
    Span bytes;
    int r = folder_read(path, YAML_BYTES_MAX, &e->arena, &e->error, &bytes);

    if (r == 0)
        r = yaml_read(bytes, name, &e->arena, &e->error, &root);
    if (r < 0)
        return r;
    tree_write(root, &tree);
    sha256_init(&sha);
    sha256_update(&sha, bytes.n, bytes.at);
    sha256_digest(&sha, sizeof(digest), digest);
    buf_text(&e->code, "    {");
    put_text(&e->code, name);
    buf_text(&e->code, ",\n     ");
    put_literal(&e->code, tree.at, tree.n);
    buf_printf(&e->code, ",\n     %zu,\n     ", tree.n);
    put_literal(&e->code, digest, sizeof(digest));
    buf_text(&e->code, "},\n");
    put_depend(&e->depends, path, strlen(path));
    put_depend(&e->depends, path, (size_t)(strrchr(path, '/') - path));
    return buf_error(&tree);
}

static int write_out(const char *path, const Buf *b) {
    _cleanup_(fclosep) FILE *f = fopen(path, "w");

    return f && fwrite(b->at, 1, b->n, f) == b->n && fflush(f) == 0 ? 0 : -errno;
}

static int embed(Embedding *e, const char *output, const char *depfile) {
    const char *const *paths;
    size_t n;
    int r = folder_list(e->directory, &e->arena, &e->error, &paths, &n);

    put_depend(&e->depends, e->directory, strlen(e->directory));
    buf_text(&e->code,
             "/* Made by rule/embed.c. */\n#include \"rule/builtin.h\"\n\n"
             "const Builtin builtin_");
    buf_text(&e->code, e->name);
    buf_text(&e->code, "[] = {\n");
    for (size_t i = 0; i < n && r == 0; i++)
        r = put_file(e, paths[i]);
    buf_printf(&e->code,
               "    {0},\n};\n"
               "const size_t n_builtin_%s = sizeof(builtin_%s) / sizeof(Builtin) - 1;\n",
               e->name, e->name);
    buf_byte(&e->depends, '\n');
    if (r == 0)
        r = buf_error(&e->code) < 0 ? -ENOMEM : buf_error(&e->depends);
    if (r == 0)
        r = write_out(output, &e->code);
    return r < 0 ? r : write_out(depfile, &e->depends);
}

int main(int argc, char **argv) {
    Embedding e = {.directory = argc == 5 ? argv[1] : "", .name = argv[argc - 1]};
    int r;

    if (argc != 5) {
        fprintf(stderr, "rule-embed DIRECTORY OUTPUT DEPFILE NAME\n");
        return 2;
    }
    buf_text(&e.depends, argv[2]);
    buf_byte(&e.depends, ':');
    r = embed(&e, argv[2], argv[3]);
    if (r < 0)
        fprintf(stderr, "rule-embed: %s\n", e.error.text[0] ? e.error.text : strerror(-r));
    arena_done(&e.arena);
    buf_done(&e.code);
    buf_done(&e.depends);
    return r < 0;
}
