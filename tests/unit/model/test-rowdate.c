/* Rowdate: names of columns that tell an event of the record, and those that never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "model/rowdate.h"

static void tells_events(void **state _unused_) {
    static const struct {
        const char *name;
        RowDate date;
    } cases[] = {
        {"created_at", ROW_DATE_CREATED},
        {"createdAt", ROW_DATE_CREATED},
        {"hire_date", ROW_DATE_CREATED},
        {"Erstellt am", ROW_DATE_CREATED},
        {"fecha_alta", ROW_DATE_CREATED},
        {"Eintrittsdatum", ROW_DATE_CREATED},
        {"updated_at", ROW_DATE_UPDATED},
        {"last_modified", ROW_DATE_UPDATED},
        {"date_modification", ROW_DATE_UPDATED},
        {"ge\xc3\xa4ndert_am", ROW_DATE_UPDATED},
        {"last_login", ROW_DATE_CONTACT},
        {"lastLoginDate", ROW_DATE_CONTACT},
        {"last_contact", ROW_DATE_CONTACT},
        {"letzter Kontakt", ROW_DATE_CONTACT},
        {"derniere_connexion", ROW_DATE_CONTACT},
        {"closed_at", ROW_DATE_CLOSED},
        {"termination_date", ROW_DATE_CLOSED},
        {"EndDate", ROW_DATE_CLOSED},
        {"Austrittsdatum", ROW_DATE_CLOSED},
        {"date_cloture", ROW_DATE_CLOSED},
        {"fecha_baja", ROW_DATE_CLOSED},
        {"order_date", ROW_DATE_OTHER},
        {"timestamp", ROW_DATE_OTHER},
        {"Datum", ROW_DATE_OTHER},
        {"birth_date", ROW_DATE_NONE},
        {"dob", ROW_DATE_NONE},
        {"Geburtsdatum", ROW_DATE_NONE},
        {"date_naissance", ROW_DATE_NONE},
        {"fecha_nacimiento", ROW_DATE_NONE},
        {"expiry_date", ROW_DATE_NONE},
        {"card_expires_at", ROW_DATE_NONE},
        {"valid_until", ROW_DATE_NONE},
        {"due_date", ROW_DATE_NONE},
        {"created_by", ROW_DATE_NONE},
        {"name", ROW_DATE_NONE},
        {"", ROW_DATE_NONE},
        {"salary", ROW_DATE_NONE},
        {"updated_birth_date", ROW_DATE_NONE},
    };

    for (size_t i = 0; i < N_ELEMENTS(cases); i++) {
        RowDate d = row_date_of(span_of(cases[i].name));

        if (d != cases[i].date)
            fail_msg("'%s': %d, expected %d", cases[i].name, d, cases[i].date);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_events)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
