/* team.c - see team.h and ls_team_transport. A process but rank 0 reports, waits for an order, and so on until the order to end, which it
 * answers with a farewell: after the last farewell no message is under way. A recall may come at any time, and asks for a report at once. */
#include "engine/team.h"

#include <string.h>

#include "core/clock.h"
#include "io/hash.h"

enum message_kind { MESSAGE_REPORT = 1, MESSAGE_FAREWELL = 2, MESSAGE_SPAN = 3, MESSAGE_RECALL = 4, MESSAGE_END = 5 };

/* Words of a report's head: kind, status, two texts; of an order: kind, status, first, count. */
enum { AT_KIND, AT_STATUS, AT_IDENTITY, AT_REASON = 12, AT_FIRST = 2, AT_COUNT = 3, ORDER_WORDS = 4 };
enum { IDENTITY_ROOM = (AT_REASON - AT_IDENTITY) * 8, REASON_ROOM = (TEAM_HEAD_WORDS - AT_REASON) * 8 };
_Static_assert((int)IDENTITY_ROOM >= (int)SHA256_TEXT_SIZE, "the identity fits the head");

/* How often a waiting process looks up, and how long rank 0 waits for farewells: the others wait for the end, or look up while they
 * compute. */
#define LOOK_UP_SECONDS 0.1
#define FAREWELL_SECONDS 5.0

struct ls_team {
  struct allocator allocator;
  ls_team_transport transport;
  bool ended; /* not rank 0: the order to end has come */
  ls_status end;
};

int team_size(const ls_team *team) { return team != NULL ? team->transport.size : 1; }

bool team_follows(const ls_team *team) { return team != NULL && team->transport.rank > 0; }

int team_local_rank(const ls_team *team) { return team != NULL ? team->transport.local_rank : -1; }

ls_status ls_team_create(ls_context *context, const ls_team_transport *transport, ls_team **team) {
  if (transport->size < 1 || transport->rank < 0 || transport->rank >= transport->size || transport->local_rank < 0)
    return context_fail(context, LS_STATUS_USAGE, "rank %d of %d (%d on its machine) names no process of a team",
                        transport->rank, transport->size, transport->local_rank);
  ls_team *fresh = context_allocate(context, 1, sizeof *fresh);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  fresh->allocator = context_allocator(context);
  fresh->transport = *transport;
  *team = fresh;
  return LS_STATUS_OK;
}

void ls_team_destroy(ls_team **team) {
  if (team == NULL || *team == NULL) return;
  const struct allocator allocator = (*team)->allocator;
  allocator_release(&allocator, *team);
  *team = NULL;
}

/* ---- messages -------------------------------------------------------------------------------------------------------------------- */

static ls_status break_apart(ls_context *context) {
  return context_fail(context, LS_STATUS_SYSTEM, "the team broke apart: a process of it cannot be reached");
}

static ls_status send_words(ls_context *context, const ls_team *team, int to, const int64_t *words, int64_t count) {
  const ls_team_transport *transport = &team->transport;
  return transport->send(transport->user, to, words, (size_t)count * sizeof *words) ? LS_STATUS_OK
                                                                                    : break_apart(context);
}

/* The next message of at least `least` words; *from -1: none has come. */
static ls_status receive_words(ls_context *context, const ls_team *team, double seconds, int64_t least, int *from,
                               const int64_t **words, int64_t *count) {
  const ls_team_transport *transport = &team->transport;
  const void *data = NULL;
  size_t bytes = 0;
  *from = -1;
  if (!transport->receive(transport->user, seconds, from, &data, &bytes)) return break_apart(context);
  if (*from < 0) return LS_STATUS_OK;
  if (data == NULL || *from >= transport->size || bytes < (size_t)least * sizeof **words || bytes % sizeof **words != 0)
    return context_fail(context, LS_STATUS_SYSTEM, "process %d of the team sent what is no message", *from);
  *words = data;
  *count = (int64_t)(bytes / sizeof **words);
  return LS_STATUS_OK;
}

/* The room is 0 all over. */
static void put_text(int64_t *room, size_t size, const char *text) {
  const size_t length = strlen(text);
  memcpy(room, text, length < size ? length : size - 1);
}

/* NULL: the text has no end. */
static const char *text_at(const int64_t *room, size_t size) {
  const char *text = (const char *)(const void *)room;
  return text[size - 1] == '\0' ? text : NULL;
}

static ls_status send_report(ls_context *context, const ls_team *team, enum message_kind kind, ls_status status,
                             const char *identity, int64_t *words, int64_t word_count) {
  int64_t bare[TEAM_HEAD_WORDS];
  int64_t *head = words != NULL ? words : bare;
  memset(head, 0, sizeof bare);
  head[AT_KIND] = kind;
  head[AT_STATUS] = status;
  put_text(head + AT_IDENTITY, IDENTITY_ROOM, identity);
  if (status != LS_STATUS_OK && ls_context_message_count(context) > 0)
    put_text(head + AT_REASON, REASON_ROOM, ls_context_message(context, 0));
  return send_words(context, team, 0, head, words != NULL ? word_count : TEAM_HEAD_WORDS);
}

