/* interrupt.h - SIGINT, SIGTERM, SIGHUP and a deadline ask the work to end; a SIGINT after that ends the program. SIGUSR1 asks for a
 * checkpoint. */
#ifndef LS_HOST_CLI_INTERRUPT_H
#define LS_HOST_CLI_INTERRUPT_H

#include <stdbool.h>

#include "loopstress.h"

/* The first thing that main does. */
void interrupt_install(void);
bool interrupt_requested(void);

/* The work is asked to end when that many seconds (0 or more) have passed. */
void interrupt_set_deadline(double seconds);

/* From now on a signal stops what runs in this context (NULL: nothing). */
void interrupt_watch(ls_context *context);

/* A file to remove should the program have to end at once (NULL: none). */
void interrupt_guard_file(const char *path);

#endif
