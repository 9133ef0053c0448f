/* results.h - all that a run hands back, in memory: identity, accumulators, statistics, kept scenarios, the network. */
#ifndef LS_HOST_AGGREGATE_RESULTS_H
#define LS_HOST_AGGREGATE_RESULTS_H

#include "aggregate/accumulator.h"
#include "network/network.h"
#include "scenario/scenario.h"

enum { QUANTILE_LEVEL_COUNT = 3 };
extern const double QUANTILE_LEVEL[QUANTILE_LEVEL_COUNT]; /* 0.95, 0.99, 0.999 */

/* Statistics that need no more than the accumulator and the per-scenario losses. NaN: n scenarios cannot give it. */
struct loss_statistics {
  double mean, mean_se, sd, minimum, maximum;
  struct {
    double value, low, high; /* VaR: lower quantile, 95 % interval by order statistics (NaN where n is too small) */
    double shortfall, shortfall_se; /* ES, the atom at VaR included */
  } tail[QUANTILE_LEVEL_COUNT];
};

struct entity_statistics {
  double default_probability, default_low, default_high; /* Wilson 95 %; no event in n: 0, 0, 3/n */
  double distress_probability;
  double forced_probability;
  double loss_mean, loss_mean_se, loss_sd;
  double loss_peak_mean;
  double loss_quantile[QUANTILE_LEVEL_COUNT]; /* from the entity's bins */
  double es_contribution;                     /* to the system's ES at 0.99 (gross); NaN for loss=net */
};

/* The draws of the assumptions that a run used, block b of scenarios draw b mod count, and their baselines. */
enum draw_field {
  DRAW_BASELINE_VALUE,   /* equity value without shock at the horizon */
  DRAW_LOSS_AT_ZERO,     /* book equity less that */
  DRAW_DEFAULT_QUARTER,  /* in which the entity defaults without shock; -1 never */
  DRAW_DISTRESS_QUARTER, /* in which it is flagged without shock; -1 never */
  DRAW_FIELD_COUNT
};

struct draw_record {
  int32_t count;                   /* A; 0: central values */
  int32_t redrawn;                 /* sets of values that the rules refused, and others took the place of */
  int32_t row_count;               /* rows of assumptions.csv that were drawn */
  int64_t *row;                    /* [row_count] their numbers */
  double *value;                   /* [count * row_count] */
  double *field[DRAW_FIELD_COUNT]; /* [count * N] */
};

/* Allocates the arrays, zeroed. Without memory: what there is, is released. */
/* The sets are members of an ensemble: nothing was drawn, and yet there are several. */
bool results_are_of_ensemble(const ls_results *results);

ls_status draw_record_create(ls_context *context, int32_t count, int32_t row_count, int32_t entity_count,
                             struct draw_record *record);
ls_status draw_record_copy(ls_context *context, const struct draw_record *record, int32_t entity_count,
                           struct draw_record *copy);
void draw_record_release(const struct allocator *allocator, struct draw_record *record);

/* A statistic over the draws: by the linear rule (Hyndman and Fan's 7th) the median and the 5 and 95 % points, with fewer
 * than BAND_DRAWS draws the least and the greatest. */
struct band {
  double median, low, high;
};
enum { BAND_DRAWS = 20, SHARE_DRAWS = 8 };

/* The band of `count` numbers in ascending order, from that many draws or more; NaN of none. */
struct band band_of_sorted(const double *ascending, int64_t count, int32_t draws);

/* Of the system's loss (gross, or net where the run says so) by draw [count], and over the draws. */
struct draw_system {
  double mean, mean_se, value[QUANTILE_LEVEL_COUNT], shortfall[QUANTILE_LEVEL_COUNT],
      shortfall_se[QUANTILE_LEVEL_COUNT], default_count_mean;
};

struct draw_entity {
  struct band default_probability, loss_mean;
  double baseline_default, baseline_distress, baseline_either; /* shares of the draws in which that happens unshocked */
};

struct draw_statistics {
  struct draw_system *system; /* [count] */
  struct band mean, value[QUANTILE_LEVEL_COUNT], shortfall[QUANTILE_LEVEL_COUNT], default_count_mean;
  struct draw_entity *entity;                 /* [N] */
  double *default_probability, *loss_mean;    /* [count * N] */
  double *figure_mean;                        /* [count * figures], laid out as in statistics; NULL where unknown */
  struct band *figure;                        /* [figures] */
  double *share_of_mean, *share_of_shortfall; /* [row_count] of the variance over draws, of the mean and of ES 0.99 */
  double chance_of_mean,
      chance_of_shortfall; /* the share that the largest of as many unrelated assumptions passes in 5 % of runs */
};

