/* record_host.h - parts of an audit record that tell of build, machine and device; for record.c. */
#ifndef LS_HOST_AGGREGATE_RECORD_HOST_H
#define LS_HOST_AGGREGATE_RECORD_HOST_H

#include "aggregate/results.h"
#include "io/json.h"

/* UTC, as 2026-11-26T20:00:00Z; null where the calendar does not reach. */
void record_put_time(struct json *json, const char *key, int64_t seconds);

void record_put_build(struct json *json);
void record_put_host(struct json *json);
void record_put_environment(struct json *json);
/* null for a run on the CPU. */
void record_put_device(struct json *json, const struct device_record *device);

#endif
