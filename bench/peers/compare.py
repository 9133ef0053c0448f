#!/usr/bin/python3
"""Runs the cases of `loopstress bench` and the same cases in other programs, in turns, and writes what was measured.

usage: compare.py PROGRAM WORK [--quick] [--rounds N] [--case ID ...] [--count N] [--seconds N] [--results FILE.json]
                  [--page FILE.md]

PROGRAM is the built program, WORK a folder for the files that it exports and for what is compiled here. A contestant that cannot
run on this machine is listed with its reason. Every peer's answers are compared with ours before it is timed.
"""
import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHONS = ["/usr/bin/python3", shutil.which("python3")]  # the first that has numpy
LOOP = os.path.join(HERE, "loop_numpy.py")
LOOP_COUNT = 8192  # scenarios of the loop in numpy
LONGEST = 300  # seconds that one answer of a contestant may take

DENSE = ["numpy naive", "numpy compact"]
SPARSE = ["scipy full", "scipy compact", "graphblas plain", "graphblas expert"]
GPU_DENSE = ["torch eager", "torch compact", "torch compile", "cupy eager", "cupy expert", "jax jit", "jax vmap"]
GPU_SPARSE = ["torch sparse", "cupy sparse"]
CASES = {  # id: contestants beside ours
    "C1": DENSE + ["graphblas expert"] + GPU_DENSE,
    "C1c": DENSE + GPU_DENSE,
    "C2": DENSE + ["scipy compact", "graphblas expert"] + GPU_DENSE,
    "C2c": DENSE + GPU_DENSE,
    "C3": DENSE + SPARSE + GPU_DENSE + GPU_SPARSE,
    "C3c": DENSE + SPARSE + GPU_DENSE + GPU_SPARSE,
    "C4": SPARSE + GPU_SPARSE,
    "C5": SPARSE + GPU_SPARSE,
    "C5x": ["scipy compact", "graphblas plain", "graphblas expert"] + GPU_SPARSE,
    "C6": ["numpy naive", "numpy compact"] + GPU_DENSE,
    "C7": ["numpy pcg64", "numpy philox", "numpy threads"],
    "DR1000": ["numpy naive", "numpy compact", "scipy sparse"] + GPU_DENSE + GPU_SPARSE,
    "PROD1000": ["scipy compact"],
    "LOOP": ["numpy loop"],
}
LARGE = {  # where a GPU answers
    "G1": GPU_DENSE, "G2": GPU_DENSE, "G2c": GPU_DENSE, "G3": GPU_DENSE, "G4": GPU_DENSE, "G5": GPU_SPARSE, "G5c": GPU_SPARSE,
    "G6": GPU_DENSE, "G9": GPU_DENSE,
}
QUICK = {"C1": 8000, "C2": 2000, "C3": 200, "C6": 128, "C7": 8000, "DR1000": 256, "PROD1000": 256, "LOOP": 4096}
TARGETS = {  # how many times as fast as a contestant we mean to be
    "C1": {"numpy naive": 100, "numpy compact": 40}, "C2": {"numpy naive": 45, "numpy compact": 30},
    "C3": {"numpy naive": 40, "numpy compact": 25}, "C4": {"graphblas plain": 6, "scipy full": 8},
    "C5": {"graphblas plain": 15}, "C5x": {"graphblas plain": 25}, "C6": {"numpy naive": 2},
    "G1": {"torch eager": 50, "torch compile": 25}, "G2": {"torch eager": 15, "torch compile": 7},
    "G2c": {"torch eager": 30, "torch compile": 15}, "G3": {"torch eager": 4.5, "torch compile": 3},
    "G4": {"torch eager": 2.4, "torch compile": 2.2}, "G5": {"cupy sparse": 3}, "G5c": {"cupy sparse": 35},
    "G6": {"torch eager": 1.4, "torch compile": 1.1}, "G9": {"torch eager": 5},
}
SCRIPTS = {"torch": "gpu_torch.py", "cupy": "gpu_cupy.py", "jax": "gpu_jax.py"}


