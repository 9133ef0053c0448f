/* spec_draw.h - random economies for the loop: small, dense in links, and troubled enough to default now and then. */
#ifndef LS_TESTS_SPEC_DRAW_H
#define LS_TESTS_SPEC_DRAW_H

#include "spec/spec_engine.h"

/* Between low and high with this probability, else 0. */
double random_sometimes(struct engine_random *random, double probability, double low, double high);

/* LOOP-1 alone: every mechanism of LOOP-2 is off. */
struct spec_loop *spec_draw_loop(struct engine_random *random);

/* The same with the mechanisms of LOOP-2, each on or off by chance. */
struct spec_loop *spec_draw_finance(struct engine_random *random);

/* A scenario with at least one row: factors on paths old and new, defaults, renegotiation, exit. `model` is shocked by it
 * in place, `text` takes the scenario file. */
enum { SPEC_SCENARIO_BYTES = 65536 };
void spec_draw_scenario(struct engine_random *random, struct spec_loop *model, char *text);

#endif
