/* yaml.c - from libyaml's document to one block of memory that holds the whole tree. */
#include "io/yaml.h"

#include "io/encoding.h"
#include "io/nearest.h"
#include "io/number.h"

#include <math.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32 };

/* The block: this head, the nodes (the root first), the lists of children, the texts. */
struct tree {
  struct allocator allocator;
  struct yaml_node *node;
  struct yaml_node **list;
  char *text;
};

struct builder {
  ls_context *context;
  const char *name;
  yaml_document_t *document;
  struct tree *tree;
  struct yaml_node **next_list;
  char *next_text;
  bool bad;
};

static int node_count(const yaml_document_t *document) { return (int)(document->nodes.top - document->nodes.start); }

static int64_t line_of(const yaml_node_t *node) { return (int64_t)node->start_mark.line + 1; }

static int64_t child_count(const yaml_node_t *node) {
  if (node->type == YAML_SEQUENCE_NODE) return node->data.sequence.items.top - node->data.sequence.items.start;
  if (node->type == YAML_MAPPING_NODE) return node->data.mapping.pairs.top - node->data.mapping.pairs.start;
  return 0;
}

static struct tree *allocate_tree(ls_context *context, const char *name, const yaml_document_t *document) {
  const size_t nodes = (size_t)node_count(document);
  size_t links = 0, bytes = strlen(name) + 1;
  for (size_t i = 0; i < nodes; i++) {
    const yaml_node_t *node = &document->nodes.start[i];
    links += (size_t)child_count(node) * (node->type == YAML_MAPPING_NODE ? 2 : 1);
    if (node->type == YAML_SCALAR_NODE) bytes += node->data.scalar.length + 1;
  }
  const size_t total =
      sizeof(struct tree) + (nodes + 1) * sizeof(struct yaml_node) + links * sizeof(struct yaml_node *) + bytes;
  struct tree *tree = context_allocate(context, total, 1);
  if (tree == NULL) return NULL;
  tree->allocator = context_allocator(context);
  tree->node = (struct yaml_node *)(tree + 1);
  tree->list = (struct yaml_node **)(tree->node + nodes + 1);
  tree->text = (char *)(tree->list + links);
  return tree;
}

static void build_fault(struct builder *builder, int64_t line, const char *text) {
  context_fault(builder->context, builder->name, line, "%s", text);
  builder->bad = true;
}

static void build_scalar(struct builder *builder, const yaml_node_t *source, struct yaml_node *node) {
  const size_t length = source->data.scalar.length;
  memcpy(builder->next_text, source->data.scalar.value, length);
  node->text = builder->next_text;
  node->quoted = source->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  builder->next_text += length + 1;
  if (memchr(source->data.scalar.value, 0, length) != NULL) build_fault(builder, node->line, "NUL character in a text");
}

static struct yaml_node *build_node(struct builder *builder, int index, int depth);

static void refuse_key(struct builder *builder, const struct yaml_node *node, int64_t at) {
  const struct yaml_node *key = node->key[at];
  if (key->kind != NODE_SCALAR) build_fault(builder, key->line, "a key is no plain text");
  for (int64_t i = 0; i < at && key->kind == NODE_SCALAR; i++) {
    if (node->key[i]->kind != NODE_SCALAR || strcmp(node->key[i]->text, key->text) != 0) continue;
    context_fault(builder->context, builder->name, key->line, "key '%s' stands twice (first in line %lld)", key->text,
                  (long long)node->key[i]->line);
    builder->bad = true;
  }
}

static void build_children(struct builder *builder, const yaml_node_t *source, struct yaml_node *node, int depth) {
  const bool is_mapping = source->type == YAML_MAPPING_NODE;
  node->kind = is_mapping ? NODE_MAPPING : NODE_SEQUENCE;
  const int64_t count = child_count(source);
  node->item = builder->next_list;
  node->key = is_mapping ? node->item + count : NULL;
  builder->next_list += is_mapping ? 2 * count : count;
  for (int64_t i = 0; i < count && !builder->bad; i++) {
    if (is_mapping) {
      const yaml_node_pair_t *pair = &source->data.mapping.pairs.start[i];
      node->key[i] = build_node(builder, pair->key, depth + 1);
      if (!builder->bad) refuse_key(builder, node, i);
      node->item[i] = builder->bad ? NULL : build_node(builder, pair->value, depth + 1);
    } else {
      node->item[i] = build_node(builder, source->data.sequence.items.start[i], depth + 1);
    }
    node->count = i + 1;
  }
}

/* A node that is reached a second time is an alias: refusing those keeps small files from growing without bound. */
static struct yaml_node *build_node(struct builder *builder, int index, int depth) {
  const yaml_node_t *source = &builder->document->nodes.start[index - 1];
  struct yaml_node *node = &builder->tree->node[index - 1];
  if (node->file != NULL) {
    build_fault(builder, line_of(source), "an alias repeats this node, must be written out");
    return node;
  }
  node->file = builder->tree->text;
  node->line = line_of(source);
  node->text = "";
  if (depth > DEPTH_MAX)
    build_fault(builder, node->line, "nested too deeply");
  else if (source->type == YAML_SCALAR_NODE)
    build_scalar(builder, source, node);
  else
    build_children(builder, source, node, depth);
  return node;
}

