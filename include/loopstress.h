/* loopstress.h - stress tests of financial networks: who fails, how much is lost, by which channel, and how sure that is.
 *
 * The smallest complete use:
 *
 *   ls_context *context = NULL;
 *   ls_network *network = NULL;
 *   ls_results *results = NULL;
 *   ls_run_options options = ls_run_options_default();
 *   options.model = "eisenberg-noe";
 *   ls_status status = ls_context_create(&context);
 *   if (status == LS_STATUS_OK) status = ls_network_read(context, "my-network", NULL, &network);
 *   if (status == LS_STATUS_OK) status = ls_run(context, network, &options, &results);
 *   if (status == LS_STATUS_OK) printf("mean loss %.17g\n", ls_results_system_loss_mean(results));
 *   else fprintf(stderr, "%s\n", ls_context_message(context, 0));
 *   ls_results_destroy(&results);
 *   ls_network_destroy(&network);
 *   ls_context_destroy(&context);
 *
 * Rules that hold everywhere:
 * - Every function that can fail returns an ls_status; 0 is success. On failure outputs are untouched and the context
 *   holds one message or more. The library never prints, never exits and keeps no global state.
 * - Handles are opaque. `create` and `read` pair with `destroy(T **)`, which accepts NULL and clears the pointer.
 *   `const` arguments are borrowed for the call only. Strings returned by accessors live as long as their object.
 * - A context and the objects made with it belong to one thread at a time; different contexts are independent.
 *   ls_context_request_stop and ls_context_request_checkpoint alone may be called from another thread or a signal handler.
 * - Amounts are in the network's own currency unit, never rescaled; fractions are 0-1, never percent.
 */
#ifndef LOOPSTRESS_H
#define LOOPSTRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(LS_BUILDING_LIBRARY)
#define LS_API __attribute__((visibility("default")))
#else
#define LS_API
#endif

/* ---- status ------------------------------------------------------------------------------------------------------ */

/* Every status: name, number (never reused), process exit code of the command line, text. */
#define LS_STATUS_LIST(X)                                                            \
  X(OK, 0, 0, "done")                                                                \
  X(CHECK_FAILED, 1, 1, "a requested check failed")                                  \
  X(NOT_CONVERGED, 2, 2, "a scenario did not converge and strictness was asked for") \
  X(USAGE, 3, 64, "unknown or ill-valued option, model or setting")                  \
  X(INVALID_INPUT, 4, 65, "bad or damaged input")                                    \
  X(INPUT_MISSING, 5, 66, "input missing")                                           \
  X(BACKEND_UNAVAILABLE, 6, 69, "backend or instruction set not available")          \
  X(INTERNAL, 7, 70, "internal error")                                               \
  X(SYSTEM, 8, 71, "fault of the GPU or the operating system")                       \
  X(OUT_OF_MEMORY, 9, 71, "out of memory")                                           \
  X(OUTPUT_EXISTS, 10, 73, "output exists or cannot be created")                     \
  X(IO, 11, 74, "input/output error")                                                \
  X(INTERRUPTED, 12, 75, "interrupted")                                              \
  X(PERMISSION, 13, 77, "permission denied")                                         \
  X(UNUSABLE, 14, 78, "well formed, but not usable with this model or network")

typedef enum ls_status {
#define LS_STATUS_ENUM(name, number, exit_code, text) LS_STATUS_##name = number,
  LS_STATUS_LIST(LS_STATUS_ENUM)
#undef LS_STATUS_ENUM
} ls_status;

/* The fixed text of a status; never NULL. */
LS_API const char *ls_status_text(ls_status status);

/* The exit code that the command line gives for a status (sysexits where they apply). */
LS_API int ls_status_exit_code(ls_status status);

/* "major.minor.patch" of the library. */
LS_API const char *ls_version(void);

/* ---- context: messages, allocation, interruption ------------------------------------------------------------------ */

typedef struct ls_context ls_context;

LS_API ls_status ls_context_create(ls_context **context);
LS_API void ls_context_destroy(ls_context **context);

/* Messages in the order they arose: errors (at most 20 kept, the true number is counted) and warnings apart.
 * Each names file and line where there is one, the thing, the value and the rule. Out of range gives "". */
LS_API int ls_context_message_count(const ls_context *context);
LS_API const char *ls_context_message(const ls_context *context, int index);
LS_API int ls_context_warning_count(const ls_context *context);
LS_API const char *ls_context_warning(const ls_context *context, int index);
LS_API void ls_context_clear_messages(ls_context *context);

/* Replaces malloc and free; `user` is handed through. For tests that make the n-th allocation fail. */
typedef void *(*ls_allocate_function)(size_t bytes, void *user);
typedef void (*ls_release_function)(void *memory, void *user);
LS_API void ls_context_set_allocator(ls_context *context, ls_allocate_function allocate, ls_release_function release,
                                     void *user);

/* Called now and then while a run computes, from the calling thread or a worker: scenarios done of the total. */
typedef void (*ls_progress_function)(int64_t scenarios_done, int64_t scenario_count, void *user);
LS_API void ls_context_set_progress(ls_context *context, ls_progress_function progress, void *user);

