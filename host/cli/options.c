/* options.c - the one table of options: it drives getopt_long, the checks of values, --help and the suggestions. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "output.h"
#include "shard.h"

enum option_kind {
  OPTION_FLAG,
  OPTION_TEXT,
  OPTION_CHOICE,
  OPTION_COUNT_FROM_1,
  OPTION_COUNT_FROM_0,
  OPTION_SEED,
  OPTION_NUMBER,
  OPTION_LIST, /* of settings */
  OPTION_CASES
};

struct option_row {
  const char *name;
  char letter; /* 0: none */
  enum option_kind kind;
  const char *value; /* its name in --help; for a choice the values, with | between */
  size_t offset;     /* of the member of struct options */
  unsigned commands;
  const char *help;
};

#define AT(member) offsetof(struct options, member)
enum {
  MAKERS = COMMAND_RECONSTRUCT | COMMAND_GENERATE,
  WRITERS = COMMAND_IMPORT | COMMAND_RUN | COMMAND_REPORT | COMMAND_EXPORT | COMMAND_MERGE | COMMAND_BENCH |
            COMMAND_REVERSE | MAKERS,
  RUNNERS = COMMAND_RUN | COMMAND_CHALLENGE | COMMAND_INDICES | COMMAND_WHATIF | COMMAND_REVERSE | COMMAND_SENSITIVITY |
            COMMAND_RARE,
  COMPUTERS = RUNNERS | COMMAND_BENCH,
  WATCHED = RUNNERS | COMMAND_VERIFY | COMMAND_WINDOW, /* what tells its progress */
  READERS = COMMAND_IMPORT | COMMAND_CHECK | RUNNERS,
  TELLERS = COMMAND_CHECK | COMMAND_INFO | RUNNERS | COMMAND_COMPARE | COMMAND_CIRCULARITY | COMMAND_COVERAGE | MAKERS |
            COMMAND_WINDOW | COMMAND_BENCH | COMMAND_VERIFY | COMMAND_DOCTOR | COMMAND_MODELS | COMMAND_BACKENDS |
            COMMAND_VERSION | COMMAND_EXPLAIN
};

