/* main.c - the command line: handlers first, then the command's name, its options, its function; exit codes of sysexits. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "interrupt.h"
#include "loopstress.h"
#include "output.h"

static const struct command COMMAND[] = {
    {"import", COMMAND_IMPORT, "SOURCE", 1, 1, true,
     "Validates a folder of CSV tables, a matrix or mapped text and writes it as one network file",
     "loopstress import my-network -o network.h5", command_import},
    {"check", COMMAND_CHECK, "NETWORK", 1, 1, false,
     "Lists every fault of a network, sums up what it holds, and tells whether its plan can be lived",
     "loopstress check my-network", command_check},
    {"info", COMMAND_INFO, "FILE.h5", 1, 1, false, "Tells what a network or results file holds and where it came from",
     "loopstress info results.h5 --json", command_info},
    {"run", COMMAND_RUN, "NETWORK", 1, 1, false,
     "Runs a model over scenarios: who fails, how much is lost, how sure that is",
     "loopstress run network.h5 --model loop --scenarios monte-carlo.yaml -o results.h5", command_run},
    {"report", COMMAND_REPORT, "RESULTS", 1, 1, true, "Writes results as a self-contained HTML page",
     "loopstress report results.h5 -o report.html", command_report},
    {"export", COMMAND_EXPORT, "RESULTS", 1, 1, true, "Writes results as CSV tables or as JSON into a new folder",
     "loopstress export results.h5 --format csv -o tables", command_export},
    {"compare", COMMAND_COMPARE, "A.h5 B.h5", 2, 2, false,
     "Tells whether two results are equal bit for bit, and what differs", "loopstress compare cpu.h5 cuda.h5",
     command_compare},
    {"merge", COMMAND_MERGE, "PART.h5 ...", 1, -1, true, "Puts the parts of one run together",
     "loopstress merge part-0.h5 part-1.h5 -o results.h5", command_merge},
    {"verify", COMMAND_VERIFY, "RESULTS", 1, 1, false,
     "Tells whether results are what their record says, and computes some of them again",
     "loopstress verify results.h5 --replay 5", command_verify},
    {"circularity", COMMAND_CIRCULARITY, "NETWORK", 1, 1, false, "Measures how much money goes round in circles",
     "loopstress circularity my-network --basis firm", command_circularity},
    {"coverage", COMMAND_COVERAGE, "NETWORK", 1, 1, false,
     "Tells whether means cover commitments, and on whom backlogs rest", "loopstress coverage my-network",
     command_coverage},
    {"challenge", COMMAND_CHALLENGE, "NETWORK", 1, 1, false,
     "Runs a model and again with one thing of it changed at a time: how far the answer hangs on that",
     "loopstress challenge my-network --model loop --scenarios monte-carlo.yaml", command_challenge},
    {"whatif", COMMAND_WHATIF, "NETWORK", 1, 1, false,
     "Tells what differs if deals, buffers or settings were others, over the same scenarios",
     "loopstress whatif my-network --edits edits.yaml --model loop --scenarios monte-carlo.yaml", command_whatif},
    {"reverse", COMMAND_REVERSE, "NETWORK", 1, 1, false,
     "Finds the smallest shocks that reach a loss or make an entity default",
     "loopstress reverse my-network --model eisenberg-noe --target-loss 10", command_reverse},
    {"rare", COMMAND_RARE, "NETWORK", 1, 1, false,
     "Tells how likely an event is that plain draws hardly see, by importance sampling",
     "loopstress rare my-network --model eisenberg-noe --scenarios monte-carlo.yaml --target-loss 50", command_rare},
    {"sensitivity", COMMAND_SENSITIVITY, "NETWORK", 1, 1, false,
     "Ranks links, buffers and rates by how much they move the tail of losses",
     "loopstress sensitivity my-network --model rogers-veraart --scenarios monte-carlo.yaml", command_sensitivity},
    {"explain", COMMAND_EXPLAIN, "RESULTS", 1, 1, false, "Tells one scenario as a chain of causes",
     "loopstress explain results.h5 --scenario 4711", command_explain},
    {"reconstruct", COMMAND_RECONSTRUCT, "MARGINALS.csv", 1, 1, true,
     "Makes a network from what each entity lends and owes in all",
     "loopstress reconstruct marginals.csv --method gravity --links 400 -o my-network", command_reconstruct},
    {"generate", COMMAND_GENERATE, "", 0, 0, true, "Makes a random network with balance sheets",
     "loopstress generate --kind core-periphery --entities 1000 --seed 1 -o my-network", command_generate},
    {"window", COMMAND_WINDOW, "", 0, 0, false,
     "Tells for which mean degrees one failure may take a random network along",
     "loopstress window --networks 1000 --json", command_window},
    {"indices", COMMAND_INDICES, "NETWORK", 1, 1, false,
     "Tells what each default costs the others, and whose shocks the losses are due to",
     "loopstress indices my-network --model debtrank-linear --scenarios monte-carlo.yaml", command_indices},
    {"bench", COMMAND_BENCH, "", 0, 0, false, "Measures how fast models run here, and checks the answers",
     "loopstress bench --case C2 --json", command_bench},
    {"models", COMMAND_MODELS, "", 0, 0, false, "Lists the models with their sources and settings", "loopstress models",
     command_models},
    {"backends", COMMAND_BACKENDS, "", 0, 0, false, "Tells where this build can compute", "loopstress backends",
     command_backends},
    {"doctor", COMMAND_DOCTOR, "", 0, 0, false, "Tells what this machine offers, and whether everything works on it",
     "loopstress doctor", command_doctor},
    {"completion", COMMAND_COMPLETION, "bash|zsh|fish", 1, 1, false,
     "Prints what makes a shell complete commands, options and values", "loopstress completion bash",
     command_completion},
    {"manual", COMMAND_MANUAL, "[COMMAND]", 0, 1, false, "Prints a page of the manual, for man",
     "loopstress manual run | man -l -", command_manual},
    {"version", COMMAND_VERSION, "", 0, 0, false, "Prints the version", "loopstress version --json", command_version},
};
enum { COMMAND_TOTAL = sizeof COMMAND / sizeof COMMAND[0] };

const char program_summary[] = "Stress tests of financial networks: who fails, how much is lost, how sure that is";
const char program_example[] = "loopstress run my-network --model eisenberg-noe --json";

static const struct exit_code EXIT_CODE[] = {
    {0, "done"},
    {1, "a requested check failed (check --strict, compare, verify)"},
    {2, "a scenario did not converge (--strict)"},
    {64, "usage: unknown or ill-valued option, model or setting"},
    {65, "bad or damaged input"},
    {66, "input missing"},
    {69, "backend or instruction set not available"},
    {70, "internal error: a bug of ours"},
    {71, "fault of the GPU or the system, out of memory"},
    {73, "output exists or cannot be created"},
    {74, "input/output error"},
    {75, "interrupted: the same command resumes"},
    {77, "permission denied"},
    {78, "not usable with this model or network"},
};
enum { EXIT_CODE_TOTAL = sizeof EXIT_CODE / sizeof EXIT_CODE[0] };

const struct command *command_table(int *count) {
  *count = COMMAND_TOTAL;
  return COMMAND;
}

const struct exit_code *exit_code_table(int *count) {
  *count = EXIT_CODE_TOTAL;
  return EXIT_CODE;
}

static void print_usage(FILE *stream) {
  fprintf(stream, "Example: %s\n\n%s.\n\nUsage: loopstress COMMAND [options]\n\nCommands:\n", program_example,
          program_summary);
  for (int k = 0; k < (int)COMMAND_TOTAL; k++) fprintf(stream, "  %-12s %s\n", COMMAND[k].name, COMMAND[k].summary);
  fputs("\nMore on a command: loopstress COMMAND --help\n\nExit codes:\n", stream);
  for (int k = 0; k < (int)EXIT_CODE_TOTAL; k++)
    fprintf(stream, "  %2d  %s\n", EXIT_CODE[k].code, EXIT_CODE[k].meaning);
}

static const struct command *find_command(const char *name) {
  for (int k = 0; k < (int)COMMAND_TOTAL; k++) {
    if (strcmp(COMMAND[k].name, name) == 0) return &COMMAND[k];
  }
  return NULL;
}

const struct command *command_named(const char *name) {
  const char *names[COMMAND_TOTAL];
  const struct command *command = find_command(name);
  if (command != NULL) return command;
  for (int k = 0; k < (int)COMMAND_TOTAL; k++) names[k] = COMMAND[k].name;
  const char *nearest = options_nearest(name, names, COMMAND_TOTAL);
  if (nearest != NULL) {
    cli_complain("there is no command '%s'; did you mean '%s'?", name, nearest);
  } else {
    cli_complain("there is no command '%s' (see: loopstress --help)", name);
  }
  return NULL;
}

static int run_command(const struct command *command, int argc, char **argv) {
  struct options options;
  int code = options_read(command, argc, argv, &options);
  if (code == EXIT_DONE && options.help) {
    options_print_help(command);
  } else if (code == EXIT_DONE) {
    code = command->run(&options);
  }
  options_release(&options);
  return code;
}

/* A result that nobody could read is no result: a closed or full standard output is a failure. */
static int finish(int code) {
  if ((fflush(stdout) == 0 && !ferror(stdout)) || code != EXIT_DONE) return code;
  return ls_status_exit_code(LS_STATUS_IO);
}

static int dispatch(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : NULL;
  if (name == NULL) {
    print_usage(stderr);
    return EXIT_USAGE;
  }
  bool asks_help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
  if (asks_help && argc > 2) {
    const struct command *command = command_named(argv[2]);
    if (command == NULL) return EXIT_USAGE;
    options_print_help(command);
    return EXIT_DONE;
  }
  if (asks_help) {
    print_usage(stdout);
    return EXIT_DONE;
  }
  const struct command *command = command_named(strcmp(name, "--version") == 0 ? "version" : name);
  return command != NULL ? run_command(command, argc - 1, argv + 1) : EXIT_USAGE;
}

/* A stream that the caller closed is held open the wrong way round: no file of ours gets its number, and using it fails. */
static void hold_standard_streams(void) {
  for (int stream = 0; stream <= 2; stream++) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    if (open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

int main(int argc, char **argv) {
  interrupt_install();
  hold_standard_streams();
  return finish(dispatch(argc, argv));
}
