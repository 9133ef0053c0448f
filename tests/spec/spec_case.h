/* spec_case.h - reads the published and constructed cases (JSON) and turns them into the structs of tests/spec. */
#ifndef LS_TESTS_SPEC_CASE_H
#define LS_TESTS_SPEC_CASE_H

#include <jansson.h>

#include "spec/spec_loop.h"

/* The case of that id, or NULL where the folder of cases is absent. The folder is $LOOPSTRESS_SHARED/cases, else
 * ../shared/cases beside the source root. */
json_t *spec_case_load(const char *id);

/* A number anywhere: path of keys and indices, e.g. "outputs/alpha1_beta1/payments/2". Aborts where it is missing. */
double spec_case_number(const json_t *root, const char *path);
const json_t *spec_case_at(const json_t *root, const char *path);
int spec_case_length(const json_t *root, const char *path);

/* Vectors and matrices (row-major) into arrays of the caller. */
void spec_case_vector(const json_t *root, const char *path, double *values);
void spec_case_matrix(const json_t *root, const char *path, double *values);

/* loop1_toy5 as a model, node 0 = W. `finance` (may be NULL) is loop1_toy5_finance. */
struct spec_loop *spec_case_loop(const json_t *toy, const json_t *finance);

/* Applies a named scenario of these cases; false where the name is unknown. */
bool spec_case_scenario(struct spec_loop *model, const char *name);

#endif
