/* metadata.h - the two YAML files of a network folder: network.yaml and loop.yaml. Both, and all their keys, are
 * optional. */
#ifndef LS_HOST_NETWORK_METADATA_H
#define LS_HOST_NETWORK_METADATA_H

#include "io/yaml.h"
#include "network/network.h"

/* Faults of content are messages and leave LS_STATUS_OK; other statuses are those of reading and memory. */
ls_status metadata_read_network(ls_context *context, ls_network *network, const char *data, size_t length);
ls_status metadata_read_loop(ls_context *context, ls_network *network, const char *data, size_t length);

/* The keys of network.yaml from a mapping that stands elsewhere. */
ls_status metadata_take_network(ls_context *context, ls_network *network, const struct yaml_node *map);

#endif
