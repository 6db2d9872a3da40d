/* What names of columns say, and what that does to the values under them. */
#include "rig.h"