static ls_status build_tree(ls_context *context, const char *name, yaml_document_t *document, struct tree **tree) {
  struct tree *fresh = allocate_tree(context, name, document);
  if (fresh == NULL) return LS_STATUS_OUT_OF_MEMORY;
  struct builder builder = {.context = context, .name = name, .document = document, .tree = fresh};
  builder.next_list = fresh->list;
  const size_t name_size = strlen(name) + 1;
  memcpy(fresh->text, name, name_size);
  builder.next_text = fresh->text + name_size;
  if (node_count(document) == 0)
    fresh->node[0] = (struct yaml_node){.kind = NODE_MAPPING, .file = fresh->text, .line = 1, .text = ""};
  else
    build_node(&builder, 1, 0);
  if (builder.bad) {
    context_release(context, fresh);
    return LS_STATUS_INVALID_INPUT;
  }
  *tree = fresh;
  return LS_STATUS_OK;
}

static ls_status parser_fault(ls_context *context, const char *name, const yaml_parser_t *parser) {
  if (parser->error == YAML_MEMORY_ERROR) return context_fail(context, LS_STATUS_OUT_OF_MEMORY, "out of memory");
  const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
  return context_fault(context, name, (int64_t)parser->problem_mark.line + 1, "not valid YAML: %s (column %zu)",
                       problem, parser->problem_mark.column + 1);
}

static ls_status refuse_second_document(ls_context *context, const char *name, yaml_parser_t *parser) {
  yaml_document_t document;
  if (!yaml_parser_load(parser, &document)) return parser_fault(context, name, parser);
  ls_status status = LS_STATUS_OK;
  if (node_count(&document) > 0)
    status = context_fault(context, name, line_of(document.nodes.start), "a second document begins, must be one");
  yaml_document_delete(&document);
  return status;
}

ls_status yaml_read(ls_context *context, const char *name, const char *data, size_t length, struct yaml_node **root) {
  size_t start = 0;
  ls_status status = encoding_check(context, name, data, length, &start);
  if (status != LS_STATUS_OK) return status;
  yaml_parser_t parser;
  yaml_document_t document;
  if (!yaml_parser_initialize(&parser)) return context_fail(context, LS_STATUS_OUT_OF_MEMORY, "out of memory");
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)data + start, length - start);
  if (!yaml_parser_load(&parser, &document)) {
    status = parser_fault(context, name, &parser);
    yaml_parser_delete(&parser);
    return status;
  }
  struct tree *tree = NULL;
  status = build_tree(context, name, &document, &tree);
  if (status == LS_STATUS_OK && node_count(&document) > 0) status = refuse_second_document(context, name, &parser);
  if (status == LS_STATUS_OK)
    *root = tree->node;
  else
    context_release(context, tree);
  yaml_document_delete(&document);
  yaml_parser_delete(&parser);
  return status;
}

void yaml_destroy(struct yaml_node **root) {
  if (root == NULL || *root == NULL) return;
  struct tree *tree = (struct tree *)(void *)((char *)*root - sizeof(struct tree));
  const struct allocator allocator = tree->allocator;
  allocator_release(&allocator, tree);
  *root = NULL;
}

static int64_t find_index(const struct yaml_node *map, const char *key) {
  if (map == NULL || map->kind != NODE_MAPPING) return -1;
  for (int64_t i = 0; i < map->count; i++)
    if (strcmp(map->key[i]->text, key) == 0) return i;
  return -1;
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key) {
  const int64_t index = find_index(map, key);
  return index < 0 ? NULL : map->item[index];
}

int64_t yaml_key_line(const struct yaml_node *map, const char *key) {
  const int64_t index = find_index(map, key);
  return index < 0 ? map->line : map->key[index]->line;
}

static const char *kind_name(enum node_kind kind) {
  return kind == NODE_SCALAR ? "a single value" : kind == NODE_SEQUENCE ? "a list" : "a mapping of keys to values";
}

const struct yaml_node *yaml_find_kind(ls_context *context, const struct yaml_node *map, const char *key,
                                       enum node_kind kind) {
  const struct yaml_node *node = yaml_find(map, key);
  if (node == NULL || node->kind == kind) return node;
  context_fault(context, node->file, yaml_key_line(map, key), "%s is %s, must be %s", key, kind_name(node->kind),
                kind_name(kind));
  return NULL;
}

const struct yaml_node *yaml_require(ls_context *context, const struct yaml_node *map, const char *key,
                                     enum node_kind kind) {
  if (yaml_find(map, key) != NULL) return yaml_find_kind(context, map, key, kind);
  context_fault(context, map->file, map->line, "key '%s' is missing", key);
  return NULL;
}

