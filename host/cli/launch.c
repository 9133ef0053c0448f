/* launch.c - see launch.h. Messages go through MPI where the build has it; a wait sleeps, so that a process that waits leaves its
 * processor to those that compute. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "launch.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "output.h"

#if defined(LS_WITH_MPI)

#include <mpi.h>

#include "progress.h"

/* ---- messages -------------------------------------------------------------------------------------------------------------------- */

/* A message is its length, then its bytes in pieces that an int can count. */
enum { TAG_LENGTH = 1, TAG_BYTES = 2, PIECE_BYTES = 1 << 30, SLEEP_NANOSECONDS = 200000 };

struct messages {
  char *data; /* the last one received */
  size_t room;
};

static void sleep_briefly(void) { (void)nanosleep(&(struct timespec){.tv_nsec = SLEEP_NANOSECONDS}, NULL); }

static bool wait_for(MPI_Request *request) {
  int done = 0;
  while (MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS) {
    if (done) return true;
    sleep_briefly();
  }
  return false;
}

static int piece_length(size_t left) { return left < PIECE_BYTES ? (int)left : (int)PIECE_BYTES; }

static bool send_bytes(int to, int tag, const void *data, size_t bytes) {
  const char *from = data;
  for (size_t sent = 0; sent < bytes;) {
    MPI_Request request;
    const int piece = piece_length(bytes - sent);
    if (MPI_Isend(from + sent, piece, MPI_BYTE, to, tag, MPI_COMM_WORLD, &request) != MPI_SUCCESS) return false;
    if (!wait_for(&request)) return false;
    sent += (size_t)piece;
  }
  return true;
}

static bool receive_bytes(int from, int tag, void *data, size_t bytes) {
  char *to = data;
  for (size_t got = 0; got < bytes;) {
    MPI_Request request;
    const int piece = piece_length(bytes - got);
    if (MPI_Irecv(to + got, piece, MPI_BYTE, from, tag, MPI_COMM_WORLD, &request) != MPI_SUCCESS) return false;
    if (!wait_for(&request)) return false;
    got += (size_t)piece;
  }
  return true;
}

static bool send_message(void *user, int to, const void *data, size_t bytes) {
  const int64_t length = (int64_t)bytes;
  (void)user;
  return send_bytes(to, TAG_LENGTH, &length, sizeof length) && send_bytes(to, TAG_BYTES, data, bytes);
}

static bool make_room(struct messages *messages, size_t bytes) {
  if (bytes <= messages->room) return true;
  free(messages->data);
  messages->data = malloc(bytes);
  messages->room = messages->data != NULL ? bytes : 0;
  return messages->data != NULL;
}

static bool receive_message(void *user, double seconds, int *from, const void **data, size_t *bytes) {
  struct messages *messages = user;
  const double limit = progress_seconds() + seconds;
  int64_t length = 0;
  MPI_Status status;
  int came = 0;
  for (;;) {
    if (MPI_Iprobe(MPI_ANY_SOURCE, TAG_LENGTH, MPI_COMM_WORLD, &came, &status) != MPI_SUCCESS) return false;
    if (came || progress_seconds() >= limit) break;
    sleep_briefly();
  }
  *from = came ? status.MPI_SOURCE : -1;
  if (!came) return true;
  if (!receive_bytes(*from, TAG_LENGTH, &length, sizeof length) || length < 0) return false;
  if (!make_room(messages, (size_t)length) || !receive_bytes(*from, TAG_BYTES, messages->data, (size_t)length))
    return false;
  *data = messages->data;
  *bytes = (size_t)length;
  return true;
}

/* ---- joining --------------------------------------------------------------------------------------------------------------------- */

/* Processes bound to processors of their own have those; others share the machine's. */
static int threads_for(int local_size) {
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  const int share = online > local_size ? (int)(online / local_size) : 1;
  cpu_set_t usable;
  const int count = sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : share;
  return count < share ? count : share;
}

