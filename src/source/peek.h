/*
 * Peek: the first bytes of a pipe, which stay in it for whoever reads it next.
 */
#pragma once

#include <stddef.h>

/*
 * Waits for some thousand bytes, or the end, or for what is slow to come; copies at most n that are
 * there. -ESPIPE: it is no pipe.
 */
int peek_pipe(int fd, void *at, size_t n, size_t *ret_n);
