/* Version: of the library, as meson.build says it. */
#include "terrier.h"

const char *terrier_version(void) {
    return TERRIER_VERSION;
}
