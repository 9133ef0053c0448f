#!/usr/bin/python3
"""datasets/published: every network runs and gives what its source printed, what was computed, and what documents say.

A row of expected.csv is compared twice: with the printed number to half a unit of its last digit, and with the
recomputed one. argv[1] is the program."""
import json
import math
import os
import re
import subprocess
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

try:
    import numpy
except ImportError as error:
    skip("published networks", str(error))
    end()

import published_cases
from published_networks import (PUBLISHED, below, got_for, networks, optional, read, run, shocks_of, short, text_of,
                                values_of)

CLOSE = 1e-8  # of max(1, |value|): stop rules leave 1e-10 of a bound, and bounds are within 100 of the values here
HALF = 0.5 * (1 + 1e-9)  # of the last printed digit, so that a tie in binary counts
documents = below("datasets", "published", "**", "README.md") + below("docs", "models", "*.md")


# ---- the folders -----------------------------------------------------------------------------------------------------

def unit(digits):
    """The last digit of a number as printed."""
    return 10.0 ** -len(digits.partition(".")[2])


def expected_holds(folder):
    rows = optional(folder, "expected.csv")
    check(f"{short(folder)} says what to expect", bool(rows))
    for row in rows:
        name = f"{short(folder)} {row['model']} {row['settings']} {row['scenario']} {row['entity']} {row['output']}"
        got = got_for(folder, row)
        check(f"{name}: something is expected", bool(row["printed"] or row["computed"]))
        check(f"{name}: who printed it", bool(row["printed"]) == bool(row["printed_in"]) == bool(row["tolerance"]))
        if row["printed"]:
            flag = float(row["tolerance"]) == 0
            room = 0 if flag else HALF * unit(row["printed"])
            check(f"{name}: tolerance", flag or math.isclose(float(row["tolerance"]), 0.5 * unit(row["printed"])))
            check(f"{name}: printed", abs(got - float(row["printed"])) <= room, f"{row} {got}")
        if row["computed"]:
            wanted = float(row["computed"])
            check(f"{name}: computed", abs(got - wanted) <= CLOSE * max(1, abs(wanted)), f"{wanted} {got}")


def folder_is_told(folder):
    done = subprocess.run([PROGRAM, "check", folder, "--json"], capture_output=True, text=True)
    warnings = json.loads(done.stdout)["warnings"] if done.returncode == 0 else []
    check(f"{short(folder)} is valid", done.returncode == 0, done.stdout + done.stderr)
    check(f"{short(folder)} is warned of for defaults alone", all("failed before any shock" in warning["message"]
                                                                  for warning in warnings), str(warnings))
    about = text_of(os.path.join(folder, "network.yaml"))
    for key in ("name", "description", "sources"):
        check(f"{short(folder)}/network.yaml has {key}", re.search(rf"^{key}:", about, re.MULTILINE) is not None)
    top = os.path.join(PUBLISHED, short(folder).split(os.sep)[0])
    check(f"{short(folder)} has a README", os.path.exists(os.path.join(top, "README.md")))
    check(f"the overview names {short(folder)}", f"`{short(folder)}`" in text_of(os.path.join(PUBLISHED, "README.md")))


# ---- what documents say ----------------------------------------------------------------------------------------------

def examples(text):
    """Pairs of a command and a row of the table below it, whose head is `| scenario | output | ids ... |`."""
    words, head, found = None, None, []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(("    loopstress run datasets/published/", "    loopstress run examples/")):
            words = [word for word in line.split()[2:] if word != "--json"]
        if not line.startswith("|"):
            head = None
        elif cells[:2] == ["scenario", "output"]:
            head = cells
        elif head is not None and set(line) - set("|-: "):
            found.append((words, dict(zip(head, cells))))
    return found


def example_holds(name, words, row):
    """Numbers without a decimal point are whole."""
    scenario = run(words).get(row["scenario"], {"entities": []})
    for column, shown in list(row.items())[2:]:
        if column == "system loss":
            got = scenario.get("system_loss", math.nan)
        else:
            got = values_of(scenario, row["output"]).get(column, math.nan)
        room = HALF * unit(shown) if "." in shown else 1e-9
        check(f"{name}: {row['scenario']} {row['output']} {column}", abs(got - float(shown)) <= room, f"{shown} {got}")


def documents_hold():
    told = set()
    for path in documents:
        name, text = os.path.relpath(path, SOURCE), text_of(path)
        for words, row in examples(text):
            example_holds(name, words, row)
            told.add(words[0])
        for line in re.findall(r"^    loopstress run (datasets/published/\S+)", text, re.MULTILINE):
            check(f"{name}: {line} exists", os.path.join(SOURCE, line) in networks)
        for named in re.findall(r"`(datasets/published/[^`\s]+)`", text):
            check(f"{name}: {named} exists", os.path.exists(os.path.join(SOURCE, named)))
    for folder in networks:
        check(f"a document shows {short(folder)} with numbers", os.path.relpath(folder, SOURCE) in told)


# ---- iterates, windows and marginals ---------------------------------------------------------------------------------

def rounds_of_clearing(folder, assets):
    """The greatest clearing vector by waves of default: a round solves for those in default, all others pay in full."""
    ids = list(assets)
    owed = numpy.zeros((len(ids), len(ids)))
    for row in read(folder, "liabilities.csv"):
        owed[ids.index(row["debtor"]), ids.index(row["creditor"])] = float(row["amount"])
    full, outside = owed.sum(axis=1), numpy.array([assets[i] for i in ids])
    share = owed / full[:, None]
    rounds, failed = [full], numpy.zeros(len(ids), bool)
    while True:
        short_of = outside + share.T @ rounds[-1] < full - 1e-12
        if (short_of <= failed).all():
            return rounds
        failed |= short_of
        paid = full.copy()
        inside = numpy.eye(failed.sum()) - share[numpy.ix_(failed, failed)].T
        paid[failed] = numpy.linalg.solve(inside, (outside + share[~failed].T @ full[~failed])[failed])
        rounds.append(paid)