struct statistics {
  struct loss_statistics gross, net;
  int64_t converged_count, nonfinite_count, clip_count;
  struct entity_statistics *entity; /* [N] */
  double *default_by_quarter;       /* [quarter_count * N] probability of default in that quarter; NULL static */
  double *line_mean;                /* [line_count * N] */
  double *line_contribution;       /* [line_count * N] to the ES at 0.99: add up to es_contribution by entity; or NaN */
  double *figure_mean, *figure_se; /* [figures]: measures by entity, of the system, by quarter; with standard errors */
  double default_count_mean, default_count_max;
  struct draw_statistics draws; /* arrays NULL without draws, and for a replay */
};

/* A scenario in full detail: explicit ones, replayed ones, the worst K. */
struct kept_scenario {
  int64_t number;
  char *id;
  double loss_gross, loss_net;
  int32_t default_count;
  int64_t iterations;
  bool converged;
  double *detail;      /* [detail_count * N], as ls_model_info.output */
  double *asset;       /* [asset_output_count * common assets], as ls_model_info.asset_output */
  double *line;        /* [line_count * N] */
  double *loss;        /* [N] */
  double *trace;       /* [quarter_count * trace_count * N]; NULL without trace=1 */
  double *cause;       /* [cause_count * N] the loss by cause; NaN in scenarios that are not told by cause */
  double *cause_gross; /* [cause_count] of the system's gross loss */
  double audit;        /* NaN unless audit=1 */
  double margin;       /* of static models: the smallest distance of an entity from its threshold, as a share of that */
  double margin_entity; /* whose it is; both NaN where nobody has any */
};

/* One model setting as it was in force: "alpha" = "0.5". */
struct setting {
  char *key, *value;
  bool is_given; /* by the run's --set: holds in every draw of the assumptions */
};

struct run_identity {
  char *model;             /* name in models.def */
  char *backend;           /* that ran it: cpu or cuda; not in the digest */
  struct setting *setting; /* every setting of the model, resolved, sorted by key */
  int32_t setting_count;
  uint64_t seed;
  int64_t scenario_count; /* of the whole run */
  int32_t shard_index, shard_count;
  bool loss_is_net; /* --set loss=net */
  int64_t keep_worst;
  bool allow_missing_targets;
  char *scenario_file, *scenario_text; /* as read; "" for none */
  size_t scenario_text_length;
  char scenario_sha256[65];
  char *command;   /* provenance only */
  char sha256[65]; /* over all of the above that decides the numbers, the network included */
};

/* The names of a model's columns, copied from its entry so that a results file explains itself. */
struct result_names {
  int32_t detail_count, line_count, trace_count;
  char **detail, **line, **trace;
  int32_t measure_count, system_count, by_quarter_count; /* figures beside losses, in this order in statistics */
  char **measure, **system, **by_quarter;
  int32_t cause_count; /* 0: kept scenarios are not told by cause */
  char **cause;
  int32_t asset_output_count; /* of common assets */
  char **asset_output;
};

/* The lists of names, so that what is done to all of them stands once; the attribute holds the list in a results
 * file. */
enum { NAME_LISTS = 8 };
struct name_list {
  const char *attribute;
  char ***name;
  int32_t *count;
};
void results_name_lists(struct result_names *names, struct name_list list[NAME_LISTS]);

/* Figures in all: [measure_count * N], [system_count], [by_quarter_count * quarter_count]. */
static inline int64_t results_figure_count(const struct result_names *names, int32_t entities, int32_t quarters) {
  return (int64_t)names->measure_count * entities + names->system_count + (int64_t)names->by_quarter_count * quarters;
}

/* One go at a run that was interrupted or killed, or the last one. Known to checkpoints and audit records only. */
enum { ATTEMPT_HOST_SIZE = 65 };
struct attempt {
  int64_t began;          /* seconds since 1970, UTC */
  double seconds;         /* until its last checkpoint, or its end */
  int64_t scenarios_done; /* by then, with earlier attempts */
  char host[ATTEMPT_HOST_SIZE];
};

/* The GPU that computed, and what its driver counted before and after; known to audit records only. */
enum { DEVICE_TEXT_SIZE = 96 };
struct device_health {
  bool known;
  char driver[DEVICE_TEXT_SIZE];
  int64_t uncorrected_errors; /* of its memory since the driver was loaded; -1: it does not count them */
  uint64_t throttle_reasons;  /* bits, as NVML gives them */
  int32_t temperature;        /* degrees Celsius; -1: not known */
};

