/*
 * FindingId: what a finding is called in every report, so that a ticket or a SIEM knows it again:
 * the id of its lineage (store/lineage.h). A run that has none (it did not end, or is older than
 * lineages) has ids of the same form made of the place: root, path, part, detector.
 */
#pragma once

#include "store/found.h"

#define FINDINGID_MAX LINEAGE_ID_TEXT

/* The row comes of a cursor that was asked for lineage. */
void findingid_print(const FoundRow *row, char ret[FINDINGID_MAX]);