static const struct option_row OPTION[] = {
    {"output", 'o', OPTION_TEXT, "PATH", AT(output), WRITERS, "what to write; it appears only when it is complete"},
    {"force", 0, OPTION_FLAG, NULL, AT(force), WRITERS, "replace the output where it exists"},
    {"partial", 0, OPTION_FLAG, NULL, AT(partial), COMMAND_MERGE, "the parts need not be all: write a larger part"},
    {"case", 0, OPTION_CASES, "ID", AT(bench_case), COMMAND_BENCH,
     "a case by its id; may be given many times; without: all for a CPU"},
    {"list", 0, OPTION_FLAG, NULL, AT(list), COMMAND_BENCH, "tell which cases there are"},
    {"network", 0, OPTION_TEXT, "NETWORK", AT(network), COMMAND_BENCH,
     "a network of your own, with --model, in place of cases"},
    {"model", 'm', OPTION_TEXT, "NAME", AT(model), COMPUTERS, "the model (see: loopstress models)"},
    {"set", 0, OPTION_LIST, "KEY=VALUE", AT(setting), COMPUTERS, "a setting of the model; may be given many times"},
    {"scenarios", 's', OPTION_TEXT, "FILE", AT(scenarios), COMPUTERS,
     "CSV rows or YAML Monte Carlo; without: no shock"},
    {"count", 'n', OPTION_COUNT_FROM_1, "N", AT(count), COMPUTERS, "scenarios to draw, in place of the file's count"},
    {"seed", 0, OPTION_SEED, "N", AT(seed), RUNNERS, "seed of the draws, in place of the file's"},
    {"draws", 0, OPTION_COUNT_FROM_1, "A", AT(draws), COMMAND_RUN,
     "draws of the uncertain assumptions, in place of the file's; 1: central values"},
    {"ensemble", 0, OPTION_COUNT_FROM_1, "K", AT(ensemble), COMMAND_RUN,
     "run over the first K networks of ensemble.csv, 2 to 10000"},
    {"keep", 0, OPTION_TEXT, "worst:K", AT(keep), COMMAND_RUN, "keep the K scenarios of largest loss in full"},
    {"shard", 0, OPTION_TEXT, "I/N", AT(shard), COMMAND_RUN,
     "run part I of N (0 to N-1) for merge; auto: from Slurm, AWS Batch or Kubernetes"},
    {"deadline", 0, OPTION_NUMBER, "SECONDS", AT(deadline), COMMAND_RUN,
     "leave a checkpoint after that time, and exit 75; the same command resumes"},
    {"checkpoint-seconds", 0, OPTION_NUMBER, "SECONDS", AT(checkpoint_seconds), COMMAND_RUN,
     "longest time between checkpoints; default 5"},
    {"verify-sample", 0, OPTION_COUNT_FROM_0, "K", AT(verify_sample), COMMAND_RUN,
     "compute K random blocks of 4,096 scenarios once more on the plain CPU; default 0"},
    {"backend", 0, OPTION_CHOICE, "auto|cpu|cuda", AT(backend), RUNNERS | COMMAND_VERIFY,
     "where to compute; the answer is the same"},
    {"engine", 0, OPTION_CHOICE, "auto|push|tile|sweep", AT(engine), RUNNERS | COMMAND_VERIFY,
     "how to compute; the answer is the same"},
    {"backend", 0, OPTION_TEXT, "NAME,...", AT(backends), COMMAND_BENCH,
     "where to compute, in turns: cpu, cuda; without: where it can"},
    {"engine", 0, OPTION_TEXT, "NAME,...", AT(engines), COMMAND_BENCH,
     "how to compute, in turns: auto (default), push, tile, sweep"},
    {"rounds", 0, OPTION_COUNT_FROM_1, "N", AT(rounds), COMMAND_BENCH,
     "times that everything is run, in turns; default 5"},
    {"times-only", 0, OPTION_FLAG, NULL, AT(times_only), COMMAND_BENCH,
     "neither ceilings of the machine nor checks of answers"},
    {"export", 0, OPTION_TEXT, "FOLDER", AT(export_folder), COMMAND_BENCH,
     "only write what is solved, with answers, as FOLDER/ID.h5"},
    {"isa", 0, OPTION_CHOICE, "baseline|avx2|avx512", AT(isa), COMPUTERS | COMMAND_VERIFY,
     "CPU instructions; without: the best there are"},
    {"threads", 'j', OPTION_COUNT_FROM_1, "N", AT(threads), COMPUTERS | COMMAND_VERIFY,
     "CPU threads; without: one per processor"},
    {"chunk", 0, OPTION_COUNT_FROM_1, "N", AT(chunk), COMPUTERS, "scenarios in flight per piece of work"},
    {"duplicates", 0, OPTION_CHOICE, "sum", AT(duplicates), READERS, "add up links that stand twice (else: an error)"},
    {"map", 0, OPTION_TEXT, "FILE", AT(map), COMMAND_IMPORT, "how delimited text becomes tables (docs/importing.md)"},
    {"entities", 0, OPTION_TEXT, "FILE", AT(entities), COMMAND_IMPORT,
     "beside a matrix: CSV with the columns of entities.csv; without: ids alone"},
    {"matrix-rows", 0, OPTION_CHOICE, "debtor|creditor", AT(matrix_rows), COMMAND_IMPORT,
     "who the rows of a matrix are; default debtor: a cell is what its row owes its column"},
    {"group", 0, OPTION_TEXT, "PATH", AT(group), COMMAND_IMPORT, "the group of a sparse matrix in an HDF5 file"},
    {"allow-missing-targets", 0, OPTION_FLAG, NULL, AT(allow_missing_targets), RUNNERS,
     "a shock to what the network lacks is a warning"},
    {"basis", 0, OPTION_CHOICE, "headline|firm|funded|purchases", AT(basis), COMMAND_CIRCULARITY,
     "which commitments count; without: all"},
    {"window", 0, OPTION_CHOICE, "4|20", AT(window), COMMAND_CIRCULARITY,
     "the next 4 (default) or 20 quarters, on basis purchases"},
    {"rewirings", 0, OPTION_COUNT_FROM_0, "M", AT(rewirings), COMMAND_CIRCULARITY,
     "compare with M networks of the same degrees; default 1000, 0: none"},
    {"draws", 0, OPTION_COUNT_FROM_0, "A", AT(draws), COMMAND_CIRCULARITY,
     "give a band over A draws of the assumptions; default 0: none"},
    {"draws", 0, OPTION_COUNT_FROM_1, "A", AT(draws), COMMAND_CHECK,
     "tell in what share of A draws of the assumptions the plan fails; default 1: central values"},
    {"seed", 0, OPTION_SEED, "N", AT(seed), COMMAND_CHECK, "seed of the draws; default 0"},
    {"seed", 0, OPTION_SEED, "N", AT(seed), COMMAND_CIRCULARITY, "seed of rewirings and draws; default 0"},
    {"replay", 0, OPTION_COUNT_FROM_0, "K", AT(replay), COMMAND_VERIFY,
     "compute K random blocks of 4,096 scenarios again and compare bits; default 0"},
    {"seed", 0, OPTION_SEED, "N", AT(seed), COMMAND_VERIFY, "which blocks; without: other ones each time"},
    {"method", 0, OPTION_CHOICE, "ras|minimum-density|gravity|gibbs", AT(method), COMMAND_RECONSTRUCT,
     "how the network is made (docs/reconstruct.md)"},
    {"links", 0, OPTION_COUNT_FROM_1, "L", AT(links), COMMAND_RECONSTRUCT,
     "links to expect; gravity and gibbs need it"},
    {"ensemble", 0, OPTION_COUNT_FROM_1, "K", AT(ensemble), COMMAND_RECONSTRUCT,
     "gravity, gibbs: K networks as ensemble.csv, at most 10000"},
    {"kind", 0, OPTION_CHOICE, "core-periphery|erdos-renyi|scale-free", AT(kind), COMMAND_GENERATE,
     "which pattern of links (docs/generate.md)"},
    {"entities", 0, OPTION_COUNT_FROM_1, "N", AT(entity_count), COMMAND_GENERATE, "how many, 3 to 10000000"},
    {"degree", 0, OPTION_NUMBER, "Z", AT(degree), COMMAND_GENERATE, "mean number of borrowers of each; default 5"},
    {"core-share", 0, OPTION_NUMBER, "X", AT(core_share), COMMAND_GENERATE,
     "share of entities that are core, between 0 and 1; default 0.1"},
    {"capital-ratio", 0, OPTION_NUMBER, "X", AT(capital_ratio), COMMAND_GENERATE | COMMAND_WINDOW,
     "equity per assets, between 0 and 1; default 0.04"},
    {"interbank-share", 0, OPTION_NUMBER, "X", AT(interbank_share), COMMAND_GENERATE | COMMAND_WINDOW,
     "claims on entities per assets, between 0 and 1; default 0.2"},
    {"degrees", 0, OPTION_TEXT, "Z,...", AT(degrees), COMMAND_WINDOW,
     "mean numbers of borrowers; default 0.5,1,1.5,2,3,4,5,6,7,7.5,8,9,10"},
    {"entities", 0, OPTION_COUNT_FROM_1, "N", AT(entity_count), COMMAND_WINDOW,
     "of each network, from 3; default 1000"},
    {"networks", 0, OPTION_COUNT_FROM_1, "R", AT(networks), COMMAND_WINDOW,
     "for each degree, each with one first failure; default 200"},
    {"threshold", 0, OPTION_NUMBER, "X", AT(threshold), COMMAND_WINDOW,
     "contagion: more than this share fails; default 0.05"},
    {"tie", 0, OPTION_CHOICE, "fails|survives", AT(tie), COMMAND_WINDOW,
     "a loss of exactly all capital; default fails"},
    {"seed", 0, OPTION_SEED, "N", AT(seed), MAKERS | COMMAND_WINDOW, "seed of what is drawn; default 0"},
    {"shapley", 0, OPTION_FLAG, NULL, AT(shapley), COMMAND_INDICES,
     "attribute the loss of the scenarios to whose shocks they are, in place of the indices"},
    {"permutations", 0, OPTION_COUNT_FROM_1, "P", AT(permutations), COMMAND_INDICES,
     "of --shapley: P random orders; without: all subsets up to 16 who are shocked, else 1000 orders"},
    {"edits", 0, OPTION_TEXT, "FILE", AT(edits), COMMAND_WHATIF,
     "YAML of what is otherwise: deals removed, capital added, settings (docs/whatif.md)"},
    {"target-loss", 0, OPTION_NUMBER, "X", AT(target_loss), COMMAND_REVERSE | COMMAND_RARE,
     "the loss of the whole system to reach, in the network's unit"},
    {"target-default", 0, OPTION_TEXT, "ID", AT(target_default), COMMAND_REVERSE | COMMAND_RARE,
     "the entity that is to default"},
    {"starts", 0, OPTION_COUNT_FROM_0, "N", AT(starts), COMMAND_REVERSE,
     "random directions to search from, at most 10000; default 32"},
    {"most", 0, OPTION_COUNT_FROM_1, "N", AT(most), COMMAND_REVERSE, "solutions to give, at most 100; default 5"},
    {"pilot", 0, OPTION_COUNT_FROM_1, "N", AT(pilot), COMMAND_RARE,
     "scenarios of each step towards the event, 100 to 10000000; default 10000"},
    {"plain", 0, OPTION_FLAG, NULL, AT(plain), COMMAND_RARE, "no shift: the scenarios of a plain run"},
    {"step", 0, OPTION_NUMBER, "X", AT(step), COMMAND_SENSITIVITY,
     "how much each number is changed either way, as a share of it; default 0.01"},
    {"level", 0, OPTION_CHOICE, "0.95|0.99|0.999", AT(level), COMMAND_SENSITIVITY,
     "of the expected shortfall; default 0.99"},
    {"scenario", 0, OPTION_TEXT, "ID", AT(scenario), COMMAND_EXPLAIN, "its number, or its name in a file of scenarios"},
    {"format", 0, OPTION_CHOICE, "csv|json", AT(format), COMMAND_EXPORT,
     "tables as CSV (default) or one JSON document"},
    {"strict", 0, OPTION_FLAG, NULL, AT(strict), READERS,
     "warnings are errors; exits 1 for a baseline gate not passed, 2 for a scenario without a solution"},
    {"dry-run", 0, OPTION_FLAG, NULL, AT(dry_run), COMMAND_RUN,
     "check everything, tell the plan, its memory and time; save nothing"},
    {"json", 0, OPTION_FLAG, NULL, AT(json), TELLERS, "one JSON document on standard output"},
    {"progress", 0, OPTION_CHOICE, "text|json", AT(progress), WATCHED,
     "for people (default), or all of standard error as one JSON object a line"},
    {"no-progress", 0, OPTION_FLAG, NULL, AT(no_progress), COMMAND_ALL, "no progress on standard error"},
    {"quiet", 'q', OPTION_FLAG, NULL, AT(quiet), COMMAND_ALL, "errors only on standard error"},
    {"help", 'h', OPTION_FLAG, NULL, AT(help), COMMAND_ALL, "this text"},
};
enum { OPTION_TOTAL = sizeof OPTION / sizeof OPTION[0] };