struct device_record {
  bool present; /* false: computed on the CPU */
  char name[DEVICE_TEXT_SIZE], uuid[DEVICE_TEXT_SIZE];
  int32_t capability_major, capability_minor, driver_version, runtime_version; /* versions as CUDA numbers them */
  int64_t memory_bytes;
  struct device_health before, after;
};

struct ls_results {
  struct allocator allocator;
  struct run_identity identity;
  struct result_names names;
  ls_network *network; /* own copy */
  struct accumulator *accumulator;
  bool complete; /* all scenarios of the run are in (no shard is missing): statistics and kept are set */
  struct statistics statistics;
  double *loss_at_zero;     /* [N] book equity minus baseline value */
  double *baseline_value;   /* [N] at the horizon */
  double *baseline_path;    /* [quarter_count * N] */
  struct draw_record draws; /* with draws the three arrays above are means over them */
  struct kept_scenario *kept;
  int32_t kept_count;
  bool explicit_scenarios; /* kept holds the scenarios of the file, in order */
  char digest[33];
  struct device_record device;
  uint64_t sample_seed; /* of the blocks that were computed again, and how many; 0 blocks: none */
  int64_t sample_blocks, sample_scenarios;
  char **warning; /* what the run warned of; known to audit records only */
  int32_t warning_count;
  struct attempt *attempt; /* NULL: not known */
  int32_t attempt_count;
  int process_count; /* that shared the run's last attempt; 0: not known, read or merged */
};

/* Empty results: every pointer NULL, every text "". NULL (with a message) without memory. */
ls_results *results_create(ls_context *context);
void results_destroy(ls_results **results);
void kept_release(const struct allocator *allocator, struct kept_scenario *kept, int32_t count);

/* Scenarios added, those left out for a number that is not finite included, and the state of one (0: not run,
 * 1: converged, 2: not converged, 3: not finite). */
int64_t results_done_count(const ls_results *results);
int results_scenario_state(const ls_results *results, int64_t scenario);

/* Losses of every scenario by number - the accumulator's first, for reports and for choosing which to replay; the system's
 * loss (gross, or net where the run says so) first. */
const double *results_system_losses(const ls_results *results);
const double *results_losses_gross(const ls_results *results);
const double *results_losses_net(const ls_results *results);
const int32_t *results_default_counts(const ls_results *results);

/* Numbers of the `count` scenarios with the largest system loss, by loss descending, then number ascending; *found of them. */
ls_status results_worst(ls_context *context, const ls_results *results, int64_t count, int64_t *number, int64_t *found);

/* Scenarios in which both entities default; -1 where joint counts are not kept. */
int64_t results_joint_defaults(const ls_results *results, int32_t a, int32_t b);

/* The command line that repeats a run, as far as its identity tells. Freed with context_release. */
char *results_command(ls_context *context, const ls_results *results);

/* Statistics from the accumulator; es_contribution and line_contribution are left NaN: they need replays
 * (engine/finish.c). */
ls_status statistics_compute(ls_context *context, const struct accumulator *accumulator, bool loss_is_net,
                             struct statistics *statistics);
void statistics_release(const struct allocator *allocator, struct statistics *statistics);

/* Statistics by and over the draws of the assumptions into results->statistics.draws; nothing where there are none. */
ls_status draw_statistics_compute(ls_context *context, ls_results *results);
void draw_statistics_release(const struct allocator *allocator, struct draw_statistics *statistics);

/* Sets results->digest from the numbers: per-scenario losses and counts, accumulators, kept scenarios, ES contributions.
 * Not from names of hosts, backends, times, chunk sizes. -0 counts as 0. */
void digest_compute(ls_results *results);

/* Are they of one run and, with shards, one part? */
bool results_is_same_run(const struct run_identity *a, const struct run_identity *b);

/* Says what tells two runs apart, as "seed 1 and 2"; NULL without memory. Freed with context_release. */
char *results_name_difference(ls_context *context, const struct run_identity *a, const struct run_identity *b);

/* The whole of parts (shards, in any order): checks that they are of one run and cover all its scenarios, and adds their
 * accumulators. Identity, names, network and baseline are those of the first part, shard 0 of 1. Not `wholly`: a part again, from
 * the first scenario of theirs to the last, with the shard of the part that begins it. Statistics, kept scenarios
 * and the digest are still to be set (public ls_results_merge does, through engine/finish.h). Foreign, missing or
 * conflicting parts: LS_STATUS_INVALID_INPUT. */
ls_status results_gather(ls_context *context, const ls_results *const *parts, int count, bool wholly,
                         ls_results **whole);

#endif
