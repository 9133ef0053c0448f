/* version.c - the version as the build was configured. */
#include "loopstress.h"

const char *ls_version(void) { return LS_VERSION_STRING; }
