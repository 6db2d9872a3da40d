/*
 * List: every validator, one line each, in order of name: name, check, compact, rate.
 *
 * The checks are declared here and defined in the file of their region or kind. A NULL compact is
 * compact_common. The rate was measured over random values of the shape (test-validate.c holds it).
 */
#pragma once

#include "base/span.h"

#define VALIDATORS(V)                                                                              \
    V("at.vnr", check_at_vnr, NULL, 0.09)                                                          \
    V("au.tfn", check_au_tfn, NULL, 0.09)                                                          \
    V("be.bis", check_be_bis, NULL, 0.005)                                                         \
    V("be.iban", check_be_iban, compact_iban, 0.0001)                                              \
    V("be.nn", check_be_nn, NULL, 0.003)                                                           \
    V("be.ssn", check_be_ssn, NULL, 0.008)                                                         \
    V("bic", check_bic, NULL, 0.36)                                                                \
    V("bitcoin", check_bitcoin, compact_exact, 1e-9)                                               \
    V("bitcoin.wif", check_bitcoin_wif, compact_exact, 1e-9)                                       \
    V("br.cnpj", check_br_cnpj, NULL, 0.01)                                                        \
    V("br.cpf", check_br_cpf, NULL, 0.01)                                                          \
    V("ca.bc_phn", check_ca_bc_phn, NULL, 0.01)                                                    \
    V("ca.bn", check_ca_bn, NULL, 0.1)                                                             \
    V("ca.ohip", check_ca_ohip, NULL, 0.09)                                                        \
    V("ca.ramq", check_ca_ramq, NULL, 0.07)                                                        \
    V("ca.sin", check_ca_sin, NULL, 0.08)                                                          \
    V("card", check_card, NULL, 0.04)                                                              \
    V("ch.ssn", check_ch_ssn, NULL, 0.0001)                                                        \
    V("cn.ric", check_cn_ric, NULL, 0.00003)                                                       \
    V("cz.rc", check_cz_rc, NULL, 0.002)                                                           \
    V("de.idnr", check_de_idnr, NULL, 0.005)                                                       \
    V("dk.cpr", check_dk_cpr, NULL, 0.036)                                                         \
    V("ean", check_ean, NULL, 0.1)                                                                 \
    V("es.ccc", check_es_ccc, NULL, 0.01)                                                          \
    V("es.cif", check_es_cif, NULL, 0.07)                                                          \
    V("es.dni", check_es_dni, NULL, 0.04)                                                          \
    V("es.iban", check_es_iban, compact_iban, 0.0001)                                              \
    V("es.nie", check_es_nie, NULL, 0.004)                                                         \
    V("es.nif", check_es_nif, compact_es, 0.04)                                                    \
    V("fi.hetu", check_fi_hetu, compact_signed, 0.001)                                             \
    V("fr.nir", check_fr_nir, NULL, 0.004)                                                         \
    V("gb.nhs", check_gb_nhs, NULL, 0.09)                                                          \
    V("gb.nino", check_gb_nino, NULL, 0.08)                                                        \
    V("iban", check_iban, compact_iban, 0.0001)                                                    \
    V("ie.pps", check_ie_pps, NULL, 0.04)                                                          \
    V("imei", check_imei, NULL, 0.1)                                                               \
    V("in.aadhaar", check_in_aadhaar, NULL, 0.08)                                                  \
    V("in.pan", check_in_pan, NULL, 0.46)                                                          \
    V("in.vid", check_in_vid, NULL, 0.08)                                                          \
    V("it.codicefiscale", check_it_codicefiscale, NULL, 0.004)                                     \
    V("it.iva", check_it_iva, compact_it, 0.01)                                                    \
    V("jp.in", check_jp_in, NULL, 0.1)                                                             \
    V("kr.rrn", check_kr_rrn, NULL, 0.005)                                                         \
    V("luhn", check_luhn, NULL, 0.1)                                                               \
    V("mac", check_mac, compact_mac, 1)                                                            \
    V("me.iban", check_me_iban, compact_iban, 0.0001)                                              \
    V("mrz", check_mrz, compact_mrz, 0.000001)                                                     \
    V("mx.curp", check_mx_curp, NULL, 0.0001)                                                      \
    V("nl.bsn", check_nl_bsn, compact_padded_9, 0.09)                                              \
    V("no.fodselsnummer", check_no_fodselsnummer, NULL, 0.0003)                                    \
    V("no.iban", check_no_iban, compact_iban, 0.0001)                                              \
    V("no.kontonr", check_no_kontonr, NULL, 0.09)                                                  \
    V("pl.pesel", check_pl_pesel, NULL, 0.004)                                                     \
    V("pt.cc", check_pt_cc, NULL, 0.1)                                                             \
    V("pt.nif", check_pt_nif, compact_pt, 0.09)                                                    \
    V("ro.cnp", check_ro_cnp, NULL, 0.001)                                                         \
    V("se.personnummer", check_se_personnummer, compact_plus, 0.006)                               \
    V("sg.nric", check_sg_nric, NULL, 0.007)                                                       \
    V("tr.tckimlik", check_tr_tckimlik, NULL, 0.009)                                               \
    V("us.atin", check_us_atin, compact_grouped_324, 1)                                            \
    V("us.dea", check_us_dea, NULL, 0.07)                                                          \
    V("us.ein", check_us_ein, compact_grouped_27, 0.84)                                            \
    V("us.itin", check_us_itin, compact_grouped_324, 0.04)                                         \
    V("us.mbi", check_us_mbi, NULL, 0.2)                                                           \
    V("us.npi", check_us_npi, NULL, 0.02)                                                          \
    V("us.ptin", check_us_ptin, NULL, 0.04)                                                        \
    V("us.rtn", check_us_rtn, NULL, 0.037)                                                         \
    V("us.ssn", check_us_ssn, compact_grouped_324, 0.89)                                           \
    V("us.tin", check_us_tin, compact_tin, 1)                                                      \
    V("verhoeff", check_verhoeff, NULL, 0.1)                                                       \
    V("vin", check_vin, NULL, 0.3)                                                                 \
    V("za.idnr", check_za_idnr, NULL, 0.0011)

#define VALIDATOR(name, check, compact, rate) bool check(const char *s, size_t n);
VALIDATORS(VALIDATOR)
#undef VALIDATOR