/* Asks a run in progress to end soon with LS_STATUS_INTERRUPTED. Safe in a signal handler. */
LS_API void ls_context_request_stop(ls_context *context);

/* Asks a run that keeps a checkpoint to write one soon, and to go on. */
LS_API void ls_context_request_checkpoint(ls_context *context);

/* ---- text: what the reporting functions return           ---------------------------------------------------------- */

/* Reports come for people (plain text, at most 120 columns) or for programs (one JSON document: numbers have 17 significant
 * digits, no NaN, no infinity; docs/file-formats.md lists the keys). */
typedef enum ls_format { LS_FORMAT_TEXT = 0, LS_FORMAT_JSON = 1 } ls_format;

/* Text owned by the caller; free with ls_text_destroy. */
typedef struct ls_text ls_text;
LS_API const char *ls_text_data(const ls_text *text);
LS_API size_t ls_text_length(const ls_text *text);
LS_API void ls_text_destroy(ls_text **text);

/* ---- network: who owes, owns, funds, supplies and buys from whom --------------------------------------------------- */

typedef struct ls_network ls_network;

typedef struct ls_read_options {
  bool sum_duplicates; /* links that stand twice are added up (otherwise an error at the later line) */
  bool strict;         /* warnings are errors */
} ls_read_options;

/* Reads a folder of CSV tables (network.yaml, entities.csv, ...) or a network file (.h5), with the same checks.
 * options may be NULL (all false). LS_STATUS_INPUT_MISSING: no such path; LS_STATUS_INVALID_INPUT: every fault found,
 * up to 20, is a message of its own; LS_STATUS_PERMISSION: unreadable. */
LS_API ls_status ls_network_read(ls_context *context, const char *path, const ls_read_options *options,
                                 ls_network **network);

/* Networks in other shapes than a folder (docs/importing.md). All of them end in the checks of a folder. */
typedef enum ls_import_kind {
  LS_IMPORT_AUTO = 0,          /* by what stands at the path: a folder, HDF5, Matrix Market, else a matrix in CSV */
  LS_IMPORT_FOLDER = 1,        /* a folder of tables, or a network file: as ls_network_read */
  LS_IMPORT_MATRIX = 2,        /* a square matrix in CSV with ids in the first row and column */
  LS_IMPORT_MATRIX_MARKET = 3, /* .mtx: coordinate or array; real, integer or pattern; general or symmetric */
  LS_IMPORT_CSR = 4,           /* a group of an HDF5 file that AnnData would read: csr_matrix or csc_matrix */
  LS_IMPORT_MAPPED = 5         /* delimited text, as a map in YAML says */
} ls_import_kind;

/* Who the rows of a matrix are: cell [i][j] is what i owes to j (debtor), or what j owes to i (creditor). */
typedef enum ls_matrix_rows { LS_ROWS_DEBTOR = 0, LS_ROWS_CREDITOR = 1 } ls_matrix_rows;

typedef struct ls_import_options {
  ls_read_options reading;
  ls_import_kind kind;
  ls_matrix_rows rows;  /* of a matrix */
  const char *entities; /* beside a matrix: CSV with the columns of entities.csv; NULL: ids alone */
  const char *group;    /* of a CSR matrix, "/X"; NULL: the root */
  const char *map;      /* path of a map: the kind is then LS_IMPORT_MAPPED */
} ls_import_options;

/* Kind AUTO, rows are debtors, everything else 0. */
LS_API ls_import_options ls_import_options_default(void);

/* Reads a network from a source of any kind; options may be NULL. *report (may be NULL) tells what was read, dropped and
 * added up, one line each, and is the caller's. The SHA-256 of every file that was read is kept. Statuses of
 * ls_network_read; LS_STATUS_USAGE: an option that the kind does not take. */
LS_API ls_status ls_network_import(ls_context *context, const char *path, const ls_import_options *options,
                                   ls_network **network, ls_text **report);

/* Writes a network file. It appears under its name only when complete. LS_STATUS_OUTPUT_EXISTS unless `replace`. */
LS_API ls_status ls_network_write(ls_context *context, const ls_network *network, const char *path, bool replace);
LS_API void ls_network_destroy(ls_network **network);

LS_API int32_t ls_network_entity_count(const ls_network *network);
/* Id of entity 0 <= entity < entity_count, in file order; NULL out of range. */
LS_API const char *ls_network_entity_id(const ls_network *network, int32_t entity);
/* The network's name (network.yaml), else the folder's or file's name. */
LS_API const char *ls_network_name(const ls_network *network);

/* Validates a folder or file and reports; as JSON {"valid","entities","links","errors":[{"file","line","message"}],
 * "warnings":[...], ...}. Bad input is a report with valid = false and status LS_STATUS_INVALID_INPUT (*report is set).
 * A network with tables of the loop model also goes through the baseline gate ("baseline_gate"; docs/baseline-gate.md):
 * without shock nobody defaults or is in distress, and quarter 0 is near what was reported. One with liabilities gets its
 * network measures ("measures"; docs/indices.md): bounds of the spectral radius of relative exposures, and those of
 * Glasserman and Young (2015) on whom each entity can topple. Warnings, or a gate that is
 * not passed, give LS_STATUS_CHECK_FAILED under `strict` (*report is set). */
