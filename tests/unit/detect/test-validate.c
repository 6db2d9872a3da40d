/* Validators: the table, published and generated vectors of each type, what checksums promise, and
 * hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "detect/validate/algorithm.h"
#include "detect/validate/validate.h"

typedef struct Vector {
    const char *type, *value;
    bool valid;
} Vector;

/* Printed by the issuer or the standard as an example. */
static const Vector published[] = {
    {"luhn", "79927398713", true}, /* H. P. Luhn's patent, as usually shown */
    {"luhn", "79927398710", false},
    {"verhoeff", "2363", true}, /* Wikipedia, Verhoeff algorithm */
    {"verhoeff", "2364", false},
    {"card", "4111 1111 1111 1111", true}, /* test numbers of the networks */
    {"card", "4222222222222", true},
    {"card", "5555 5555 5555 4444", true},
    {"card", "2223003122003222", true},
    {"card", "3782 822463 10005", true},
    {"card", "6011 1111 1111 1117", true},
    {"card", "3056 930902 5904", true},
    {"card", "3530 1113 3330 0000", true},
    {"card", "6200 0000 0000 0005", true},
    {"card", "6759 6498 2643 8453", true},
    {"card", "2200 0000 0000 0053", true},
    {"card", "4111 1111 1111 1112", false},
    {"card", "4111 1111 1111 111", false},
    {"card", "7111 1111 1111 1118", false},
    {"card", "0000 0000 0000 0000", false},
    {"card.track", "%B4111111111111111^", true}, /* test numbers of the networks */
    {"card.track", ";4111111111111111=", true},
    {"card.track", "5555555555554444D31012011234", true},
    {"card.track", ";4111111111111112=", false},
    {"card.track", ";4111111111111111^", false},
    {"card.track", "%B4111111111111111=", false},
    {"card.track", ";4111111111111111", false},
    {"card.track", "%B^", false},
    {"eth.address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true}, /* EIP-55 */
    {"eth.address", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", true},
    {"eth.address", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", true},
    {"eth.address", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb", true},
    {"eth.address", "0x52908400098527886E0F7030069857D2E4169EE7", true}, /* one case only */
    {"eth.address", "0xde709f2102306220921060314715629080e2fb77", true},
    {"eth.address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", false},
    {"eth.address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", false},
    {"eth.address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", false},
    {"eth.address", "0x0000000000000000000000000000000000000000", false},
    {"hu.account", "11773016-11111018-00000000", true}, /* the IBAN registry's example */
    {"hu.account", "11773016-11111018", true},
    {"hu.account", "11773016-11111019", false},
    {"hu.account", "11773017-11111018-00000000", false},
    {"hu.account", "00000000-00000000", false},
    {"hu.szemelyi", "1-701001-0013", true}, /* made up; by hand: 36 = 3 * 11 + 3 */
    {"hu.szemelyi", "1-701001-0014", false},
    {"hu.szemelyi", "3-050506-1232", true}, /* weights from 10 down: 134 = 12 * 11 + 2 */
    {"hu.szemelyi", "3-050506-1234", false},
    {"hu.szemelyi", "1-701301-0013", false},
    {"hu.szemelyi", "5-701001-0013", false},
    {"pl.nrb", "61 1090 1014 0000 0712 1981 2874", true}, /* the IBAN registry's example */
    {"pl.nrb", "62 1090 1014 0000 0712 1981 2874", false},
    {"pl.nrb", "61 1090 1014 0000 0712 1981 287", false},
    {"iban", "GB82 WEST 1234 5698 7654 32", true}, /* ISO 13616 registry and its users */
    {"iban", "DE89 3704 0044 0532 0130 00", true},
    {"iban", "NO93 8601 1117 947", true},
    {"iban", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", true},
    {"iban", "FR14 2004 1010 0505 0001 3M02 606", true},
    {"iban", "IBAN BE68 5390 0754 7034", true},
    {"iban", "ES91 2100 0418 4502 0005 1332", true},
    {"iban", "DE89 3704 0044 0532 0130 01", false},
    {"iban", "DE89 3704 0044 0532 0130 0", false},
    {"iban", "XX89 3704 0044 0532 0130 00", false},
    {"iban", "GB82 WES1 1234 5698 7654 32", false},
    {"bic", "DEUTDEFF", true}, /* ISO 9362 */
    {"bic", "DEUTDEFF500", true},
    {"bic", "DEUTXXFF", false},
    {"us.ssn", "536-90-4399", true},
    {"us.ssn", "078-05-1120", false}, /* on a card in wallets of 1938 */
    {"us.ssn", "000-12-3456", false},
    {"us.ssn", "666-12-3456", false},
    {"us.ssn", "900-12-3456", false},
    {"us.ssn", "123-00-4567", false},
    {"us.ssn", "123-45-0000", false},
    {"us.ssn", "1112-23333", false},
    {"us.itin", "950-50-1234", true},
    {"us.itin", "950-66-1234", false},
    {"us.itin", "950-93-1234", false},
    {"us.rtn", "021000021", true}, /* ABA directory */
    {"us.rtn", "021000022", false},
    {"us.rtn", "991000027", false},
    {"us.npi", "1234567893", true}, /* CMS, NPI check digit */
    {"us.npi", "1234567894", false},
    {"us.mbi", "1EG4-TE5-MK73", true}, /* CMS specimen card */
    {"us.mbi", "1SG4-TE5-MK73", false},
    {"us.dea", "AB1234563", true},
    {"us.dea", "IB1234563", false},
    {"gb.nino", "AB 12 34 56 C", true},
    {"gb.nino", "QQ 12 34 56 C", false}, /* HMRC prints it as an example */
    {"gb.nino", "GB 12 34 56 C", false},
    {"gb.nhs", "943 476 5919", true}, /* NHS Data Dictionary */
    {"gb.nhs", "943 476 5918", false},
    {"ca.sin", "046 454 286", true}, /* in common use as an example */
    {"ca.sin", "846 454 286", false},
    {"de.idnr", "86 095 742 719", true}, /* BZSt test numbers */
    {"de.idnr", "02476291358", false},
    {"cn.ric", "11010519491231002X", true}, /* GB 11643-1999 */
    {"cn.ric", "440524188001010014", true},
    {"cn.ric", "110105194912310021", false},
    {"cn.ric", "990105194912310020", false},
    {"jp.mynumber", "123456789018", true},
    {"kr.rrn", "201015-3123456", true}, /* born since October 2020: no check */
    {"kr.rrn", "201315-3123456", false},
    {"sg.nric", "S1234567D", true},
    {"sg.nric", "S1234567E", false},
    {"in.pan", "ABCPE1234F", true},
    {"in.pan", "ABCXE1234F", false},
    {"in_.pan", "ABCPE1234F", true},
    {"za.idnr", "800101 5009 087", true},
    {"za.idnr", "801301 5009 087", false},
    {"br.cnpj", "12.ABC.345/01DE-35", true}, /* Receita Federal, 2024 */
    {"br.cnpj", "12.ABC.345/01DE-36", false},
    {"dk.cpr", "070761-4285", true}, /* CPR-kontoret */
    {"dk.cpr", "071361-4285", false},
    {"fi.hetu", "131052-308T", true}, /* DVV */
    {"fi.hetu", "131052Y308T", true},
    {"fi.hetu", "131052G308T", false},
    {"fi.hetu", "131052-308U", false},
    {"se.personnummer", "811218-9876", true}, /* Skatteverket */
    {"se.personnummer", "811218+9876", true},
    {"se.personnummer", "19811218-9876", true},
    {"se.personnummer", "811318-9876", false},
    {"at.vnr", "1237 010180", true},                         /* Sozialversicherung */
    {"bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", true}, /* the first block */
    {"bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfna", false},
    {"bitcoin", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", true}, /* BIP 173 */
    {"bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", true},
    {"bitcoin", "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", false},
    {"bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", false},
    {"bitcoin", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
     true}, /* BIP 350 */
    {"bitcoin", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", false},
    {"bitcoin.wif", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", true}, /* Bitcoin wiki */
    {"bitcoin.wif", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK", false},
    {"mac", "00:00:5e:00:53:01", true}, /* RFC 7042 */
    {"mac", "0000.5e00.5301", true},
    {"mac", "00:00-5e:00:53:01", false},
    {"mac", "00:00:00:00:00:00", false},
    {"imei", "49-015420-323751-8", true}, /* 3GPP TS 23.003 */
    {"imei", "49-015420-323751-7", false},
    {"vin", "1M8GDM9AXKP042788", true}, /* 49 CFR 565 */
    {"vin", "1M8GDM9A1KP042788", false},
    {"vin", "1M8GDM9AXKP04278O", false},
    {"mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", true}, /* ICAO 9303 parts 4, 5, 6 */
    {"mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<11", false},
    {"mrz", "D231458907UTO7408122F1204159<<<<<<<6", true},
    {"mrz", "D231458907UTO7408122F1204159<<<<<<<7", false},
    {"mrz",
     "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
     "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
     true},
    {"ae.eid", "784-1980-1234567-8", true},
    {"ae.eid", "784-2980-1234567-8", false},
    {"ar.dni", "123.456.789", false},
    {"cr.cpf", "1-0613-05844", false},
    {"cr.cr", "213456789012", false},
    {"de.stnr", "12/345/6789", false},
    {"de.wkn", "A0MNIK", false},
    {"dz.nif", "1234567890123", false},
    {"fi.associationid", "1234567", false},
    {"fi.associationid", "02", false},
    {"fi.veronumero", "12345678901", false},
    {"fo.vn", "62385", false},
    {"isan", "0000-0000-D07A-009", false},
    {"li.peid", "123", false},
    {"meid", "AF0123450ABCDE", true},
    {"meid", "AG0123450ABCDE", false},
    {"ng.nin", "1234567890", false},
    {"ng.nin", "01234567890", false},
    {"nl.identiteitskaartnummer", "XO1001R58", false},
    {"pe.cui", "1011741", false},
    {"pe.cui", "10117410-3", false},
    {"us.atin", "123-45-6789", true},
    {"us.atin", "1234-56789", false},
    {"us.tin", "91-1144442", true},
    {"us.tin", "07-3456789", false},
    /* generated: neither GitHub nor npm publish a token */
    {"github.token", "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", true},
    {"github.token", "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", true},
    {"github.token", "ghp_dNH8Bth0LWTvc5LZxdi2kOAjySykRA4Mni8w", false},
    {"github.token", "ghp_eNH8Bth0LWTvc5LZxdi2kOAjySykRA4Mni8v", false},
    {"github.token", "ghx_dNH8Bth0LWTvc5LZxdi2kOAjySykRA4Mni8v", false},
    {"npm.token", "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", true},
    {"npm.token", "npm_F378Wtxb4niOolu6wIDhEkoQu5nHwD2Qpop5", false},
    {"npm.token", "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", false},
    {"secret.key", "J0LsLzN52hot9DjMv3nQo0fs9cYgvoZE", true},
    {"secret.key", "944ee7706dbdd7e27183317421c18e70cc0cd2e5", true},
    {"secret.key", "qYdVtkRPECziKaLRwPnB", true}, /* no digit, but long */
    {"secret.key", "fadedbeaddecade0ba5eba11ad0bec0de", true},
    {"secret.key", "NINearbyObject", false},
    {"secret.key", "settings.SERVICE_KEY_2", false},
    {"secret.key", "SERVICE_KEY_2", false},
    {"secret.key", "application.settings.v2", false},
    {"secret.key", "your-key-A81bC93dE", false},
    {"secret.key", "A81bC93xxxxxxxxxxxx", false},
    {"secret.key", "abcdefgh12345678", false},
    {"secret.key", "1234-5678-9012-3456", false},
    {"secret.key", "https://a8Z1x9.test/Q7", false},
    {"secret.password", "hunter2", true},
    {"secret.password", "whiteduke", true},
    {"secret.password", "Sommer!2024", true},
    {"secret.password", "super$ecret", true},
    {"secret.password", "$2b$10$CiRPzqrKLgYO", true},
    {"secret.password", "${DB_PASSWORD}", false},
    {"secret.password", "'$PASS1'", false},
    {"secret.password", "{{ db_password }}", false},
    {"secret.password", "<password1>", false},
    {"secret.password", "********", false},
    {"secret.password", "config.db.pass2", false},
    {"secret.password", "DB_PASS_2", false},
    {"secret.password", "getPassword(1)", false},
    {"secret.password", "userPassword", false},
    {"secret.password", "!vault", false},
    {"secret.password", "&#x3C;1", false},
    {"secret.password", "YourPassword1", false},
    {"secret.password", "/run/secrets/db1", false},
};

static const Vector generated[] = {
#include "validate-vectors.h"
};

static bool accepts(const char *type, const char *value) {
    const Validator *v = validator_find(type);

    return v && validator_accepts(v, span_of(value));
}

static size_t count_wrong(const Vector *vectors, size_t n) {
    size_t wrong = 0;

    for (size_t i = 0; i < n; i++) {
        if (accepts(vectors[i].type, vectors[i].value) == vectors[i].valid)
            continue;
        print_error("%s: vector %zu should be %s\n", vectors[i].type, i,
                    vectors[i].valid ? "valid" : "invalid");
        wrong++;
    }
    return wrong;
}

static void table_is_in_order(void **state _unused_) {
    const Validator *all;
    size_t n = validator_all(&all);

    for (size_t i = 0; i < n; i++) {
        if (i)
            assert_true(strcmp(all[i - 1].name, all[i].name) < 0);
        assert_ptr_equal(validator_find(all[i].name), &all[i]);
        assert_true(all[i].rate > 0 && all[i].rate <= 1);
    }
    assert_null(validator_find("us.nothing"));
    assert_null(validator_find(""));
    assert_null(validator_find(NULL));
    assert_ptr_equal(validator_find("in_.pan"), validator_find("in.pan"));
}

static void published_vectors_hold(void **state _unused_) {
    assert_int_equal(count_wrong(published, N_ELEMENTS(published)), 0);
}

static void generated_vectors_hold(void **state _unused_) {
    assert_int_equal(count_wrong(generated, N_ELEMENTS(generated)), 0);
}

static bool has_vector(const char *type, bool valid) {
    for (size_t i = 0; i < N_ELEMENTS(published); i++)
        if (strcmp(published[i].type, type) == 0 && published[i].valid == valid)
            return true;
    for (size_t i = 0; i < N_ELEMENTS(generated); i++)
        if (strcmp(generated[i].type, type) == 0 && generated[i].valid == valid)
            return true;
    return false;
}

static void every_type_has_vectors(void **state _unused_) {
    const Validator *all;
    size_t n = validator_all(&all), bare = 0;

    for (size_t i = 0; i < n; i++) {
        if (has_vector(all[i].name, true) && has_vector(all[i].name, false))
            continue;
        print_error("%s: no vector of both kinds\n", all[i].name);
        bare++;
    }
    assert_int_equal(bare, 0);
}

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Any change of one digit is seen by these. */
static void single_changes_are_seen(void **state _unused_) {
    static bool (*const checks[])(const char *, size_t) = {
        luhn_holds, verhoeff_holds, damm_holds, ean_holds, mod_97_10_holds, mod_11_10_holds};
    uint32_t seed = 2463534242;

    for (size_t k = 0; k < N_ELEMENTS(checks); k++) {
        size_t tried = 0;
        for (size_t round = 0; round < 20000; round++) {
            char s[16];
            size_t n = 4 + next_random(&seed) % 13, at;

            for (size_t i = 0; i < n; i++)
                s[i] = (char)('0' + next_random(&seed) % 10);
            if (!checks[k](s, n))
                continue;
            tried++;
            at = next_random(&seed) % n;
            s[at] = (char)('0' + (s[at] - '0' + 1 + next_random(&seed) % 9) % 10);
            assert_false(checks[k](s, n));
        }
        assert_true(tried > 100);
    }
}

/* Luhn by eights says the same as Luhn by the book, for every length. */
static void luhn_is_luhn(void **state _unused_) {
    uint32_t seed = 88172645;

    for (size_t round = 0; round < 20000; round++) {
        char s[40];
        size_t n = 1 + next_random(&seed) % sizeof(s);
        unsigned sum = 0;

        for (size_t i = 0; i < n; i++)
            s[i] = (char)('0' + next_random(&seed) % 10);
        for (size_t i = 0; i < n; i++) {
            unsigned d = (unsigned)(s[n - 1 - i] - '0') * (i % 2 + 1);
            sum += d > 9 ? d - 9 : d;
        }
        assert_int_equal(luhn_sum(s, n), sum);
    }
}

/* Every length and every byte, at the end of its memory so that a read beyond shows. */
static void hostile_input_is_refused(void **state _unused_) {
    static const char fills[] = {'\0', '0', '9', 'A', 'Z', '<', '-', ' ', (char)0x80, (char)0xff};
    const Validator *all;
    size_t n = validator_all(&all);

    for (size_t length = 0; length <= 1000; length += length < 100 ? 1 : 90) {
        _cleanup_(free_p) char *s = malloc(length ? length : 1);
        assert_non_null(s);
        for (size_t f = 0; f < sizeof(fills); f++) {
            memset(s, fills[f], length);
            for (size_t i = 0; i < n; i++) {
                bool a = all[i].check(s, length);
                bool b = validator_accepts(&all[i], span(s, length));
                if (length == 0 || (unsigned char)fills[f] >= 0x80 || fills[f] == 0)
                    assert_false(a || b);
            }
        }
    }
}

/* A valid value with one byte damaged, each place, each of a few bytes: no read beyond, and no byte
 * from above ASCII is ever part of a valid compact form. */
static void damaged_values_are_refused(void **state _unused_) {
    for (size_t k = 0; k < N_ELEMENTS(generated); k++) {
        const Validator *v = validator_find(generated[k].type);
        size_t n = strlen(generated[k].value);
        _cleanup_(free_p) char *s = malloc(n);

        assert_non_null(v);
        assert_non_null(s);
        for (size_t i = 0; i < n; i++) {
            memcpy(s, generated[k].value, n);
            s[i] = (char)(0x80 | s[i]);
            if (((unsigned char)generated[k].value[i] & 0x80) == 0)
                assert_false(v->check(s, n));
            validator_accepts(v, span(s, n));
            validator_accepts(v, span(s, i));
            v->check(s, i);
        }
    }
}

/* The rates in the table of the dense cases, digits only, are those of random digits. */
static void rates_are_true(void **state _unused_) {
    static const struct {
        const char *type;
        size_t n;
    } cases[] = {{"card", 16},
                 {"luhn", 16},
                 {"us.ssn", 9},
                 {"us.rtn", 9},
                 {"us.npi", 10},
                 {"us.itin", 9},
                 {"gb.nhs", 10},
                 {"ca.sin", 9},
                 {"de.idnr", 11},
                 {"nl.bsn", 9},
                 {"be.nn", 11},
                 {"pl.pesel", 11},
                 {"dk.cpr", 10},
                 {"no.fodselsnummer", 11},
                 {"pt.nif", 9},
                 {"at.vnr", 10},
                 {"cz.rc", 10},
                 {"ro.cnp", 13},
                 {"in.aadhaar", 12},
                 {"jp.in", 12},
                 {"kr.rrn", 13},
                 {"au.tfn", 9},
                 {"br.cpf", 11},
                 {"br.cnpj", 14},
                 {"za.idnr", 13},
                 {"tr.tckimlik", 11},
                 {"imei", 15},
                 {"fr.nir", 15},
                 {"se.personnummer", 10},
                 {"ean", 13},
                 {"it.iva", 11},
                 {"il.idnr", 9}};
    uint32_t seed = 521288629;

    for (size_t k = 0; k < N_ELEMENTS(cases); k++) {
        const Validator *v = validator_find(cases[k].type);
        size_t passed = 0, rounds = 200000;
        double rate;

        assert_non_null(v);
        for (size_t round = 0; round < rounds; round++) {
            char s[20];
            for (size_t i = 0; i < cases[k].n; i++)
                s[i] = (char)('0' + (next_random(&seed) >> 8) % 10);
            passed += v->check(s, cases[k].n);
        }
        rate = (double)passed / (double)rounds;
        if (rate < (double)v->rate / 2 || rate > (double)v->rate * 2)
            print_error("%s: rate %g, in the table %g\n", v->name, rate, (double)v->rate);
        assert_true(rate >= (double)v->rate / 2 && rate <= (double)v->rate * 2);
    }
}

/* What is drawn at random passes for a key at the rate of the table, in hexadecimal and base 64. */
static void random_keys_pass(void **state _unused_) {
    static const char *const alphabets[] = {
        "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
    const Validator *v = validator_find("secret.key");
    uint32_t seed = 362436069;

    for (size_t k = 0; k < N_ELEMENTS(alphabets); k++) {
        size_t passed = 0, rounds = 20000, letters = strlen(alphabets[k]);

        for (size_t round = 0; round < rounds; round++) {
            char s[40];
            size_t n = 20 + (next_random(&seed) >> 8) % 21;

            for (size_t i = 0; i < n; i++)
                s[i] = alphabets[k][(next_random(&seed) >> 8) % letters];
            passed += v->check(s, n);
        }
        if (passed < rounds * 97 / 100)
            print_error("alphabet of %zu: %zu of %zu pass\n", letters, passed, rounds);
        assert_true(passed >= rounds * 97 / 100);
    }
}

static void written_forms_are_understood(void **state _unused_) {
    assert_true(accepts("us.ssn", " 536-90-4399\n"));
    assert_true(accepts("us.ssn", "536\xe2\x80\x93"
                                  "90\xe2\x80\x93"
                                  "4399"));
    assert_true(accepts("us.ssn", "536 90 4399"));
    assert_false(accepts("us.ssn", "536-90 4399"));
    assert_true(accepts("br.cpf", "390.533.447-05"));
    assert_false(accepts("br.cpf", "390.533.447=05"));
    assert_true(accepts("gb.nhs", "943\xc2\xa0"
                                  "476\xc2\xa0"
                                  "5919"));
    assert_true(accepts("es.nie", "x-2482300w"));
    assert_false(accepts("us.ssn", "536-90-4399x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_in_order),
        cmocka_unit_test(published_vectors_hold),
        cmocka_unit_test(generated_vectors_hold),
        cmocka_unit_test(every_type_has_vectors),
        cmocka_unit_test(single_changes_are_seen),
        cmocka_unit_test(luhn_is_luhn),
        cmocka_unit_test(hostile_input_is_refused),
        cmocka_unit_test(damaged_values_are_refused),
        cmocka_unit_test(rates_are_true),
        cmocka_unit_test(random_keys_pass),
        cmocka_unit_test(written_forms_are_understood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
