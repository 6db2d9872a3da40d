/*
 * Units: the files by which systemd runs a profile at its times, and a line for cron.
 *
 * Three for each profile: a service that scans, shut in as far as it can be; a timer with one
 * OnCalendar= a time; and a service that tells somebody, which OnFailure= starts and which has the
 * network that the scan has not. A scan whose only gaps are known ends with 0, so OnFailure= means
 * news. What comes from the profile is quoted for systemd.syntax(7), percent signs doubled.
 */
#pragma once

#include "base/buf.h"
#include "rule/profile.h"

typedef struct UnitsOptions {
    const char *program; /* absolute */
    const char *file;    /* of the profile, absolute */
    const char *user;    /* who scans */
} UnitsOptions;

typedef enum UnitKind {
    UNIT_SERVICE,
    UNIT_TIMER,
    UNIT_ALERT,
    UNIT_USERS, /* for systemd-sysusers: the user, once a machine */
    N_UNITS,
} UnitKind;

/* "terrier-finance.service" and so on. */
void unit_print_name(const Profile *p, UnitKind kind, const UnitsOptions *o, Buf *to);

/* A profile without `when` has a timer that never elapses, so it has none: -ENOENT. */
int unit_print(const Profile *p, UnitKind kind, const UnitsOptions *o, Buf *to);

/* A line a time for /etc/cron.d, where there is no systemd. */
void units_print_cron(const Profile *p, const UnitsOptions *o, Buf *to);
