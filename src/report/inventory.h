/*
 * Inventory: the list of data assets as a table for people, CSV, JSON Lines or a spreadsheet.
 *
 * Columns that people fill in have an asterisk behind their head, in CSV and in the sheet; what was
 * measured or derived has none. Read back, the asterisk and an apostrophe in front of a text mean
 * nothing. No cell is a formula, whatever a name begins with.
 */
#pragma once

#include "base/error.h"
#include "model/inventory.h"
#include "report/outlet.h"

int inventory_text(const InventoryRow *rows, size_t n, bool colour, Outlet *to);
int inventory_csv(const InventoryRow *rows, size_t n, Outlet *to);
int inventory_jsonl(const InventoryRow *rows, size_t n, Outlet *to);

/* made: ns since 1970. -ENOTSUP with a sentence where Terrier was built without libxlsxwriter. */
int inventory_xlsx(const InventoryRow *rows, size_t n, int64_t made, Outlet *to, Error *reterr);
