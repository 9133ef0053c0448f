#!/usr/bin/python3
"""The tables of datasets/ai-loop/README.md, from runs of the program (argv[1], else build/loopstress).

usage: tests/data/ai_loop_tables.py [PROGRAM] [--write]    --write puts them into the page, between its two marks

test_ai_loop.py holds the page to them."""
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile

from ai_loop_rules import Ledger

SOURCE = os.environ.get("LS_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORDS = [w for w in sys.argv[1:] if not w.startswith("--")]
PROGRAM = os.path.abspath(WORDS[0]) if WORDS else os.path.join(SOURCE, "build", "loopstress")
DATA = os.path.join(SOURCE, "datasets", "ai-loop")
PAGE = os.path.join(DATA, "README.md")
BEGIN = "<!-- tables: written by tests/data/ai_loop_tables.py --write -->"
END = "<!-- end of tables -->"
VINTAGES = {"2025-11": "2025-11-30", "2026-04": "2026-04-30", "2026-08": "2026-08-31"}
VARIANTS = ("without-november-deal", "november-deal-by-others", "november-deal-with-openai", "without-amazon-openai")
DRAWS = 102400
ASSUMPTION_DRAWS, BLOCK = 256, 4096  # a block of scenarios is under one draw of the assumptions
RECENT_DAYS = 183  # a quarter reported longer ago says little about quarter 0 of a firm that grows


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def run(folder, *words):
    done = subprocess.run([PROGRAM, "run", os.path.join(DATA, folder), "--model", "loop", "--json", "--quiet",
                           "--backend", "cpu", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def trace(folder, *words):
    """(ids, name -> [quarter][entity]) of the one scenario of a run."""
    import h5py
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "out.h5")
        run(folder, "--set", "trace=1", "--keep", "worst:1", "-o", path, *words)
        with h5py.File(path) as file:
            return list(file["network/entities/id"].asstr()[:]), {n: d[0] for n, d in file["kept/trace"].items()}


def recent(row, day):
    """Is the reported quarter of an entity near enough to the vintage to be compared with quarter 0?"""
    if not row["quarter_end"]:
        return False
    age = datetime.date.fromisoformat(day) - datetime.date.fromisoformat(row["quarter_end"])
    return age.days <= RECENT_DAYS


def plan_table():
    heads, columns = [], {}
    for vintage in VINTAGES:
        ids, path = trace(vintage)
        heads += [f"{vintage}: lowest cash (quarter)", "cash at the end", "value at the end"]
        for i, e in enumerate(ids):
            cash, value = path["cash"][:, i], path["value"][:, i]
            low = int(cash.argmin())
            cells = [f"{cash[low]:.1f} ({low})", f"{cash[-1]:.1f}", f"{value[-1] / value[0]:.2f}"]
            columns.setdefault(e, []).extend(cells)
    return [["entity", *heads]] + [[e, *cells] for e, cells in columns.items()]


def baseline_gate(folder):
    """What `check` tells of the plan of a folder: passes or not, and by entity."""
    done = subprocess.run([PROGRAM, "check", os.path.join(DATA, folder), "--json"], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)["baseline_gate"]


def anchor_table():
    rows = [["vintage", "entity", "reported revenue of a quarter", "sales of quarter 0", "reported capital expenditure",
             "planned for quarter 0"]]
    for vintage in VINTAGES:
        for e in baseline_gate(vintage)["entities"]:
            revenue, capex = e["revenue"], e["capex"]
            if revenue["within"] is not None:
                cells = [f"{capex['reported']:.1f}", f"{capex['model']:.1f}"] if capex["reported"] else ["", ""]
                rows.append([vintage, e["id"], f"{revenue['reported']:.2f}", f"{revenue['model']:.2f}", *cells])
    return rows


def failures(scenario):
    fallen = [(e["default_quarter"], e["id"]) for e in scenario["entities"] if e["default_quarter"] >= 0]
    return ", ".join(f"{e} ({q})" for q, e in sorted(fallen)) or "–"


def scenario_table():
    heads, columns = [], {}
    for vintage in VINTAGES:
        heads += [f"{vintage}: loss at the end", "who defaults (quarter)"]
        result = run(vintage, "--scenarios", os.path.join(DATA, "scenarios", "all.csv"))
        for s in result["scenarios"]:
            columns.setdefault(s["id"], []).extend([f"{s['system_loss']:.0f}", failures(s)])
    return [["scenario", *heads]] + [[s, *cells] for s, cells in columns.items()]


def draws(folder):
    path = os.path.join(DATA, "scenarios", "monte-carlo.yaml")
    result = run(folder, "--scenarios", path, "--count", str(DRAWS))
    return {e["id"]: e["default_probability"] for e in result["entities"]}


def probability(p):
    return f"{p:.4f}" if p >= 0.0001 else "< 0.0001"


def probability_table():
    p = {v: draws(v) for v in VINTAGES}
    last = list(VINTAGES)[-1]
    order = sorted(p[last], key=lambda e: -p[last][e])
    return [["entity", *VINTAGES]] + [[e, *(probability(p[v][e]) for v in VINTAGES)] for e in order]


def over_assumptions(folder, count):
    """The section `draws` of a run of one block of scenarios to each of `count` draws of the assumptions."""
    with open(os.path.join(DATA, "scenarios", "monte-carlo.yaml"), encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "draws.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("\nassumption_draws: 1\n", f"\nassumption_draws: {count}\n"))
        return run(folder, "--scenarios", path, "--count", str(count * BLOCK), "--keep", "worst:1")["draws"]


def share(p):
    return f"{p:.1%}" if p > 0 else "–"


def draw_table():
    heads, columns = [], {}
    for vintage in VINTAGES:
        told = over_assumptions(vintage, ASSUMPTION_DRAWS)
        heads += [f"{vintage}: fails without shock", "default probability"]
        for entity, gate in zip(told["entities"], told["baseline_gate"]):
            band = entity["default_probability"]
            cells = [share(gate["share"]), f"{band['median']:.3f} ({band['low']:.3f}–{band['high']:.3f})"]
            columns.setdefault(entity["id"], []).extend(cells)
    return [["entity", *heads]] + [[e, *cells] for e, cells in columns.items()]


def dependence(folder, e):
    """What the others lose at the end when e fails in quarter 4, per their value without."""
    result = run(folder, "--scenarios", os.path.join(DATA, "scenarios", e + "-defaults.csv"))
    baseline = sum(x["baseline_value"] for x in result["entities"] if x["id"] != e)
    return sum(x["loss"] for x in result["scenarios"][0]["entities"] if x["id"] != e) / baseline


def variant_table():
    rows = [["network", "others lose when OpenAI fails", "when Anthropic fails", "when Microsoft fails",
             "OpenAI's default probability", "Anthropic's"]]
    for folder in ("2026-08", *(os.path.join("variants", v) for v in VARIANTS)):
        p = draws(folder)
        shares = [f"{dependence(folder, e):.2%}" for e in ("openai", "anthropic", "microsoft")]
        rows.append([os.path.basename(folder), *shares, probability(p["openai"]), probability(p["anthropic"])])
    return rows


def markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:], ""]


def tables():
    parts = (("### The plan, quarter by quarter", plan_table), ("### Anchors", anchor_table),
             ("### Scenarios, each alone", scenario_table),
             ("### Default probabilities over 20 quarters", probability_table),
             ("### Over draws of the assumptions", draw_table),
             ("### The deal of November 2025, and OpenAI's contract with Amazon", variant_table))
    out = []
    for title, table in parts:
        out += [title, "", *markdown(table())]
    return out


def main():
    lines = tables()
    if "--write" not in sys.argv:
        print("\n".join(lines))
        return
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    before, rest = page.split(BEGIN)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(before + BEGIN + "\n\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
