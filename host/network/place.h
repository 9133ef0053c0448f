/* place.h - naming the place, the thing and the value in messages about a table's row. */
#ifndef LS_HOST_NETWORK_PLACE_H
#define LS_HOST_NETWORK_PLACE_H

#include "network/network.h"
#include "network/schema.h"

struct place {
  ls_context *context;
  const ls_network *network;
  const struct table *table;
  const struct table_schema *schema;
  enum table_id id;
  const char *file; /* "liabilities.csv", or "net.h5:/liabilities" */
  char *own_file;   /* the latter's memory */
  bool from_folder;
};

/* path: of the network file, NULL for a folder. */
ls_status place_begin(ls_context *context, const ls_network *network, enum table_id id, const char *path,
                      struct place *place);
void place_end(struct place *place);

int64_t place_line(const struct place *place, int64_t row);

/* "amount from 'B17' to 'B04'", "share of 'A' in 'B'", "cash of 'B17'"; the caller releases it, NULL without memory. */
char *place_subject(const struct place *place, const char *column, int64_t row);

/* The same from the texts of the table's first two columns. */
char *subject_print(ls_context *context, const struct table_schema *schema, const char *column, const char *first,
                    const char *second);

/* "<subject> is <value>, <rule>" */
void place_fault(const struct place *place, const char *column, int64_t row, const char *value, const char *rule);

/* "<column> '<value>' <rule>" */
void place_text_fault(const struct place *place, const char *column, int64_t row, const char *value, const char *rule);

#endif
