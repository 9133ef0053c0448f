/* bench_case.c - the table of cases. Sigma was chosen so that the share in default lies within [low, high]; every run
 * measures that share anew and reports it. */
#include "bench/bench_case.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "io/nearest.h"

/* Nothing that is drawn comes to more than the network says: normals end at 8.5 deviations (LS_TABLE_REACH). */
#define NEVER_BEYOND 8.5

#define CLEARING(id, title, n, links, skewed, count, sigma, low, high, large) \
  { id, BENCH_CLEARING, title, "eisenberg-noe", n, links, skewed, count, sigma, NEVER_BEYOND, low, high, large }
#define DISTRESS(id, title, n, links, count, large) \
  { id, BENCH_DISTRESS, title, "debtrank-linear", n, links, false, count, 0.02, 3, 0, 0, large }

static const struct bench_case CASE[] = {
    CLEARING("C1", "clearing, 32 banks, severe", 32, 20, false, 100000, 0.525, 0.08, 0.09, false),
    CLEARING("C1c", "clearing, 32 banks, calm", 32, 20, false, 100000, 0.362, 0.01, 0.025, false),
    CLEARING("C2", "clearing, 128 banks, severe", 128, 20, false, 10000, 0.525, 0.08, 0.09, false),
    CLEARING("C2c", "clearing, 128 banks, calm", 128, 20, false, 10000, 0.362, 0.01, 0.025, false),
    CLEARING("C3", "clearing, 1,000 banks, severe", 1000, 20, false, 1000, 0.53, 0.08, 0.09, false),
    CLEARING("C3c", "clearing, 1,000 banks, calm", 1000, 20, false, 1000, 0.368, 0.01, 0.025, false),
    CLEARING("C4", "clearing, 10,000 banks, 23 % in default", 10000, 20, true, 256, 0.762, 0.22, 0.24, false),
    CLEARING("C5", "clearing, 10,000 banks, calm", 10000, 20, true, 256, 0.397, 0.01, 0.025, false),
    CLEARING("C5x", "clearing, 100,000 banks, calm", 100000, 20, true, 64, 0.39, 0.01, 0.025, false),
    DISTRESS("C6", "DebtRank, 512 banks, every link there is", 512, 511, 2048, false),
    {"C7", BENCH_DRAWING, "drawing shocks, 128 banks", "eisenberg-noe", 128, 20, false, 100000, 0.525, NEVER_BEYOND, 0,
     0, false},
    {"C8", BENCH_AGGREGATION, "what a run adds up against plain sums, 128 banks", "eisenberg-noe", 128, 20, false,
     100000, 0.525, NEVER_BEYOND, 0, 0, false},
    DISTRESS("DR1000", "DebtRank, 1,000 banks, 10,000 links", 1000, 10, 4096, false),
    {"PROD1000", BENCH_PRODUCTION, "production, 1,000 firms in 50 sectors", "production", 1000, 10, false, 4096, 0.1, 0,
     0, 0, false},
    {"LOOP", BENCH_LOOP, "AI loop, 20 quarters", "loop", 0, 0, false, 1000000, 0, 0, 0, 0, false},
    CLEARING("G1", "clearing, 32 banks, severe", 32, 20, false, 100000000, 0.525, 0.08, 0.09, true),
    CLEARING("G2", "clearing, 128 banks, severe", 128, 20, false, 10000000, 0.525, 0.08, 0.09, true),
    CLEARING("G2c", "clearing, 128 banks, calm", 128, 20, false, 100000000, 0.362, 0.01, 0.025, true),
    CLEARING("G3", "clearing, 512 banks, every link there is, severe", 512, 511, false, 1000000, 0.535, 0.08, 0.09,
             true),
    CLEARING("G4", "clearing, 4,096 banks, every link there is", 4096, 4095, false, 100000, 0.53, 0.08, 0.09, true),
    CLEARING("G5", "clearing, 10,000 banks, severe", 10000, 20, true, 1000000, 0.535, 0.08, 0.09, true),
    CLEARING("G5c", "clearing, 100,000 banks, calm", 100000, 20, true, 100000, 0.39, 0.01, 0.025, true),
    DISTRESS("G6", "DebtRank, 1,024 banks, every link there is", 1024, 1023, 1000000, true),
    CLEARING("G9", "clearing, 128 banks, a job of 10,000 scenarios", 128, 20, false, 10000, 0.525, 0.08, 0.09, true),
};
enum { CASE_TOTAL = sizeof CASE / sizeof CASE[0] };

const struct bench_case *bench_case_at(int k) { return k >= 0 && k < (int)CASE_TOTAL ? &CASE[k] : NULL; }

const struct bench_case *bench_case_find(const char *id) {
  for (int k = 0; k < (int)CASE_TOTAL; k++)
    if (strcasecmp(CASE[k].id, id) == 0) return &CASE[k];
  return NULL;
}

/* Ids are too short for nearest_word, which allows a third of the letters to differ: here it is two, and not all. */
const char *bench_case_nearest(const char *id) {
  const char *nearest = NULL;
  int best = strlen(id) < 3 ? (int)strlen(id) : 3;
  for (int k = 0; k < (int)CASE_TOTAL; k++) {
    const int distance = edit_distance(CASE[k].id, id);
    if (distance >= best) continue;
    best = distance;
    nearest = CASE[k].id;
  }
  return nearest;
}
