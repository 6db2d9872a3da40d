/*
 * Category: see category.h. Ids and tiers are those of docs/design/categories.md; the order is
 * that of the ids, since category_find() searches by halves.
 */
#include "model/category.h"

#include "base/cleanup.h"

static const Category categories[] = {
    {"account.password", "password", TIER_RESTRICTED},
    {"account.username", "user name", TIER_INTERNAL},
    {"asset.id", "product or equipment number", TIER_INTERNAL},
    {"biometric", "biometric data", TIER_RESTRICTED},
    {"business.contract", "contract", TIER_CONFIDENTIAL},
    {"business.marked_confidential", "document marked confidential", TIER_CONFIDENTIAL},
    {"candidate.cv", "curriculum vitae", TIER_CONFIDENTIAL},
    {"contact.address", "postal address", TIER_CONFIDENTIAL},
    {"contact.email", "e-mail address", TIER_CONFIDENTIAL},
    {"contact.fax", "fax number", TIER_CONFIDENTIAL},
    {"contact.phone", "telephone number", TIER_CONFIDENTIAL},
    {"contact.postcode", "postal code", TIER_INTERNAL},
    {"content.email_body", "private message", TIER_CONFIDENTIAL},
    {"criminal", "criminal record", TIER_RESTRICTED},
    {"customer.id", "customer number", TIER_INTERNAL},
    {"device.ad_id", "advertising id", TIER_INTERNAL},
    {"device.cookie", "cookie", TIER_INTERNAL},
    {"device.ip", "IP address", TIER_INTERNAL},
    {"device.mac", "hardware address", TIER_INTERNAL},
    {"device.user_agent", "browser identification", TIER_INTERNAL},
    {"employment.id", "employee number", TIER_INTERNAL},
    {"employment.record", "employment record", TIER_CONFIDENTIAL},
    {"fin.bank_account", "bank account", TIER_RESTRICTED},
    {"fin.bank_routing", "bank routing code", TIER_INTERNAL},
    {"fin.card_expiry", "card expiry date", TIER_CONFIDENTIAL},
    {"fin.crypto_wallet", "crypto-currency address", TIER_CONFIDENTIAL},
    {"fin.cvv", "card security code", TIER_RESTRICTED},
    {"fin.iban", "IBAN", TIER_RESTRICTED},
    {"fin.pan", "payment card number", TIER_RESTRICTED},
    {"fin.pin_block", "PIN block", TIER_RESTRICTED},
    {"fin.salary", "salary", TIER_CONFIDENTIAL},
    {"fin.track_data", "card track data", TIER_RESTRICTED},
    {"genetic", "genetic data", TIER_RESTRICTED},
    {"gov.drivers_license", "driving licence", TIER_RESTRICTED},
    {"gov.national_id", "national identity number", TIER_RESTRICTED},
    {"gov.passport", "passport", TIER_RESTRICTED},
    {"gov.tax_id", "tax number", TIER_RESTRICTED},
    {"gov.vehicle_plate", "vehicle plate", TIER_CONFIDENTIAL},
    {"health.code", "medical code", TIER_RESTRICTED},
    {"health.mrn", "medical record number", TIER_RESTRICTED},
    {"health.plan_id", "health insurance number", TIER_RESTRICTED},
    {"health.provider_id", "health provider number", TIER_INTERNAL},
    {"health.record", "health record", TIER_RESTRICTED},
    {"location.precise", "precise location", TIER_CONFIDENTIAL},
    {"org.id", "organisation number", TIER_INTERNAL},
    {"person.age", "age", TIER_CONFIDENTIAL},
    {"person.birthplace", "place of birth", TIER_CONFIDENTIAL},
    {"person.child", "data of a child", TIER_CONFIDENTIAL},
    {"person.dob", "date of birth", TIER_CONFIDENTIAL},
    {"person.gender", "gender", TIER_CONFIDENTIAL},
    {"person.immigration", "immigration status", TIER_RESTRICTED},
    {"person.marital", "marital status", TIER_CONFIDENTIAL},
    {"person.name", "person name", TIER_CONFIDENTIAL},
    {"person.nationality", "nationality", TIER_CONFIDENTIAL},
    {"secret.api_key", "key or token", TIER_RESTRICTED},
    {"secret.private_key", "private key", TIER_RESTRICTED},
    {"special.ethnicity", "ethnic origin", TIER_RESTRICTED},
    {"special.politics", "political opinion", TIER_RESTRICTED},
    {"special.religion", "religion", TIER_RESTRICTED},
    {"special.sexuality", "sexual orientation", TIER_RESTRICTED},
    {"special.union", "union membership", TIER_RESTRICTED},
    {"vehicle.vin", "vehicle identification number", TIER_CONFIDENTIAL},
};

const Category *category_find(Span id) {
    size_t lo = 0, hi = N_ELEMENTS(categories);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int r = span_cmp(id, span_of(categories[mid].id));

        if (r == 0)
            return &categories[mid];
        if (r < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

size_t category_all(const Category **ret) {
    *ret = categories;
    return N_ELEMENTS(categories);
}
