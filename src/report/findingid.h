/*
 * FindingId: what a finding is called in every report: the same in each run that finds it at the
 * same place (root, path, part, detector), so that a ticket or a SIEM knows it again.
 */
#pragma once

#include "store/found.h"

#define FINDINGID_MAX 19 /* "f:", 16 hex digits and a NUL */

void findingid_print(const FoundRow *row, char ret[FINDINGID_MAX]);
