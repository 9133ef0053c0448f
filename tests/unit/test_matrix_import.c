/* test_matrix_import.c - square matrices in CSV, Matrix Market and HDF5: what they mean, what is refused. */
#include <stdio.h>
#include <unistd.h>

#include "greatest.h"
#include "io/hdf5_file.h"
#include "network/network.h"
#include "support.h"

static ls_context *context;
static struct failing_allocator memory;
static char folder[4096], path[4200], entities[4200];
static ls_network *network;
static ls_import_options options;

static void set_up(void *user) {
  (void)user;
  if (ls_context_create(&context) != LS_STATUS_OK || !support_make_folder(folder)) abort();
  support_fail_after(context, &memory, -1);
  network = NULL;
  options = ls_import_options_default();
}

static void tear_down(void *user) {
  (void)user;
  ls_network_destroy(&network);
  ls_context_destroy(&context);
  support_remove_folder(folder);
  if (memory.held != 0) abort();
}

static void put_entities(const char *text) {
  if (!support_write_file(folder, "e.csv", text)) abort();
  (void)snprintf(entities, sizeof entities, "%s/e.csv", folder);
  options.entities = entities;
}

static ls_status import(const char *name, const char *text) {
  if (!support_write_file(folder, name, text)) abort();
  (void)snprintf(path, sizeof path, "%s/%s", folder, name);
  ls_network_destroy(&network);
  ls_context_clear_messages(context);
  return ls_network_import(context, path, &options, &network, NULL);
}

/* What the debtor owes the creditor; -1: no link. */
static double owed(const char *debtor, const char *creditor) {
  const int64_t row = network_find_pair(network, TABLE_LIABILITIES, network_find_entity(network, debtor),
                                        network_find_entity(network, creditor));
  return row < 0 ? -1.0 : network_number(network, TABLE_LIABILITIES, "amount", row, -1.0);
}

static int64_t link_count(void) { return network->table[TABLE_LIABILITIES].row_count; }

/* The file must be refused as bad input, with a message that says this. */
#define ASSERT_REFUSED(name, text, message)                                                           \
  do {                                                                                                \
    ASSERT_EQm(message, LS_STATUS_INVALID_INPUT, import(name, text));                                 \
    ASSERT_EQ(NULL, network);                                                                         \
    ASSERTm(ls_context_message(context, 0), strstr(ls_context_message(context, 0), message) != NULL); \
  } while (0)

/* ---- matrix in CSV ----------------------------------------------------------------------------------------------- */

static const char MATRIX[] = "bank,a,b,c\nc,10,,0\na,,20,\nb,0.0,0,30.25\n";

TEST a_cell_is_what_its_row_owes_its_column(void) {
  ASSERT_EQ(LS_STATUS_OK, import("m.csv", MATRIX));
  ASSERT_EQ(3, ls_network_entity_count(network));
  ASSERT_STR_EQ("a", ls_network_entity_id(network, 0));
  ASSERT_STR_EQ("m", ls_network_name(network));
  ASSERT_EQ(3, link_count());
  ASSERT_EQ(20.0, owed("a", "b"));
  ASSERT_EQ(30.25, owed("b", "c"));
  ASSERT_EQ(10.0, owed("c", "a"));
  PASS();
}

TEST rows_are_creditors_where_asked_for(void) {
  options.rows = LS_ROWS_CREDITOR;
  ASSERT_EQ(LS_STATUS_OK, import("m.csv", MATRIX));
  ASSERT_EQ(20.0, owed("b", "a"));
  ASSERT_EQ(30.25, owed("c", "b"));
  ASSERT_EQ(-1.0, owed("a", "b"));
  PASS();
}

TEST a_companion_file_gives_entities_their_order_and_columns(void) {
  put_entities("id,external_assets\nd,1\nc,2\nb,3\na,4\n");
  ASSERT_EQ(LS_STATUS_OK, import("m.csv", MATRIX));
  ASSERT_EQ(4, ls_network_entity_count(network));
  ASSERT_EQ(4.0, network_number(network, TABLE_ENTITIES, "external_assets", network_find_entity(network, "a"), 0.0));
  ASSERT_EQ(20.0, owed("a", "b"));
  ASSERT_EQ(2, network->file_count);
  ASSERT_STR_EQ("m.csv", network->file[0].file);
  ASSERT_STR_EQ("e.csv", network->file[1].file);
  ASSERT_EQ(64, strlen(network->file[1].sha256));
  PASS();
}

