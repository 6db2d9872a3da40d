/*
 * Status: how the reading of one object ended. Every object found ends in exactly one.
 *
 * The list is closed: store, reports, manifests and records know no other word. A reason says
 * more, as in `partial(no-ocr)` or `error(EIO)`; it is a short word of ours, never input.
 * "Complete" statuses leave nothing unread that a reader would expect to be read; any other makes
 * coverage incomplete.
 */
#pragma once

#include "base/span.h"

typedef enum StatusKind {
    STATUS_READ, /* every byte was examined; read(raw): as bytes, the format being unknown */
    STATUS_PARTIAL,
    STATUS_LIMIT,
    STATUS_ENCRYPTED,
    STATUS_UNSUPPORTED,
    STATUS_ERROR,
    STATUS_CHANGED,
    STATUS_VANISHED,
    STATUS_SPECIAL, /* FIFO, socket, device: never opened */
    STATUS_LINK,    /* symbolic link: never followed */
    STATUS_OTHER_FILESYSTEM,
    STATUS_EXCLUDED,
    STATUS_OFFLINE,
    N_STATUSES,
} StatusKind;

#define STATUS_REASON_MAX 48

typedef struct Status {
    StatusKind kind;
    char reason[STATUS_REASON_MAX]; /* "" or a word of [a-z0-9A-Z:_-] */
} Status;

const char *status_name(StatusKind kind);
int status_parse(Span word, StatusKind *ret);

/* A status with a reason; a reason that does not fit is cut. */
Status status_of(StatusKind kind, const char *reason);

/* STATUS_ERROR with the symbolic name of a positive errno value, as in error(EACCES). */
Status status_errno(int error);

/* `read`, `partial(no-ocr)`: into text, at least STATUS_REASON_MAX + 24 bytes. */
void status_print(const Status *s, char *ret_text, size_t n);

bool status_complete(StatusKind kind);
