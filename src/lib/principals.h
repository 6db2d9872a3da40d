/*
 * Principals of the API: the names of owners and groups, asked of this host as a scan ends.
 *
 * Here and not in the scanner, which is shut off from where they are kept (files, LDAP, a domain).
 * Names of the filer at the time of the scan are what counts; a report is made elsewhere, perhaps.
 */
#pragma once

#include "base/error.h"
#include "store/store.h"

/*
 * Of all numbers that the run has met: name, or '' where there is no such account. What a service
 * does not answer stays open, and after a minute all of the rest: the scan has to end. -ENOMEM, or
 * an error of the store.
 */
int principals_name(Store *s, int64_t run, Error *reterr);

/* The uid of an account by its name; false: there is none, or nobody answers. */
bool principals_uid(const char *name, uint32_t *ret);