TEST faults_of_a_matrix_name_file_line_and_ids(void) {
  ASSERT_REFUSED("m.csv", ",a,b\na,0,1\nb,x,0\n",
                 "m.csv:3: the cell of row 'b' and column 'a' is 'x', must be a number");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,\"1,5\"\nb,0,0\n", "m.csv:2: the cell of row 'a' and column 'b' is '1,5'");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,nan\nb,0,0\n", "is 'nan', must be a number, not NaN");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,-1\nb,0,0\n", "m.csv:2: amount from 'a' to 'b' is -1, must be >= 0");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,1\nb,0,2\n", "m.csv:3: link from 'b' to itself");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,1\n", "m.csv:1: column 'b' has no row of that id");
  ASSERT_REFUSED("m.csv", ",a\na,0\nb,1\n", "m.csv:3: row 'b' has no column of that id");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,1\na,0,1\n", "m.csv:3: row 'a' stands twice (first in line 2)");
  ASSERT_REFUSED("m.csv", ",a,b,a\na,0,1,0\nb,0,0,0\n", "m.csv:1: column 'a' stands twice (columns 2 and 4)");
  ASSERT_REFUSED("m.csv", ",a,\na,0,1\n,0,0\n", "m.csv:1: column 3 has no id");
  ASSERT_REFUSED("m.csv", ",a,b\na,0,1\nb,1\n", "m.csv:3: the row has 2 cells, must have 3");
  ASSERT_EQ(1, ls_context_message_count(context));
  ASSERT_REFUSED("m.csv", "a\nb\n", "the header has one cell");
  ASSERT_REFUSED("m.csv", ";a;b\na;0;1\nb;1;0\n", "columns are separated by ';', must be a comma");
  ASSERT_REFUSED("m.csv", "", "the file is empty");
  PASS();
}

TEST ids_of_the_matrix_must_be_in_the_companion_file(void) {
  put_entities("id\na\nb\n");
  ASSERT_REFUSED("m.csv", ",a,z\na,0,1\nz,0,0\n", "m.csv:2: creditor 'z' is not in e.csv");
  put_entities("name\na\n");
  ASSERT_REFUSED("m.csv", MATRIX, "e.csv:1: column 'id' is missing");
  put_entities("id,cash\na,-1\nb,0\nc,0\n");
  ASSERT_REFUSED("m.csv", MATRIX, "e.csv:2: cash of 'a' is -1, must be >= 0");
  PASS();
}

/* ---- Matrix Market ----------------------------------------------------------------------------------------------- */

TEST coordinates_count_from_one(void) {
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate real general\n% made up\n\n3 3 4\n1 2 20\n"
                                          " 2\t3 30.25\r\n3 1 1e1\n2 1 0\n"));
  ASSERT_EQ(3, link_count());
  ASSERT_STR_EQ("3", ls_network_entity_id(network, 2));
  ASSERT_EQ(20.0, owed("1", "2"));
  ASSERT_EQ(30.25, owed("2", "3"));
  ASSERT_EQ(10.0, owed("3", "1"));
  options.rows = LS_ROWS_CREDITOR;
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%matrixmarket MATRIX Coordinate Integer General\n2 2 1\n1 2 5\n"));
  ASSERT_EQ(5.0, owed("2", "1"));
  PASS();
}

TEST symmetric_matrices_are_owed_both_ways(void) {
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n2 1 7\n1 1 0\n"));
  ASSERT_EQ(2, link_count());
  ASSERT_EQ(7.0, owed("1", "2"));
  ASSERT_EQ(7.0, owed("2", "1"));
  PASS();
}

TEST a_pattern_has_links_of_one(void) {
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n"));
  ASSERT_EQ(1.0, owed("1", "2"));
  PASS();
}

TEST arrays_stand_column_by_column(void) {
  ASSERT_EQ(LS_STATUS_OK,
            import("m.mtx", "%%MatrixMarket matrix array real general\n3 3\n0\n21\n31\n12\n0\n32\n13\n23\n0\n"));
  ASSERT_EQ(6, link_count());
  ASSERT_EQ(21.0, owed("2", "1"));
  ASSERT_EQ(32.0, owed("3", "2"));
  ASSERT_EQ(13.0, owed("1", "3"));
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix array real symmetric\n3 3\n0\n21\n31\n0\n32\n0\n"));
  ASSERT_EQ(6, link_count());
  ASSERT_EQ(31.0, owed("1", "3"));
  ASSERT_EQ(32.0, owed("3", "2"));
  PASS();
}

