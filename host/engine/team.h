/* team.h - messages between the processes that share a run: reports to rank 0, orders from it. */
#ifndef LS_HOST_ENGINE_TEAM_H
#define LS_HOST_ENGINE_TEAM_H

#include "core/context.h"

/* Words before what a process has added up, for the report's own use. */
enum { TEAM_HEAD_WORDS = 44 };

/* Processes; 1 without a team. */
int team_size(const ls_team *team);

/* Is this a process other than rank 0? */
bool team_follows(const ls_team *team);

/* On which of its machine's GPUs this process computes, counted round; -1: no matter (no team). */
int team_local_rank(const ls_team *team);

/* What a process other than rank 0 says of its last span. */
struct team_report {
  int from; /* -1: nobody has said anything */
  ls_status status;
  const char *identity; /* run_identity's SHA-256; "" from one that came to no run */
  const char *reason;   /* what its context says of a failure, cut short where it is long */
  const int64_t *words; /* what it has added up (delivery.h), until the next message */
  int64_t word_count;   /* 0: nothing */
};

struct team_order {
  bool ends;        /* the team ends with this status; no span */
  bool recalls;     /* report of what there is; no span */
  ls_status status; /* of the end */
  int64_t first, count;
};

/* Rank 0: the next report, waiting at most `seconds`. LS_STATUS_SYSTEM: the team broke apart. */
ls_status team_receive(ls_context *context, ls_team *team, double seconds, struct team_report *report);
ls_status team_order_span(ls_context *context, ls_team *team, int to, int64_t first, int64_t count);

/* Has another process stop its span and report. */
ls_status team_recall(ls_context *context, ls_team *team, int to);

/* The others, while they compute: is the span to be left, because rank 0 recalls it or has ended the team? */
bool team_is_recalled(ls_context *context, ls_team *team);

/* The others: reports (words, NULL for none, begin with TEAM_HEAD_WORDS to fill) and waits for an order that is no recall. A request to
 * stop is passed on to rank 0. Once the team has ended, the order says so again. */
ls_status team_ask(ls_context *context, ls_team *team, ls_status status, const char *identity, int64_t *words,
                   int64_t word_count, struct team_order *order);

#endif