/* ---- values ------------------------------------------------------------------------------------------------------- */

static bool read_count(const char *text, long long least, int64_t *value) {
  char *end;
  errno = 0;
  long long number = strtoll(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || errno != 0 || number < least) return false;
  *value = number;
  return true;
}

static bool read_seed(const char *text, uint64_t *value) {
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || errno != 0) return false;
  *value = number;
  return true;
}

/* No locale was set, so that the point is a point; what is beyond the largest number is refused by its rule. */
static bool read_number(const char *text, double *value) {
  char *end;
  double number = strtod(text, &end);
  if (strspn(text, "0123456789.") == 0 || *end != 0 || strpbrk(text, "xXnN") != NULL || !(number >= 0)) return false;
  *value = number;
  return true;
}

static bool is_choice(const char *choices, const char *text) {
  size_t length = strlen(text);
  for (const char *at = choices; at != NULL && length > 0; at = strchr(at, '|')) {
    if (*at == '|') at++;
    if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == 0)) return true;
  }
  return false;
}

static int refuse_value(const struct option_row *row, const char *text, const char *rule) {
  cli_complain("--%s is '%s', must be %s", row->name, text, rule);
  return EXIT_USAGE;
}

/* The choices are told with commas between. */
static int refuse_choice(const struct option_row *row, const char *text) {
  char rule[128] = "one of ";
  size_t length = strlen(rule);
  for (const char *at = row->value; *at != 0 && length + 3 < sizeof rule; at++) {
    if (*at == '|') rule[length++] = ',';
    rule[length++] = *at == '|' ? ' ' : *at;
    rule[length] = 0;
  }
  return refuse_value(row, text, strchr(rule, ',') != NULL ? rule : row->value);
}

