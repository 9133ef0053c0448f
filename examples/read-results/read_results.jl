# A results file in Julia: who defaults how often, what is lost by scenario.
# usage: julia read_results.jl results.h5      needs HDF5.jl
#
# Arrays come with their dimensions in reverse: loss_quantile[quantile, entity].
using HDF5, Printf, Statistics

h5open(ARGS[1]) do file
    entity, probability = read(file["entity"]), read(file["default_probability"])
    loss, contribution = read(file["loss_mean"]), read(file["es_contribution"])
    for i in eachindex(entity)
        @printf("%-10s %.15g %.15g %.15g\n", entity[i], probability[i], loss[i], contribution[i])
    end
    losses = read(file["per_scenario/loss_gross"])
    @printf("scenarios %d, mean loss %.12g, largest %.17g\n", length(losses), mean(losses), maximum(losses))
    @printf("quantile 0.99 of %s: %.17g\n", entity[1], read(file["loss_quantile"])[2, 1])
end
