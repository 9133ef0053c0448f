#!/bin/sh
#SBATCH --job-name=loopstress
#SBATCH --array=0-15
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=TERM@60
# One part of a run for each task of an array, in Slurm: sbatch deploy/slurm-array.sh NETWORK MODEL SCENARIOS FOLDER
# On a GPU add: #SBATCH --gpus-per-task=1
#
# A task that is preempted, or comes to its time limit, leaves a checkpoint and exits 75; Slurm queues it again, and it goes on from
# there. When all parts are there:  loopstress merge FOLDER/part-*.h5 -o results.h5
set -u
network=$1 model=$2 scenarios=$3 folder=$4
program=${LOOPSTRESS:-loopstress}
"$program" run "$network" --model "$model" --scenarios "$scenarios" --shard auto --threads "${SLURM_CPUS_PER_TASK:-1}" \
    -o "$folder/part-$SLURM_ARRAY_TASK_ID.h5" &
run=$!
trap 'kill -TERM "$run" 2>/dev/null' TERM INT
# the first wait ends with the signal, the second with the run
wait "$run"
status=$?
while kill -0 "$run" 2>/dev/null; do
    wait "$run"
    status=$?
done
if [ "$status" -eq 75 ] && command -v scontrol >/dev/null; then
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$status"
