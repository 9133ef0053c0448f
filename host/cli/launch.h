/* launch.h - the processes that mpirun or srun has started together, as a team (loopstress.h). */
#ifndef LS_HOST_CLI_LAUNCH_H
#define LS_HOST_CLI_LAUNCH_H

#include "loopstress.h"
#include "options.h"

struct launch {
  int rank;       /* 0 alone, and of the process that leads */
  int threads;    /* of this process where none were asked for; 0: as the library chooses */
  ls_team *team;  /* NULL: this process is alone */
  void *messages; /* what the transport keeps */
};

/* Joins the others where there are some and the run is not a shard. Exit code, told, where a launcher has started several processes
 * that cannot find one another. */
int launch_join(const struct options *options, struct launch *launch);

/* Ends the team with the exit code of this process's own work; returns the process's. */
int launch_leave(struct launch *launch, int code);

#endif