static bool find_place(ls_team_transport *transport, int *local_size) {
  MPI_Comm local;
  bool found = MPI_Comm_rank(MPI_COMM_WORLD, &transport->rank) == MPI_SUCCESS &&
               MPI_Comm_size(MPI_COMM_WORLD, &transport->size) == MPI_SUCCESS &&
               MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local) == MPI_SUCCESS;
  if (!found) return false;
  found =
      MPI_Comm_rank(local, &transport->local_rank) == MPI_SUCCESS && MPI_Comm_size(local, local_size) == MPI_SUCCESS;
  MPI_Comm_free(&local);
  return found;
}

static ls_status make_team(const ls_team_transport *transport, struct launch *launch) {
  ls_context *context = NULL;
  ls_status status = ls_context_create(&context);
  if (status == LS_STATUS_OK) status = ls_team_create(context, transport, &launch->team);
  ls_context_destroy(&context);
  return status;
}

/* OpenMPI's mpirun, other starters of MPI, Slurm's srun with PMIx. */
static bool is_launched(void) {
  return getenv("OMPI_COMM_WORLD_SIZE") != NULL || getenv("PMI_SIZE") != NULL || getenv("PMIX_NAMESPACE") != NULL;
}

int launch_join(const struct options *options, struct launch *launch) {
  ls_team_transport transport = {.send = send_message, .receive = receive_message};
  int provided = 0, local_size = 1;
  *launch = (struct launch){0};
  if (!is_launched() || options->shard_count > 1) return EXIT_DONE;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS || provided < MPI_THREAD_FUNNELED) {
    cli_complain("MPI cannot be started");
    return ls_status_exit_code(LS_STATUS_SYSTEM);
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (!find_place(&transport, &local_size)) MPI_Abort(MPI_COMM_WORLD, ls_status_exit_code(LS_STATUS_SYSTEM));
  launch->rank = transport.rank;
  launch->threads = threads_for(local_size);
  if (transport.size == 1) return EXIT_DONE;
  launch->messages = transport.user = calloc(1, sizeof(struct messages));
  ls_status status = transport.user != NULL ? make_team(&transport, launch) : LS_STATUS_OUT_OF_MEMORY;
  if (status != LS_STATUS_OK) MPI_Abort(MPI_COMM_WORLD, ls_status_exit_code(status));
  return EXIT_DONE;
}

/* ---- leaving --------------------------------------------------------------------------------------------------------------------- */

/* A status with that exit code. */
static ls_status status_of(int code) {
#define LS_STATUS_CODE(name, number, exit_code, text) \
  if (code == (exit_code)) return LS_STATUS_##name;
  LS_STATUS_LIST(LS_STATUS_CODE)
#undef LS_STATUS_CODE
  return LS_STATUS_INTERNAL;
}

static int end_team(const struct launch *launch, int code) {
  const ls_status own = status_of(code);
  ls_context *context = NULL;
  if (ls_context_create(&context) != LS_STATUS_OK) MPI_Abort(MPI_COMM_WORLD, code);
  const ls_status status = ls_team_end(context, launch->team, own);
  const bool broken = ls_context_message_count(context) > 0;
  if (broken) cli_complain("%s", ls_context_message(context, 0));
  ls_context_destroy(&context);
  if (status != own) code = ls_status_exit_code(status);
  if (broken) MPI_Abort(MPI_COMM_WORLD, code); /* the end of the others cannot be waited for */
  return code;
}

int launch_leave(struct launch *launch, int code) {
  int started = 0;
  if (launch->team != NULL) code = end_team(launch, code);
  ls_team_destroy(&launch->team);
  if (launch->messages != NULL) free(((struct messages *)launch->messages)->data);
  free(launch->messages);
  if (MPI_Initialized(&started) == MPI_SUCCESS && started) MPI_Finalize();
  return code;
}

#else

static int number_of(const char *variable) {
  const char *text = getenv(variable);
  return text != NULL ? atoi(text) : 0;
}

int launch_join(const struct options *options, struct launch *launch) {
  *launch = (struct launch){0};
  if (options->shard_count > 1 || (number_of("OMPI_COMM_WORLD_SIZE") < 2 && number_of("PMI_SIZE") < 2))
    return EXIT_DONE;
  cli_complain(
      "started as one of several processes, but this build has no MPI; compute parts with --shard and merge them");
  return ls_status_exit_code(LS_STATUS_BACKEND_UNAVAILABLE);
}

int launch_leave(struct launch *launch, int code) {
  (void)launch;
  return code;
}

#endif