typedef struct ls_check_options {
  ls_read_options reading;
  int draws; /* sets of the uncertain assumptions to ask the gate over; 0 or 1: central values alone. Needs a ledger */
  uint64_t seed; /* of the draws: those of a run with this seed */
} ls_check_options;

/* options may be NULL (all 0). LS_STATUS_USAGE: draws out of range; LS_STATUS_UNUSABLE: there is nothing to draw;
 * LS_STATUS_INTERRUPTED after ls_context_request_stop. */
LS_API ls_status ls_check(ls_context *context, const char *path, const ls_check_options *options, ls_format format,
                          ls_text **report);

/* The same without draws. */
LS_API ls_status ls_network_check(ls_context *context, const char *path, const ls_read_options *options,
                                  ls_format format, ls_text **report);

/* What a network, results or checkpoint file holds and where it came from. */
LS_API ls_status ls_file_info(ls_context *context, const char *path, ls_format format, ls_text **report);

/* Circular flows of money: round-trip ratio, Finn cycling index, maximum circulation, cycles (docs/models/circularity.md). */
typedef struct ls_circularity_options {
  const char
      *basis;     /* "headline", "firm", "funded" (of deals.csv), "purchases" (of the loop tables); NULL: all there are.
                      * A folder with flows.csv has the one basis "flows", which is not named */
  int32_t window; /* of basis "purchases": the next 4 or 20 quarters */
  int64_t rewirings; /* random networks of the same degrees to compare with (Maslov and Sneppen 2002); 0: none */
  int64_t draws;     /* sets of the uncertain assumptions to give a band over; 0: none. Needs a ledger */
  uint64_t seed;     /* of both: equal seeds give equal bits */
} ls_circularity_options;

/* basis NULL, window 4, rewirings 1000, draws 0, seed 0. */
LS_API ls_circularity_options ls_circularity_options_default(void);

/* LS_STATUS_USAGE: an option out of its range; LS_STATUS_UNUSABLE: the basis is not there, or there is nothing to draw;
 * LS_STATUS_INTERRUPTED after ls_context_request_stop. */
LS_API ls_status ls_circularity_report(ls_context *context, const char *path, const ls_circularity_options *options,
                                       ls_format format, ls_text **report);

/* The same with the default options but for the basis. */
LS_API ls_status ls_circularity(ls_context *context, const char *path, const char *basis, ls_format format,
                                ls_text **report);

/* Whether each entity's means cover what it has committed itself to, cumulated by year, on the headline and the firm basis;
 * and on which customers each seller's backlog rests (docs/coverage.md). Needs the tables of the loop model; LS_STATUS_UNUSABLE without them. */
LS_API ls_status ls_coverage(ls_context *context, const char *path, ls_format format, ls_text **report);

/* ---- networks made from little data ---------------------------------------------------------------------------------- */

typedef struct ls_reconstruct_options {
  const char *method; /* "ras", "minimum-density", "gravity", "gibbs" */
  uint64_t seed;      /* equal seeds give equal files on every machine; ras draws nothing */
  int64_t links;      /* gravity, gibbs: expected number of links, below that of all possible ones; else 0 */
  int64_t ensemble;   /* gravity, gibbs: members of ensemble.csv, 0 (none) to 10,000; else 0 */
} ls_reconstruct_options;

/* All 0: the method must be set. */
LS_API ls_reconstruct_options ls_reconstruct_options_default(void);

/* Makes a network folder from what each entity lends to and owes to the others in all: a CSV file with the columns id, assets
 * (claims on entities) and liabilities (debts to entities), and any others of entities.csv (docs/reconstruct.md). The folder
 * appears under its name only when complete; with an ensemble, liabilities.csv is its member 1. `report` may be NULL; it tells
 * how many links there are and how well the sums hold, and is unset on failure. LS_STATUS_INVALID_INPUT: totals of claims and
 * debts that differ, or sums that no network has, beside faults of the file; LS_STATUS_USAGE: an option out of its range or of
 * another method; LS_STATUS_UNUSABLE: too many links or entities for the method; LS_STATUS_OUTPUT_EXISTS unless `replace`,
 * and even so where the folder holds other files; LS_STATUS_INTERRUPTED. */
LS_API ls_status ls_reconstruct(ls_context *context, const char *marginals, const ls_reconstruct_options *options,
                                const char *folder, bool replace, ls_format format, ls_text **report);

typedef struct ls_generate_options {
  const char *kind;     /* "core-periphery", "erdos-renyi", "scale-free" */
  int64_t entities;     /* 3 to 10,000,000 */
  uint64_t seed;        /* equal seeds give equal files on every machine */
  double degree;        /* mean number of borrowers of an entity: above 0; at most N - 1, for scale-free (N - 1) / 4 */
  double core_share;    /* core-periphery: share of the entities, between 0 and 1, at least 2 of them */
  double capital_ratio; /* equity as a share of assets, above 0 and below 1 */
  double interbank_share; /* claims on entities as a share of assets, of those that lend; above 0 and below 1 */
} ls_generate_options;

