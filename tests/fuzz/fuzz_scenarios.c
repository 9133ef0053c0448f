/* fuzz_scenarios.c - any bytes as a scenario file of three banks: the first byte says CSV or YAML. */
#include <stdlib.h>

#include "network/network.h"
#include "scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ls_network *banks(void) {
  static ls_network *network;
  ls_context *context = NULL;
  if (network != NULL) return network;
  if (ls_context_create(&context) != LS_STATUS_OK) abort();
  if (ls_network_read(context, LS_SOURCE_DIR "/examples/three-banks", NULL, &network) != LS_STATUS_OK) abort();
  ls_context_destroy(&context);
  return network;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ls_context *context = NULL;
  struct scenario_set *set = NULL;
  const ls_network *network = banks();
  if (size < 1) return 0;
  char *text = malloc(size);
  if (text == NULL || ls_context_create(&context) != LS_STATUS_OK) abort();
  for (size_t k = 1; k < size; k++) text[k - 1] = (char)data[k];
  text[size - 1] = '\0';
  const struct scenario_options options = {.path = data[0] % 2 == 0 ? "shocks.csv" : "draws.yaml",
                                           .text = text,
                                           .text_length = size - 1,
                                           .keep_worst = -1,
                                           .variables = ~0u,
                                           .model = "eisenberg-noe",
                                           .quarter_count = 1};
  if (scenario_read(context, network, &options, &set) != LS_STATUS_OK && ls_context_message_count(context) == 0)
    abort();
  scenario_destroy(&set);
  ls_context_destroy(&context);
  free(text);
  return 0;
}
