/*
 * Tld: is a label the name of a top-level domain? Constant tables, pure functions.
 */
#pragma once

#include "base/span.h"

/* label: lower case. Labels in other scripts and punycode are taken on trust. */
bool tld_exists(Span label);

/* Set aside by RFC 2606 and RFC 6761 for documentation and tests. */
bool tld_is_reserved(Span label);