/* degree 5, core_share 0.1, capital_ratio 0.04, interbank_share 0.2; kind and entities must be set. */
LS_API ls_generate_options ls_generate_options_default(void);

/* Makes a random network folder in time and memory that go with its links (docs/generate.md). `report` may be NULL; it tells what
 * was made, and is unset on failure. LS_STATUS_USAGE: an option out of its range; LS_STATUS_OUTPUT_EXISTS as for ls_reconstruct;
 * LS_STATUS_INTERRUPTED. */
LS_API ls_status ls_generate(ls_context *context, const ls_generate_options *options, const char *folder, bool replace,
                             ls_format format, ls_text **report);

/* ---- run ---------------------------------------------------------------------------------------------------------- */

typedef struct ls_results ls_results;
typedef struct ls_team ls_team;

typedef struct ls_run_options {
  const char *model;           /* a name of ls_models_describe */
  const char *const *settings; /* setting_count texts "key=value" (--set) */
  int setting_count;
  const char *scenarios; /* path of a CSV or YAML scenario file; NULL: the one scenario "baseline", without shock */
  const char *backend;   /* "auto" (CUDA where a device answers, else the CPU), "cpu", "cuda" */
  const char *engine;    /* how fixed points are found: NULL or "auto", "push", "tile", "sweep". Same bits in all */
  const char *isa;       /* CPU instruction set: NULL (best), "baseline", "avx2", "avx512". Same bits in all */
  int threads;           /* CPU threads; 0: one per processor. Same bits for any number */
  int64_t chunk;         /* scenarios in flight per work item; 0: chosen. Same bits for any number */
  bool has_seed;         /* seed overrides the scenario file's */
  uint64_t seed;
  int64_t count;        /* scenarios to draw; 0: as the scenario file says */
  int shard_index;      /* this run computes part shard_index of shard_count (whole blocks of 4,096 scenarios) */
  int shard_count;      /* 1: everything */
  int assumption_draws; /* draws of the uncertain assumptions; 0: as the scenario file says, 1: central values */
  int ensemble; /* block b of 4,096 scenarios runs on member b mod ensemble of ensemble.csv; 0: on liabilities.csv */
  int64_t keep_worst; /* scenarios with the largest losses to keep in full detail; -1: as the scenario file says */
  bool strict;        /* warnings are errors; a scenario that did not converge gives LS_STATUS_NOT_CONVERGED */
  bool allow_missing_targets; /* shocks to entities the network lacks are warnings, not errors */
  bool dry_run; /* validate and plan, timing a sample: *results stays NULL, the plan is in the context's warnings */
  const char *command; /* the command to record as provenance; may be NULL */
  /* Path of the checkpoint that the run keeps, beside PATH.1 and PATH.scenarios; NULL: none. What an earlier attempt at the same
   * run left there is taken up: the results are those of a run in one go, bit for bit. */
  const char *checkpoint;
  double
      checkpoint_seconds; /* longest time between checkpoints; 0: 5. Where writing one takes over 5 % of it, longer */
  /* Random blocks of 4,096 scenarios computed once more, on the CPU with its plainest instructions, before results are given: a device
   * that computes wrong numbers shows (LS_STATUS_SYSTEM). 0: none. How many and which stands in the record, not in the results. */
  int64_t verify_sample;
  bool replace_checkpoint; /* a checkpoint of another run, or a damaged one, is dropped with a warning */
  ls_team *team;           /* processes that share the scenarios (below); NULL: this one computes all */
} ls_run_options;

LS_API ls_run_options ls_run_options_default(void);

/* Runs a model over its scenarios. LS_STATUS_USAGE: unknown model or setting; LS_STATUS_UNUSABLE: the network lacks what
 * the model needs, or a shock names what it lacks; LS_STATUS_BACKEND_UNAVAILABLE; LS_STATUS_INTERRUPTED after
 * ls_context_request_stop. LS_STATUS_NOT_CONVERGED sets *results. With a checkpoint also: LS_STATUS_OUTPUT_EXISTS where it is of
 * another run, LS_STATUS_INVALID_INPUT where it is damaged; after LS_STATUS_INTERRUPTED and faults of GPU and system it holds what
 * was computed. It stays until ls_checkpoint_remove: results should be on disk before. */
LS_API ls_status ls_run(ls_context *context, const ls_network *network, const ls_run_options *options,
                        ls_results **results);

/* A team: several processes that call ls_run with the same network and options and share its scenarios, with the bits of one. Rank 0
 * hands out spans of scenarios, keeps the checkpoint and gets the results; on the others *results stays NULL, options of checkpoints
 * and samples have no effect, and ls_run returns the status that rank 0 ended the team with. */
typedef struct ls_team_transport {
  int rank;       /* of this process, 0 to size - 1 */
  int size;       /* processes, 1 or more */
  int local_rank; /* of this process among those on its machine: whose GPU it takes, counted from 0 and round again */
  void *user;     /* for the functions, which the thread in ls_run or ls_team_end calls */
  /* Sends all bytes, which are the caller's again when it returns; false where the other process is gone. */
  bool (*send)(void *user, int to, const void *data, size_t bytes);
  /* The next message from any process, those of one in the order of sending; waits for at most `seconds` (0: not at all). Sets
   * *from (-1: none has come), *data (aligned for 64-bit words, the transport's until the next call) and *bytes; false where none
   * can come any more. */
  bool (*receive)(void *user, double seconds, int *from, const void **data, size_t *bytes);
} ls_team_transport;

