/* test_team.c - a run shared by several processes, which are threads here: the bits of one, whoever fails and however. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "greatest.h"
#include "support.h"

enum { PATH_BYTES = 4096, RANKS_MOST = 5 };

/* ---- letters between threads ------------------------------------------------------------------------------------------------------- */

struct letter {
  struct letter *next;
  int from;
  size_t bytes;
  int64_t words[];
};

struct post {
  pthread_mutex_t lock;
  pthread_cond_t arrival;
  struct letter *box[RANKS_MOST];
  bool damages; /* turns a bit in all that is longer than a message without sums */
  bool loses;   /* the connection to rank 0 */
};

struct seat {
  struct post *post;
  int rank;
  struct letter *read; /* the last one received */
};

static bool send_letter(void *user, int to, const void *data, size_t bytes) {
  const struct seat *seat = user;
  struct post *post = seat->post;
  struct letter *letter = malloc(sizeof *letter + bytes);
  if (letter == NULL || (post->loses && to == 0)) {
    free(letter);
    return false;
  }
  *letter = (struct letter){.from = seat->rank, .bytes = bytes};
  memcpy(letter->words, data, bytes);
  if (post->damages && bytes > 1024) letter->words[bytes / sizeof(int64_t) - 1] ^= INT64_C(1) << 3;
  pthread_mutex_lock(&post->lock);
  struct letter **last = &post->box[to];
  while (*last != NULL) last = &(*last)->next;
  *last = letter;
  pthread_cond_broadcast(&post->arrival);
  pthread_mutex_unlock(&post->lock);
  return true;
}

static struct timespec later(double seconds) {
  struct timespec moment;
  clock_gettime(CLOCK_REALTIME, &moment);
  const int64_t nanoseconds = moment.tv_nsec + (int64_t)(seconds * 1e9);
  moment.tv_sec += nanoseconds / 1000000000;
  moment.tv_nsec = nanoseconds % 1000000000;
  return moment;
}

static bool receive_letter(void *user, double seconds, int *from, const void **data, size_t *bytes) {
  struct seat *seat = user;
  struct post *post = seat->post;
  const struct timespec limit = later(seconds);
  free(seat->read);
  pthread_mutex_lock(&post->lock);
  while (post->box[seat->rank] == NULL && seconds > 0 &&
         pthread_cond_timedwait(&post->arrival, &post->lock, &limit) == 0)
    continue;
  seat->read = post->box[seat->rank];
  if (seat->read != NULL) post->box[seat->rank] = seat->read->next;
  pthread_mutex_unlock(&post->lock);
  *from = seat->read != NULL ? seat->read->from : -1;
  if (seat->read == NULL) return true;
  *data = seat->read->words;
  *bytes = seat->read->bytes;
  return true;
}

/* ---- processes ----------------------------------------------------------------------------------------------------------------------- */

struct member {
  struct seat seat;
  int size;
  const char *folder;
  ls_run_options options;
  bool is_stopped;   /* is asked to stop before it begins */
  bool is_late;      /* ends before it has come to a run */
  ls_status status;  /* that it ended with */
  char digest[33];   /* of the results; "" without */
  char message[300]; /* the first, "" without */
};

static ls_status take_part(struct member *member, ls_context *context, ls_team *team) {
  char path[PATH_BYTES];
  ls_network *network = NULL;
  ls_results *results = NULL;
  (void)snprintf(path, sizeof path, "%s/network", member->folder);
  member->options.team = team;
  if (member->is_stopped) ls_context_request_stop(context);
  ls_status status = member->is_late ? ls_network_read(context, "/nowhere", NULL, &network)
                                     : ls_network_read(context, path, NULL, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, &member->options, &results);
  if (results != NULL) (void)snprintf(member->digest, sizeof member->digest, "%s", ls_results_digest(results));
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  return status;
}

static void *live(void *user) {
  struct member *member = user;
  ls_context *context = NULL;
  ls_team *team = NULL;
  const ls_team_transport transport = {member->seat.rank, member->size, member->seat.rank,
                                       &member->seat,     send_letter,  receive_letter};
  member->status = ls_context_create(&context);
  if (member->status == LS_STATUS_OK) member->status = ls_team_create(context, &transport, &team);
  if (member->status != LS_STATUS_OK) return NULL;
  member->status = ls_team_end(context, team, take_part(member, context, team));
  if (ls_context_message_count(context) > 0)
    (void)snprintf(member->message, sizeof member->message, "%s", ls_context_message(context, 0));
  ls_team_destroy(&team);
  ls_context_destroy(&context);
  free(member->seat.read);
  member->seat.read = NULL;
  return NULL;
}

