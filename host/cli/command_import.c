/* command_import.c - loopstress import SOURCE -o network.h5: a CSV folder, validated, as one file. */
#include "commands.h"
#include "destination.h"
#include "output.h"
#include "interrupt.h"

int command_import(const struct options *options) {
  ls_read_options reading = {.sum_duplicates = options->duplicates != NULL, .strict = options->strict};
  ls_network *network = NULL;
  int code = destination_check(options, false);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_network_read(context, options->operand[0], &reading, &network);
  if (status == LS_STATUS_OK && interrupt_requested()) status = LS_STATUS_INTERRUPTED;
  if (status == LS_STATUS_OK) status = ls_network_write(context, network, options->output, options->force);
  if (status == LS_STATUS_OK) {
    cli_note(options, "wrote %s: network '%s', %d entities", options->output, ls_network_name(network),
             ls_network_entity_count(network));
  }
  ls_network_destroy(&network);
  return cli_end(&context, options, status, NULL);
}