/* The transport is copied; what its user points to is the caller's. LS_STATUS_USAGE: ranks out of their range. */
LS_API ls_status ls_team_create(ls_context *context, const ls_team_transport *transport, ls_team **team);

/* Ends a team, to be called once by every process whatever happened to it, with the status of its own work. On rank 0 it ends the
 * others with that status and returns it; on the others it tells a failure to rank 0, waits for the end and returns its status.
 * LS_STATUS_SYSTEM: the team broke apart. */
LS_API ls_status ls_team_end(ls_context *context, ls_team *team, ls_status status);
LS_API void ls_team_destroy(ls_team **team);

/* Removes a checkpoint and the files that belong to it; what is not there is no fault. */
LS_API ls_status ls_checkpoint_remove(ls_context *context, const char *path);

/* Are these the results (the part, with shards) that ls_run would compute? Statuses of ls_run; no scenario is computed. */
LS_API ls_status ls_run_matches(ls_context *context, const ls_network *network, const ls_run_options *options,
                                const ls_results *results, bool *matches);
LS_API void ls_results_destroy(ls_results **results);

/* The challenger table: the run that `options` describe, and again for each challenger of the model, which changes one thing of
 * a copy of the network or of the settings (docs/challenger.md lists them), over the same random scenarios. For each: mean of
 * the system loss and expected shortfall (currency units) with standard errors, their differences to the network as it is with
 * the errors of scenarios in pairs, the share of scenarios with a default (0-1), the mean number of defaults; then the range of
 * ES 0.99 over the challengers. As JSON {"base":{...},"challengers":[{"name","changed",...}],"verdict":{...}}.
 * Statuses of ls_run; LS_STATUS_UNUSABLE also for a model without challengers, scenarios that are not drawn or are replayed,
 * and draws of the assumptions; LS_STATUS_USAGE for a shard or a dry run. LS_STATUS_NOT_CONVERGED sets *report. */
LS_API ls_status ls_challenge(ls_context *context, const ls_network *network, const ls_run_options *options,
                              ls_format format, ls_text **report);

/* What if the network were another one: the scenarios of `options` on the network as it is and again on copies that were edited by
 * a YAML file (docs/whatif.md has its keys): a deal or link removed, added or changed, capital added, settings of the model. For
 * each case, all with the same random numbers: mean of the system loss, VaR and ES (currency units), the share of scenarios with
 * a default (0-1) and the mean number of defaults, and what they differ by with the errors of scenarios in pairs; the same of
 * every entity's default probability and mean loss. Where the file asks for a search: the cheapest buffers that bring ES under a
 * limit, step by step. Statuses of ls_run; faults of the edits are LS_STATUS_INVALID_INPUT with their lines (what the edited
 * network breaks names the table as reading it does), LS_STATUS_UNUSABLE also where an edit finds no row, for replays and for
 * draws of the assumptions; LS_STATUS_USAGE for a shard or a dry run. LS_STATUS_NOT_CONVERGED sets *report. */
LS_API ls_status ls_whatif(ls_context *context, const ls_network *network, const char *edits,
                           const ls_run_options *options, ls_format format, ls_text **report);

typedef struct ls_reverse_options {
  double target_loss;         /* system loss to reach, currency units, above 0; 0: none */
  const char *target_default; /* id of an entity to make default; NULL: none. Exactly one of the two */
  int64_t starts;             /* random directions to search from, beside those that are always taken; 0 to 10,000 */
  int most;                   /* solutions to give, 1 to 100 */
  const char *output;         /* CSV scenario file to write them to, ready for ls_run; NULL: none */
  bool replace;               /* the output where it exists */
} ls_reverse_options;

/* No target, starts 32, most 5, no output. */
LS_API ls_reverse_options ls_reverse_options_default(void);

/* The reverse stress test (docs/reverse.md): the smallest shocks that reach a system loss or make an entity default. With a YAML
 * scenario file shocks are points of its random numbers, and the smallest is the likeliest: the least distance from the centre,
 * in standard deviations; without one, shares of what the model's shock takes from each entity, and the smallest costs least. Every
 * solution was run: its loss, and that of a shock smaller by a factor of 1 - 1e-9, are the model's. options->seed: of the
 * directions. Statuses of ls_run; LS_STATUS_UNUSABLE: scenarios given one by one, a model without a shock of shares,
 * an entity that is not there; LS_STATUS_CHECK_FAILED (*report is set): no shock that was tried reaches the target. */
LS_API ls_status ls_reverse(ls_context *context, const ls_network *network, const ls_run_options *options,
                            const ls_reverse_options *reverse_options, ls_format format, ls_text **report);

