/* import_sparse.c - a sparse matrix in a group of an HDF5 file, as AnnData writes them: attributes encoding-type and
 * shape, datasets data, indices and indptr.
 *
 * Source: the on-disk format of AnnData, https://anndata.readthedocs.io/en/latest/fileformat-prose.html, sparse arrays
 * 0.1.0. Our own network files hold such groups too, with more than a matrix beside them: they are no source here.
 */
#include "io/hdf5_file.h"
#include "io/number.h"
#include "network/matrix_links.h"

#include <string.h>

struct sparse {
  struct import_source *source;
  struct hdf5_file *file;
  const char *name;  /* of the file, for messages */
  const char *group; /* its path */
  bool by_column;    /* csc_matrix */
  int64_t count, entry_count;
  int64_t *start, *index; /* indptr and indices */
  double *value;
};

static ls_status fault(const struct sparse *sparse, const char *dataset, int64_t at, int64_t value, const char *rule) {
  return context_fault(sparse->source->context, sparse->name, 0, "%s/%s[%lld] is %lld, must be %s", sparse->group,
                       dataset, (long long)at, (long long)value, rule);
}

/* ---- the group --------------------------------------------------------------------------------------------------- */

/* Opens "/layers/debt" link by link, so that each is looked at. */
static ls_status open_group(const struct sparse *sparse, hdf5_id *group) {
  ls_context *context = sparse->source->context;
  hdf5_id at = hdf5_root(sparse->file);
  ls_status status = LS_STATUS_OK;
  for (const char *part = sparse->group; status == LS_STATUS_OK;) {
    part += strspn(part, "/");
    const size_t length = strcspn(part, "/");
    if (length == 0) break;
    hdf5_id inner = -1;
    char *name = context_copy_text_of(context, part, length);
    status = name == NULL ? LS_STATUS_OUT_OF_MEMORY : hdf5_group_open(sparse->file, at, name, &inner);
    context_release(context, name);
    hdf5_group_close(sparse->file, at);
    at = status == LS_STATUS_OK ? inner : -1;
    part += length;
  }
  if (status == LS_STATUS_OK) *group = at;
  return status;
}

static ls_status read_encoding(struct sparse *sparse, hdf5_id group) {
  ls_context *context = sparse->source->context;
  char *encoding = NULL;
  ls_status status = hdf5_get_text(sparse->file, group, "encoding-type", &encoding);
  if (status != LS_STATUS_OK) return status;
  sparse->by_column = strcmp(encoding, "csc_matrix") == 0;
  if (!sparse->by_column && strcmp(encoding, "csr_matrix") != 0)
    status = context_fault(context, sparse->name, 0, "%s has encoding-type '%.80s', must be csr_matrix or csc_matrix",
                           sparse->group, encoding);
  context_release(context, encoding);
  return status;
}

static ls_status read_shape(struct sparse *sparse, hdf5_id group) {
  ls_context *context = sparse->source->context;
  int64_t *shape = NULL, count = 0;
  ls_status status = hdf5_get_integers(sparse->file, group, "shape", &shape, &count);
  if (status != LS_STATUS_OK) return status;
  if (count != 2 || shape[0] != shape[1])
    status = context_fault(context, sparse->name, 0, "%s has a shape that is not square, must be", sparse->group);
  else if (shape[0] < 1 || shape[0] > INT32_MAX - 1)
    status = context_fault(context, sparse->name, 0, "%s has %lld rows, must have from 1 to %d", sparse->group,
                           (long long)shape[0], INT32_MAX - 1);
  if (status == LS_STATUS_OK) sparse->count = shape[0];
  context_release(context, shape);
  return status;
}

/* ---- the arrays -------------------------------------------------------------------------------------------------- */

static ls_status check_starts(const struct sparse *sparse) {
  if (sparse->start[0] != 0) return fault(sparse, "indptr", 0, sparse->start[0], "0");
  for (int64_t i = 0; i < sparse->count; i++)
    if (sparse->start[i + 1] < sparse->start[i])
      return fault(sparse, "indptr", i + 1, sparse->start[i + 1], "at least the number before it");
  if (sparse->start[sparse->count] != sparse->entry_count)
    return fault(sparse, "indptr", sparse->count, sparse->start[sparse->count], "the number of entries");
  return LS_STATUS_OK;
}