TEST ids_of_a_matrix_market_file_come_from_the_companion(void) {
  put_entities("id\nx\ny\n");
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 5\n"));
  ASSERT_EQ(5.0, owed("x", "y"));
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix coordinate real general\n3 3 1\n1 2 5\n",
                 "m.mtx:2: the matrix has 3 rows, must have 2 as e.csv has entities");
  PASS();
}

TEST faults_of_matrix_market_name_the_line(void) {
  ASSERT_REFUSED("m.mtx", "1 2 3\n", "m.mtx:1: the first line must be");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix coordinate complex general\n", "no imaginary part");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix coordinate real hermitian\n", "no imaginary part");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix coordinate real skew-symmetric\n", "would be negative");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket vector coordinate real general\n", "the object is 'vector'");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix array pattern general\n", "must be real or integer in an array");
#define GENERAL "%%MatrixMarket matrix coordinate real general\n"
  ASSERT_REFUSED("m.mtx", GENERAL, "the line of sizes is missing");
  ASSERT_REFUSED("m.mtx", GENERAL "2 3 1\n1 1 1\n", "m.mtx:2: the matrix has 2 rows and 3 columns, must be square");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2\n", "m.mtx:2: the line of sizes has 2 numbers, must have 3");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 5\n", "the number of entries is 5, must be from 0 to 4");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 2\n1 2 1\n", "the file ends after 1 entries, must have 2");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n1 2 1\n2 1 1\n", "m.mtx:4: an entry beyond the 1");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n0 2 1\n", "m.mtx:3: the row is 0, must be from 1 to 2");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n1 99999999999999999999 1\n", "m.mtx:3: the column is");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n1 2\n", "m.mtx:3: the entry has 2 numbers, must have 3");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n1 2 x\n", "m.mtx:3: the cell of row '1' and column '2' is 'x'");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 1\n2 2 1\n", "m.mtx:3: link from '2' to itself");
  ASSERT_REFUSED("m.mtx", GENERAL "2 2 2\n1 2 1\n1 2 3\n", "m.mtx:4: link from '1' to '2' stands twice");
  ASSERT_REFUSED("m.mtx", GENERAL "2000000000 2000000000 0\n", "rows, must be at most 10000000");
  ASSERT_REFUSED("m.mtx", GENERAL "9e18 9e18 0\n", "the number of rows is");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 3\n", "above the diagonal");
  ASSERT_REFUSED("m.mtx", "%%MatrixMarket matrix array real general\n2 2\n0\n1\n1\n", "ends after 3 entries");
#undef GENERAL
  PASS();
}

TEST duplicate_entries_are_summed_where_asked_for(void) {
  options.reading.sum_duplicates = true;
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 1\n1 2 3\n"));
  ASSERT_EQ(4.0, owed("1", "2"));
  PASS();
}

/* ---- sparse matrix in HDF5 --------------------------------------------------------------------------------------- */

/* A file as AnnData has it, each part of which a test may spoil. */
struct sparse_file {
  const char *encoding;
  int64_t shape[2], start_count, start[8], index_count, index[8], value_count;
  double value[8];
  bool whole_values, texts_for_indices, without_data, is_ours;
};

static const struct sparse_file SOUND = {.encoding = "csr_matrix",
                                         .shape = {3, 3},
                                         .start_count = 4,
                                         .start = {0, 1, 2, 3},
                                         .index_count = 3,
                                         .index = {1, 2, 0},
                                         .value_count = 3,
                                         .value = {20.0, 30.25, 10.0}};

static void put_array(struct hdf5_file *file, hdf5_id group, const char *name, const int64_t *whole, const double *real,
                      int64_t count) {
  char scale[32];
  (void)snprintf(scale, sizeof scale, "%s_row", name);
  struct hdf5_array array = {.group = group, .name = name, .meaning = name, .rank = 1};
  array.dimension[0] = hdf5_scale_bare(file, group, scale, count);
  if (whole != NULL)
    hdf5_write_integers(file, &array, whole);
  else
    hdf5_write_numbers(file, &array, real);
}

