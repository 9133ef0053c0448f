#!/bin/sh
# A run in four parts, as an array of jobs would compute them; one is cut short and taken up again; merged, they are the bytes of a
# run in one go. deploy/ has the same for Slurm, AWS Batch and Kubernetes.
# usage: examples/batch/run.sh [FOLDER for the results, otherwise out]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${LOOPSTRESS:-$root/build/loopstress}
banks=$root/examples/three-banks
out=${1:-out}
mkdir -p "$out"

set -- run "$banks" --model eisenberg-noe --scenarios "$banks/monte-carlo.yaml" --quiet

# A job that must end soon exits 75 and leaves a checkpoint, unless it was done before; the same command goes on from there.
"$program" "$@" --shard 0/4 --deadline 0.001 -o "$out/part-0.h5" || [ $? -eq 75 ]

for part in 0 1 2 3; do
    "$program" "$@" --shard "$part/4" -o "$out/part-$part.h5"
done
"$program" merge "$out"/part-?.h5 --force -o "$out/merged.h5"

"$program" "$@" -o "$out/whole.h5"
cmp "$out/merged.h5" "$out/whole.h5"
"$program" verify "$out/merged.h5" --replay 2
