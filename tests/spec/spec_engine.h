/* spec_engine.h - lets the engine compute what the textbook versions compute, through the public interface alone:
 * network folders are written, run, and the report read back. */
#ifndef LS_TESTS_SPEC_ENGINE_H
#define LS_TESTS_SPEC_ENGINE_H

#include <jansson.h>

#include "loopstress.h"
#include "spec/spec_loop.h"

/* A temporary folder for one network; empty it between networks with engine_folder_clear. */
struct engine_folder {
  char path[4096];
};
bool engine_folder_open(struct engine_folder *folder);
void engine_folder_close(struct engine_folder *folder);

/* entities.csv and liabilities.csv; entity i is "b<i>" (i counted in `order` where that is not NULL: row k of the
 * file is bank order[k]). equity may be NULL. */
struct engine_banks {
  int n;
  const double *external_assets, *external_liabilities, *liability, *equity;
  const int *order;
};
bool engine_write_banks(const struct engine_folder *folder, const struct engine_banks *banks);

/* All tables of the loop model; node i is "n<i>", node 0 the world. */
bool engine_write_loop(const struct engine_folder *folder, const struct spec_loop *model);

struct engine_result {
  ls_status status;
  char message[512]; /* the first */
  json_t *root;      /* the report; NULL on failure */
};

/* settings: texts "key=value", ended by NULL; scenarios: contents of a CSV file, or NULL for the baseline. */
struct engine_result engine_run(const struct engine_folder *folder, const char *model, const char *const *settings,
                                const char *scenarios);
void engine_result_release(struct engine_result *result);

/* An output of an entity of a scenario, flags as 0 and 1; NaN where there is none. */
double engine_output(const struct engine_result *result, int scenario, int entity, const char *output);
/* A number of the scenario itself, of the system, or of one quarter of a trace (entity counted from 0). */
double engine_scenario_number(const struct engine_result *result, int scenario, const char *key);
double engine_system_number(const struct engine_result *result, const char *key);
double engine_trace(const struct engine_result *result, int scenario, int quarter, int entity, const char *field);

/* ---- random numbers of the tests: one stream, the same everywhere */

struct engine_random {
  uint64_t state;
};
double random_unit(struct engine_random *random); /* [0, 1) */
double random_between(struct engine_random *random, double low, double high);
int random_below(struct engine_random *random, int count); /* 0 .. count - 1 */
bool random_chance(struct engine_random *random, double probability);

#endif