def iterates_hold():
    folder = os.path.join(PUBLISHED, "bertschinger-stobbe-2018")
    rows = read(folder, "iterates.csv")
    for scenario in ("a1", "a2"):
        lost = shocks_of(folder, scenario)
        assets = {row["id"]: float(row["external_assets"]) * (1 - lost[row["id"]])
                  for row in read(folder, "entities.csv")}
        rounds = rounds_of_clearing(folder, assets)
        printed = [row for row in rows if row["scenario"] == scenario]
        check(f"{scenario}: as many rounds as printed", len(rounds) == 1 + max(int(row["round"]) for row in printed))
        for row in printed:
            got = rounds[int(row["round"])][list(assets).index(row["entity"])]
            check(f"{scenario} round {row['round']} {row['entity']}",
                  abs(got - float(row["printed"])) <= HALF * unit(row["printed"]), str(got))
            check(f"{scenario} round {row['round']} tolerance", float(row["tolerance"]) == 0.5 * unit(row["printed"]))


def excess(mean, most):
    """z P(Poisson(z) <= most - 1) - 1, above 0 inside the window of contagion."""
    return mean * sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most)) - 1


def window_holds():
    rows = {int(row["debtors_most"]): row for row in read(PUBLISHED, "gai-kapadia-2010", "window.csv")}
    readme = text_of(os.path.join(PUBLISHED, "gai-kapadia-2010", "README.md"))
    for most in range(1, 9):
        inside = max(excess(0.01 * k, most) for k in range(2000)) > 0
        if most not in rows:
            check(f"no window, or not listed, at {most}", not inside or most == 7)
            continue
        for edge in ("lower", "upper"):
            root, step = float(rows[most][edge]), 1e-9
            change = excess(root + step, most) - excess(root - step, most)
            check(f"{edge} end at {most}", excess(root - step, most) * excess(root + step, most) <= 0 and
                  (change > 0) == (edge == "lower"))
            if most in (4, 5):
                check(f"README names the {edge} end at {most}", f"{root:.4f}" in readme)


def marginals_of(rows, value):
    assets, debts = {}, {}
    for row in rows:
        assets[row["creditor"]] = assets.get(row["creditor"], 0) + float(row[value])
        debts[row["debtor"]] = debts.get(row["debtor"], 0) + float(row[value])
    return assets, debts


def marginals_hold():
    folder = os.path.join(PUBLISHED, "anand-craig-von-peter-2015")
    marginals, table = read(folder, "marginals.csv"), read(folder, "expected-liabilities.csv")
    for name, rows, value, room in (("maximum entropy", table, "computed", 1e-9),
                                    ("minimum density", read(folder, "minimum-density.csv"), "printed", 0)):
        assets, debts = marginals_of(rows, value)
        for row in marginals:
            check(f"{name}: assets of {row['id']}", abs(assets.get(row["id"], 0) - float(row["assets"])) <= room)
            check(f"{name}: debts of {row['id']}", abs(debts.get(row["id"], 0) - float(row["liabilities"])) <= room)
    for row in table:
        name = f"maximum entropy: {row['debtor']} owes {row['creditor']}"
        check(name, abs(float(row["computed"]) - float(row["printed"])) <= HALF * unit(row["printed"]))
        check(f"{name}: tolerance", float(row["tolerance"]) == 0.5 * unit(row["printed"]))
    reconstructed(folder, table)


def reconstructed(folder, table):
    listed = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout
    if not re.search(r"^\s*reconstruct\b", listed, re.MULTILINE):
        return skip("the maximum-entropy table is reconstructed", "there is no command reconstruct")
    with tempfile.TemporaryDirectory() as parent:
        out = os.path.join(parent, "network")
        words = ["reconstruct", os.path.join(folder, "marginals.csv"), "--method", "ras", "-o", out]
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
        check("reconstruct runs", done.returncode == 0, done.stderr)
        made = optional(out, "liabilities.csv")
    got = {(row["debtor"], row["creditor"]): float(row["amount"]) for row in made}
    links = {(row["debtor"], row["creditor"]) for row in table}
    check("reconstruct makes the printed links", set(got) == links, str(set(got) ^ links))
    for row in table:
        value = got.get((row["debtor"], row["creditor"]), math.nan)
        check(f"reconstruct: {row['debtor']} owes {row['creditor']}", abs(value - float(row["computed"])) <= CLOSE,
              str(value))


def shares_are_of_the_claims():
    """A third of each country is held by the others, in proportion to their claims on it."""
    folder = os.path.join(PUBLISHED, "elliott-golub-jackson-2014")
    ids = [row["id"] for row in read(folder, "entities.csv")]
    claims = published_cases.matrix(folder, "claims.csv", "debtor", "holder", "amount", ids)
    shares = published_cases.matrix(folder, *published_cases.HOLDINGS, ids)
    wanted = (claims / claims.sum(axis=1)[:, None]).T / 3
    check("shares follow from claims", numpy.allclose(shares, wanted, rtol=1e-15, atol=0))


check("there are networks", len(networks) >= 10, str(networks))
for network in networks:
    folder_is_told(network)
    expected_holds(network)
documents_hold()
iterates_hold()
window_holds()
marginals_hold()
shares_are_of_the_claims()
published_cases.all_hold()
end()
