/*
 * Glob: patterns of paths, as in .gitignore.
 *
 *     *.iso         no slash: the base name, at any depth
 *     tmp/old*.log  a slash: the path from the root; a leading slash says only that
 *     **            alone between slashes or at an end: any number of directories, or none
 *     build/        a slash at the end: directories only
 *     ? [a-z] [!a]  one character, one of a class, one that is not; a backslash makes any of these
 *                   plain; none of them, and no single star, matches a slash
 *
 * Bytes; `?` and a negated class take a whole UTF-8 character where there is one. Time is bounded
 * by length of pattern x length of path x number of components; there is no recursion.
 */
#pragma once

#include "base/error.h"
#include "base/span.h"

#define GLOB_MAX 4096

/* -EINVAL with a sentence: empty, too long, an unclosed class, a backslash at the end. */
int glob_check(Span pattern, Error *reterr);

/* A pattern that glob_check() refuses matches nothing. path: relative, no slash at either end. */
bool glob_match(Span pattern, Span path, bool directory);