static ls_status check_indices(const struct sparse *sparse) {
  for (int64_t k = 0; k < sparse->entry_count; k++)
    if (sparse->index[k] < 0 || sparse->index[k] >= sparse->count)
      return fault(sparse, "indices", k, sparse->index[k], "from 0 to less than the number of rows");
  return LS_STATUS_OK;
}

static ls_status read_arrays(struct sparse *sparse, hdf5_id group) {
  struct hdf5_file *file = sparse->file;
  ls_status status = hdf5_count(file, group, "indices", &sparse->entry_count);
  if (status == LS_STATUS_OK) status = hdf5_read_integers(file, group, "indptr", sparse->count + 1, &sparse->start);
  if (status == LS_STATUS_OK) status = check_starts(sparse);
  if (status == LS_STATUS_OK) status = hdf5_read_integers(file, group, "indices", sparse->entry_count, &sparse->index);
  if (status == LS_STATUS_OK) status = check_indices(sparse);
  if (status == LS_STATUS_OK) status = hdf5_read_reals(file, group, "data", sparse->entry_count, &sparse->value);
  return status;
}

/* The shortest decimals read back as the same doubles, so that these cells are checked as those of a text are. */
static ls_status add_cells(const struct sparse *sparse, struct matrix_links *links) {
  char text[NUMBER_TEXT_SIZE];
  ls_status status = LS_STATUS_OK;
  for (int64_t i = 0; i < sparse->count; i++) {
    for (int64_t k = sparse->start[i]; k < sparse->start[i + 1] && status == LS_STATUS_OK; k++) {
      const int64_t j = sparse->index[k];
      number_print(sparse->value[k], text);
      status = sparse->by_column ? matrix_links_cell(links, j, i, text, 0) : matrix_links_cell(links, i, j, text, 0);
    }
  }
  return status;
}

static ls_status read_file_group(struct sparse *sparse) {
  hdf5_id group = -1;
  struct matrix_links links;
  ls_status status = open_group(sparse, &group);
  if (status == LS_STATUS_OK) status = read_encoding(sparse, group);
  if (status == LS_STATUS_OK) status = read_shape(sparse, group);
  if (status == LS_STATUS_OK) status = read_arrays(sparse, group);
  hdf5_group_close(sparse->file, group);
  if (status != LS_STATUS_OK) return status;
  status = matrix_links_begin(sparse->source, sparse->name, &links);
  if (status == LS_STATUS_OK) status = matrix_links_number(&links, sparse->count, 0);
  if (status == LS_STATUS_OK) status = add_cells(sparse, &links);
  if (status == LS_STATUS_OK) status = matrix_links_build(&links);
  matrix_links_end(&links);
  return status;
}

static ls_status read_hdf5(struct sparse *sparse) {
  ls_context *context = sparse->source->context;
  ls_status status = hdf5_open(context, sparse->source->path, &sparse->file);
  if (status != LS_STATUS_OK) return status;
  if (hdf5_has_attribute(sparse->file, hdf5_root(sparse->file), "loopstress_kind"))
    status = context_fault(context, sparse->name, 0,
                           "is a file of loopstress itself, must be read whole and not by a group of it");
  else
    status = read_file_group(sparse);
  context_release(context, sparse->value);
  context_release(context, sparse->index);
  context_release(context, sparse->start);
  hdf5_close(&sparse->file);
  return status;
}

ls_status import_sparse(struct import_source *source) {
  const char *group = source->options->group != NULL ? source->options->group : "/";
  struct sparse sparse = {.source = source, .group = group};
  char *name = NULL, *data = NULL;
  size_t length = 0;
  ls_status status = import_load(source, source->path, &name, &data, &length);
  context_release(source->context, data); /* read for its hash; HDF5 looks at the file again */
  sparse.name = name;
  if (status == LS_STATUS_OK) status = read_hdf5(&sparse);
  context_release(source->context, name);
  return status;
}
