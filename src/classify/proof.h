/*
 * Proof: the examples of a policy, each judged, against the state that it says must come out.
 *
 * Judged as if the policy were approved: an example proves rules, not who signed them. Pure.
 */
#pragma once

#include "classify/retention.h"

typedef struct ProofTo {
    void *of;
    /* An example that does not hold; text: why, until the call returns. 0 or a negative error. */
    int (*failed)(void *of, const PolicyExample *e, const char *text);
} ProofTo;

/* 0 or a negative error; *ret_n: how many were judged, all of them. */
int policy_prove(const Policy *p, const ProofTo *to, size_t *ret_n);
