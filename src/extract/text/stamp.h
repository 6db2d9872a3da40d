/*
 * Stamp: the time at the start of a line of a log.
 *
 *     2024-03-01T12:00:00Z ...                        also 2024/03/01, with a blank, in brackets
 *     01-Mar-2024 12:00:00.123 ...
 *     [Fri Mar 01 12:00:00.123456 2024] ...
 *     192.0.2.1 - - [01/Mar/2024:12:00:00 +0100] ...  common log format
 *     1709294400.123 ...                              seconds since 1970
 *
 * Lines of syslog without a year have none that could be told. Pure; input is hostile.
 */
#pragma once

#include "base/span.h"

enum { STAMP_LINE_MAX = 160 }; /* bytes of a line that are looked at */

/* ns since 1970 UTC, and where it ends in the line; 0: there is none. */
size_t stamp_parse(Span line, int64_t *ret);
