/* Form: see form.h. */
#include "detect/form/form.h"

#include "base/cleanup.h"

static const struct {
    const char *name;
    FormFind find;
} forms[N_FORMS] = {
    [FORM_EMAIL] = {"email", form_email}, [FORM_IBAN] = {"iban", form_iban},
    [FORM_IPV4] = {"ipv4", form_ipv4},    [FORM_IPV6] = {"ipv6", form_ipv6},
    [FORM_MAC] = {"mac", form_mac},       [FORM_UUID] = {"uuid", form_uuid},
    [FORM_PHONE] = {"phone", form_phone}, [FORM_BITCOIN] = {"bitcoin", form_bitcoin},
};

int form_parse(const char *name) {
    for (int k = 0; k < N_FORMS; k++) {
        if (strcmp(name, forms[k].name) == 0)
            return k;
    }
    return -1;
}

const char *form_name(FormKind kind) {
    return forms[kind].name;
}

FormFind form_find(FormKind kind) {
    return forms[kind].find;
}
