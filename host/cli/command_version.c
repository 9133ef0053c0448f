/* command_version.c - loopstress version. */
#include <stdio.h>

#include "commands.h"
#include "loopstress.h"

int command_version(const struct options *options) {
  printf(options->json ? "{\"name\": \"loopstress\", \"version\": \"%s\"}\n" : "loopstress %s\n", ls_version());
  return EXIT_DONE;
}
