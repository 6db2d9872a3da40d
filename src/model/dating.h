/*
 * Dating: the ways in which it can be told how old something is, and what each is worth.
 *
 * A policy names them by their words ("doc.modified"), a store's facts lead to them, a report
 * prints them. Trust is from 1, strong, to 4, weak. Some are no date of the thing but a bound: it
 * cannot be younger, however old it is. Access times are no way: reading, backups and mount options
 * move them.
 */
#pragma once

#include "base/span.h"

typedef enum Dating {
    DATING_DECLARED,      /* somebody wrote the day down: end of a contract, a case closed */
    DATING_ROW_CREATED,   /* columns of a database or a sheet, by what their name says */
    DATING_ROW_UPDATED,   /* ... last changed */
    DATING_ROW_LOGIN,     /* ... last login, visit or contact */
    DATING_ROW_CLOSED,    /* ... closed, ended, left */
    DATING_ROW_DATE,      /* ... any other that is about the record */
    DATING_MAIL_RECEIVED, /* the last hop of a message */
    DATING_MAIL_DATE,     /* what its sender wrote */
    DATING_LOG_FIRST,     /* the first line of a log */
    DATING_LOG_LAST,      /* ... all of them, up to the last */
    DATING_DOC_CREATED,   /* what a document says of itself */
    DATING_DOC_MODIFIED,
    DATING_DOC_PRINTED,
    DATING_PHOTO_TAKEN,  /* what a camera wrote */
    DATING_DUMP_MADE,    /* a bound: when rows were exported */
    DATING_MEMBER_MTIME, /* an archive's time for its member */
    DATING_PATH_DATE,    /* a date in a name: the period that it names */
    DATING_FS_MTIME,     /* content last changed on this copy; copying makes it younger */
    DATING_FS_BTIME,     /* the file was made here; every copy and restore is a new one */
    DATING_SEEN_FIRST,   /* a bound: the same content stood there when we first looked */
    DATING_SEEN_COPY,    /* a bound: the same content stands or stood elsewhere, older */
    N_DATINGS,
} Dating;

/* Ways whose values say the same in other words: the first one that there is counts. */
typedef enum DatingFamily {
    FAMILY_ALONE,
    FAMILY_ROW,
    FAMILY_MAIL,
    FAMILY_LOG,
    FAMILY_DOC,
} DatingFamily;

typedef struct DatingInfo {
    const char *name, *title; /* title: for people, "date of a message" */
    unsigned trust;           /* 1 strong to 4 weak */
    DatingFamily family;
    bool bound;
} DatingInfo;

const DatingInfo *dating_info(Dating d);

/* By its word; -EINVAL. */
int dating_parse(Span word, Dating *ret);