ls_status team_receive(ls_context *context, ls_team *team, double seconds, struct team_report *report) {
  const int64_t *words = NULL;
  int64_t count = 0;
  *report = (struct team_report){.from = -1};
  ls_status status = receive_words(context, team, seconds, TEAM_HEAD_WORDS, &report->from, &words, &count);
  if (status != LS_STATUS_OK || report->from < 0) return status;
  report->status =
      words[AT_STATUS] < 0 || words[AT_STATUS] > INT32_MAX ? LS_STATUS_SYSTEM : (ls_status)words[AT_STATUS];
  report->identity = text_at(words + AT_IDENTITY, IDENTITY_ROOM);
  report->reason = text_at(words + AT_REASON, REASON_ROOM);
  if (report->identity == NULL || report->reason == NULL)
    return context_fail(context, LS_STATUS_SYSTEM, "process %d of the team sent what is no message", report->from);
  report->words = words + TEAM_HEAD_WORDS;
  report->word_count = count - TEAM_HEAD_WORDS;
  return LS_STATUS_OK;
}

static ls_status send_order(ls_context *context, const ls_team *team, int to, enum message_kind kind, ls_status status,
                            int64_t first, int64_t count) {
  const int64_t order[ORDER_WORDS] = {[AT_KIND] = kind, [AT_STATUS] = status, [AT_FIRST] = first, [AT_COUNT] = count};
  return send_words(context, team, to, order, ORDER_WORDS);
}

ls_status team_order_span(ls_context *context, ls_team *team, int to, int64_t first, int64_t count) {
  return send_order(context, team, to, MESSAGE_SPAN, LS_STATUS_OK, first, count);
}

ls_status team_recall(ls_context *context, ls_team *team, int to) {
  return send_order(context, team, to, MESSAGE_RECALL, LS_STATUS_OK, 0, 0);
}

/* ---- asking ---------------------------------------------------------------------------------------------------------------------- */

/* The next order from rank 0; *came false: there is none. The end is answered at once. */
static ls_status receive_order(ls_context *context, ls_team *team, double seconds, struct team_order *order,
                               bool *came) {
  const int64_t *words = NULL;
  int64_t count = 0;
  int from = -1;
  ls_status status = receive_words(context, team, seconds, ORDER_WORDS, &from, &words, &count);
  *came = status == LS_STATUS_OK && from >= 0;
  if (!*came) return status;
  *order = (struct team_order){words[AT_KIND] == MESSAGE_END, words[AT_KIND] == MESSAGE_RECALL,
                               (ls_status)words[AT_STATUS], words[AT_FIRST], words[AT_COUNT]};
  if (!order->ends) return LS_STATUS_OK;
  team->ended = true;
  team->end = order->status;
  return send_report(context, team, MESSAGE_FAREWELL, LS_STATUS_OK, "", NULL, 0);
}

bool team_is_recalled(ls_context *context, ls_team *team) {
  struct team_order order;
  bool came = false;
  const int messages = ls_context_message_count(context);
  const ls_status status = receive_order(context, team, 0, &order, &came);
  context_drop_errors(context, messages); /* a broken connection shows again with the next report */
  return came || status != LS_STATUS_OK;
}

/* Until an order to do something comes. Who is asked to stop meanwhile says so, once, and waits on. */
static ls_status wait_for_order(ls_context *context, ls_team *team, bool told, struct team_order *order) {
  ls_status status = LS_STATUS_OK;
  for (bool came = false; status == LS_STATUS_OK && (!came || order->recalls);) {
    status = receive_order(context, team, LOOK_UP_SECONDS, order, &came);
    if (status != LS_STATUS_OK || came || told || !context_stop_requested(context)) continue;
    status = send_report(context, team, MESSAGE_REPORT, LS_STATUS_INTERRUPTED, "", NULL, 0);
    told = true;
  }
  return status;
}

ls_status team_ask(ls_context *context, ls_team *team, ls_status status, const char *identity, int64_t *words,
                   int64_t word_count, struct team_order *order) {
  if (team->ended) {
    *order = (struct team_order){.ends = true, .status = team->end};
    return LS_STATUS_OK;
  }
  ls_status sent = send_report(context, team, MESSAGE_REPORT, status, identity, words, word_count);
  return sent == LS_STATUS_OK ? wait_for_order(context, team, status != LS_STATUS_OK, order) : sent;
}

/* ---- the end --------------------------------------------------------------------------------------------------------------------- */

/* Whatever the others still say is heard until each has said farewell. */
static ls_status hear_farewells(ls_context *context, ls_team *team) {
  const double limit = clock_seconds() + FAREWELL_SECONDS;
  for (int left = team->transport.size - 1; left > 0;) {
    const int64_t *words = NULL;
    int64_t count = 0;
    int from = -1;
    ls_status status = receive_words(context, team, LOOK_UP_SECONDS, 1, &from, &words, &count);
    if (status != LS_STATUS_OK) return status;
    if (from >= 0 && words[AT_KIND] == MESSAGE_FAREWELL) left--;
    if (left > 0 && clock_seconds() > limit) return break_apart(context);
  }
  return LS_STATUS_OK;
}

static ls_status end_others(ls_context *context, ls_team *team, ls_status status) {
  ls_status sent = LS_STATUS_OK;
  for (int to = 1; to < team->transport.size && sent == LS_STATUS_OK; to++)
    sent = send_order(context, team, to, MESSAGE_END, status, 0, 0);
  if (sent == LS_STATUS_OK) sent = hear_farewells(context, team);
  return sent == LS_STATUS_OK ? status : sent;
}

ls_status ls_team_end(ls_context *context, ls_team *team, ls_status status) {
  if (!team_follows(team)) return end_others(context, team, status);
  struct team_order order = {0};
  while (!order.ends) {
    ls_status asked = team_ask(context, team, status, "", NULL, 0, &order);
    if (asked != LS_STATUS_OK) return asked;
    if (status == LS_STATUS_OK) status = LS_STATUS_INTERNAL; /* of a span that nobody here will compute */
  }
  return order.status;
}