/* ---- a team ---------------------------------------------------------------------------------------------------------------------------- */

struct team {
  char folder[PATH_BYTES], scenarios[PATH_BYTES + 16], checkpoint[PATH_BYTES + 16];
  struct post post;
  struct member member[RANKS_MOST];
  int size;
};

static bool team_open(struct team *team, int size, const char *draws) {
  memset(team, 0, sizeof *team);
  if (!support_make_folder(team->folder)) return false;
  char network[PATH_BYTES + 16];
  (void)snprintf(network, sizeof network, "%s/network", team->folder);
  (void)snprintf(team->scenarios, sizeof team->scenarios, "%s/draws.yaml", team->folder);
  (void)snprintf(team->checkpoint, sizeof team->checkpoint, "%s/checkpoint", team->folder);
  const char *make[] = {"mkdir", network, NULL};
  struct program_result made = support_run(make);
  support_release_program(&made);
  pthread_mutex_init(&team->post.lock, NULL);
  pthread_cond_init(&team->post.arrival, NULL);
  team->size = size;
  for (int k = 0; k < size; k++) {
    struct member *member = &team->member[k];
    *member = (struct member){.seat = {.post = &team->post, .rank = k}, .size = size, .folder = team->folder};
    member->options = ls_run_options_default();
    member->options.model = "rogers-veraart";
    member->options.backend = "cpu";
    member->options.threads = 1 + k % 2;
    member->options.scenarios = team->scenarios;
  }
  return support_write_file(network, "entities.csv",
                            "id,external_assets,external_liabilities\na,12,4\nb,9,3\nc,15,6\nd,7,2\n") &&
         support_write_file(network, "liabilities.csv", "debtor,creditor,amount\na,b,5\nb,c,6\nc,d,4\nd,a,1.5\n") &&
         support_write_file(team->folder, "draws.yaml", draws);
}

static void team_close(struct team *team) {
  for (int k = 0; k < team->size; k++) {
    while (team->post.box[k] != NULL) {
      struct letter *letter = team->post.box[k];
      team->post.box[k] = letter->next;
      free(letter);
    }
  }
  pthread_cond_destroy(&team->post.arrival);
  pthread_mutex_destroy(&team->post.lock);
  support_remove_folder(team->folder);
}

static void team_live(struct team *team) {
  pthread_t thread[RANKS_MOST];
  for (int k = 0; k < team->size; k++) pthread_create(&thread[k], NULL, live, &team->member[k]);
  for (int k = 0; k < team->size; k++) pthread_join(thread[k], NULL);
}

#define DRAWS_TEXT(count, more)                                                                            \
  "count: " #count                                                                                         \
  "\nseed: 11\ncopula: gaussian\nfactors: [{name: f}]\nloadings: [{target: '*', factor: f, value: 0.5}]\n" \
  "marginals:\n  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.2}\n" more

static const char *const PLAIN = DRAWS_TEXT(100001, "keep: {worst: 3}\n");

/* ---- tests ----------------------------------------------------------------------------------------------------------------------------- */

TEST a_team_has_the_bits_of_one(void) {
  char alone[33] = "";
  for (int size = 1; size <= RANKS_MOST; size++) {
    struct team team;
    ASSERT(team_open(&team, size, PLAIN));
    team_live(&team);
    for (int k = 0; k < size; k++) ASSERT_EQm(team.member[k].message, LS_STATUS_OK, team.member[k].status);
    for (int k = 1; k < size; k++) ASSERT_STR_EQ("", team.member[k].digest);
    ASSERT_EQ(32, (int)strlen(team.member[0].digest));
    if (size == 1) memcpy(alone, team.member[0].digest, sizeof alone);
    ASSERT_STR_EQ(alone, team.member[0].digest);
    team_close(&team);
  }
  PASS();
}

TEST a_process_with_another_run_is_refused(void) {
  struct team team;
  ASSERT(team_open(&team, 3, PLAIN));
  team.member[2].options.has_seed = true;
  team.member[2].options.seed = 12;
  team_live(&team);
  for (int k = 0; k < 3; k++) ASSERT_EQ(LS_STATUS_INVALID_INPUT, team.member[k].status);
  ASSERT(strstr(team.member[0].message, "process 2 of the team has another run") != NULL);
  team_close(&team);
  PASS();
}

