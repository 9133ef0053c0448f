/* scenario_support.h - a small network, and scenario files given as texts, for the tests of host/scenario.
 *
 * A and B are labs, C and D clouds; A pledges to C and D, the world to A and B; A has two contracts with C, B and
 * the world one each with D; only C has a power cap.
 */
#ifndef LS_TESTS_SCENARIO_SUPPORT_H
#define LS_TESTS_SCENARIO_SUPPORT_H

#include "scenario/scenario.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTITY_A, ENTITY_B, ENTITY_C, ENTITY_D, WORLD_TARGET };

static ls_context *context;
static ls_network *network;

static inline bool make_network(void) {
  char folder[4096];
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) return false;
  support_write_file(folder, "entities.csv",
                     "id,sector,cash,capacity\nA,lab,10,0\nB,lab,10,0\nC,cloud,10,5\nD,cloud,10,5\n");
  support_write_file(folder, "pledges.csv",
                     "investor,recipient,amount,per_quarter\nA,C,4,1\nA,D,4,1\nworld,A,8,2\nworld,B,8,2\n");
  support_write_file(
      folder, "purchases.csv",
      "id,buyer,seller,backlog,per_quarter\nlate,A,C,4,1\nearly,A,C,8,2\nown,B,D,4,1\nrest,world,D,4,1\n");
  support_write_file(folder, "paths.csv", "target,variable,quarter,value\nC,power_cap,0,5\n");
  support_write_file(folder, "assets.csv", "id,price\nbond,1\nshare,2\n");
  ls_status status = ls_network_read(context, folder, NULL, &network);
  if (status != LS_STATUS_OK) printf("%s\n", ls_context_message(context, 0));
  support_remove_folder(folder);
  return status == LS_STATUS_OK;
}

static inline void release_network(void) {
  ls_network_destroy(&network);
  ls_context_destroy(&context);
}

/* What such a model takes where it takes no shock to equity_loss. */
#define TAKEN                                                                                                  \
  "external_assets_loss, default, price_loss, output_loss, multiple, demand, demand_planned, purchase_scale, " \
  "supply, power, funding, credit, gate, price, hardware_price, depreciation_scale, amortisation, rollover, "  \
  "renegotiation, exit, orders"

/* Options for a text named `name`, a run of 8 quarters and a model that takes every variable. */
static inline struct scenario_options options_for(const char *name, const char *text) {
  return (struct scenario_options){.path = name,
                                   .text = text,
                                   .text_length = strlen(text),
                                   .keep_worst = -1,
                                   .variables = (1u << LS_VARIABLE_COUNT) - 1,
                                   .model = "test-model",
                                   .quarter_count = 8};
}

static inline ls_status read_text(const char *name, const char *text, struct scenario_set **set) {
  struct scenario_options options = options_for(name, text);
  ls_context_clear_messages(context);
  return scenario_read(context, network, &options, set);
}

struct refused {
  const char *file; /* below datasets/invalid/scenarios */
  ls_status status;
  const char *message;
};

/* Is the file refused as the table says, with that as its first message? Model and network: see above. */
static inline bool is_refused(const struct refused *refused) {
  char name[512];
  snprintf(name, sizeof name, "datasets/invalid/scenarios/%s", refused->file);
  size_t length = 0;
  char *text = support_read_file(support_source(name), &length);
  struct scenario_set *set = NULL;
  struct scenario_options options = options_for(refused->file, text != NULL ? text : "");
  options.text_length = length;
  options.variables &= ~(1u << LS_VARIABLE_EQUITY_LOSS);
  ls_context_clear_messages(context);
  ls_status status = scenario_read(context, network, &options, &set);
  bool fine = text != NULL && status == refused->status && set == NULL &&
              strcmp(ls_context_message(context, 0), refused->message) == 0;
  if (!fine) {
    printf("%s: status %d, message\n  %s\nexpected %d\n  %s\n", refused->file, (int)status,
           ls_context_message(context, 0), (int)refused->status, refused->message);
  }
  scenario_destroy(&set);
  free(text);
  return fine;
}

#endif
