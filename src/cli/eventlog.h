/*
 * EventLog: what a scan says to the log of the machine.
 *
 * To the journal of systemd where its socket is, with fields of our own beside the message
 * (TERRIER_PROFILE, TERRIER_RUN, and MESSAGE_ID by kind of event), in the form that systemd.io
 * documents as the native journal protocol; else to syslog(3), where the profile stands before the
 * sentence. No found value and no name of a file is in a sentence of ours. An EventLog that was
 * never opened swallows everything. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum EventKind {
    EVENT_INFO,    /* a scan begins, or ended well */
    EVENT_NOTICE,  /* something happened on the way */
    EVENT_WARNING, /* ended, and somebody should look */
    EVENT_ERROR,   /* could not be done */
} EventKind;

typedef struct EventLog {
    bool open;
    int socket; /* of the journal; -1: syslog */
    const char *profile;
    int64_t run; /* 0: not known yet */
} EventLog;

/* profile: borrowed; NULL: none. */
void event_log_open(EventLog *log, const char *profile);
void event_log(const EventLog *log, EventKind kind, const char *sentence);
void event_log_close(EventLog *log);
