/* commands.h - one function per command: options in, exit code out. */
#ifndef LS_HOST_CLI_COMMANDS_H
#define LS_HOST_CLI_COMMANDS_H

#include "options.h"

int command_import(const struct options *options);
int command_check(const struct options *options);
int command_info(const struct options *options);
int command_run(const struct options *options);
int command_report(const struct options *options);
int command_export(const struct options *options);
int command_compare(const struct options *options);
int command_verify(const struct options *options);
int command_merge(const struct options *options);
int command_circularity(const struct options *options);
int command_challenge(const struct options *options);
int command_indices(const struct options *options);
int command_whatif(const struct options *options);
int command_rare(const struct options *options);
int command_reverse(const struct options *options);
int command_sensitivity(const struct options *options);
int command_explain(const struct options *options);
int command_coverage(const struct options *options);
int command_reconstruct(const struct options *options);
int command_generate(const struct options *options);
int command_window(const struct options *options);
int command_bench(const struct options *options);
int command_models(const struct options *options);
int command_backends(const struct options *options);
int command_doctor(const struct options *options);
int command_completion(const struct options *options);
int command_manual(const struct options *options);
int command_version(const struct options *options);

struct exit_code {
  int code;
  const char *meaning;
};

/* What there is, in the order of --help, for pages and completions that are made of it. */
const struct command *command_table(int *count);
const struct exit_code *exit_code_table(int *count);
/* NULL where there is none of that name; the nearest name is then told on standard error. */
const struct command *command_named(const char *name);

extern const char program_summary[], program_example[];

#endif
