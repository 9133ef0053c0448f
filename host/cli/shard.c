/* shard.c - which part of a run this is, said outright or by the variables of a batch system. */
#include "shard.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "output.h"

/* How a batch system numbers the parts of a job: index = (number - first) / step. */
struct numbering {
  const char *system;
  const char *number, *first, *step, *count; /* variables; first and step may be NULL */
};

static const struct numbering NUMBERING[] = {
    {"Slurm job array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP",
     "SLURM_ARRAY_TASK_COUNT"},
    {"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", NULL, NULL, "AWS_BATCH_JOB_ARRAY_SIZE"},
    {"Kubernetes indexed job", "JOB_COMPLETION_INDEX", NULL, NULL, "JOB_COMPLETIONS"},
    {"Slurm tasks", "SLURM_PROCID", NULL, NULL, "SLURM_NTASKS"},
};
enum { NUMBERING_TOTAL = sizeof NUMBERING / sizeof NUMBERING[0] };

static bool read_number(const char *text, char end_mark, const char **rest, int *number) {
  char *end;
  errno = 0;
  if (text == NULL || *text < '0' || *text > '9') return false;
  long value = strtol(text, &end, 10);
  if (errno != 0 || value > INT_MAX || *end != end_mark) return false;
  *number = (int)value;
  if (rest != NULL) *rest = end + 1;
  return true;
}

static bool read_variable(const char *variable, int otherwise, int *number) {
  *number = otherwise;
  const char *text = variable != NULL ? getenv(variable) : NULL;
  return text == NULL || read_number(text, 0, NULL, number);
}

static int read_from(const struct numbering *system, int *index, int *count) {
  int number, first, step, total;
  bool read = read_variable(system->number, -1, &number) && read_variable(system->first, 0, &first) &&
              read_variable(system->step, 1, &step) && read_variable(system->count, 0, &total);
  int part = read && step > 0 ? (number - first) / step : -1;
  if (!read || number < first || part >= total) {
    const char *number_text = getenv(system->number), *count_text = getenv(system->count);
    cli_complain("--shard auto: %s gives %s=%s, %s=%s, which name no part of a run", system->system, system->number,
                 number_text, system->count, count_text != NULL ? count_text : "(not set)");
    return EXIT_USAGE;
  }
  *index = part;
  *count = total;
  return EXIT_DONE;
}

static int read_from_surroundings(int *index, int *count) {
  for (int k = 0; k < (int)NUMBERING_TOTAL; k++) {
    if (getenv(NUMBERING[k].number) != NULL) return read_from(&NUMBERING[k], index, count);
  }
  cli_complain("--shard auto: none of SLURM_ARRAY_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX, "
               "SLURM_PROCID is set");
  return EXIT_USAGE;
}

int shard_read(const char *text, int *index, int *count) {
  const char *rest;
  if (text == NULL) {
    *index = 0;
    *count = 1;
    return EXIT_DONE;
  }
  if (strcmp(text, "auto") == 0) return read_from_surroundings(index, count);
  if (read_number(text, '/', &rest, index) && read_number(rest, 0, NULL, count) && *index < *count) return EXIT_DONE;
  cli_complain("--shard is '%s', must be I/N with 0 <= I < N, or auto", text);
  return EXIT_USAGE;
}
