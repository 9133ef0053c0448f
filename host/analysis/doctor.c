/* doctor.c - ls_doctor: what this machine offers, and whether a small run comes out alike in every way that it can be computed. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/processor.h"
#include "engine/backend.h"
#include "io/buffer.h"
#include "io/file.h"
#include "io/hdf5_file.h"
#include "io/json.h"

enum { FINDINGS_MOST = 24, DETAIL_ROOM = 256, PATH_ROOM = 4096, DIGEST_ROOM = 33 };

struct finding {
  const char *name;
  bool good, needed; /* what is not needed may be missing */
  char detail[DETAIL_ROOM];
};

struct doctor {
  struct finding finding[FINDINGS_MOST];
  int count;
};

static void find_out(struct doctor *doctor, const char *name, bool good, bool needed, const char *detail) {
  if (doctor->count == FINDINGS_MOST) return;
  struct finding *finding = &doctor->finding[doctor->count++];
  *finding = (struct finding){.name = name, .good = good, .needed = needed};
  (void)snprintf(finding->detail, sizeof finding->detail, "%s", detail);
}

/* ---- the machine --------------------------------------------------------------------------------------------------------- */

static void look_at_machine(struct doctor *doctor) {
  char detail[DETAIL_ROOM];
  (void)snprintf(detail, sizeof detail, "%d processors; instructions: baseline%s%s", processor_count(),
                 processor_has_avx2() ? ", avx2" : "", processor_has_avx512() ? ", avx512" : "");
  find_out(doctor, "processor", true, true, detail);
  (void)snprintf(detail, sizeof detail, "%.1f GiB",
                 (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / (1 << 30));
  find_out(doctor, "memory", true, true, detail);
  hdf5_versions(detail, sizeof detail);
  find_out(doctor, "HDF5", true, true, detail);
  find_out(doctor, "reader of HDF5", hdf5_reader_is_walled(), false,
           hdf5_reader_is_walled() ? "a process of its own that may open nothing (seccomp)"
                                   : "a process of its own, without a filter of calls: built without libseccomp");
  for (int k = 0; k < LS_BACKEND_TOTAL; k++) {
    const bool available = LS_BACKENDS[k]->available(detail, sizeof detail);
    find_out(doctor, LS_BACKENDS[k]->name, available, LS_BACKENDS[k] == &LS_CPU_BACKEND, detail);
  }
}

/* ---- a small run, in every way ---------------------------------------------------------------------------------------------- */

static const char BANKS[] = "id,external_assets,external_liabilities\na,12,4\nb,9,3\nc,15,6\nd,7,2\ne,11,5\n";
static const char DEBTS[] = "debtor,creditor,amount\na,b,5\nb,c,6\nc,d,4\nd,e,7\ne,a,5\na,c,2\nc,e,3\nd,a,1.5\n";
static const char DRAWS[] =
    "count: 8192\nseed: 1\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.5}]\n"
    "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.3, sd: 0.2}]\n";

struct self_test {
  char folder[PATH_ROOM], scenarios[PATH_ROOM + 16], results[PATH_ROOM + 16];
  ls_network *network;
  char digest[DIGEST_ROOM]; /* of the first run */
  int runs;
};

static ls_status write_named(ls_context *context, const struct self_test *test, const char *name, const char *text) {
  char path[PATH_ROOM + 32];
  (void)snprintf(path, sizeof path, "%s/%s", test->folder, name);
  return file_write(context, path, text, strlen(text), false);
}

static ls_status prepare(ls_context *context, struct self_test *test) {
  const char *parent = getenv("TMPDIR");
  (void)snprintf(test->folder, sizeof test->folder, "%s/loopstress-doctor-XXXXXX", parent != NULL ? parent : "/tmp");
  if (mkdtemp(test->folder) == NULL) {
    ls_status status = context_fail(context, LS_STATUS_IO, "%s: cannot be made: %s", test->folder, strerror(errno));
    test->folder[0] = '\0';
    return status;
  }
  (void)snprintf(test->scenarios, sizeof test->scenarios, "%s/draws.yaml", test->folder);
  (void)snprintf(test->results, sizeof test->results, "%s/r.h5", test->folder);
  ls_status status = write_named(context, test, "entities.csv", BANKS);
  if (status == LS_STATUS_OK) status = write_named(context, test, "liabilities.csv", DEBTS);
  if (status == LS_STATUS_OK) status = write_named(context, test, "draws.yaml", DRAWS);
  if (status == LS_STATUS_OK) status = ls_network_read(context, test->folder, NULL, &test->network);
  return status;
}

/* Notes the first digest; others must be the same. */
static ls_status compare(ls_context *context, struct self_test *test, const char *digest, const char *way) {
  if (test->runs++ == 0) {
    (void)snprintf(test->digest, sizeof test->digest, "%s", digest);
    return LS_STATUS_OK;
  }
  if (strcmp(digest, test->digest) == 0) return LS_STATUS_OK;
  return context_fail(context, LS_STATUS_CHECK_FAILED, "%s computes other numbers: digest %s, not %s", way, digest,
                      test->digest);
}

static ls_status run_one(ls_context *context, struct self_test *test, const char *backend, const char *isa,
                         const char *engine) {
  ls_run_options options = ls_run_options_default();
  ls_results *results = NULL;
  options.model = "eisenberg-noe";
  options.scenarios = test->scenarios;
  options.backend = backend;
  options.isa = isa;
  options.engine = engine;
  ls_status status = ls_run(context, test->network, &options, &results);
  if (status == LS_STATUS_OK) status = compare(context, test, ls_results_digest(results), isa != NULL ? isa : backend);
  ls_results_destroy(&results);
  return status;
}

/* Onto the disk, and back through the reader. */
static ls_status round_trip(ls_context *context, struct self_test *test) {
  ls_run_options options = ls_run_options_default();
  ls_results *results = NULL, *again = NULL;
  options.model = "eisenberg-noe";
  options.scenarios = test->scenarios;
  options.backend = "cpu";
  ls_status status = ls_run(context, test->network, &options, &results);
  if (status == LS_STATUS_OK) status = ls_results_write(context, results, test->results, false);
  if (status == LS_STATUS_OK) status = ls_results_read(context, test->results, &again);
  if (status == LS_STATUS_OK) status = compare(context, test, ls_results_digest(again), "a results file");
  ls_results_destroy(&again);
  ls_results_destroy(&results);
  return status;
}

static ls_status run_all(ls_context *context, struct self_test *test) {
  static const char *const engines[] = {"tile", "push"};
  const struct {
    const char *name;
    bool runs;
  } isa[] = {{"baseline", true}, {"avx2", processor_has_avx2()}, {"avx512", processor_has_avx512()}};
  char reason[DETAIL_ROOM];
  ls_status status = LS_STATUS_OK;
  for (size_t e = 0; e < sizeof engines / sizeof engines[0]; e++) {
    for (size_t k = 0; k < sizeof isa / sizeof isa[0] && status == LS_STATUS_OK; k++)
      if (isa[k].runs) status = run_one(context, test, "cpu", isa[k].name, engines[e]);
    for (int k = 0; k < LS_BACKEND_TOTAL && status == LS_STATUS_OK; k++)
      if (LS_BACKENDS[k] != &LS_CPU_BACKEND && LS_BACKENDS[k]->available(reason, sizeof reason))
        status = run_one(context, test, LS_BACKENDS[k]->name, NULL, engines[e]);
  }
  return status == LS_STATUS_OK ? round_trip(context, test) : status;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

static ls_status test_itself(ls_context *context, struct doctor *doctor) {
  struct self_test test = {.runs = 0};
  char detail[DETAIL_ROOM];
  const int messages = ls_context_message_count(context);
  ls_status status = prepare(context, &test);
  if (status == LS_STATUS_OK) status = run_all(context, &test);
  if (status == LS_STATUS_OK)
    (void)snprintf(detail, sizeof detail, "%d ways, one digest: %s", test.runs, test.digest);
  else
    (void)snprintf(detail, sizeof detail, "%s", ls_context_message(context, messages));
  find_out(doctor, "self-test", status == LS_STATUS_OK, true, detail);
  ls_network_destroy(&test.network);
  if (test.folder[0] != '\0') (void)nftw(test.folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  if (status == LS_STATUS_INTERRUPTED || status == LS_STATUS_OUT_OF_MEMORY) return status;
  context_drop_errors(context, messages);
  return LS_STATUS_OK;
}

/* ---- telling ------------------------------------------------------------------------------------------------------------------ */

static bool is_well(const struct doctor *doctor) {
  bool well = true;
  for (int k = 0; k < doctor->count; k++) well = well && (doctor->finding[k].good || !doctor->finding[k].needed);
  return well;
}

static ls_status tell_json(ls_context *context, const struct doctor *doctor, ls_text **report) {
  struct json json = json_start(context);
  json_object_begin(&json, NULL);
  json_flag(&json, "healthy", is_well(doctor));
  json_text(&json, "version", ls_version());
  json_list_begin(&json, "findings");
  for (int k = 0; k < doctor->count; k++) {
    json_object_begin(&json, NULL);
    json_text(&json, "name", doctor->finding[k].name);
    json_flag(&json, "good", doctor->finding[k].good);
    json_flag(&json, "needed", doctor->finding[k].needed);
    json_text(&json, "detail", doctor->finding[k].detail);
    json_object_end(&json);
  }
  json_list_end(&json);
  json_object_end(&json);
  return json_finish(&json, report);
}

static ls_status tell_text(ls_context *context, const struct doctor *doctor, ls_text **report) {
  struct buffer out = buffer_start(context);
  buffer_print(&out, "loopstress %s\n", ls_version());
  for (int k = 0; k < doctor->count; k++) {
    const struct finding *finding = &doctor->finding[k];
    buffer_print(&out, "  %-7s %-15s %s\n",
                 finding->good     ? "ok"
                 : finding->needed ? "FAILED"
                                   : "missing",
                 finding->name, finding->detail);
  }
  buffer_text(&out, is_well(doctor) ? "All that is needed is there and works.\n"
                                    : "Something that is needed does not work.\n");
  return buffer_finish(&out, report);
}

ls_status ls_doctor(ls_context *context, ls_format format, ls_text **report) {
  struct doctor doctor = {.count = 0};
  look_at_machine(&doctor);
  ls_status status = test_itself(context, &doctor);
  if (status != LS_STATUS_OK) return status;
  status = format == LS_FORMAT_JSON ? tell_json(context, &doctor, report) : tell_text(context, &doctor, report);
  return status == LS_STATUS_OK && !is_well(&doctor) ? LS_STATUS_CHECK_FAILED : status;
}