def quiet(words, **how):
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=LONGEST, **how)


class Ours:
    """One call of the program a round: `solve` alone, `draw`, or `end_to_end`."""

    def __init__(self, program, what, count, backend, part):
        self.name = f"loopstress {backend}" + (", end to end" if part == "end_to_end" else "")
        self.part, self.seconds, self.why, self.checked = part, [], None, None
        self.words = [program, "bench", *what, "--backend", backend, "--rounds", "1", "--times-only", "--json"]
        self.words += ["--count", str(count)] if count else []
        self.scenarios = 0

    def begin(self):
        return True

    def round(self):
        done = quiet(self.words, cwd=ROOT)
        told = json.loads(done.stdout) if done.returncode == 0 else {"cases": [], "skipped": []}
        if not told["cases"] or self.part not in told["cases"][0]:
            self.why = (told["skipped"] or [{"reason": done.stderr.strip()[:200] or "no such part"}])[0]["reason"]
            return
        part = told["cases"][0][self.part]
        self.scenarios = part["scenarios"]
        self.seconds.append(part["seconds"])

    def end(self):
        pass


class Peer:
    """A process that waits for its turns (common.py)."""

    def __init__(self, name, words, threads):
        self.name, self.words, self.seconds, self.why, self.checked, self.scenarios = name, words, [], None, None, 0
        self.environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads),
                            "OMP_WAIT_POLICY": "passive", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = None

    def begin(self):
        if self.words is None:
            return False
        try:
            self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True, env=self.environment)
        except OSError as fault:
            self.why = str(fault)
            return False
        told = self.hear()
        if "ready" not in told:
            self.why = told.get("skip", "it ended without a word")
            return False
        self.scenarios = told["scenarios"]
        self.checked = {key: told[key] for key in ("difference", "flips", "passed")}
        if not told["passed"]:
            self.why = f"wrong answers: difference {told['difference']:.3g}, {told['flips']} flips"
        return self.why is None

    def hear(self):
        import select
        if not select.select([self.process.stdout], [], [], LONGEST)[0]:
            self.process.kill()
            return {"skip": f"no answer within {LONGEST} s"}
        line = self.process.stdout.readline()
        return json.loads(line) if line.strip() else {}

    def round(self):
        self.process.stdin.write("round\n")
        self.process.stdin.flush()
        told = self.hear()
        if "seconds" in told:
            self.seconds.append(told["seconds"])
        else:
            self.why = told.get("skip", "it ended without a word")

    def end(self):
        if self.process is not None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()


