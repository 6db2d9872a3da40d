/*
 * Profile of the API: one as rule/ read it, and what of it the caller may see.
 *
 * Private to lib/. Frozen once made.
 */
#pragma once

#include "base/buf.h"
#include "rule/profile.h"
#include "terrier.h"

struct terrier_profile {
    Profile profile;
    char *directory;
    Buf when; /* as calendar_print() has it; empty: none */
    terrier_profile_report *reports;
    terrier_profile_facts facts;
};
