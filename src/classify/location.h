/*
 * Location: what the path of an object tells of the place where it lies.
 *
 * A path is cut into its names (`/`, and `!/` of containers), a name into words at whatever is no
 * letter or digit; upper case is lower case. A word of the table says backup, test, temporary or
 * archive; where several speak, backup goes before test, test before temporary, temporary before
 * archive, since that is the order in which they bind: a test tree in a backup cannot be emptied
 * before the backup is. Without any it is live. Words are matched whole: `latest` and `contest` are
 * no test. Pure; any thread.
 */
#pragma once

#include "rule/fact.h"

typedef struct Location {
    LocationTier tier;
    Span tier_word; /* of the path, that says so; empty: none, and it is live */
    bool outbound;  /* a folder for handing things over: outbound, sftp, transfer, usb ... */
    bool personal;  /* somebody's own: home, desktop, downloads ... */
    bool web;       /* a web server's: htdocs, public_html ... */
} Location;

/* Borrows from path: raw bytes, members after a NUL or after "!/". */
Location location_of(Span path);
