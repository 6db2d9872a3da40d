/*
 * PolicyField: the values that several maps of a policy have: days, durations, ids, lists of them.
 *
 * As the readers of rule/field.h. And the readers of the maps themselves, each in a file of its
 * own: policyrule.c, policyhold.c, policyexample.c; rule/policy.c puts them together.
 */
#pragma once

#include "rule/policy.h"

enum { POLICY_TEXT_MAX = 512 };

int field_day(const Node *n, Reader *r, Day *ret);
int field_period(const Node *n, Reader *r, Duration *ret);

/* An id of A-Z a-z 0-9 . _ -, at most 64 bytes. */
int field_id(const Node *n, Reader *r, const char **ret);

/* A list of at least one text. */
int field_some(const Node *n, size_t max, FieldCheck *check, Reader *r, Words *ret);

/* Names of countries and unions: US, EU, US-CA. */
int field_jurisdiction(const Node *n, Reader *r, Words *ret);
int field_tier(const Node *n, Reader *r, LocationTier *ret);
int field_clock(const Node *n, Reader *r, Clock *ret);
int field_action(const Node *n, Reader *r, PolicyAction *ret);
int field_severity(const Node *n, Reader *r, Severity *ret);
int field_dating(const Node *n, Reader *r, Dating *ret);
FieldCheck check_id;

/* One entry of a list; the list is in the policy's arena. */
int policy_class_read(const Node *n, Reader *r, PolicyClass *ret);
int policy_rule_read(const Node *n, Reader *r, PolicyRule *ret);
int policy_hold_read(const Node *n, Reader *r, PolicyHold *ret);
int policy_exception_read(const Node *n, Reader *r, PolicyException *ret);
int policy_example_read(const Node *n, Reader *r, PolicyExample *ret);
