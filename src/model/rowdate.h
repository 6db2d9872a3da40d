/*
 * Rowdate: what the name of a column says of the dates in it.
 *
 * created_at, "last login", geschlossen_am, fecha_baja: dates of the record, and which of its
 * events they are. Never those of a person's birth, nor of what is to come (due, valid until,
 * expiry): those say nothing of how old a record is. Readers watch the columns that have one; the
 * event is told again from the name when ages are judged. Pure; names are hostile.
 */
#pragma once

#include "base/span.h"

typedef enum RowDate {
    ROW_DATE_NONE, /* not of the record, or not known to be */
    ROW_DATE_CREATED,
    ROW_DATE_UPDATED,
    ROW_DATE_CONTACT, /* last login, visit, order */
    ROW_DATE_CLOSED,  /* closed, ended, left, deleted */
    ROW_DATE_OTHER,
} RowDate;

RowDate row_date_of(Span name);