typedef struct ls_rare_options {
  double target_loss;         /* system loss that the event reaches, currency units, above 0; 0: none */
  const char *target_default; /* id of the entity whose default it is; NULL: none. Exactly one of the two */
  int64_t pilot;              /* scenarios of each step of the pilot, 100 to 10,000,000 */
  bool plain;                 /* no shift: the scenarios of a plain run, all of weight 1 */
} ls_rare_options;

/* No target, pilot 10,000, not plain. */
LS_API ls_rare_options ls_rare_options_default(void);

/* The probability of a rare event by importance sampling (docs/rare.md): the common factors of the random scenarios are drawn around
 * another mean, found in steps by cross-entropy (Rubinstein and Kroese 2004), and each scenario counts by its likelihood ratio. With
 * standard errors, the effective sample size and the mean of all weights, which must be 1; and the mean system loss where the event
 * happens. Statuses of ls_run; LS_STATUS_USAGE: an option out of its range, a shard or a dry run; LS_STATUS_UNUSABLE: scenarios that are
 * not drawn, a Student-t copula, replays, draws of the assumptions, an entity that is not there. */
LS_API ls_status ls_rare(ls_context *context, const ls_network *network, const ls_run_options *options,
                         const ls_rare_options *rare_options, ls_format format, ls_text **report);

typedef struct ls_sensitivity_options {
  double step;  /* relative change either way by which derivatives are measured, above 0 and below 1 */
  double level; /* of ES: 0.95, 0.99 or 0.999 */
} ls_sensitivity_options;

/* Step 0.01, level 0.99. */
LS_API ls_sensitivity_options ls_sensitivity_options_default(void);

/* Which number of the network moves the tail most (docs/sensitivity.md): for every link, buffer, threshold and rate of recovery the
 * derivative of ES, by changing it a little either way over the same scenarios of the tail, with the standard error of the pairs;
 * ranked by what a change of one step does. sensitivity_options may be NULL (the default). Statuses of ls_run; LS_STATUS_USAGE: an
 * option out of its range, a shard or a dry run; LS_STATUS_UNUSABLE: scenarios that are not drawn, replays, draws of the assumptions,
 * or too few scenarios for a tail. LS_STATUS_NOT_CONVERGED sets *report. */
LS_API ls_status ls_sensitivity(ls_context *context, const ls_network *network, const ls_run_options *options,
                                const ls_sensitivity_options *sensitivity_options, ls_format format, ls_text **report);

/* The window of contagion of Gai and Kapadia (2010): how often one failure takes more than a share of a random network along, and
 * how far it then goes, by mean degree; beside it the roots of the phase condition (docs/contagion-window.md). */
typedef struct ls_window_options {
  const double *degree; /* [degree_count] mean numbers of borrowers, above 0 and at most entities - 1 */
  int degree_count;     /* 1 to 1,000 */
  int64_t entities;     /* of each network, 3 to 1,000,000 */
  int64_t networks;     /* for each degree, each with one first failure; 1 to 1,000,000 */
  uint64_t seed;
  double interbank_share, capital_ratio; /* of assets, above 0 and below 1 */
  double threshold;                      /* contagion: more than this share fails, 0 or more and below 1 */
  bool tie_survives;                     /* a loss of exactly all capital is survived */
} ls_window_options;

/* 13 degrees from 0.5 to 10, 1,000 entities, 200 networks, interbank share 0.2, capital 0.04, threshold 0.05, ties fail. */
LS_API ls_window_options ls_window_options_default(void);

/* LS_STATUS_USAGE: an option out of its range; LS_STATUS_INTERRUPTED. *report is unset on failure. */
LS_API ls_status ls_window(ls_context *context, const ls_window_options *options, ls_format format, ls_text **report);
typedef struct ls_indices_options {
  bool shapley;         /* attribute the loss of the scenarios to whose shocks they are, in place of the indices */
  int64_t permutations; /* of the attribution: 0: all subsets up to 16 who are shocked, else 1000 permutations; N > 0:
                         * N random permutations (one more where N is odd: they come in pairs) */
} ls_indices_options;

/* No attribution, permutations 0. */
LS_API ls_indices_options ls_indices_options_default(void);

/* Indices of contagion (docs/indices.md). The scenarios of `options` are run as they are and again with the
 * default of each entity forced, in quarter 0 in the loop model: what that adds to the losses of all others
 * (contagion index; Cont, Moussa and Santos 2013), and what the others' defaults, equally likely, add to its own
 * (vulnerability index), both means over the scenarios in currency units, with standard errors of scenarios in
 * pairs, and by balance-sheet line; where claims per equity are known, the row and column sums of (I - Lambda)^-1
 * - I. With `shapley`: the Shapley value of each entity's own shocks in the mean system loss (gross, or net by the
 * setting loss=net), those to assets or the world together as one more player. indices_options may be NULL (the
 * default). Statuses of ls_run; LS_STATUS_UNUSABLE also for a model that takes no defaults (without `shapley`),
 * replays, and draws of the assumptions; LS_STATUS_USAGE for a shard, a dry run, permutations out of range.
 * LS_STATUS_NOT_CONVERGED sets *report. */
LS_API ls_status ls_indices(ls_context *context, const ls_network *network, const ls_run_options *options,
                            const ls_indices_options *indices_options, ls_format format, ls_text **report);

