"""loopstress reconstruct: from sums to a network that the rest of the program reads, and what is refused."""
import hashlib
import os

import harness
from harness import answer, call, expect, write

SUMS = """# seven banks of Anand, Craig and von Peter (2015)
id,sector,equity,assets,liabilities
a,core,2,7,4
b,core,2,5,5
"c, co",core,2,3,5
d,rest,1,1,0
e,rest,1,3,0
f,rest,1,0,2
g,rest,1,1,4
"""
METHODS = (("ras",), ("minimum-density",), ("gravity", "--links", "12"), ("gibbs", "--links", "12"))


def make(folder, name, *options, text=SUMS):
    sums = write(os.path.join(folder, "sums.csv"), text)
    return answer("reconstruct", sums, "--method", *options, "-o", os.path.join(folder, name))


def text_of(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def test_each_method_writes_a_network_that_is_read_without_warnings(folder):
    for method in METHODS:
        told = make(folder, method[0], *method)
        seen = answer("check", os.path.join(folder, method[0]))
        assert seen["valid"] and seen["warnings"] == [] and seen["entities"] == 7, seen
        assert seen["links"] == told["links"] and told["total"] == 20 and told["possible_links"] == 26, (seen, told)
        assert told["largest_relative_error"] < (1e-11 if method[0] != "gravity" else 3), told
        entities = text_of(folder, method[0], "entities.csv").splitlines()
        assert entities[0] == "id,sector,equity" and entities[3] == '"c, co",core,2', entities
        metadata = text_of(folder, method[0], "network.yaml")
        assert f"method {method[0]}, seed 0" in metadata and "sums.csv" in metadata, metadata
        assert call("run", os.path.join(folder, method[0]), "--model", "debtrank-linear").returncode == 0
    assert make(folder, "few", "minimum-density")["links"] == 7


def test_a_seed_gives_the_same_files_and_another_seed_others(folder):
    for method in METHODS[2:]:
        tables = [make(folder, f"{method[0]}{k}", *method, "--seed", seed, "--ensemble", "3") and
                  text_of(folder, f"{method[0]}{k}", "ensemble.csv") for k, seed in enumerate((5, 5, 6))]
        assert tables[0] == tables[1] != tables[2]
        first = [line[2:] for line in tables[0].splitlines()[1:] if line.startswith("1,")]
        assert text_of(folder, method[0] + "0", "liabilities.csv").splitlines()[1:] == first
        assert {line.split(",")[0] for line in tables[0].splitlines()[1:]} == {"1", "2", "3"}


# Regression values, without a source: the same bits on every machine and from every compiler.
KNOWN = {"ras": "ccd2aaf206d35cc2", "minimum-density": "073b975793c2e740", "gravity": "1b97a9d50bdacde6", "gibbs": "e55f92d9f0842b5b"}


def test_files_are_the_same_on_every_machine(folder):
    found = {}
    for method in METHODS:
        make(folder, method[0], *method, "--seed", "1")
        found[method[0]] = hashlib.sha256(text_of(folder, method[0], "liabilities.csv").encode()).hexdigest()[:16]
    assert found == KNOWN, found


def test_what_cannot_be_meant_is_refused(folder):
    sums = write(os.path.join(folder, "sums.csv"), "id,assets,liabilities,external_asset\na,1,2,4\nb,2,1,5\n")
    done = expect(65, "reconstruct", sums, "--method", "ras", "-o", os.path.join(folder, "net"))
    assert "did you mean 'external_assets'?" in done.stderr and not os.path.exists(os.path.join(folder, "net"))
    sums = write(os.path.join(folder, "sums.csv"), "id,assets,liabilities\na,7e153,5e153\nb,5e153,7e153\nc,3e153,3e153\n")
    done = expect(78, "reconstruct", sums, "--method", "gravity", "--links", "2", "-o", os.path.join(folder, "net"))
    assert "give them in another unit" in done.stderr, done.stderr


def test_sums_go_by_any_of_their_names(folder):
    make(folder, "known", "ras")
    for number, (claims, debts) in enumerate((("interbank_assets", "interbank_liabilities"), ("claims", "debts"),
                                              ("lending", "borrowing"), ("out_strength", "in_strength"),
                                              ("row_sum", "column_sum"))):
        make(folder, str(number), "ras", text=SUMS.replace("assets,liabilities", f"{claims},{debts}"))
        assert text_of(folder, str(number), "liabilities.csv") == text_of(folder, "known", "liabilities.csv"), claims


def test_without_what_is_outside_it_is_filled_in_with_a_warning(folder):
    sums = write(os.path.join(folder, "sums.csv"), "id,claims,debts\na,3,1\nb,1,2\nc,1,2\n")
    done = expect(0, "reconstruct", sums, "--method", "ras", "-o", os.path.join(folder, "net"))
    assert "external_assets are written" in done.stderr, done.stderr
    assert text_of(folder, "net", "entities.csv") == "id,external_assets,equity\na,0,2\nb,1,0\nc,1,0\n"
    assert answer("check", os.path.join(folder, "net"))["warnings"] == []


def test_faults_name_file_line_and_rule(folder):
    cases = (("id,assets,liabilities\na,1,-1\nb,2,3\n", "sums.csv:2: liabilities of 'a' is -1, must be >= 0"),
             ("id,assets,liabilities\na,1,x\nb,2,3\n", "sums.csv:2: liabilities of 'a' is 'x'"),
             ("id,assets\na,1\n", "column 'liabilities' is missing"),
             ("id,assets,claims,debts\na,1,1,1\n", "columns 'assets' and 'claims' say the same"),
             ("id,assets,liabilities\na,1,0\na,0,1\n", "sums.csv:3: id 'a' stands twice"),
             ("id,cash,assets,liabilities\na,1,1,0\nb,-2,0,1\n", "sums.csv:3: cash of 'b' is -2"),
             ("id,assets,liabilities\na,3,1\nb,1,2\n", "claims on entities sum to 4 and debts to them to 3, a difference of 1"),
             ("id,assets,liabilities\na,5,2\nb,1,3\nc,0,1\n",
              "sums.csv:2: 'a' has claims of 5 and debts of 2, together 7, must be at most the total of 6"))
    for text, words in cases:
        sums = write(os.path.join(folder, "sums.csv"), text)
        done = expect(65, "reconstruct", sums, "--method", "ras", "-o", os.path.join(folder, "net"))
        assert words in done.stderr, (words, done.stderr)
        assert not os.path.exists(os.path.join(folder, "net"))
    assert sorted(os.listdir(folder)) == ["sums.csv"]


def test_options_are_checked_against_the_method(folder):
    sums, net = write(os.path.join(folder, "sums.csv"), SUMS), os.path.join(folder, "net")
    for code, words in ((64, ()), (64, ("--method", "magic")), (64, ("--method", "gravity")), (64, ("--method", "gibbs")),
                        (64, ("--method", "ras", "--links", "3")), (64, ("--method", "ras", "--ensemble", "3")),
                        (64, ("--method", "gibbs", "--links", "9", "--ensemble", "10001")),
                        (78, ("--method", "gravity", "--links", "26")), (78, ("--method", "gibbs", "--links", "26"))):
        expect(code, "reconstruct", sums, *words, "-o", net)
    expect(64, "reconstruct", sums, "--method", "ras")
    expect(66, "reconstruct", sums + "x", "--method", "ras", "-o", net)
    assert not os.path.exists(net)


def test_a_folder_is_replaced_only_when_forced_and_only_if_it_is_such_a_network(folder):
    make(folder, "net", "gravity", "--links", "12", "--ensemble", "2")
    sums, net = os.path.join(folder, "sums.csv"), os.path.join(folder, "net")
    expect(73, "reconstruct", sums, "--method", "ras", "-o", net)
    expect(0, "reconstruct", sums, "--method", "ras", "-o", net, "--force")
    assert sorted(os.listdir(net)) == ["entities.csv", "liabilities.csv", "network.yaml"]
    write(os.path.join(net, "trade.csv"), "supplier,buyer,amount\na,b,1\n")
    done = expect(73, "reconstruct", sums, "--method", "ras", "-o", net, "--force")
    assert "trade.csv" in done.stderr and sorted(os.listdir(folder)) == ["net", "sums.csv"], done.stderr


harness.main(globals())
