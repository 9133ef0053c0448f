# A results file in R: who defaults how often, what is lost by scenario.
# usage: Rscript read_results.R results.h5      needs rhdf5 (Debian: r-bioc-rhdf5)
#
# Arrays come with their dimensions in reverse: loss_quantile[quantile, entity].
library(rhdf5)
file <- commandArgs(trailingOnly = TRUE)[1]

banks <- data.frame(
  entity = h5read(file, "entity"),
  default_probability = h5read(file, "default_probability"),
  loss_mean = h5read(file, "loss_mean"),
  es_contribution = h5read(file, "es_contribution")
)
print(format(banks, digits = 15), row.names = FALSE)

losses <- h5read(file, "per_scenario/loss_gross")
cat(sprintf("scenarios %d, mean loss %.12g, largest %.17g\n", length(losses), mean(losses), max(losses)))
quantiles <- h5read(file, "loss_quantile")
cat(sprintf("quantile 0.99 of %s: %.17g\n", banks$entity[1], quantiles[2, 1]))