/* ---- results ------------------------------------------------------------------------------------------------------- */

/* 32 hexadecimal digits over the results' numbers in canonical order: equal digests mean bit-equal results. */
LS_API const char *ls_results_digest(const ls_results *results);
LS_API int64_t ls_results_scenario_count(const ls_results *results);
/* Mean of the system loss over the scenarios, in the network's currency unit. */
LS_API double ls_results_system_loss_mean(const ls_results *results);
/* Fraction of scenarios, 0-1, in which the entity defaults; NaN out of range. */
LS_API double ls_results_default_probability(const ls_results *results, int32_t entity);

/* A run told: for people the summary (who fails, when and with whom, what the others lose then, losses by line, VaR
 * and ES with their errors and what ES is made of, in the loop model the worst scenarios by cause); as JSON everything
 * that scripts rely on, by the keys of docs/file-formats.md: amounts in the network's unit, fractions 0-1, null where the
 * scenarios cannot give a number. *report is the caller's, unset on failure; LS_STATUS_OUT_OF_MEMORY. */
LS_API ls_status ls_results_describe(ls_context *context, const ls_results *results, ls_format format,
                                     ls_text **report);

/* Writes and reads a results file (HDF5). Written complete or not at all; LS_STATUS_OUTPUT_EXISTS unless `replace`. */
LS_API ls_status ls_results_write(ls_context *context, const ls_results *results, const char *path, bool replace);
LS_API ls_status ls_results_read(ls_context *context, const char *path, ls_results **results);

/* Writes "<path>.run.json", the audit record of a run beside its results file: version and build, command, resolved
 * settings, input hashes, host and processor, wall time, digest, SHA-256 of the results file. A requested stop does not
 * keep it from being written: results that stand without their record would look like a run cut short. */
LS_API ls_status ls_results_write_record(ls_context *context, const ls_results *results, const char *path,
                                         double seconds_elapsed, bool replace);

/* Adds parts of one run (shards, in any order). Parts that are foreign, missing or in conflict: LS_STATUS_INVALID_INPUT. */
LS_API ls_status ls_results_merge(ls_context *context, const ls_results *const *parts, int part_count,
                                  ls_results **results);

/* The same for parts that need not be all: *part is a part again, from the first scenario of theirs to the last. Parts may be merged
 * along any tree. */
LS_API ls_status ls_results_merge_parts(ls_context *context, const ls_results *const *parts, int part_count,
                                        ls_results **part);

typedef struct ls_verify_options {
  int64_t
      replay; /* blocks of 4,096 scenarios to compute again, chosen at random; all where there are no more; 0: none */
  bool has_seed; /* choose by `seed`; else by the system's entropy */
  uint64_t seed;
  const char *backend, *engine, *isa; /* where to compute them, as in ls_run_options */
  int threads;
} ls_verify_options;

/* No replay, backend "auto". */
LS_API ls_verify_options ls_verify_options_default(void);

/* Checks a results file or part: what it holds is whole and agrees with its digest (else LS_STATUS_INVALID_INPUT), its bytes are
 * those that "<path>.run.json" recorded, and blocks of scenarios come out bit for bit as they stand in it (with all blocks, the
 * sums too). {"valid","file","digest","record":{"found","sha256","bytes_equal"},"replay":{"seed","blocks","scenarios",
 * "different":[{"scenario","name"}],"sums_equal"}}. LS_STATUS_CHECK_FAILED (*report is set): something differs. */
LS_API ls_status ls_verify(ls_context *context, const char *path, const ls_verify_options *options, ls_format format,
                           ls_text **report);

/* {"equal","digest_a","digest_b","max_difference":{"name","index","a","b"}} and, for two runs over the same random
 * scenarios, "paired" differences (b - a) of losses and default probabilities with their standard errors.
 * LS_STATUS_CHECK_FAILED (*report is set) where the digests differ. */
LS_API ls_status ls_results_compare(ls_context *context, const ls_results *a, const ls_results *b, ls_format format,
                                    ls_text **report);

/* One scenario told (docs/explain.md): its shocks, who failed when and why, what each entity lost through which line, and by how
 * much less would have been lost without the shocks of each target, and had each of those that failed been kept whole. `scenario`:
 * its number, or the name it has in a file of scenarios. It is computed again from the results, on the CPU, and must come out
 * bit for bit as it stands in them (else LS_STATUS_INTERNAL). LS_STATUS_USAGE: no such scenario; LS_STATUS_UNUSABLE: a part. */
LS_API ls_status ls_explain(ls_context *context, const ls_results *results, const char *scenario, ls_format format,
                            ls_text **report);

/* ---- arrays: for other languages ---------------------------------------------------------------------------------------- */

typedef enum ls_array_type { LS_ARRAY_DOUBLE = 0, LS_ARRAY_INT32 = 1, LS_ARRAY_INT8 = 2 } ls_array_type;

