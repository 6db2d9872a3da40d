/*
 * RuleMark: where in a rule file something stands, for messages.
 *
 * Line and column are 1-based; columns count characters, as editors do. `file` is the name as it
 * is shown, control bytes already escaped; it lives as long as the arena of whoever made the mark.
 */
#pragma once

typedef struct RuleMark {
    const char *file;
    unsigned line, col;
} RuleMark;
