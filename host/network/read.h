/* read.h - what the ways of reading a network share. */
#ifndef LS_HOST_NETWORK_READ_H
#define LS_HOST_NETWORK_READ_H

#include "core/context.h"

/* Under strictness: LS_STATUS_INVALID_INPUT where warnings came since there were `before`. */
ls_status network_refuse_warnings(ls_context *context, const char *path, int before);

#endif