static void range_fault(ls_context *context, const struct yaml_node *node, const char *what, double low, double high) {
  if (isinf(high))
    context_fault(context, node->file, node->line, "%s is %s, must be >= %.17g", what, node->text, low);
  else if (isinf(low))
    context_fault(context, node->file, node->line, "%s is %s, must be <= %.17g", what, node->text, high);
  else
    context_fault(context, node->file, node->line, "%s is %s, must be between %.17g and %.17g", what, node->text, low,
                  high);
}

static bool is_plain_scalar(ls_context *context, const struct yaml_node *node, const char *what, const char *wanted) {
  if (node->kind == NODE_SCALAR && !node->quoted) return true;
  context_fault(context, node->file, node->line, "%s is %s, must be %s", what,
                node->kind == NODE_SCALAR ? "a text in quotes" : kind_name(node->kind), wanted);
  return false;
}

double yaml_node_number(ls_context *context, const struct yaml_node *node, const char *what, double low, double high,
                        double otherwise) {
  double value = otherwise;
  if (!is_plain_scalar(context, node, what, "a number")) return otherwise;
  const enum number_fault fault = number_parse(node->text, &value);
  if (fault != NUMBER_FINE) {
    context_fault(context, node->file, node->line, "%s is '%s', %s", what, node->text, number_rule(fault));
    return otherwise;
  }
  if (value >= low && value <= high) return value;
  range_fault(context, node, what, low, high);
  return otherwise;
}

int64_t yaml_node_integer(ls_context *context, const struct yaml_node *node, const char *what, int64_t low,
                          int64_t high, int64_t otherwise) {
  int64_t value = otherwise;
  if (!is_plain_scalar(context, node, what, "a whole number")) return otherwise;
  const enum number_fault fault = number_parse_integer(node->text, &value);
  if (fault != NUMBER_FINE) {
    context_fault(context, node->file, node->line, "%s is '%s', %s", what, node->text, number_rule(fault));
    return otherwise;
  }
  if (value >= low && value <= high) return value;
  context_fault(context, node->file, node->line, "%s is %s, must be a whole number from %lld to %lld", what, node->text,
                (long long)low, (long long)high);
  return otherwise;
}

double yaml_number(ls_context *context, const struct yaml_node *map, const char *key, double low, double high,
                   double otherwise) {
  const struct yaml_node *node = yaml_find(map, key);
  return node == NULL ? otherwise : yaml_node_number(context, node, key, low, high, otherwise);
}

int64_t yaml_integer(ls_context *context, const struct yaml_node *map, const char *key, int64_t low, int64_t high,
                     int64_t otherwise) {
  const struct yaml_node *node = yaml_find(map, key);
  return node == NULL ? otherwise : yaml_node_integer(context, node, key, low, high, otherwise);
}

bool yaml_bool(ls_context *context, const struct yaml_node *map, const char *key, bool otherwise) {
  const struct yaml_node *node = yaml_find(map, key);
  if (node == NULL || !is_plain_scalar(context, node, key, "true or false")) return otherwise;
  if (strcmp(node->text, "true") == 0) return true;
  if (strcmp(node->text, "false") == 0) return false;
  context_fault(context, node->file, node->line, "%s is '%s', must be true or false", key, node->text);
  return otherwise;
}

const char *yaml_text(ls_context *context, const struct yaml_node *map, const char *key, const char *otherwise) {
  const struct yaml_node *node = yaml_find_kind(context, map, key, NODE_SCALAR);
  return node == NULL ? otherwise : node->text;
}

int yaml_choice(ls_context *context, const struct yaml_node *map, const char *key, const char *const *choices,
                int otherwise) {
  const struct yaml_node *node = yaml_find_kind(context, map, key, NODE_SCALAR);
  if (node == NULL) return otherwise;
  char list[256] = "";
  size_t used = 0;
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], node->text) == 0) return i;
    const size_t size = strlen(choices[i]);
    if (used + size + 3 >= sizeof list) continue;
    if (i > 0) memcpy(list + used, ", ", 2), used += 2;
    memcpy(list + used, choices[i], size + 1);
    used += size;
  }
  const char *nearest = nearest_word(node->text, choices);
  context_fault(context, node->file, node->line, "%s is '%s', must be one of %s%s%s%s", key, node->text, list,
                nearest != NULL ? " (did you mean '" : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "'?)" : "");
  return otherwise;
}

ls_status yaml_check_keys(ls_context *context, const struct yaml_node *map, const char *const *allowed) {
  ls_status status = LS_STATUS_OK;
  if (map->kind != NODE_MAPPING)
    return context_fault(context, map->file, map->line, "%s stands here, must be a mapping of keys to values",
                         kind_name(map->kind));
  for (int64_t i = 0; i < map->count; i++) {
    const char *key = map->key[i]->text;
    bool known = false;
    for (const char *const *word = allowed; *word != NULL && !known; word++) known = strcmp(*word, key) == 0;
    if (known) continue;
    const char *nearest = nearest_word(key, allowed);
    status = context_fault(context, map->file, map->key[i]->line, "unknown key '%s'%s%s%s", key,
                           nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
                           nearest != NULL ? "'?" : "");
  }
  return status;
}