static int take_value(const struct option_row *row, const char *text, struct options *options) {
  void *member = (char *)options + row->offset;
  switch (row->kind) {
    case OPTION_FLAG:
      *(bool *)member = true;
      return EXIT_DONE;
    case OPTION_LIST:
      options->setting[options->setting_count++] = text;
      return EXIT_DONE;
    case OPTION_CASES:
      options->bench_case[options->bench_case_count++] = text;
      return EXIT_DONE;
    case OPTION_CHOICE:
      if (!is_choice(row->value, text)) return refuse_choice(row, text);
      *(const char **)member = text;
      return EXIT_DONE;
    case OPTION_TEXT:
      if (*text == 0) return refuse_value(row, text, "a text that is not empty");
      *(const char **)member = text;
      return EXIT_DONE;
    case OPTION_COUNT_FROM_1:
      return read_count(text, 1, member) ? EXIT_DONE : refuse_value(row, text, "a whole number of at least 1");
    case OPTION_COUNT_FROM_0:
      return read_count(text, 0, member) ? EXIT_DONE : refuse_value(row, text, "a whole number of at least 0");
    case OPTION_NUMBER:
      return read_number(text, member) ? EXIT_DONE : refuse_value(row, text, "a number of at least 0");
    case OPTION_SEED:
      options->has_seed = true;
      return read_seed(text, member) ? EXIT_DONE : refuse_value(row, text, "a whole number from 0 to 2^64 - 1");
  }
  return EXIT_USAGE;
}

