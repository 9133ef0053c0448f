/* spec_examples.h - small economies, one a mechanism of LOOP-2, with what a hand calculation gives. The textbook version
 * and the engine are both held to them. */
#ifndef LS_TESTS_SPEC_EXAMPLES_H
#define LS_TESTS_SPEC_EXAMPLES_H

#include "spec/spec_loop.h"

/* After quarter t, `field` of node i: a name of the engine's trace, or "written_down", which only the textbook tells. */
struct spec_expectation {
  int quarter, node;
  const char *field;
  double value;
};

struct spec_example {
  const char *statement;
  struct spec_loop *(*build)(void); /* shocked already */
  const char *scenario;             /* the shock as rows of a scenario file without its header, or NULL */
  const struct spec_expectation *expected;
  int count;
};

extern const struct spec_example SPEC_EXAMPLES[];
extern const int SPEC_EXAMPLE_COUNT;

/* What a run has for an expectation; NaN for an unknown field. */
double spec_run_field(const struct spec_loop *model, const struct spec_run *run,
                      const struct spec_expectation *expected);

#endif
