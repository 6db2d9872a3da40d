/* Mbox: the line by which a mailbox is known. */
#pragma once

#include "base/span.h"

/* "From address date": a clock and a year are in it. */
bool mbox_is_from(Span line);
