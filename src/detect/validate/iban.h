/*
 * Iban: how long the IBAN of a country is, from the one table of them (bank.c).
 *
 * For the scanner, which must know where a number ends before it can be checked. Pure.
 */
#pragma once

#include <stdint.h>

/* By the two letters of the country; 0: no country of the ISO 13616 registry has them. */
unsigned iban_length(uint8_t a, uint8_t b);
