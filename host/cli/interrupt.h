/* interrupt.h - SIGINT, SIGTERM and SIGHUP: the first asks the work to end, the second ends the program. */
#ifndef LS_HOST_CLI_INTERRUPT_H
#define LS_HOST_CLI_INTERRUPT_H

#include <stdbool.h>

#include "loopstress.h"

/* The first thing that main does. */
void interrupt_install(void);
bool interrupt_requested(void);

/* From now on a signal stops what runs in this context (NULL: nothing). */
void interrupt_watch(ls_context *context);

/* A file to remove should the program have to end at once (NULL: none). */
void interrupt_guard_file(const char *path);

#endif
