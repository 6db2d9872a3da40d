/*
 * Peer: one worker as its host sees it: a process, a socket, and how long it may take.
 *
 * Owned by one Host, on one thread. What it sends is hostile; a Peer only finds frames in it.
 */
#pragma once

#include <time.h>

#include "base/ref.h"
#include "extract/frame.h"
#include "extract/zygote.h"

#define PEER_E_DEAD 1 /* or as good as: peer_bury() says of what */

typedef struct PeerWatch {
    int64_t stall_ns; /* without a frame */
    int64_t cpu_ns;   /* of processor time a job, and again a MiB taken */
    const Flag *stop;
} PeerWatch;

typedef struct Peer {
    struct Peer *next; /* its host's */
    Zygote *zygote;
    ExtractPlace place;
    pid_t pid;
    int fd;
    clockid_t clock; /* of its processor time */
    unsigned jobs;   /* that it was given */
    FrameReader in;
    bool closed;     /* its end of the socket */
    const char *why; /* it is to be killed: "cpu", "stalled", "protocol"; NULL: not by us */
    /* of the job at hand */
    uint64_t size, taken;
    int64_t cpu_start, quiet;
    unsigned frames;
} Peer;

int peer_new(Zygote *z, ExtractPlace place, Peer **ret);

/* Ends the process. `ret_why`: SIGSEGV, cpu, stalled, memory, protocol, exit ...; may be NULL. */
Peer *peer_bury(Peer *p, char *ret_why, size_t n);

/* A job with its descriptor, and that of its companion if it has one: 0 or PEER_E_DEAD. */
int peer_give(Peer *p, const FrameJob *job, const int fds[FRAME_FDS]);

/* The job's next frame, waited for: 0, PEER_E_DEAD, or -ECANCELED when told to stop. */
int peer_next(Peer *p, const PeerWatch *watch, FrameKind *ret_kind, Span *ret_payload);

/* Bytes of the unit, as the worker says. */
void peer_took(Peer *p, uint64_t taken);

/* It has grown so that a new one is better. */
bool peer_large(const Peer *p);
