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
int command_coverage(const struct options *options);
int command_reconstruct(const struct options *options);
int command_generate(const struct options *options);
int command_window(const struct options *options);
int command_bench(const struct options *options);
int command_models(const struct options *options);
int command_backends(const struct options *options);
int command_doctor(const struct options *options);
int command_version(const struct options *options);

#endif