/* Values that say more than one thing. */
static int read_keep(struct options *options) {
  const char prefix[] = "worst:";
  int64_t count = 0;
  options->keep_worst = -1;
  if (options->keep == NULL) return EXIT_DONE;
  const char *number = options->keep + sizeof prefix - 1;
  bool fits = strncmp(options->keep, prefix, sizeof prefix - 1) == 0;
  if (!fits || (strcmp(number, "0") != 0 && !read_count(number, 1, &count))) {
    cli_complain("--keep is '%s', must be worst:K with a whole number K", options->keep);
    return EXIT_USAGE;
  }
  options->keep_worst = count;
  return EXIT_DONE;
}

/* ---- names that are nearly right ---------------------------------------------------------------------------------- */

/* Edits (insert, delete, replace, swap of neighbours) from a to b; words longer than the rows count as far away. */
static int edit_distance(const char *a, const char *b) {
  enum { LONGEST = 31 };
  int row[3][LONGEST + 1];
  int a_length = (int)strnlen(a, LONGEST + 1), b_length = (int)strnlen(b, LONGEST + 1);
  if (a_length > LONGEST || b_length > LONGEST) return LONGEST;
  for (int j = 0; j <= b_length; j++) row[0][j] = j;
  for (int i = 1; i <= a_length; i++) {
    int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
    now[0] = i;
    for (int j = 1; j <= b_length; j++) {
      int best = before[j - 1] + (a[i - 1] != b[j - 1]);
      if (before[j] + 1 < best) best = before[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && earlier[j - 2] + 1 < best) best = earlier[j - 2] + 1;
      now[j] = best;
    }
  }
  return row[a_length % 3][b_length];
}

const char *options_nearest(const char *word, const char *const *names, int count) {
  const char *nearest = NULL;
  int least = strlen(word) <= 3 ? 2 : 3; /* one edit in a short word, two in a long one */
  for (int k = 0; k < count; k++) {
    int distance = edit_distance(word, names[k]);
    if (distance < least) {
      least = distance;
      nearest = names[k];
    }
  }
  return nearest;
}

