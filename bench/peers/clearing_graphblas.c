/* clearing_graphblas.c - clearing payments with SuiteSparse:GraphBLAS: a sparse matrix times a dense block of scenarios by
 * GrB_mxm over plus-times, the block packed and unpacked without a copy; what follows the product is one loop of plain C over
 * all threads, and scenarios that have converged leave the block. Speaks as common.py says.
 *
 * plain   the product is a new matrix
 * expert  the product is added to a matrix that is full beforehand (the external assets): GraphBLAS then takes its method for
 *         dense times sparse (saxpy5)
 *
 * usage: clearing_graphblas FILE.h5 plain|expert THREADS */
#include <GraphBLAS.h>
#include <hdf5.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double STOP = 1e-10, TOLERANCE = 1e-9, UNPAID = 1e-9;
enum { SWEEPS_MOST = 10000, LINE = 64 };

struct problem {
  int64_t entities, scenarios, links;
  int64_t *indptr, *indices;
  double *amount, *due, *left, *expected; /* left, expected: [scenarios][entities], as the file has them */
  double largest;
  bool expert;
  double *answer;   /* [entities][scenarios] */
  GrB_Matrix share; /* row = who receives */
};

static void fail(const char *what) {
  printf("{\"skip\": \"%s failed\"}\n", what);
  exit(0);
}

