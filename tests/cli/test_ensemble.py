"""loopstress run --ensemble: blocks of scenarios over the networks of ensemble.csv, with the same bits however it is run."""
import json
import os

import harness
from harness import answer, draws, expect, write

SUMS = "id,external_assets,external_liabilities,assets,liabilities\n" + "".join(
    f"b{k},{90 + 7 * k},{60 + 6 * k},{10 + 3 * k},{37 - 3 * k}\n" for k in range(10))
BLOCK = 4096


def network(folder, members=3, method="gibbs"):
    path = os.path.join(folder, f"{method}{members}")
    sums = write(os.path.join(folder, "sums.csv"), SUMS)
    expect(0, "reconstruct", sums, "--method", method, "--links", "30", "--ensemble", members, "--seed", "2", "-o", path)
    return path


def run(net, scenarios, *more):
    return answer("run", net, "--model", "eisenberg-noe", "--scenarios", scenarios, "--backend", "cpu", *more)


def single(folder, net, member):
    """A network folder with the liabilities of one member alone."""
    path = os.path.join(folder, f"member{member}")
    os.makedirs(path)
    for name in ("entities.csv", "ensemble.csv"):
        with open(os.path.join(net, name), encoding="utf-8") as file:
            rows = file.read().splitlines()
        if name == "entities.csv":
            write(os.path.join(path, name), "\n".join(rows) + "\n")
        else:
            own = [row.split(",", 1)[1] for row in rows if row.startswith(f"{member},")]
            write(os.path.join(path, "liabilities.csv"), "\n".join(["debtor,creditor,amount", *own]) + "\n")
    return path


def test_a_block_runs_on_the_network_of_its_member(folder):
    """Block 0 on member 1 and block 1 on member 2 are the first and the second half of runs on these networks alone."""
    net = network(folder)
    two = run(net, draws(folder, 2 * BLOCK), "--ensemble", "2")
    first = run(single(folder, net, 1), draws(folder, BLOCK, name="half.yaml"))["system"]["loss_mean"]
    other = single(folder, net, 2)
    whole, half = (run(other, draws(folder, n * BLOCK, name=f"{n}.yaml"))["system"]["loss_mean"] for n in (2, 1))
    means = sorted((first, 2 * whole - half))
    band = two["draws"]["system"]["loss_mean"]
    assert two["draws"]["count"] == 2 and two["draws"]["band"] == "all", two["draws"]
    assert abs(band["low"] - means[0]) < 1e-9 * means[0] and abs(band["high"] - means[1]) < 1e-9 * means[1], (band, means)
    assert means[1] > 1.001 * means[0] and abs(two["system"]["loss_mean"] - sum(means) / 2) < 1e-9 * means[1]


def test_the_digest_does_not_depend_on_how_it_is_run(folder):
    net, file = network(folder), draws(folder, 6 * BLOCK)
    ways = [(), ("--threads", "1"), ("--threads", "2", "--chunk", "1000"), ("--chunk", "7"), ("--isa", "baseline")]
    found = {run(net, file, "--ensemble", "3", *way)["digest"] for way in ways}
    packed = os.path.join(folder, "net.h5")
    expect(0, "import", net, "-o", packed)
    found.add(run(packed, file, "--ensemble", "3")["digest"])
    parts = [os.path.join(folder, f"part{k}.h5") for k in range(4)]
    for k, part in enumerate(parts):
        expect(0, "run", net, "--model", "eisenberg-noe", "--scenarios", file, "--backend", "cpu", "--ensemble", "3", "--shard",
               f"{k}/4", "-o", part)
    whole = os.path.join(folder, "whole.h5")
    expect(0, "merge", *parts, "-o", whole)
    found.add(answer("info", whole)["digest"])
    assert len(found) == 1, found
    assert run(net, file, "--ensemble", "2")["digest"] not in found and run(net, file)["digest"] not in found


def test_results_keep_the_ensemble_and_tell_of_it(folder):
    net, file, out = network(folder), draws(folder, 3 * BLOCK), os.path.join(folder, "out.h5")
    told = expect(0, "run", net, "--model", "debtrank-linear", "--scenarios", file, "--ensemble", "3", "-o", out).stdout
    assert "Over 3 networks of the ensemble" in told and "assumptions" not in told, told
    with open(out + ".run.json", encoding="utf-8") as record:
        assert "--ensemble 3" in json.dumps(json.load(record))
    expect(0, "report", out, "-o", os.path.join(folder, "page.html"))
    expect(0, "export", out, "--format", "json", "-o", os.path.join(folder, "tables"))
    with open(os.path.join(folder, "tables", "results.json"), encoding="utf-8") as results:
        assert json.load(results)["draws"]["variance_shares"] == []
    assert answer("compare", out, out)["equal"]


def test_what_cannot_be_run_is_refused(folder):
    net, file = network(folder), draws(folder, 4 * BLOCK)
    listed = write(os.path.join(folder, "list.csv"), "scenario,target,variable,value\ns,b1,external_assets_loss,0.5\n")
    drawn = draws(folder, 4 * BLOCK, "assumption_draws: 2", name="drawn.yaml")
    base = ("run", net, "--model", "eisenberg-noe")
    for code, words, why in ((78, ("--scenarios", file, "--ensemble", "4"), "has 3 members"),
                             (78, ("--scenarios", file, "--ensemble", "2", "--draws", "2"), "must be 1"),
                             (78, ("--scenarios", drawn, "--ensemble", "2"), "must be 1"),
                             (78, ("--scenarios", file, "--ensemble", "3"), "multiple of 4096"),
                             (78, ("--scenarios", listed, "--ensemble", "2"), "must draw them"),
                             (78, ("--ensemble", "2"), "needs random scenarios"),
                             (64, ("--scenarios", file, "--ensemble", "1"), "within 2 and"),
                             (64, ("--scenarios", file, "--ensemble", "10001"), "within 2 and")):
        done = expect(code, *base, *words)
        assert why in done.stderr, (words, done.stderr)
    done = expect(78, "run", harness.banks(folder), "--model", "eisenberg-noe", "--scenarios", file, "--ensemble", "2")
    assert "has 0 members" in done.stderr, done.stderr


def test_the_links_of_a_network_are_those_of_its_liabilities(folder):
    seen = answer("check", network(folder))
    with open(os.path.join(folder, "gibbs3", "liabilities.csv"), encoding="utf-8") as file:
        assert seen["links"] == len(file.read().splitlines()) - 1, seen


harness.main(globals())
