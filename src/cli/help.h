/*
 * Help: the tables of verbs and options as text: for people, as manual page, for shells.
 */
#pragma once

#include "base/buf.h"
#include "cli/verb.h"

void help_all(Buf *to);
void help_verb(const Verb *v, Buf *to);

/* terrier(1), as troff with the man macros. */
void help_manual(Buf *to);

/* A script that completes verbs and options: shell is "bash", "zsh" or "fish"; else -EINVAL. */
int help_completions(const char *shell, Buf *to);