#define TRY(call) \
  if ((call) != GrB_SUCCESS) fail(#call)

static void *read_all(hid_t file, const char *name, hid_t type, size_t size, int64_t *count) {
  hid_t set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
  const hssize_t total = H5Sget_simple_extent_npoints(space);
  void *data = total >= 0 ? malloc((size_t)total * size + 1) : NULL;
  if (data == NULL || H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail(name);
  H5Sclose(space);
  H5Dclose(set);
  if (count != NULL) *count = total;
  return data;
}

static void read_case(const char *path, struct problem *p) {
  hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) fail(path);
  int64_t cells;
  p->due = read_all(file, "due", H5T_NATIVE_DOUBLE, sizeof(double), &p->entities);
  p->amount = read_all(file, "amount", H5T_NATIVE_DOUBLE, sizeof(double), &p->links);
  p->indptr = read_all(file, "indptr", H5T_NATIVE_INT64, sizeof(int64_t), NULL);
  p->indices = read_all(file, "indices", H5T_NATIVE_INT64, sizeof(int64_t), NULL);
  double *assets = read_all(file, "external_assets", H5T_NATIVE_DOUBLE, sizeof(double), NULL);
  p->left = read_all(file, "shock", H5T_NATIVE_DOUBLE, sizeof(double), &cells);
  p->expected = read_all(file, "expected", H5T_NATIVE_DOUBLE, sizeof(double), NULL);
  p->scenarios = cells / p->entities;
  for (int64_t k = 0; k < cells; k++) p->left[k] = assets[k % p->entities] * (1 - p->left[k]);
  for (int64_t i = 0; i < p->entities; i++) p->largest = fmax(p->largest, p->due[i]);
  free(assets);
  H5Fclose(file);
}

static void build_matrix(struct problem *p) {
  GrB_Index *row = malloc((size_t)p->links * sizeof *row), *column = malloc((size_t)p->links * sizeof *column);
  double *value = malloc((size_t)p->links * sizeof *value);
  for (int64_t i = 0; i < p->entities; i++)
    for (int64_t k = p->indptr[i]; k < p->indptr[i + 1]; k++) {
      row[k] = (GrB_Index)p->indices[k];
      column[k] = (GrB_Index)i;
      value[k] = p->amount[k] / p->due[i];
    }
  TRY(GrB_Matrix_new(&p->share, GrB_FP64, (GrB_Index)p->entities, (GrB_Index)p->entities));
  TRY(GrB_Matrix_build_FP64(p->share, row, column, value, (GrB_Index)p->links, GrB_PLUS_FP64));
  TRY(GrB_Matrix_wait(p->share, GrB_MATERIALIZE));
  free(row), free(column), free(value);
}

/* left + share * payment; all are [entities][width], row by row. */
static double *multiply(const struct problem *p, double **payment, const double *left, int64_t width) {
  GrB_Matrix x, y;
  const GrB_Index rows = (GrB_Index)p->entities, columns = (GrB_Index)width;
  GrB_Index size = rows * columns * sizeof(double);
  void *data = *payment, *sum = NULL;
  bool iso = false;
  if (p->expert && (sum = malloc(size)) == NULL) fail("malloc");
  if (p->expert) memcpy(sum, left, size);
  TRY(GrB_Matrix_new(&x, GrB_FP64, rows, columns));
  TRY(GrB_Matrix_new(&y, GrB_FP64, rows, columns));
  TRY(GxB_Matrix_pack_FullR(x, &data, size, false, NULL));
  if (p->expert) TRY(GxB_Matrix_pack_FullR(y, &sum, size, false, NULL));
  TRY(GrB_mxm(y, NULL, p->expert ? GrB_PLUS_FP64 : NULL, GrB_PLUS_TIMES_SEMIRING_FP64, p->share, x, NULL));
  TRY(GxB_Matrix_unpack_FullR(x, &data, &size, &iso, NULL));
  *payment = data;
  TRY(GxB_Matrix_unpack_FullR(y, &sum, &size, &iso, NULL));
  GrB_Matrix_free(&x);
  GrB_Matrix_free(&y);
  return sum;
}

/* sum becomes the payments after the sweep; change[width] is the largest of each scenario. */
static void finish_sweep(const struct problem *p, const double *payment, const double *left, double *sum, int64_t width,
                         double *change) {
  memset(change, 0, (size_t)width * sizeof *change);
#pragma omp parallel
  {
    double *own = calloc((size_t)width, sizeof *own);
#pragma omp for schedule(static)
    for (int64_t i = 0; i < p->entities; i++) {
      const double due = p->due[i];
#pragma omp simd
      for (int64_t s = 0; s < width; s++) {
        double value = sum[i * width + s] + (p->expert ? 0 : left[i * width + s]);
        value = value > 0 ? value : 0;
        value = value < due ? value : due;
        const double moved = fabs(payment[i * width + s] - value);
        own[s] = own[s] > moved ? own[s] : moved;
        sum[i * width + s] = value;
      }
    }
#pragma omp critical
    for (int64_t s = 0; s < width; s++) change[s] = change[s] > own[s] ? change[s] : own[s];
    free(own);
  }
}

/* Scenarios that have converged go to the answer; the others close up. Returns how many are left. */
static int64_t leave(const struct problem *p, double *payment, double *left, int64_t width, const double *change,
                     int64_t *place) {
  int64_t kept = 0;
  for (int64_t s = 0; s < width; s++) kept += change[s] > STOP * p->largest;
  if (kept == width) return kept;
  for (int64_t i = 0; i < p->entities; i++) {
    int64_t to = i * kept;
    for (int64_t s = 0; s < width; s++)
      if (change[s] > STOP * p->largest) {
        payment[to] = payment[i * width + s];
        left[to++] = left[i * width + s];
      } else {
        p->answer[i * p->scenarios + place[s]] = payment[i * width + s];
      }
  }
  kept = 0;
  for (int64_t s = 0; s < width; s++)
    if (change[s] > STOP * p->largest) place[kept++] = place[s];
  return kept;
}

static void solve_block(const struct problem *p, int64_t first, int64_t width) {
  double *payment = malloc((size_t)(p->entities * width) * sizeof *payment);
  double *left = malloc((size_t)(p->entities * width) * sizeof *left), *change = malloc((size_t)width * sizeof *change);
  int64_t *place = malloc((size_t)width * sizeof *place);
  for (int64_t s = 0; s < width; s++) place[s] = first + s;
#pragma omp parallel for
  for (int64_t i = 0; i < p->entities; i++)
    for (int64_t s = 0; s < width; s++) {
      payment[i * width + s] = p->due[i];
      left[i * width + s] = p->left[(first + s) * p->entities + i];
    }
  for (int sweep = 0; sweep < SWEEPS_MOST && width > 0; sweep++) {
    double *after = multiply(p, &payment, left, width);
    finish_sweep(p, payment, left, after, width, change);
    free(payment);
    payment = after;
    width = leave(p, payment, left, width, change, place);
  }
  free(payment), free(left), free(change), free(place);
}

/* Blocks that fit the caches: half a megabyte each, but no fewer than 64 scenarios. */
static void solve(const struct problem *p) {
  const int64_t fit = 65536 / p->entities, block = fit > 64 ? fit : 64;
  for (int64_t first = 0; first < p->scenarios; first += block)
    solve_block(p, first, p->scenarios - first < block ? p->scenarios - first : block);
}

static void check(const struct problem *p) {
  double difference = 0;
  int64_t flips = 0;
  for (int64_t s = 0; s < p->scenarios; s++)
    for (int64_t i = 0; i < p->entities; i++) {
      const double own = p->answer[i * p->scenarios + s], wanted = p->expected[s * p->entities + i];
      difference = fmax(difference, fabs(own - wanted) / p->largest);
      flips += (p->due[i] - own > UNPAID * p->due[i]) != (p->due[i] - wanted > UNPAID * p->due[i]);
    }
  printf("{\"ready\": true, \"scenarios\": %lld, \"difference\": %.3g, \"flips\": %lld, \"passed\": %s}\n",
         (long long)p->scenarios, difference, (long long)flips,
         difference <= TOLERANCE && flips == 0 ? "true" : "false");
  fflush(stdout);
}

int main(int argc, char **argv) {
  struct problem p = {0};
  char line[LINE];
  if (argc != 4) return 64;
  const int threads = atoi(argv[3]);
  p.expert = strcmp(argv[2], "expert") == 0;
  omp_set_num_threads(threads);
  TRY(GrB_init(GrB_NONBLOCKING));
  TRY(GxB_Global_Option_set(GxB_GLOBAL_NTHREADS, threads));
  read_case(argv[1], &p);
  build_matrix(&p);
  p.answer = malloc((size_t)(p.entities * p.scenarios) * sizeof *p.answer);
  solve(&p);
  check(&p);
  while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "round\n") == 0) {
    const double begun = omp_get_wtime();
    solve(&p);
    printf("{\"seconds\": %.9f}\n", omp_get_wtime() - begun);
    fflush(stdout);
  }
  return 0;
}
