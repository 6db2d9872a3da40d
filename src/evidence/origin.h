/*
 * Origin: on which system, and by whom, evidence is made.
 *
 * Asked of the kernel and of files under /proc and /etc, never of the network: a name service that
 * hangs must not hang a scan. What cannot be told is null.
 */
#pragma once

#include "base/json.h"

/* An object: uid, effective_uid, gid, login_uid, terminal (its name), unit (of systemd). */
void origin_put_operator(Json *j);

/* An object: host, machine_id, kernel, architecture, capabilities (effective, hex). */
void origin_put_system(Json *j);

/* An object: source, synchronized, offset_us, as the kernel's clock discipline says. */
void origin_put_clock(Json *j);
