/*
 * Value: one made-up personal or secret value: right in shape and checksum, of nobody.
 */
#pragma once

#include "text.h"

void value_email(Text *t);
void value_phone(Text *t);
void value_ssn(Text *t);

/* A card number of 16 digits that passes Luhn; with blanks, dashes or nothing between. */
void value_card(Text *t);
void value_card_plain(Text *t);

/* German, with right check digits. */
void value_iban(Text *t);

/* A key, token or password with the words before it. */
void value_secret(Text *t);

/* One of these at random, with the word that people write before it. */
void value_any(Text *t);
