/* schema.h - every table and column there is, in one constant table that reading, checking and writing go by.
 *
 * The user's view of it is docs/file-formats.md. Columns that are not listed are kept as attributes, as numbers where
 * every cell is one and as texts otherwise.
 */
#ifndef LS_HOST_NETWORK_SCHEMA_H
#define LS_HOST_NETWORK_SCHEMA_H

#include "network/network.h"

enum column_kind {
  COLUMN_ID,     /* names the row: not blank, unique, no control characters */
  COLUMN_ENTITY, /* id of an entity, or `world` where world_allowed */
  COLUMN_ASSET,  /* id of an asset */
  COLUMN_PARTY,  /* of a deal: entity, `world`, or `group:a+b` */
  COLUMN_TARGET, /* of a path: entity, `world`, or `investor>recipient` */
  COLUMN_TEXT,   /* anything */
  COLUMN_CHOICE, /* one of `choices` */
  COLUMN_DATE,   /* ISO 8601: 2026, 2026-04 or 2026-04-30 */
  COLUMN_NUMBER,
  COLUMN_INTEGER
};

/* What amounts are measured in. UNIT_CURRENCY: the network's currency and unit. */
enum column_unit {
  UNIT_NONE,
  UNIT_CURRENCY,
  UNIT_FRACTION,
  UNIT_GIGAWATT,
  UNIT_QUARTER,
  UNIT_YEAR,
  UNIT_CAPACITY,
  UNIT_CURRENCY_PER_CAPACITY
};

struct column_schema {
  const char *name;
  enum column_kind kind;
  bool required;      /* the table must have the column */
  bool blank_allowed; /* a cell may be blank (texts: "", numbers: NaN) */
  bool world_allowed;
  bool above; /* numbers must be > minimum, otherwise >= minimum */
  double minimum, maximum;
  double otherwise;           /* what stands for an absent column; NaN: derived or unknown */
  const char *const *choices; /* NULL-ended */
  enum column_unit unit;
  const char *meaning;
};

/* Pair tables have two key columns, the first two, which are kept as numbers in table.from and table.to. */
enum pairing { PAIRING_NONE, PAIRING_ENTITIES, PAIRING_ENTITY_ASSET };

struct table_schema {
  enum table_id id;
  const char *file; /* "liabilities.csv" */
  const char *name; /* "liabilities": the group in network.h5 */
  enum pairing pairing;
  const struct column_schema *column;
  int32_t column_count;
  /* Columns that name a row together: no two rows agree in all of them. Pair tables: the pair, and this if not NULL. */
  const char *key[3];
};

const struct table_schema *schema_table(enum table_id id);

/* NULL where the schema does not list the column. */
const struct column_schema *schema_column(enum table_id id, const char *column);

bool schema_is_text(const struct column_schema *column);

/* Is it one of the two key columns of a pair table? These are not among table.column. */
bool schema_is_pair_key(enum table_id id, const char *column);

/* "currency" units are written with the network's own: "USD bn"; others are fixed words ("1", "GW", "quarter", ...). */
const char *schema_unit_text(enum column_unit unit);

#endif
