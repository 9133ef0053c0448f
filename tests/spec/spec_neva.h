/* spec_neva.h - network valuation (Barucca et al. 2020) by iterating on equity as written; dense and slow. */
#ifndef LS_TESTS_SPEC_NEVA_H
#define LS_TESTS_SPEC_NEVA_H

#include <stdbool.h>

enum spec_valuation {
  SPEC_EISENBERG_NOE,
  SPEC_ROGERS_VERAART,
  SPEC_FURFINE,
  SPEC_LINEAR,
  SPEC_MERTON,
  SPEC_BLACK_COX,
  SPEC_VALUATIONS
};

/* liability[i * n + j] = what i owes j; assets outside before and after the shock; external what is owed outside;
 * volatility of outside assets, where below 0 equity_volatility times book equity over assets. */
struct spec_neva {
  int n;
  const double *assets_before, *assets, *external, *liability, *volatility;
  enum spec_valuation valuation;
  double equity_volatility, maturity, recovery, alpha, beta;
  bool least;
};

/* Fills equity[n] and value[n], the valuation of claims; true where it came to rest. */
bool spec_neva_solve(const struct spec_neva *problem, double *equity, double *value);

/* One claim by the closed forms: equity, outside assets, all that is owed, deviation sigma sqrt(T), recovery. */
double spec_neva_merton(double equity, double assets, double due, double deviation, double recovery);
double spec_neva_black_cox(double equity, double assets, double deviation, double recovery);

/* The same claim of Merton's as an integral over the normal distribution, by Simpson's rule between the kinks of what
 * is paid. */
double spec_neva_merton_integral(double equity, double assets, double due, double deviation, double recovery);
/* P(first passage before the term) as the integral of the density of the first time of passage. */
double spec_neva_passage_integral(double equity, double assets, double deviation);

#endif
