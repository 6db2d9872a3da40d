/*
 * Africa: identity and tax numbers.
 */
#include "detect/validate/algorithm.h"
#include "detect/validate/list.h"

/* Identification Act 68 of 1997: date, sequence, citizen 0, resident 1 or refugee 2, Luhn. */
bool check_za_idnr(const char *s, size_t n) {
    return n == 13 && s[2] <= '1' && s[4] <= '3' && s[10] <= '2' && digits_only(s, 13) &&
           is_short_date(two_digits(s), two_digits(s + 2), two_digits(s + 4)) && luhn_holds(s, 13);
}
