/* bench_ceilings.h - what this machine does at best, all threads together, measured in the run that is compared with it. */
#ifndef LS_HOST_BENCH_BENCH_CEILINGS_H
#define LS_HOST_BENCH_BENCH_CEILINGS_H

#include "bench/bench_lanes.h"
#include "core/context.h"

enum { BENCH_ISA_TOTAL = 3 };

struct bench_ceilings {
  bool measured;
  int threads;
  struct {
    const char *isa;      /* NULL: this processor lacks it */
    double multiply_adds; /* flop/s: 2 for each multiply-add */
  } peak[BENCH_ISA_TOTAL];
  double read, copy; /* bytes/s from memory; a copy counts what is read and what is written */
  double normals;    /* normals/s out of the counter-based generator, with the best instructions */
};

/* The best of three tries each, about half a second in all. LS_STATUS_OUT_OF_MEMORY, SYSTEM. */
ls_status bench_ceilings_measure(ls_context *context, int threads, struct bench_ceilings *ceilings);

/* Flop/s of an instruction set (NULL: the best); 0 where not measured. */
double bench_ceilings_peak(const struct bench_ceilings *ceilings, const char *isa);

#endif
