/* command_generate.c - loopstress generate --kind K --entities N -o DIR: a random network with balance sheets. */
#include "commands.h"
#include "destination.h"
#include "output.h"

int command_generate(const struct options *options) {
  ls_text *report = NULL;
  ls_generate_options wanted = ls_generate_options_default();
  if (options->kind == NULL || options->entity_count == 0) {
    cli_complain("'generate' needs --kind core-periphery, erdos-renyi or scale-free, and --entities N");
    return EXIT_USAGE;
  }
  wanted.kind = options->kind;
  wanted.entities = options->entity_count;
  wanted.seed = options->seed;
  if (options->degree >= 0) wanted.degree = options->degree;
  if (options->core_share >= 0) wanted.core_share = options->core_share;
  if (options->capital_ratio >= 0) wanted.capital_ratio = options->capital_ratio;
  if (options->interbank_share >= 0) wanted.interbank_share = options->interbank_share;
  int code = destination_check(options, true);
  if (code != EXIT_DONE) return code;
  ls_context *context = cli_begin();
  if (context == NULL) return ls_status_exit_code(LS_STATUS_OUT_OF_MEMORY);
  ls_status status = ls_generate(context, &wanted, options->output, options->force, cli_format(options), &report);
  if (status == LS_STATUS_OK)
    cli_note(options, "wrote %s; next: loopstress check %s", options->output, options->output);
  return cli_end(&context, options, status, &report);
}
