/* metadata.c - what network.yaml and loop.yaml may say. */
#include "network/metadata.h"

#include "io/date.h"

#include <math.h>

static ls_status read_texts(ls_context *context, ls_network *network, const struct yaml_node *map) {
  const struct {
    const char *key;
    char **text;
  } field[] = {{"name", &network->name},
               {"currency", &network->currency},
               {"unit", &network->unit},
               {"as_of", &network->as_of},
               {"description", &network->description}};
  ls_status status = LS_STATUS_OK;
  for (size_t i = 0; i < sizeof field / sizeof field[0] && status == LS_STATUS_OK; i++)
    status = network_text_replace(context, field[i].text, yaml_text(context, map, field[i].key, *field[i].text));
  if (status == LS_STATUS_OK && *network->as_of != '\0' && !date_is_valid(network->as_of))
    context_fault(context, map->file, yaml_key_line(map, "as_of"),
                  "as_of is '%s', must be a date as 2026, 2026-04 or 2026-04-30", network->as_of);
  return status;
}

typedef ls_status (*add_function)(ls_context *context, ls_network *network, const char *text);

static ls_status add_named(ls_context *context, ls_network *network, const struct yaml_node *key,
                           const struct yaml_node *item, add_function add) {
  char *text = context_print(context, "%s: %s", key->text, item->text);
  if (text == NULL) return LS_STATUS_OUT_OF_MEMORY;
  const ls_status status = add(context, network, text);
  context_release(context, text);
  return status;
}

/* One text, a list of texts, or a mapping of short names to texts. */
static ls_status read_list(ls_context *context, ls_network *network, const struct yaml_node *map, const char *key,
                           add_function add) {
  const struct yaml_node *node = yaml_find(map, key);
  ls_status status = LS_STATUS_OK;
  if (node == NULL) return LS_STATUS_OK;
  if (node->kind == NODE_SCALAR) return *node->text == '\0' ? LS_STATUS_OK : add(context, network, node->text);
  for (int64_t i = 0; i < node->count && status == LS_STATUS_OK; i++) {
    const struct yaml_node *item = node->item[i];
    if (item->kind != NODE_SCALAR)
      context_fault(context, item->file, item->line, "%s has an entry that is no text, must be texts", key);
    else
      status =
          node->key != NULL ? add_named(context, network, node->key[i], item, add) : add(context, network, item->text);
  }
  return status;
}

ls_status metadata_take_network(ls_context *context, ls_network *network, const struct yaml_node *map) {
  static const char *const KEYS[] = {"name", "currency", "unit", "as_of", "description", "sources", "unmodelled", NULL};
  yaml_check_keys(context, map, KEYS);
  ls_status status = read_texts(context, network, map);
  if (status == LS_STATUS_OK) status = read_list(context, network, map, "sources", network_source_add);
  if (status == LS_STATUS_OK) status = read_list(context, network, map, "unmodelled", network_unmodelled_add);
  return status;
}

ls_status metadata_read_network(ls_context *context, ls_network *network, const char *data, size_t length) {
  struct yaml_node *root = NULL;
  ls_status status = yaml_read(context, "network.yaml", data, length, &root);
  if (status == LS_STATUS_INVALID_INPUT) return LS_STATUS_OK;
  if (status != LS_STATUS_OK) return status;
  status = metadata_take_network(context, network, root);
  yaml_destroy(&root);
  return status;
}

static void read_loop_key(ls_context *context, const struct yaml_node *root, int k, struct loop_settings *loop) {
  const struct loop_key *key = &LOOP_KEYS[k];
  double value = loop_settings_get(loop, k);
  if (yaml_find(root, key->name) == NULL) return;
  if (key->kind == LOOP_KEY_REAL)
    value = yaml_number(context, root, key->name, key->low, key->high, value);
  else if (key->kind == LOOP_KEY_WHOLE)
    value = (double)yaml_integer(context, root, key->name, (int64_t)key->low, (int64_t)key->high, (int64_t)value);
  else
    value = yaml_choice(context, root, key->name, key->word, (int)value);
  loop_settings_set(loop, k, value);
  loop->given |= 1u << k;
}

ls_status metadata_read_loop(ls_context *context, ls_network *network, const char *data, size_t length) {
  const char *keys[LOOP_KEY_COUNT + 1] = {NULL};
  struct yaml_node *root = NULL;
  for (int k = 0; k < LOOP_KEY_COUNT; k++) keys[k] = LOOP_KEYS[k].name;
  const ls_status status = yaml_read(context, "loop.yaml", data, length, &root);
  if (status == LS_STATUS_INVALID_INPUT) return LS_STATUS_OK;
  if (status != LS_STATUS_OK) return status;
  yaml_check_keys(context, root, keys);
  for (int k = 0; k < LOOP_KEY_COUNT; k++) read_loop_key(context, root, k, &network->loop);
  network->has_loop_settings = true;
  yaml_destroy(&root);
  return LS_STATUS_OK;
}