TEST one_that_fails_ends_all_and_says_why(void) {
  struct team team;
  ASSERT(team_open(&team, 3, PLAIN));
  team.member[1].is_late = true;
  team_live(&team);
  for (int k = 0; k < 3; k++) ASSERT_EQ(LS_STATUS_INPUT_MISSING, team.member[k].status);
  ASSERT(strstr(team.member[0].message, "process 1 of the team failed: /nowhere") != NULL);
  team_close(&team);
  ASSERT(team_open(&team, 3, PLAIN));
  team.member[0].options.model = "none";
  team_live(&team);
  for (int k = 0; k < 3; k++) ASSERT_EQ(LS_STATUS_USAGE, team.member[k].status);
  team_close(&team);
  PASS();
}

TEST what_is_damaged_on_the_way_is_not_taken(void) {
  struct team team;
  ASSERT(team_open(&team, 2, PLAIN));
  team.post.damages = true;
  team_live(&team);
  ASSERT_EQ(LS_STATUS_SYSTEM, team.member[0].status);
  ASSERT(strstr(team.member[0].message, "sent is damaged") != NULL);
  ASSERT_EQ(LS_STATUS_SYSTEM, team.member[1].status);
  team_close(&team);
  PASS();
}

TEST a_process_that_cannot_reach_the_others_fails(void) {
  struct team team;
  ASSERT(team_open(&team, 2, PLAIN));
  team.post.loses = true;
  team.size = 1; /* rank 0 is not there */
  team.member[0] = team.member[1];
  team.member[0].seat.rank = 1;
  team_live(&team);
  ASSERT_EQ(LS_STATUS_SYSTEM, team.member[0].status);
  ASSERT(strstr(team.member[0].message, "broke apart") != NULL);
  team_close(&team);
  PASS();
}

/* The run is cut short by whoever is asked to stop; what all have computed is in the checkpoint, from which one goes on alone. */
TEST a_stop_anywhere_stops_all_and_loses_nothing(void) {
  struct team team;
  char alone[33];
  ASSERT(team_open(&team, 1, PLAIN));
  team_live(&team);
  memcpy(alone, team.member[0].digest, sizeof alone);
  team_close(&team);
  for (int who = 0; who < 3; who++) {
    ASSERT(team_open(&team, 3, PLAIN));
    for (int k = 0; k < 3; k++) team.member[k].options.checkpoint = team.checkpoint;
    team.member[who].is_stopped = true;
    team_live(&team);
    for (int k = 0; k < 3; k++) ASSERT_EQ(LS_STATUS_INTERRUPTED, team.member[k].status);
    team.size = team.member[0].size = 1;
    team.member[0].is_stopped = false;
    team_live(&team);
    ASSERT_EQ(LS_STATUS_OK, team.member[0].status);
    ASSERT_STR_EQ(alone, team.member[0].digest);
    team_close(&team);
  }
  PASS();
}

TEST a_place_in_a_team_is_checked(void) {
  static const ls_team_transport wrong[] = {{.rank = 0, .size = 0},
                                            {.rank = 2, .size = 2},
                                            {.rank = -1, .size = 2},
                                            {.rank = 0, .size = 2, .local_rank = -1}};
  ls_context *context = NULL;
  ls_team *team = NULL;
  ASSERT_EQ(LS_STATUS_OK, ls_context_create(&context));
  for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++)
    ASSERT_EQ(LS_STATUS_USAGE, ls_team_create(context, &wrong[k], &team));
  ASSERT_EQ(NULL, team);
  ls_context_destroy(&context);
  PASS();
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_TEST(a_team_has_the_bits_of_one);
  RUN_TEST(a_process_with_another_run_is_refused);
  RUN_TEST(one_that_fails_ends_all_and_says_why);
  RUN_TEST(what_is_damaged_on_the_way_is_not_taken);
  RUN_TEST(a_process_that_cannot_reach_the_others_fails);
  RUN_TEST(a_stop_anywhere_stops_all_and_loses_nothing);
  RUN_TEST(a_place_in_a_team_is_checked);
  GREATEST_MAIN_END();
}