/* Numbers that belong to results, not copied: element (i, j) is at data + i * stride[0] + j * stride[1]. */
typedef struct ls_array {
  const char *name;         /* "default_probability" */
  const char *dimension[2]; /* "scenario", "entity", "quarter", "line", "quantile"; NULL beyond the last */
  const char *unit;         /* "currency": the network's; "1": a fraction or a number; "quarter" */
  const char *meaning;      /* one line */
  ls_array_type type;
  int rank; /* 1 or 2 */
  const void *data;
  int64_t shape[2], stride[2]; /* elements; bytes. 1 and 0 beyond the rank */
} ls_array;

LS_API int ls_results_array_count(const ls_results *results);
/* Array 0 <= index < count; false out of range. It lives as long as the results. */
LS_API bool ls_results_array(const ls_results *results, int index, ls_array *array);

/* A column of a table: one of the two is set. */
typedef struct ls_column {
  const char *name;
  const double *number;    /* [rows] NaN: blank */
  const char *const *text; /* [rows] UTF-8 */
} ls_column;

typedef struct ls_table {
  /* As its file, without .csv: "entities", "liabilities", ...; or what a folder says in YAML: "loop", one row with the keys of
   * loop.yaml as columns, and "unmodelled", the column id of deals that map to no mechanism. */
  const char *name;
  int64_t rows;
  int column_count;
  const ls_column *column; /* [column_count] */
} ls_table;

typedef struct ls_network_metadata {
  const char *name, *currency, *unit, *as_of; /* as in network.yaml; NULL: not given */
} ls_network_metadata;

/* A network from tables in memory, under the checks of a folder; messages name tables as its files, and rows as lines (the first is
 * line 2). metadata and options may be NULL. */
LS_API ls_status ls_network_create(ls_context *context, const ls_table *tables, int table_count,
                                   const ls_network_metadata *metadata, const ls_read_options *options,
                                   ls_network **network);

/* Tables of the results as CSV files (format "csv") or results.json ("json") in a new folder. */
LS_API ls_status ls_results_export(ls_context *context, const ls_results *results, const char *format,
                                   const char *folder, bool replace);

/* The self-contained HTML page. */
LS_API ls_status ls_results_report(ls_context *context, const ls_results *results, const char *path, bool replace);

/* ---- how fast this machine is ----------------------------------------------------------------------------------------- */

/* Benchmarks (docs/bench.md): the cases of `cases` by id, or a model on a network of the caller's. Every backend and engine that
 * is named is timed in turns over the same shocks, solving alone and end to end; a sample of the answers is solved again by other
 * means, and digests are compared. */
typedef struct ls_bench_options {
  const char *const *cases; /* [case_count] ids; none and no network: all that are sized for a CPU */
  int case_count;
  const char *network, *model, *scenarios; /* a network, in place of cases; or the folder and file of case LOOP */
  const char *const
      *settings; /* [setting_count] "key=value" of the model; shock_sigma (of the logarithm of external assets),
                                  shock_correlation (0-1) of the shocks that are drawn where there is no scenario file */
  int setting_count;
  const char *backends; /* names with commas between: "cpu", "cpu,cuda"; NULL: cpu, and cuda where a device answers */
  const char *engines;  /* the same of "auto", "push", "tile", "sweep"; NULL: auto */
  const char *isa;      /* as in ls_run_options, with threads and chunk */
  int threads;
  int64_t chunk;
  int64_t count;      /* scenarios, in place of the cases' own; 0: those */
  int rounds;         /* 1 to 101 */
  bool times_only;    /* neither ceilings of the machine nor checks of answers */
  bool list;          /* only tell which cases there are */
  const char *folder; /* only write what is solved, and the answers, as FOLDER/<id>.h5; the folder must be there */
  const char *output; /* the report as a JSON file, beside *report; NULL: none */
  bool replace;       /* files that are there already */
} ls_bench_options;

/* 5 rounds; all else 0. */
LS_API ls_bench_options ls_bench_options_default(void);

/* *report: what docs/bench.md says. LS_STATUS_USAGE: an unknown case, backend, engine or setting, or a number out of its range;
 * LS_STATUS_BACKEND_UNAVAILABLE; LS_STATUS_UNUSABLE; LS_STATUS_INTERRUPTED. LS_STATUS_CHECK_FAILED (*report is set): an answer is
 * wrong, or digests differ. */
LS_API ls_status ls_bench(ls_context *context, const ls_bench_options *options, ls_format format, ls_text **report);

/* ---- what this build offers ------------------------------------------------------------------------------------------ */

/* [{"name","title","source","settings":[{"name","default","meaning"}],...}] */
LS_API ls_status ls_models_describe(ls_context *context, ls_format format, ls_text **report);
/* What this machine offers, and whether a small run comes out bit for bit alike on every instruction set, engine and backend that
 * there is, and through a file: {"healthy","version","findings":[{"name","good","needed","detail"}]}. Works in a folder of its own
 * in TMPDIR. LS_STATUS_CHECK_FAILED (*report is set): something that is needed does not work. */
LS_API ls_status ls_doctor(ls_context *context, ls_format format, ls_text **report);

/* [{"name","available","reason"}] */
LS_API ls_status ls_backends_describe(ls_context *context, ls_format format, ls_text **report);

#ifdef __cplusplus
}
#endif

#endif
