/* targets.h - whom a shock or a loading means: ids, `sector:x`, `*`, and `investor>recipient` for gates. */
#ifndef LS_HOST_SCENARIO_TARGETS_H
#define LS_HOST_SCENARIO_TARGETS_H

#include "scenario/reader.h"

enum side_kind { SIDE_ALL, SIDE_SECTOR, SIDE_ENTITY, SIDE_WORLD };

struct target_side {
  enum side_kind kind;
  int32_t entity;     /* SIDE_ENTITY; ENTITY_NONE where the network lacks it */
  const char *sector; /* SIDE_SECTOR: within the text that was parsed, which must live as long */
  size_t sector_length;
};

struct target_pattern {
  bool is_pair; /* `to` is given */
  struct target_side from, to;
  bool is_known; /* the network has every id and sector that it names */
};

/* Understands the text; false with a fault where it cannot be a target. Ids that the network lacks are left to the
 * caller. */
bool target_parse(struct scenario_reader *reader, const char *text, int64_t line, struct target_pattern *pattern);

/* How closely the pattern names an entity (-1: not at all), the more the more specific; entity may be
 * ENTITY_WORLD. */
int target_match_entity(const struct scenario_reader *reader, const struct target_pattern *pattern, int32_t entity);
int target_match_pledge(const struct scenario_reader *reader, const struct target_pattern *pattern, int64_t pledge);

/* Says that the network lacks the target: a warning where that is allowed, else LS_STATUS_UNUSABLE. */
void target_report_missing(struct scenario_reader *reader, const char *text, int64_t line);

struct target_list {
  int32_t *number; /* in rising order; entity_count stands for the world */
  int64_t count;
  int64_t capacity;
};

/* Sets the list to the target numbers that the text means for a variable; it is empty where there are none (with a
 * message). LS_STATUS_OUT_OF_MEMORY is the only failure returned. */
ls_status target_expand(struct scenario_reader *reader, int variable, const char *text, int64_t line,
                        struct target_list *list);
void target_list_release(struct scenario_reader *reader, struct target_list *list);

/* Warns where a factor on power caps meets no cap at all. */
void target_warn_uncapped(struct scenario_reader *reader, const char *text, int64_t line,
                          const struct target_list *list);

#endif