class Bench:
    def __init__(self, words):
        self.words = words
        self.program = os.path.abspath(words.program)
        self.work = os.path.abspath(words.work)
        self.threads = len(os.sched_getaffinity(0))
        os.makedirs(self.work, exist_ok=True)
        listing = quiet([self.program, "backends", "--json"])
        self.has_gpu = any(row["name"] == "cuda" and row["available"] for row in json.loads(listing.stdout))
        self.python = next((one for one in PYTHONS if one and quiet([one, "-c", "import numpy"]).returncode == 0), sys.executable)
        self.graphblas, self.graphblas_why = self.compile_graphblas()

    def compile_graphblas(self):
        if shutil.which("gcc") is None:
            return None, "no gcc"
        target = os.path.join(self.work, "clearing_graphblas")
        flags = quiet(["pkg-config", "--cflags", "--libs", "hdf5"]).stdout.split()
        done = quiet(["gcc", "-O3", "-march=native", "-fopenmp", os.path.join(HERE, "clearing_graphblas.c"), "-o", target,
                      "-I/usr/include/suitesparse", *flags, "-lgraphblas", "-lm"])
        return (target, None) if done.returncode == 0 else (None, "libgraphblas-dev is missing: tools/setup --bench")

    def prepare_loop(self):
        """The AI loop with what LOOP-1 knows alone, as a folder that both programs read; or why there is none."""
        self.loop = os.path.join(self.work, "loop1")
        done = quiet([self.python, LOOP, "prepare", self.program, self.loop])
        return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]

    def export(self, case, count):
        """The case's file, or None where it has none."""
        words = [self.program, "bench", "--case", case, "--export", self.work, "--force"]
        done = quiet(words + (["--count", str(count)] if count else []), cwd=ROOT)
        path = os.path.join(self.work, f"{case}.h5")
        return path if done.returncode == 0 and path in done.stdout else None

    def words_of(self, name, case, path, count):
        """What starts a peer, or why it cannot be started."""
        kind, way = name.split(" ")
        threads = ["--threads", str(self.threads)]
        if name == "numpy loop":
            return [self.python, LOOP, "run", self.program, self.loop, str(min(count or LOOP_COUNT, LOOP_COUNT)), *threads], None
        if path is None:
            return None, "the case has no file to hand over"
        if kind == "graphblas":
            return ([self.graphblas, path, way, str(self.threads)] if self.graphblas else None), self.graphblas_why
        if kind in SCRIPTS:
            if not self.has_gpu:
                return None, "no GPU"
            return [shutil.which("python3"), os.path.join(HERE, SCRIPTS[kind]), path, way, *threads], None
        script = {"C6": "distress_numpy.py", "DR1000": "distress_numpy.py", "C7": "draws_numpy.py",
                  "PROD1000": "production_numpy.py"}.get(case, f"clearing_{kind}.py")
        return [self.python, os.path.join(HERE, script), path, way, *threads], None

    def contestants(self, case, path, count, peers):
        backends = ["cuda"] if case in LARGE else ["cpu"] + (["cuda"] if self.has_gpu and case != "C7" else [])
        part = {"C7": "draw", "LOOP": "end_to_end"}.get(case, "solve")
        what = ["--case", case]
        if case == "LOOP":  # LOOP-1 alone, which is what numpy computes; a rate of fewer than the million
            what = ["--network", self.loop, "--model", "loop", "--scenarios", os.path.join(self.loop, "draws.yaml")]
            count = count or 102400
        field = [Ours(self.program, what, count, backend, part) for backend in backends]
        if case in LARGE:
            field.append(Ours(self.program, what, count, "cuda", "end_to_end"))
        for name in peers:
            words, why = self.words_of(name, case, path, count)
            field.append(Peer(name, words, self.threads))
            field[-1].why = why
        return field

    def measure_ours(self, ids, count):
        """The program's own report on the cases, those of a GPU's size on a GPU alone; and what was wrong."""
        whole, wrong = None, []
        for large in (False, True):
            chosen = [word for case in ids if (case in LARGE) == large for word in ("--case", case)]
            if not chosen:
                continue
            words = [self.program, "bench", "--json", "--rounds", str(self.words.rounds), *chosen]
            words += (["--backend", "cuda"] if large else []) + (["--count", str(count)] if count else [])
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode not in (0, 1):
                sys.exit(f"loopstress bench: {done.stderr}")
            if done.returncode == 1:
                wrong.append("our own answers are wrong: " + done.stderr.strip())
            told = json.loads(done.stdout)
            whole = whole or {**told, "cases": []}
            whole["cases"] += told["cases"]
        return whole, wrong

    def run_case(self, case, count, peers):
        if case == "G9":
            count = None  # what a small job costs: its size is the point
        path = self.export(case, count) if case != "LOOP" else None
        why = self.prepare_loop() if case == "LOOP" else None
        if why is not None:
            return {"id": case, "contestants": [{"name": name, "skipped": why} for name in peers]}
        field = self.contestants(case, path, count, peers)
        live = [one for one in field if one.why is None and one.begin()]
        try:
            for _ in range(self.words.rounds):
                for one in live:
                    if one.why is None:
                        one.round()
        finally:
            for one in live:
                one.end()
            if path is not None:
                os.unlink(path)
        return {"id": case, "contestants": [tell(one) for one in field]}


def tell(one):
    row = {"name": one.name}
    if one.why is not None or not one.seconds:
        row["skipped"] = one.why or "not timed"
        return row
    row.update(scenarios=one.scenarios, seconds=one.seconds,
               scenarios_per_second=one.scenarios / statistics.median(one.seconds),
               least=one.scenarios / max(one.seconds), most=one.scenarios / min(one.seconds))
    if one.checked is not None:
        row["check"] = one.checked
    return row


