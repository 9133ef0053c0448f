/* import_mapped.c - delimited text, as a map in YAML says. */
#include "network/import_source.h"

ls_status import_mapped(struct import_source *source) {
  return context_fail(source->context, LS_STATUS_USAGE, "%s: this version reads no maps", source->options->map);
}
