/* yaml.h - YAML files as a small tree whose nodes know their lines, and accessors that turn what they find into faults.
 *
 * One document of mappings, sequences and scalars; anchors, aliases and keys that are no scalars or stand twice are
 * refused.
 */
#ifndef LS_HOST_IO_YAML_H
#define LS_HOST_IO_YAML_H

#include "core/context.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct yaml_node {
  enum node_kind kind;
  bool quoted;             /* a scalar in quotes or a block: text, whatever it looks like */
  const char *file;        /* for messages */
  int64_t line;            /* from 1 */
  const char *text;        /* of a scalar; "" otherwise */
  int64_t count;           /* items of a sequence, pairs of a mapping */
  struct yaml_node **key;  /* [count] scalars; NULL in a sequence */
  struct yaml_node **item; /* [count] */
};

/* Reads one document. A text without one gives an empty mapping at line 1. LS_STATUS_INVALID_INPUT: each fault is a
 * message with its line. */
ls_status yaml_read(ls_context *context, const char *name, const char *data, size_t length, struct yaml_node **root);
void yaml_destroy(struct yaml_node **root);

/* The value of a key, or NULL where it is absent (or `map` is NULL or no mapping). */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);

/* The line of a key, or of the mapping where it is absent. */
int64_t yaml_key_line(const struct yaml_node *map, const char *key);

/* The value of a key that must be there and be of that kind; NULL with a fault otherwise. */
const struct yaml_node *yaml_require(ls_context *context, const struct yaml_node *map, const char *key,
                                     enum node_kind kind);

/* The value of a key that may be absent (NULL) but must be of that kind (NULL with a fault). */
const struct yaml_node *yaml_find_kind(ls_context *context, const struct yaml_node *map, const char *key,
                                       enum node_kind kind);

/* The value of a key within low..high (infinities: no bound), or `otherwise` where it is absent or faulty; a fault is a
 * message like "loop.yaml:3: interest is -1, must be >= 0". */
double yaml_number(ls_context *context, const struct yaml_node *map, const char *key, double low, double high,
                   double otherwise);
int64_t yaml_integer(ls_context *context, const struct yaml_node *map, const char *key, int64_t low, int64_t high,
                     int64_t otherwise);
bool yaml_bool(ls_context *context, const struct yaml_node *map, const char *key, bool otherwise);
const char *yaml_text(ls_context *context, const struct yaml_node *map, const char *key, const char *otherwise);

/* The number of the value in the NULL-ended list `choices`, or `otherwise`. */
int yaml_choice(ls_context *context, const struct yaml_node *map, const char *key, const char *const *choices,
                int otherwise);

/* The number in one scalar node, as items of sequences need it; `what` names it in messages. */
double yaml_node_number(ls_context *context, const struct yaml_node *node, const char *what, double low, double high,
                        double otherwise);
int64_t yaml_node_integer(ls_context *context, const struct yaml_node *node, const char *what, int64_t low,
                          int64_t high, int64_t otherwise);

/* Faults: the node is no mapping, or has a key that is not in the NULL-ended list (with the nearest one that is). */
ls_status yaml_check_keys(ls_context *context, const struct yaml_node *map, const char *const *allowed);

#endif
