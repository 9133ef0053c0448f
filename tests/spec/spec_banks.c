/* spec_banks.c - see spec_banks.h. */
#include "spec/spec_banks.h"

#include "spec/spec_case.h"

double spec_banks_owed(const struct spec_banks *banks, int i) {
  double sum = banks->external[i];
  for (int j = 0; j < banks->n; j++) sum += banks->liability[i * banks->n + j];
  return sum;
}

struct spec_banks spec_banks_two(double assets_of_1) {
  return (struct spec_banks){2, {3, assets_of_1}, {4, 2}, {0, 6, 0, 0}};
}

struct spec_banks spec_banks_of_case(const json_t *root, const char *assets) {
  struct spec_banks banks = {.n = spec_case_length(root, "inputs/liabilities")};
  spec_case_vector(root, assets, banks.assets);
  spec_case_matrix(root, "inputs/liabilities", banks.liability);
  if (json_object_get(spec_case_at(root, "inputs"), "external_liabilities"))
    spec_case_vector(root, "inputs/external_liabilities", banks.external);
  return banks;
}

struct engine_result spec_banks_clear(const struct engine_folder *folder, const struct spec_banks *banks,
                                      const char *model, const char *const *settings, const char *scenarios) {
  struct engine_banks tables = {banks->n, banks->assets, banks->external, banks->liability, NULL, NULL};
  struct engine_result none = {LS_STATUS_IO, "folder", NULL};
  return engine_write_banks(folder, &tables) ? engine_run(folder, model, settings, scenarios) : none;
}
