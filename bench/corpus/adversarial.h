/*
 * Adversarial: the inputs that are dear to a scanner on purpose: walls of near misses, tokens that
 * never end, keywords without values. Each is a piece of up to some megabytes, to be repeated.
 */
#pragma once

#include "text.h"

typedef struct Adversary {
    const char *name;
    void (*piece)(Text *t);
} Adversary;

extern const Adversary adversaries[];
extern const size_t n_adversaries;
