/* spec_draw.h - random economies for the loop: small, dense in links, and troubled enough to default now and then. */
#ifndef LS_TESTS_SPEC_DRAW_H
#define LS_TESTS_SPEC_DRAW_H

#include "spec/spec_engine.h"

/* Between low and high with this probability, else 0. */
double random_sometimes(struct engine_random *random, double probability, double low, double high);

/* LOOP-1 alone: every mechanism of LOOP-2 is off. */
struct spec_loop *spec_draw_loop(struct engine_random *random);

#endif