# ---- the page


def first_line(words):
    try:
        lines = quiet(words, cwd=ROOT).stdout.strip().splitlines()
    except (OSError, subprocess.TimeoutExpired):
        lines = []
    return lines[0] if lines else "unknown"


def versions(bench):
    code = "import numpy, scipy; print('numpy', numpy.__version__ + ', scipy', scipy.__version__)"
    commit = first_line(["git", "rev-parse", "--short=12", "HEAD"])
    if first_line(["git", "status", "--porcelain", "-uno"]) != "unknown":
        commit += ", with changes"
    return {"commit": commit,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "system": platform.platform(),
            "compiler": first_line(["gcc", "--version"]),
            "python": first_line([bench.python, "-c", code]),
            "graphblas": first_line(["dpkg-query", "-W", "-f", "${Version}", "libgraphblas-dev"]),
            "openblas": first_line(["dpkg-query", "-W", "-f", "${Version}", "libopenblas0-pthread"]),
            "gpu": first_line(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"])
                   if bench.has_gpu else "none",
            "load_before": os.getloadavg()[0]}


def ratio_rows(case):
    """name, our rate over its rate, target, for the peers that ran; ours is the first contestant that ran."""
    ran = [row for row in case["contestants"] if "scenarios_per_second" in row]
    ours = next((row for row in ran if row["name"].startswith("loopstress")), None)
    targets = TARGETS.get(case["id"], {})
    return [(row, ours["scenarios_per_second"] / row["scenarios_per_second"] if ours is not None and row is not ours else None,
             targets.get(row["name"])) for row in ran]


def figure(row, name, form):
    return format(row[name], form) if name in row else ""


def told_check(check):
    return f"{check['default_flips']} flips, {check['largest_difference']:.1e}"


def page_of(results):
    told, lines = results["versions"], []
    machine = results["bench"]["machine"]
    lines.append(f"Measured {told['date']} at commit {told['commit']}: {machine['processor']}, {machine['threads']} threads, "
                 f"{machine['isa']}; GPU: {told['gpu']}; {told['compiler']}; {told['python']}; GraphBLAS {told['graphblas']}; "
                 f"OpenBLAS {told['openblas']}. Load before: {told['load_before']:.2f}. "
                 f"Medians of {results['rounds']} rounds in turns{'; a quick run: few scenarios' if results['quick'] else ''}.\n")
    ceilings = results["bench"].get("ceilings")
    if ceilings:
        peaks = ", ".join(f"{isa} {rate / 1e9:.1f} Gflop/s" for isa, rate in ceilings["flop_per_second"].items())
        lines.append(f"Ceilings of the same run: {peaks}; reading {ceilings['read_bytes_per_second'] / 1e9:.1f} GB/s, copying "
                     f"{ceilings['copy_bytes_per_second'] / 1e9:.1f} GB/s; {ceilings['normals_per_second'] / 1e6:.0f} M normals/s.\n")
    lines += ["| case | contestant | scenarios/s | range | ours over it | target |", "|---|---|---|---|---|---|"]
    missed = []
    for case in results["cases"]:
        for row, ratio, target in ratio_rows(case):
            lines.append(f"| {case['id']} | {row['name']} | {row['scenarios_per_second']:.4g} | {row['least']:.3g} to {row['most']:.3g} | "
                         f"{'' if ratio is None else f'{ratio:.1f}x'} | {'' if target is None else f'{target}x'} |")
            if ratio is not None and target is not None and ratio < target:
                missed.append(f"{case['id']} against {row['name']}: {ratio:.1f}x of {target}x")
    lines += ["", "Solving alone and end to end (drawing, solving, exact sums, statistics), ours alone:", "",
              "| case | where | how | default share | solve alone | end to end | share of peak | answers |", "|---|---|---|---|---|---|---|---|"]
    for row in results["bench"]["cases"]:
        if "default_share" not in row:
            continue
        solve, check = row.get("solve", {}), row.get("check")
        lines.append(f"| {row['id']} | {row['backend']} | {row['engine']} | {row['default_share']:.4f} | "
                     f"{figure(solve, 'scenarios_per_second', '.4g')} | {row['scenarios_per_second']:.4g} | "
                     f"{figure(solve, 'share_of_peak', '.3f')} | "
                     f"{'' if check is None else told_check(check)} |")
    sums = [row["plain_sums"]["cost_beyond_plain_sums"] for row in results["bench"]["cases"] if "plain_sums" in row]
    if sums and sums[0] > 0.03:
        missed.append(f"C8: what is beyond plain sums takes {100 * sums[0]:.1f} % of the whole, target 3 %")
    draws = [row for row in results["bench"]["cases"] if "draw" in row]
    if draws and draws[0]["draw"]["draws_per_second"] < 2e8 * machine["threads"]:
        missed.append(f"C7: {draws[0]['draw']['draws_per_second'] / 1e6 / machine['threads']:.0f} M shocks/s a thread, target 200")
    dense = [row for row in results["bench"]["cases"] if row["id"] == "C6"]
    if dense and dense[0]["solve"].get("share_of_peak", 1) < 0.8:
        missed.append(f"C6: {dense[0]['solve']['share_of_peak']:.2f} of the peak, target 0.8")
    lines += ["", "Targets missed: " + ("; ".join(missed) if missed else "none") + "."]
    idle = sorted({(row["name"], row["skipped"]) for case in results["cases"] for row in case["contestants"] if "skipped" in row})
    if idle:
        lines += ["", "Not run: " + "; ".join(f"{name} ({why})" for name, why in idle) + "."]
    return "\n".join(lines) + "\n"


BEGIN, END = "<!-- bench/run writes from here -->", "<!-- to here -->"


def write_page(path, text):
    before, after = "# What was measured, where\n\n", ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            whole = file.read()
        before, after = whole.rstrip("\n") + "\n\n", ""
        if BEGIN in whole and END in whole:
            before, after = whole[:whole.index(BEGIN)], whole[whole.index(END) + len(END):]
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n\n{text}\n{END}{after or chr(10)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("work")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--case", action="append")
    parser.add_argument("--count", type=int, help="scenarios, in place of the cases' own")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="after so many no further case is begun")
    parser.add_argument("--results")
    parser.add_argument("--page")
    words = parser.parse_args()
    words.rounds = words.rounds or (2 if words.quick else 5)
    bench = Bench(words)
    told = versions(bench)
    plan = {case: peers for case, peers in {**CASES, **(LARGE if bench.has_gpu else {})}.items()
            if (not words.quick or case in QUICK) and (words.case is None or case in words.case)}
    if not plan:
        sys.exit("no case of that name")
    results = {"versions": told, "rounds": words.rounds, "quick": words.quick, "cases": []}
    begun = time.monotonic()
    for case, peers in plan.items():
        if time.monotonic() - begun > words.seconds:
            results["cases"].append({"id": case, "contestants": [{"name": case, "skipped": "out of time"}]})
            continue
        print(f"{case} ...", file=sys.stderr, flush=True)
        results["cases"].append(bench.run_case(case, words.count or (QUICK[case] if words.quick else None), peers))
    ids = [case for case in plan if not words.quick or case != "LOOP"] + ([] if words.case else ["C8"])
    if time.monotonic() - begun > words.seconds:
        ids = ids[:1]
    count = words.count or (2000 if words.quick else None)
    results["bench"], wrong = bench.measure_ours(ids, count)
    if words.results:
        with open(words.results, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
    text = page_of(results)
    if words.page:
        write_page(words.page, text)
    print(text, end="")
    faults = wrong + [f"{case['id']} {row['name']}: {row['skipped']}" for case in results["cases"] for row in case["contestants"]
                      if row.get("skipped", "").startswith("wrong")]
    if faults:
        sys.exit("; ".join(faults))


if __name__ == "__main__":
    main()
