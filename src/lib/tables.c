/* Tables: see tables.h. */
#include "lib/tables.h"

int tables_key(bool create, Error *reterr, bool *ret_created, Key **ret) {
    _cleanup_(free_p) char *directory = NULL;
    _cleanup_(buf_done) Buf path = {0};
    int r = key_default_directory(&directory);

    if (r < 0)
        return error_errno(reterr, r, "cannot tell where the keys are; set HOME");
    buf_printf(&path, "%s/%s.key", directory, key_kind_name(KEY_EDM));
    if (buf_error(&path) < 0)
        return -ENOMEM;
    if (!create && access(buf_cstr(&path), F_OK) < 0)
        return error_set(reterr, -ENOKEY,
                         "the rules have tables of exact data match, and '%s' with their key is "
                         "not there",
                         buf_cstr(&path));
    return key_load(directory, KEY_EDM, reterr, ret_created, ret);
}

void tables_derive(const Key *k, const char label[EDM_LABEL], uint8_t ret[EDM_KEY]) {
    key_derive(k, label, ret, EDM_KEY);
}

int tables_keys(const Rules *rules, Error *reterr, Buf *ret) {
    _cleanup_(key_freep) Key *key = NULL;
    bool created;
    int r = rules->n_edms ? tables_key(false, reterr, &created, &key) : 0;

    for (size_t i = 0; i < rules->n_edms && r == 0; i++) {
        char label[EDM_LABEL];
        uint8_t *at;

        r = edm_label_at(rules->edms[i].table, reterr, label);
        if (r < 0) {
            error_note(reterr, "%s:%u:%u: table", rules->edms[i].mark.file,
                       rules->edms[i].mark.line, rules->edms[i].mark.col);
            return r;
        }
        at = buf_extend(ret, EDM_KEY);
        if (!at)
            return -ENOMEM;
        tables_derive(key, label, at);
    }
    return r;
}
