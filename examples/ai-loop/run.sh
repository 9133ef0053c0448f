#!/bin/sh
# The AI investment-compute loop: do means cover commitments, who fails when outside money stops, how much money goes round.
# usage: examples/ai-loop/run.sh [FOLDER for the results, otherwise out]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${LOOPSTRESS:-$root/build/loopstress}
network=$root/datasets/ai-loop/2026-08
scenarios=$root/datasets/ai-loop/scenarios
out=${1:-out}
mkdir -p "$out"

"$program" coverage "$network"

# Scenarios that are listed are cases, told one by one; each loss comes by cause.
"$program" run "$network" --model loop --scenarios "$scenarios/money-stops.csv" --set causes=1 --force -o "$out/money-stops.h5"

# Scenarios that are drawn have frequencies, with their errors.
"$program" run "$network" --model loop --scenarios "$scenarios/monte-carlo.yaml" --count 8192 --force -o "$out/drawn.h5"
"$program" report "$out/drawn.h5" --force -o "$out/drawn.html"

"$program" circularity "$network" --basis firm --rewirings 100
