/* options.h - what the command line said: one struct, filled from one table of options. */
#ifndef LS_HOST_CLI_OPTIONS_H
#define LS_HOST_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_USAGE = 64 };

struct options {
  const char *const *operand; /* what stands without a dash, in order */
  int operand_count;
  const char **setting; /* --set texts, owned */
  int setting_count;
  const char **bench_case; /* --case ids, owned */
  int bench_case_count;
  const char *network, *backends, *engines, *export_folder;
  int64_t rounds; /* 0 not given */
  bool times_only, list;
  const char *output, *model, *scenarios, *backend, *isa, *engine, *format, *basis, *window, *method, *kind, *degrees,
      *tie;
  const char *keep, *shard, *duplicates, *progress;
  const char *entities, *matrix_rows, *group, *map;
  const char *edits, *target_default, *scenario, *level;
  int64_t threads, chunk, count, draws;
  int64_t replay, verify_sample;
  int64_t links, ensemble, entity_count, networks;
  double deadline, checkpoint_seconds;                                  /* -1 not given */
  double degree, core_share, capital_ratio, interbank_share, threshold; /* -1 not given */
  double target_loss, step;                                             /* -1 not given */
  int64_t rewirings, starts;                                            /* -1 not given */
  int64_t most, pilot;
  int64_t permutations;
  uint64_t seed;
  bool has_seed;
  int64_t keep_worst; /* from --keep; -1 not given */
  int shard_index, shard_count;
  bool allow_missing_targets, dry_run, force, json, strict, shapley, partial, plain;
  bool help, no_progress, quiet;
  char *command_line; /* as a shell would take it again, owned */
};

/* One bit per command: an option's row says which commands take it. */
enum command_bit {
  COMMAND_IMPORT = 1 << 0,
  COMMAND_CHECK = 1 << 1,
  COMMAND_INFO = 1 << 2,
  COMMAND_RUN = 1 << 3,
  COMMAND_REPORT = 1 << 4,
  COMMAND_EXPORT = 1 << 5,
  COMMAND_COMPARE = 1 << 6,
  COMMAND_MERGE = 1 << 7,
  COMMAND_CIRCULARITY = 1 << 8,
  COMMAND_MODELS = 1 << 9,
  COMMAND_BACKENDS = 1 << 10,
  COMMAND_VERSION = 1 << 11,
  COMMAND_COVERAGE = 1 << 12,
  COMMAND_CHALLENGE = 1 << 13,
  COMMAND_RECONSTRUCT = 1 << 14,
  COMMAND_GENERATE = 1 << 15,
  COMMAND_WINDOW = 1 << 16,
  COMMAND_INDICES = 1 << 17,
  COMMAND_BENCH = 1 << 18,
  COMMAND_VERIFY = 1 << 19,
  COMMAND_DOCTOR = 1 << 20,
  COMMAND_WHATIF = 1 << 21,
  COMMAND_REVERSE = 1 << 22,
  COMMAND_EXPLAIN = 1 << 23,
  COMMAND_COMPLETION = 1 << 24,
  COMMAND_MANUAL = 1 << 25,
  COMMAND_SENSITIVITY = 1 << 26,
  COMMAND_RARE = 1 << 27,
  COMMAND_ALL = (1 << 28) - 1
};

struct command {
  const char *name;
  enum command_bit bit;
  const char *operands; /* as in the usage line */
  int least, most;      /* how many operands; most < 0: any number */
  bool needs_output;
  const char *summary;
  const char *example; /* first thing that --help shows */
  int (*run)(const struct options *options);
};

/* Reads the words after the command's name. EXIT_USAGE, told on stderr, where they do not fit. */
int options_read(const struct command *command, int argc, char **argv, struct options *options);
void options_release(struct options *options);

/* The help of one command, from the same table. */
void options_print_help(const struct command *command);

/* What the table says of an option, for pages and completions that are made of it. */
struct option_words {
  const char *name;
  char letter;       /* 0: none */
  const char *value; /* its name, or for a choice the values with | between; NULL: the option takes none */
  bool is_choice, may_repeat;
  const char *help;
};

/* The options of a command in the order of its help, numbered from 0; false beyond the last. */
bool options_describe(const struct command *command, int number, struct option_words *words);

/* The name nearest to `word` among `count` names, or NULL where none is near. */
const char *options_nearest(const char *word, const char *const *names, int count);

#endif
