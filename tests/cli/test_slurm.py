"""deploy/slurm-array.sh on a Slurm of one node, started here: an array that is preempted and queued again ends with the bytes of one run."""
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import time

import harness
from harness import PROGRAM, SOURCE, Skip, draws, expect

CONFIGURATION = """ClusterName=test
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/node.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/node.log
SlurmctldPort={port}
SlurmdPort={node_port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
JobAcctGatherType=jobacct_gather/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
MinJobAge=300
NodeName={host} CPUs={processors} RealMemory=1000 State=UNKNOWN
PartitionName=low Nodes={host} Default=YES State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=0
PartitionName=high Nodes={host} State=UP PriorityTier=10 PreemptMode=OFF
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


class Slurm:
    """A controller and a node, ended with the test."""

    def __init__(self, folder):
        os.makedirs(os.path.join(folder, "state"))
        os.makedirs(os.path.join(folder, "spool"))
        configuration = os.path.join(folder, "slurm.conf")
        harness.write(configuration, CONFIGURATION.format(host=socket.gethostname().split(".")[0], folder=folder, port=free_port(),
                                                          node_port=free_port(), processors=len(os.sched_getaffinity(0))))
        self.environment = dict(os.environ, SLURM_CONF=configuration, LOOPSTRESS=PROGRAM)
        self.services = [subprocess.Popen([name, "-D"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                         for name in ("slurmctld", "slurmd")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for service in reversed(self.services):
            service.send_signal(signal.SIGTERM)
        for service in self.services:
            try:
                service.wait(timeout=20)
            except subprocess.TimeoutExpired:
                service.kill()
                service.wait()

    def call(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)

    def is_up(self):
        return "idle" in self.call("sinfo", "--noheader", "-o", "%T").stdout

    def states(self, job):
        """One state for each task that Slurm still knows of."""
        return self.call("squeue", "--noheader", "--array", "--states=all", "-o", "%T", "-j", job).stdout.split()


    def hurry(self, job):
        """Slurm keeps what it queues again back for two minutes, which are not waited for here."""
        for task in range(3):
            self.call("scontrol", "update", f"JobId={job}_{task}", "StartTime=now")


def wait_until(what, seconds=90):
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.2)


def test_a_preempted_array_is_queued_again_and_ends_right(folder):
    if not all(map(shutil.which, ("slurmctld", "slurmd", "sbatch"))):
        raise Skip("no Slurm")
    if os.geteuid() != 0:
        raise Skip("Slurm's node wants root")
    scenarios = draws(folder, 4096 * 200)
    network, parts = os.path.join(folder, "banks"), os.path.join(folder, "parts")
    expect(0, "generate", "--kind", "erdos-renyi", "--entities", "300", "--degree", "8", "--seed", "1", "-q", "-o", network)
    os.mkdir(parts)
    limit = time.monotonic() + 240
    with Slurm(os.path.join(folder, "slurm")) as slurm:
        wait_until(slurm.is_up)
        submitted = slurm.call("sbatch", "--parsable", "--array=0-2", "--cpus-per-task=1", "--mem=100", "--chdir", folder,
                               os.path.join(SOURCE, "deploy", "slurm-array.sh"), network, "eisenberg-noe", scenarios, parts)
        job = submitted.stdout.strip()
        assert job, submitted.stderr
        wait_until(lambda: glob.glob(os.path.join(parts, "*.partial")))
        first = slurm.call("sbatch", "--parsable", "--partition=high", "--exclusive", "--mem=100", "--chdir", folder,
                           "--wrap", "sleep 1").stdout.strip()
        wait_until(lambda: slurm.states(first) == ["COMPLETED"], 120)
        while len(glob.glob(os.path.join(parts, "*.run.json"))) < 3:
            assert time.monotonic() < limit, slurm.call("squeue", "--states=all", "--array").stdout
            slurm.hurry(job)
            time.sleep(0.5)
    whole, merged = os.path.join(folder, "whole.h5"), os.path.join(folder, "merged.h5")
    attempts = [len(json.load(open(path, encoding="utf-8"))["attempts"]) for path in glob.glob(os.path.join(parts, "*.run.json"))]
    assert max(attempts) > 1, "nothing was preempted"
    expect(0, "run", network, "--model", "eisenberg-noe", "-q", "--scenarios", scenarios, "-o", whole)
    expect(0, "merge", *glob.glob(os.path.join(parts, "part-*.h5")), "-o", merged, "-q")
    expect(0, "compare", whole, merged)


if __name__ == "__main__":
    harness.main(globals())
