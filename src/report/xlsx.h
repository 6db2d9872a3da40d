/*
 * Xlsx: the report as a workbook: about this report (the Preamble), data types, findings, not read,
 * and all objects where they are asked for. Columns are those of report/register.h. Sheets go on in
 * another before they are full, nothing is left out.
 */
#pragma once

#include "report/outlet.h"
#include "store/found.h"

typedef struct XlsxOptions {
    FoundFilter filter;
    bool all_objects;
    uint32_t rows_max; /* of a sheet; 0: what the format allows */
} XlsxOptions;

/* -ENOTSUP with a sentence: this build writes no spreadsheets. */
int xlsx_report(Store *s, int64_t run, const XlsxOptions *o, Outlet *to, Error *reterr);
