/* three_banks.c - a network made in memory, shocked a hundred thousand times, its results read where they lie.
 *
 * With the library installed:
 *   cc three_banks.c -o three_banks $(pkg-config --cflags --libs loopstress)
 *   ./three_banks monte-carlo.yaml      (examples/three-banks/monte-carlo.yaml)
 */
#include <loopstress.h>
#include <stdio.h>
#include <string.h>

static ls_status make_network(ls_context *context, ls_network **network) {
  static const char *const id[] = {"alder", "birch", "cedar"};
  static const double assets[] = {10, 6, 8}, outside_debt[] = {4, 4, 4};
  static const char *const debtor[] = {"alder", "birch", "cedar"}, *const creditor[] = {"birch", "cedar", "alder"};
  static const double amount[] = {8, 8, 6};
  const ls_column entities[] = {
      {"id", NULL, id}, {"external_assets", assets, NULL}, {"external_liabilities", outside_debt, NULL}};
  const ls_column liabilities[] = {{"debtor", NULL, debtor}, {"creditor", NULL, creditor}, {"amount", amount, NULL}};
  const ls_table tables[] = {{"entities", 3, 3, entities}, {"liabilities", 3, 3, liabilities}};
  const ls_network_metadata metadata = {.name = "three banks", .currency = "EUR", .unit = "bn"};
  return ls_network_create(context, tables, 2, &metadata, NULL, network);
}

/* Numbers of an array may lie apart: the stride tells. */
static double number_at(const ls_array *array, int64_t i) {
  double number;
  memcpy(&number, (const char *)array->data + i * array->stride[0], sizeof number);
  return number;
}

static void print_by_entity(const ls_network *network, const ls_results *results, const char *name) {
  ls_array array;
  for (int k = 0; ls_results_array(results, k, &array); k++) {
    if (strcmp(array.name, name) != 0) continue;
    printf("%s: %s\n", array.name, array.meaning);
    for (int64_t i = 0; i < array.shape[0]; i++)
      printf("  %-8s %.17g\n", ls_network_entity_id(network, (int32_t)i), number_at(&array, i));
  }
}

int main(int count, char **words) {
  ls_context *context = NULL;
  ls_network *network = NULL;
  ls_results *results = NULL;
  ls_run_options options = ls_run_options_default();
  options.model = "eisenberg-noe";
  options.scenarios = count > 1 ? words[1] : NULL;
  ls_status status = ls_context_create(&context);
  if (status == LS_STATUS_OK) status = make_network(context, &network);
  if (status == LS_STATUS_OK) status = ls_run(context, network, &options, &results);
  if (status == LS_STATUS_OK) {
    print_by_entity(network, results, "default_probability");
    print_by_entity(network, results, "loss_mean");
    printf("digest %s\n", ls_results_digest(results));
  }
  for (int k = 0; k < ls_context_message_count(context); k++) fprintf(stderr, "%s\n", ls_context_message(context, k));
  ls_results_destroy(&results);
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  return ls_status_exit_code(status);
}