static void put_indices(struct hdf5_file *file, hdf5_id group, const struct sparse_file *sparse) {
  static char one[] = "1", *const TEXT[] = {one, one, one};
  struct hdf5_array array = {.group = group, .name = "indices", .meaning = "indices", .rank = 1};
  if (!sparse->texts_for_indices) {
    put_array(file, group, "indices", sparse->index, NULL, sparse->index_count);
    return;
  }
  array.dimension[0] = hdf5_scale_bare(file, group, "indices_row", 3);
  hdf5_write_texts(file, &array, TEXT);
}

static void write_sparse(const struct sparse_file *sparse) {
  struct hdf5_file *file = NULL;
  int64_t whole[8];
  (void)snprintf(path, sizeof path, "%s/m.h5", folder);
  if (hdf5_create(context, path, true, 4096, &file) != LS_STATUS_OK) abort();
  const hdf5_id group = hdf5_group_create(file, hdf5_root(file), "X");
  if (sparse->is_ours) hdf5_put_text(file, hdf5_root(file), "loopstress_kind", "network");
  hdf5_put_text(file, group, "encoding-type", sparse->encoding);
  hdf5_put_integers(file, group, "shape", sparse->shape, 2);
  put_array(file, group, "indptr", sparse->start, NULL, sparse->start_count);
  put_indices(file, group, sparse);
  for (int k = 0; k < 8; k++) whole[k] = (int64_t)sparse->value[k];
  if (!sparse->without_data)
    put_array(file, group, "data", sparse->whole_values ? whole : NULL, sparse->value, sparse->value_count);
  hdf5_group_close(file, group);
  if (hdf5_commit(&file) != LS_STATUS_OK) abort();
}

static ls_status import_sparse_file(const struct sparse_file *sparse) {
  write_sparse(sparse);
  ls_network_destroy(&network);
  ls_context_clear_messages(context);
  options.group = "/X";
  return ls_network_import(context, path, &options, &network, NULL);
}

#define ASSERT_SPARSE_REFUSED(sparse, message)                                                        \
  do {                                                                                                \
    ASSERT_EQm(message, LS_STATUS_INVALID_INPUT, import_sparse_file(sparse));                         \
    ASSERT_EQ(NULL, network);                                                                         \
    ASSERTm(ls_context_message(context, 0), strstr(ls_context_message(context, 0), message) != NULL); \
  } while (0)

TEST a_csr_group_is_read_row_by_row(void) {
  put_entities("id\na\nb\nc\n");
  ASSERT_EQ(LS_STATUS_OK, import_sparse_file(&SOUND));
  ASSERT_EQ(3, link_count());
  ASSERT_EQ(20.0, owed("a", "b"));
  ASSERT_EQ(30.25, owed("b", "c"));
  ASSERT_EQ(10.0, owed("c", "a"));
  PASS();
}

TEST a_csc_group_is_read_column_by_column(void) {
  struct sparse_file sparse = SOUND;
  sparse.encoding = "csc_matrix";
  sparse.whole_values = true;
  ASSERT_EQ(LS_STATUS_OK, import_sparse_file(&sparse));
  ASSERT_EQ(20.0, owed("2", "1"));
  ASSERT_EQ(30.0, owed("3", "2"));
  ASSERT_EQ(10.0, owed("1", "3"));
  PASS();
}

TEST every_part_of_a_csr_group_is_checked(void) {
  struct sparse_file sparse = SOUND;
  sparse.start[1] = 3;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indptr[2] is 2, must be at least the number before it");
  sparse = SOUND, sparse.start[0] = 1;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indptr[0] is 1, must be 0");
  sparse = SOUND, sparse.start[3] = 4;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indptr[3] is 4, must be the number of entries");
  sparse = SOUND, sparse.start[1] = INT64_MIN, sparse.start[2] = INT64_MAX;
  ASSERT_SPARSE_REFUSED(&sparse, "must be at least the number before it");
  sparse = SOUND, sparse.start_count = 3;
  ASSERT_SPARSE_REFUSED(&sparse, "has another number of elements than it must");
  sparse = SOUND, sparse.index[1] = 3;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indices[1] is 3, must be from 0 to less than the number of rows");
  sparse = SOUND, sparse.index[2] = -1;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indices[2] is -1");
  sparse = SOUND, sparse.index[2] = INT64_MAX;
  ASSERT_SPARSE_REFUSED(&sparse, "/X/indices[2] is 9223372036854775807");
  sparse = SOUND, sparse.value_count = 2;
  ASSERT_SPARSE_REFUSED(&sparse, "has another number of elements than it must");
  sparse = SOUND, sparse.without_data = true;
  ASSERT_SPARSE_REFUSED(&sparse, "'/X/data' is missing");
  sparse = SOUND, sparse.texts_for_indices = true;
  ASSERT_SPARSE_REFUSED(&sparse, "'/X/indices' holds another type of value");
  sparse = SOUND, sparse.shape[1] = 4;
  ASSERT_SPARSE_REFUSED(&sparse, "not square");
  sparse = SOUND, sparse.shape[0] = sparse.shape[1] = INT64_MAX;
  ASSERT_SPARSE_REFUSED(&sparse, "/X has 9223372036854775807 rows");
  sparse = SOUND, sparse.shape[0] = sparse.shape[1] = 2000000000;
  ASSERT_SPARSE_REFUSED(&sparse, "has another number of elements than it must");
  sparse = SOUND, sparse.encoding = "array";
  ASSERT_SPARSE_REFUSED(&sparse, "encoding-type 'array', must be csr_matrix or csc_matrix");
  PASS();
}

