/*
 * Inventory: the columns of the list of data assets, in the order in which it is printed.
 *
 * Measured by a scan, derived from what it measured, or declared by people: those are blank until
 * somebody fills them in, and come back by the asset map. Fixed tables; any thread.
 */
#pragma once

#include "base/span.h"

typedef enum InventoryColumn {
    INVENTORY_ASSET_ID,
    INVENTORY_ASSET_NAME,
    INVENTORY_ASSET_KIND,
    INVENTORY_SYSTEM,
    INVENTORY_ENVIRONMENT,
    INVENTORY_LOCATOR,
    INVENTORY_HOST,
    INVENTORY_FS_TYPE,
    INVENTORY_MOUNT,
    INVENTORY_LOCATION_TIER,
    INVENTORY_BUSINESS_OWNER,
    INVENTORY_TECHNICAL_OWNER,
    INVENTORY_TOP_OWNER,
    INVENTORY_PURPOSES,
    INVENTORY_LAWFUL_BASIS,
    INVENTORY_ROLE,
    INVENTORY_SUBJECTS,
    INVENTORY_DATA_CATEGORIES,
    INVENTORY_DATA_TYPES,
    INVENTORY_UNDECLARED_TYPES,
    INVENTORY_SPECIAL_CATEGORIES,
    INVENTORY_SENSITIVITY_TIER,
    INVENTORY_TIER_REASON,
    INVENTORY_LABELS_FOUND,
    INVENTORY_FILES,
    INVENTORY_BYTES,
    INVENTORY_MEMBERS,
    INVENTORY_OBJECTS_WITH_FINDINGS,
    INVENTORY_FINDING_DENSITY, /* per cent of its objects */
    INVENTORY_PERSONS_LOW,
    INVENTORY_PERSONS_HIGH,
    INVENTORY_PERSONS_METHOD,
    INVENTORY_OLDEST,
    INVENTORY_NEWEST,
    INVENTORY_RETENTION_CLASS,
    INVENTORY_EXPOSURE,
    INVENTORY_EXPOSED_OBJECTS,
    INVENTORY_MAX_EXPOSURE,
    INVENTORY_TOP_GROUPS,
    INVENTORY_ORPHAN_OBJECTS,
    INVENTORY_ACL_PRESENT,
    INVENTORY_ENCRYPTED_OBJECTS,
    INVENTORY_SECRETS_FOUND,
    INVENTORY_RECIPIENTS,
    INVENTORY_TRANSFERS,
    INVENTORY_SAFEGUARDS,
    INVENTORY_SECURITY_MEASURES,
    INVENTORY_BACKUP_OF,
    INVENTORY_COVERAGE_PCT,
    INVENTORY_UNREADABLE,
    INVENTORY_UNSUPPORTED,
    INVENTORY_SHARE_PERMISSIONS,
    INVENTORY_LAST_REVIEWED,
    INVENTORY_REVIEWER,
    INVENTORY_NEXT_REVIEW,
    INVENTORY_RUN_ID,
    INVENTORY_MANIFEST_SHA256,
    N_INVENTORY_COLUMNS,
} InventoryColumn;

typedef enum InventorySource {
    INVENTORY_MEASURED,
    INVENTORY_DERIVED,
    INVENTORY_HUMAN,
} InventorySource;

typedef struct InventoryField {
    const char
        *key; /* its head in every format; of a human column, where it is one, the map's key */
    InventorySource source;
    bool number;
    unsigned width; /* in characters, of a sheet */
} InventoryField;

extern const InventoryField inventory_fields[N_INVENTORY_COLUMNS];

/* The column of that head; N_INVENTORY_COLUMNS: there is none. */
InventoryColumn inventory_column(Span head);

/* An asset: a text a column, NULL where it is blank. */
typedef struct InventoryRow {
    const char *cell[N_INVENTORY_COLUMNS];
} InventoryRow;
