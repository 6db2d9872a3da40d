/*
 * Magic: the signatures by which formats are known, and what each is called.
 *
 * Pure; the head is hostile. A format whose signature is a few letters, as text may begin too, is
 * `weak`: it holds only where the head is not text.
 */
#pragma once

#include "extract/sniff.h"

typedef struct Magic {
    const char *format;
    SniffKind kind;
    bool weak;
} Magic;

/* The format of the head, or NULL. */
const Magic *magic_find(Span head);