TEST values_of_a_csr_group_keep_the_rules_of_amounts(void) {
  struct sparse_file sparse = SOUND;
  sparse.value[1] = -1.0;
  ASSERT_SPARSE_REFUSED(&sparse, "amount from '2' to '3' is -1, must be >= 0");
  sparse.value[1] = 0.0 / 0.0;
  ASSERT_SPARSE_REFUSED(&sparse, "the cell of row '2' and column '3' is");
  sparse.value[1] = 1.0 / 0.0;
  ASSERT_SPARSE_REFUSED(&sparse, "must be a finite number");
  sparse = SOUND, sparse.index[0] = 0;
  ASSERT_SPARSE_REFUSED(&sparse, "link from '1' to itself");
  sparse = SOUND, sparse.start[1] = 0, sparse.start[2] = 3, sparse.index[1] = 2, sparse.index[0] = 2;
  ASSERT_SPARSE_REFUSED(&sparse, "link from '2' to '3' stands twice");
  PASS();
}

TEST our_own_files_are_no_matrices(void) {
  struct sparse_file sparse = SOUND;
  sparse.is_ours = true;
  ASSERT_SPARSE_REFUSED(&sparse, "is a file of loopstress itself");
  ASSERT_EQ(LS_STATUS_OK, import_sparse_file(&SOUND));
  options.group = NULL;
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_import(context, path, &options, &network, NULL));
  options.group = "/X/nothing";
  ASSERT_EQ(LS_STATUS_INVALID_INPUT, ls_network_import(context, path, &options, &network, NULL));
  PASS();
}

static ls_status import_bytes(const char *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) abort();
  ls_context_clear_messages(context);
  return ls_network_import(context, path, &options, &network, NULL);
}

/* A changed byte disagrees with the checksum; without its end a file has none, and HDF5 finds that it is cut. */
TEST damaged_files_are_refused(void) {
  size_t length = 0;
  write_sparse(&SOUND);
  char *sound = support_read_file(path, &length);
  ASSERT_NEQ(NULL, sound);
  options.group = "/X";
  for (size_t k = 0; k < 60; k++) {
    const size_t at = (k * 2654435761u) % (length - 64); /* the last 64 bytes are the checksum's */
    sound[at] ^= (char)(1 + k);
    ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_bytes(sound, length));
    sound[at] ^= (char)(1 + k);
    ASSERT_EQ(LS_STATUS_INVALID_INPUT, import_bytes(sound, at));
    ASSERT_EQ(NULL, network);
  }
  free(sound);
  PASS();
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

TEST options_of_another_kind_are_refused(void) {
  options.group = "/X";
  options.kind = LS_IMPORT_MATRIX;
  ASSERT_EQ(LS_STATUS_USAGE, import("m.csv", MATRIX));
  options = ls_import_options_default();
  options.rows = LS_ROWS_CREDITOR;
  (void)support_write_file(folder, "entities.csv", "id\na\n");
  ASSERT_EQ(LS_STATUS_USAGE, ls_network_import(context, folder, &options, &network, NULL));
  options = ls_import_options_default();
  options.kind = LS_IMPORT_MAPPED;
  ASSERT_EQ(LS_STATUS_USAGE, import("m.csv", MATRIX));
  options.kind = (ls_import_kind)99;
  ASSERT_EQ(LS_STATUS_USAGE, import("m.csv", MATRIX));
  options = ls_import_options_default();
  ASSERT_EQ(LS_STATUS_INPUT_MISSING, ls_network_import(context, "/nowhere/m.csv", &options, &network, NULL));
  ASSERT_EQ(LS_STATUS_OK, ls_network_import(context, folder, NULL, &network, NULL));
  PASS();
}

