/* bench_network.h - the networks of the cases: made in memory, a pure function of the case. */
#ifndef LS_HOST_BENCH_BENCH_NETWORK_H
#define LS_HOST_BENCH_BENCH_NETWORK_H

#include "bench/bench_case.h"
#include "network/network.h"

/* `sigma`: the case's, or what takes its place. */
ls_status bench_network_create(ls_context *context, const struct bench_case *what, double sigma, ls_network **network);

/* A copy whose external assets are the most that they may come to: times `room`. */
ls_status bench_network_enlarge(ls_context *context, const ls_network *network, double room, ls_network **larger);

#endif