static void complain_of_unknown(const struct command *command, const char *word) {
  const char *names[OPTION_TOTAL];
  char name[32];
  int count = 0;
  for (int k = 0; k < (int)OPTION_TOTAL; k++) {
    if (OPTION[k].commands & command->bit) names[count++] = OPTION[k].name;
  }
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  const char *bare = name + strspn(name, "-");
  const char *nearest = word[1] == '-' ? options_nearest(bare, names, count) : NULL;
  if (nearest != NULL) {
    cli_complain("'%s' takes no option '%s'; did you mean '--%s'?", command->name, name, nearest);
  } else {
    cli_complain("'%s' takes no option '%s' (see: loopstress %s --help)", command->name, name, command->name);
  }
}

/* ---- reading ------------------------------------------------------------------------------------------------------- */

struct getopt_tables {
  struct option names[OPTION_TOTAL + 1];
  char letters[2 * OPTION_TOTAL + 2];
};

/* getopt gives back FIRST_ROW + the row's number, for letters the letter. */
enum { FIRST_ROW = 1000 };

static void fill_tables(const struct command *command, struct getopt_tables *tables) {
  int count = 0;
  size_t length = 0;
  *tables = (struct getopt_tables){0};
  tables->letters[length++] = ':'; /* a value that is missing is told apart from an unknown option */
  for (int k = 0; k < (int)OPTION_TOTAL; k++) {
    if ((OPTION[k].commands & command->bit) == 0) continue;
    int takes_value = OPTION[k].kind == OPTION_FLAG ? no_argument : required_argument;
    tables->names[count++] = (struct option){OPTION[k].name, takes_value, NULL, FIRST_ROW + k};
    if (OPTION[k].letter == 0) continue;
    tables->letters[length++] = OPTION[k].letter;
    if (takes_value) tables->letters[length++] = ':';
  }
}

static const struct option_row *row_of(int found) {
  if (found >= FIRST_ROW) return &OPTION[found - FIRST_ROW];
  for (int k = 0; k < (int)OPTION_TOTAL; k++) {
    if (OPTION[k].letter != 0 && OPTION[k].letter == found) return &OPTION[k];
  }
  return NULL;
}

static int complain_of_word(const struct command *command, int found, const char *word) {
  if (found == ':') {
    const struct option_row *row = row_of(optopt);
    cli_complain("option '%s' needs a value%s%s", word, row != NULL ? ": " : "", row != NULL ? row->value : "");
  } else if (strncmp(word, "--", 2) == 0 && strchr(word, '=') != NULL && optopt >= FIRST_ROW) {
    cli_complain("option '%s' takes no value", word);
  } else {
    complain_of_unknown(command, word);
  }
  return EXIT_USAGE;
}

static int read_words(const struct command *command, int argc, char **argv, struct options *options) {
  struct getopt_tables tables;
  fill_tables(command, &tables);
  opterr = 0;
  optind = 1;
  for (;;) {
    int at = optind;
    int found = getopt_long(argc, argv, tables.letters, tables.names, NULL);
    if (found < 0) break;
    char letter[3] = {'-', (char)optopt, 0};
    const char *word = optind > at && strncmp(argv[optind - 1], "--", 2) == 0 ? argv[optind - 1] : letter;
    if (found == '?' || found == ':') return complain_of_word(command, found, word);
    int code = take_value(row_of(found), optarg, options);
    if (code != EXIT_DONE) return code;
  }
  options->operand = (const char *const *)argv + optind;
  options->operand_count = argc - optind;
  return EXIT_DONE;
}

/* Whoever leaves out what a command cannot do without is shown a whole one first. */
static int complain_of_missing(const struct command *command, const struct options *options, const char *what) {
  cli_note(options, "Example: %s", command->example);
  cli_complain("'%s' needs %s (see: loopstress %s --help)", command->name, what, command->name);
  return EXIT_USAGE;
}

