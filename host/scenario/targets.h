/* targets.h - whom a shock or a loading means: ids, `sector:x`, `*`, and pairs: `investor>recipient` for gates, `buyer>seller`
 * for orders. */
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

/* A variable that acts between two: a pair stands for its rows in a table, and its number is that of the first of them. */
struct pair_kind {
  int variable;
  enum table_id table;
  const char *form;     /* how a target is written */
  const char *receiver; /* what the second of the two is called */
  const char *missing;  /* what a network without the pair has */
  bool is_of_sender;    /* whose loadings a pair takes that has none of its own: the first one's, else the second's */
};

/* NULL where the variable acts on single entities or assets. */
const struct pair_kind *pair_kind_of(int variable);

/* Understands the text as a target of a variable (-1: of any); false with a fault where it cannot be one. Ids that the network
 * lacks are left to the caller. */
bool target_parse(struct scenario_reader *reader, int variable, const char *text, int64_t line,
                  struct target_pattern *pattern);

/* How closely the pattern names an entity (-1: not at all), the more the more specific; entity may be
 * ENTITY_WORLD. */
int target_match_entity(const struct scenario_reader *reader, const struct target_pattern *pattern, int32_t entity);

/* The same of a pair, by its row. What is said of one of the two counts less than what is said of both. */
int target_match_pair(const struct scenario_reader *reader, const struct pair_kind *kind,
                      const struct target_pattern *pattern, int64_t row);

/* Does the network have a pair that the pattern means, of this variable (of any where it acts on no pairs, or is -1)? */
bool target_pair_exists(const struct scenario_reader *reader, int variable, const struct target_pattern *pattern);

/* Says that the network lacks the target of a variable (-1: of any): a warning where that is allowed, else
 * LS_STATUS_UNUSABLE. */
void target_report_missing(struct scenario_reader *reader, int variable, const char *text, int64_t line);

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

/* A target as scenario files write it: "alder", "world", an asset, "nvidia>openai". The caller's; NULL without memory. */
char *target_text(ls_context *context, const ls_network *network, int variable, int32_t target);

/* Warns where a factor on power caps meets no cap at all. */
void target_warn_uncapped(struct scenario_reader *reader, const char *text, int64_t line,
                          const struct target_list *list);

#endif