TEST the_report_counts_and_warnings_are_errors_where_strict(void) {
  ls_text *report = NULL;
  ASSERT_EQ(LS_STATUS_OK, import("m.csv", MATRIX));
  ls_network_destroy(&network);
  ASSERT_EQ(LS_STATUS_OK, ls_network_import(context, path, &options, &network, &report));
  ASSERT_STR_EQ("m.csv: a matrix of 3 rows, 3 links, 6 cells given as blank or 0\n", ls_text_data(report));
  ls_text_destroy(&report);
  options.reading.strict = true; /* b owes more than it is owed */
  ASSERT_REFUSED("m.csv", MATRIX, "strictness makes warnings errors");
  PASS();
}

static enum greatest_test_res exhaust_memory(void) {
  for (int64_t allowed = 0;; allowed++) {
    ls_context *poor = NULL;
    struct failing_allocator allocator = {0};
    ls_network *read = NULL;
    ls_text *report = NULL;
    ASSERT_EQ(LS_STATUS_OK, ls_context_create(&poor));
    support_fail_after(poor, &allocator, allowed);
    const ls_status status = ls_network_import(poor, path, &options, &read, &report);
    ASSERT_EQ(status == LS_STATUS_OK, read != NULL);
    ASSERT_EQ(status == LS_STATUS_OK, report != NULL);
    ls_text_destroy(&report);
    ls_network_destroy(&read);
    ls_context_destroy(&poor);
    ASSERT_EQ(0, allocator.held);
    if (status == LS_STATUS_OK) break;
    ASSERT_EQ(LS_STATUS_OUT_OF_MEMORY, status);
  }
  PASS();
}

TEST every_failed_allocation_is_told_and_nothing_leaks(void) {
  put_entities("id\na\nb\nc\n");
  ASSERT_EQ(LS_STATUS_OK, import("m.csv", MATRIX));
  CHECK_CALL(exhaust_memory());
  ASSERT_EQ(LS_STATUS_OK, import_sparse_file(&SOUND));
  CHECK_CALL(exhaust_memory());
  options = ls_import_options_default();
  ASSERT_EQ(LS_STATUS_OK, import("m.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 2 1\n"));
  CHECK_CALL(exhaust_memory());
  PASS();
}

SUITE(matrices) {
  SET_SETUP(set_up, NULL);
  SET_TEARDOWN(tear_down, NULL);
  RUN_TEST(a_cell_is_what_its_row_owes_its_column);
  RUN_TEST(rows_are_creditors_where_asked_for);
  RUN_TEST(a_companion_file_gives_entities_their_order_and_columns);
  RUN_TEST(faults_of_a_matrix_name_file_line_and_ids);
  RUN_TEST(ids_of_the_matrix_must_be_in_the_companion_file);
  RUN_TEST(coordinates_count_from_one);
  RUN_TEST(symmetric_matrices_are_owed_both_ways);
  RUN_TEST(a_pattern_has_links_of_one);
  RUN_TEST(arrays_stand_column_by_column);
  RUN_TEST(ids_of_a_matrix_market_file_come_from_the_companion);
  RUN_TEST(faults_of_matrix_market_name_the_line);
  RUN_TEST(duplicate_entries_are_summed_where_asked_for);
  RUN_TEST(a_csr_group_is_read_row_by_row);
  RUN_TEST(a_csc_group_is_read_column_by_column);
  RUN_TEST(every_part_of_a_csr_group_is_checked);
  RUN_TEST(values_of_a_csr_group_keep_the_rules_of_amounts);
  RUN_TEST(our_own_files_are_no_matrices);
  RUN_TEST(damaged_files_are_refused);
  RUN_TEST(options_of_another_kind_are_refused);
  RUN_TEST(the_report_counts_and_warnings_are_errors_where_strict);
  RUN_TEST(every_failed_allocation_is_told_and_nothing_leaks);
}

GREATEST_MAIN_DEFS();

int main(int argc, char **argv) {
  GREATEST_MAIN_BEGIN();
  RUN_SUITE(matrices);
  GREATEST_MAIN_END();
}