/* Whoever gives the network in place of its results. */
static int check_results(const struct command *command, const struct options *options) {
  struct stat found;
  const bool wants_results = strstr(command->operands, "RESULTS") != NULL || strstr(command->operands, ".h5") != NULL;
  for (int k = 0; k < options->operand_count && wants_results; k++) {
    if (stat(options->operand[k], &found) != 0 || !S_ISDIR(found.st_mode)) continue;
    cli_complain("'%s' is a folder, must be a file that loopstress wrote (loopstress run %s -o results.h5 ...)",
                 options->operand[k], options->operand[k]);
    return ls_status_exit_code(LS_STATUS_INVALID_INPUT);
  }
  return EXIT_DONE;
}

static int check_operands(const struct command *command, const struct options *options) {
  if (options->operand_count < command->least) return complain_of_missing(command, options, command->operands);
  if (command->most >= 0 && options->operand_count > command->most) {
    cli_complain("'%s' does not take '%s' (see: loopstress %s --help)", command->name, options->operand[command->most],
                 command->name);
    return EXIT_USAGE;
  }
  if (command->needs_output && options->output == NULL) return complain_of_missing(command, options, "-o PATH");
  if (options->output != NULL && strcmp(options->output, "-") == 0) {
    cli_complain("-o - is refused: '%s' writes a file that cannot be a stream", command->name);
    return EXIT_USAGE;
  }
  return check_results(command, options);
}

int options_read(const struct command *command, int argc, char **argv, struct options *options) {
  *options = (struct options){.keep_worst = -1, .shard_count = 1, .rewirings = -1, .starts = -1};
  options->target_loss = options->step = options->deadline = options->checkpoint_seconds = options->degree =
      options->core_share = options->capital_ratio = options->interbank_share = options->threshold = -1;
  options->setting = calloc((size_t)argc + 1, sizeof *options->setting);
  options->command_line = cli_quote_words(command->name, argc - 1, argv + 1);
  options->bench_case = calloc((size_t)argc + 1, sizeof *options->bench_case);
  if (options->setting == NULL || options->bench_case == NULL || options->command_line == NULL)
    return cli_out_of_memory();
  int code = read_words(command, argc, argv, options);
  if (options->progress != NULL && strcmp(options->progress, "json") == 0) cli_speak_json();
  if (code != EXIT_DONE || options->help) return code;
  code = check_operands(command, options);
  if (code == EXIT_DONE) code = read_keep(options);
  if (code == EXIT_DONE) code = shard_read(options->shard, &options->shard_index, &options->shard_count);
  return code;
}

void options_release(struct options *options) {
  free(options->setting);
  free(options->bench_case);
  free(options->command_line);
  *options = (struct options){0};
}

/* ---- help ------------------------------------------------------------------------------------------------------------ */

static void print_option(const struct option_row *row) {
  char text[64];
  char letter[5] = "    ";
  if (row->letter != 0) snprintf(letter, sizeof letter, "-%c, ", row->letter);
  snprintf(text, sizeof text, "%s--%s%s%s", letter, row->name, row->value != NULL ? " " : "",
           row->value != NULL ? row->value : "");
  printf("  %-34s  %s\n", text, row->help);
}

bool options_describe(const struct command *command, int number, struct option_words *words) {
  for (int k = 0; k < (int)OPTION_TOTAL; k++) {
    const struct option_row *row = &OPTION[k];
    if ((row->commands & command->bit) == 0 || number-- > 0) continue;
    *words = (struct option_words){.name = row->name,
                                   .letter = row->letter,
                                   .value = row->value,
                                   .is_choice = row->kind == OPTION_CHOICE,
                                   .may_repeat = row->kind == OPTION_LIST || row->kind == OPTION_CASES,
                                   .help = row->help};
    return true;
  }
  return false;
}

void options_print_help(const struct command *command) {
  printf("Example: %s\n\n%s.\n\nUsage: loopstress %s", command->example, command->summary, command->name);
  printf("%s%s [options]%s\n\nOptions:\n", *command->operands != 0 ? " " : "", command->operands,
         command->needs_output ? " -o PATH" : "");
  for (int k = 0; k < (int)OPTION_TOTAL; k++) {
    if (OPTION[k].commands & command->bit) print_option(&OPTION[k]);
  }
}
