/* spec_banks.h - a small network of banks by value, read from a case and cleared by the engine. */
#ifndef LS_TESTS_SPEC_BANKS_H
#define LS_TESTS_SPEC_BANKS_H

#include "spec/spec_engine.h"

enum { SPEC_BANKS_MOST = 12 };

/* liability[i * n + j] = what i owes j. */
struct spec_banks {
  int n;
  double assets[SPEC_BANKS_MOST], external[SPEC_BANKS_MOST], liability[SPEC_BANKS_MOST * SPEC_BANKS_MOST];
};

/* All that bank i owes, external creditors included. */
double spec_banks_owed(const struct spec_banks *banks, int i);

/* Bank 0 has 3 and owes bank 1 6 and others 4; bank 1 owes others 2: small enough for sums by hand. */
struct spec_banks spec_banks_two(double assets_of_1);

/* From the inputs of a case; `assets` is the path of the external assets. */
struct spec_banks spec_banks_of_case(const json_t *root, const char *assets);

/* Writes them into the folder and runs a static model; see engine_run. */
struct engine_result spec_banks_clear(const struct engine_folder *folder, const struct spec_banks *banks,
                                      const char *model, const char *const *settings, const char *scenarios);

#endif
