"""What a newcomer may do wrong, and what the program says to it: the thing, the value, and what to do."""
import os
import shutil

import harness
from harness import SOURCE, call

HEADER = "scenario,target,variable,value,quarter\n"
RUN = ["run", "net", "--model", "eisenberg-noe"]


def shocks(row, header=HEADER):
    """A scenario file of one row."""
    return {"shocks.csv": header + row + "\n"}


def yaml(*lines):
    return {"draws.yaml": "\n".join(lines) + "\n"}


MARGINAL = "marginals: [{variable: external_assets_loss, target: '*', distribution: %s, mean: 0.3, sd: 0.1}]"
SHOCKED = RUN + ["--scenarios", "shocks.csv"]
DRAWN = RUN + ["--scenarios", "draws.yaml"]
LOOP = ["run", os.path.join(SOURCE, "datasets/ai-loop/2026-08"), "--model", "loop", "--scenarios", "shocks.csv"]

# The words, the exit code, what must be said, and the files that are there beside the network `net`.
WRONG = [
    ([], 64, ["Example: loopstress run", "Usage:"], {}),
    (["run"], 64, ["Example: loopstress run", "needs NETWORK"], {}),
    (["run", "net"], 64, ["--model eisenberg-noe", "loopstress models"], {}),
    (["rum", "net"], 64, ["did you mean 'run'?"], {}),
    (["help", "rum"], 64, ["did you mean 'run'?"], {}),
    (["run", "nte", "--model", "eisenberg-noe"], 66, ["nte: no such file or folder", "folder of CSV tables"], {}),
    (["run", "net/entities.csv", "--model", "eisenberg-noe"], 65, ["is a table", "folder of CSV tables"], {}),
    (["run", "net", "more", "--model", "eisenberg-noe"], 64, ["'more'", "loopstress run --help"], {}),
    (["run", "net", "--model", "Eisenberg-Noe"], 64, ["did you mean 'eisenberg-noe'?"], {}),
    (["run", "net", "--model", "sleeping"], 64, ["loopstress models"], {}),
    (["run", "net", "--model", "loop"], 78, ["purchases.csv", "'net' has none"], {}),
    (["run", "net", "--model", "fire-sale"], 78, ["needs assets.csv"], {}),
    (["run", "net", "--model", "rogers-veraart", "--set", "alfa=1"], 64, ["did you mean 'alpha'?"], {}),
    (["run", "net", "--model", "rogers-veraart", "--set", "alpha=2"], 64, ["alpha=2", "<= 1"], {}),
    (["run", "net", "--model", "rogers-veraart", "--set", "alpha=0,5"], 64, ["not a decimal comma"], {}),
    (["run", "net", "--modle", "loop"], 64, ["did you mean '--model'?"], {}),
    (RUN + ["--count", "1e6"], 64, ["--count is '1e6'", "whole number"], {}),
    (RUN + ["--backend", "gpu"], 64, ["must be one of auto, cpu, cuda"], {}),
    (RUN + ["--scenarios"], 64, ["needs a value: FILE"], {}),
    (RUN + ["--scenarios", "shocks.cvs"], 66, ["shocks.cvs: no such file"], {}),
    (RUN + ["--scenarios", "net"], 65, ["is a folder"], {}),
    (RUN + ["--scenarios", "shocks.txt"], 65, ["must end in .csv", ".yaml"], {"shocks.txt": HEADER}),
    (SHOCKED, 78, ["did you mean 'alder'?"], shocks("x,aldr,external_assets_loss,0.5,")),
    (SHOCKED, 78, ["did you mean 'Alder'?", "shocks.csv:2"], {**shocks("x,alder,external_assets_loss,0.5,"), "net/entities.csv": "id\nAlder\n", "net/liabilities.csv": "debtor,creditor,amount\n"}),
    (SHOCKED, 78, ["did you mean 'sector:banks'?"], {**shocks("x,sector:bank,external_assets_loss,0.5,"), "net/entities.csv": "id,sector\nalder,banks\nbirch,banks\ncedar,firms\n"}),
    (SHOCKED, 65, ["did you mean 'external_assets_loss'?"], shocks("x,alder,external_asset_loss,0.5,")),
    (SHOCKED, 78, ["no shock to 'demand', only to external_assets_loss, default"], shocks("x,alder,demand,0.5,")),
    (SHOCKED, 65, ["is 50, must be between 0 and 1"], shocks("x,alder,external_assets_loss,50,")),
    (SHOCKED, 65, ["without percent sign (fractions are 0-1)"], shocks("x,alder,external_assets_loss,50%,")),
    (SHOCKED, 65, ["quarter is 3", "has no quarters"], shocks("x,alder,external_assets_loss,0.5,3")),
    (LOOP, 65, ["quarter is 99, must be between 0 and 19"], shocks("x,openai,demand,0.5,99")),
    (LOOP, 65, ["quarter is '2026Q4'", "count from 0"], shocks("x,openai,demand,0.5,2026Q4")),
    (LOOP, 78, ["did you mean 'openai'?"], shocks("x,OpenAI,demand,0.5,2")),
    (SHOCKED, 65, ["must be a comma"], {"shocks.csv": HEADER.replace(",", ";")}),
    (SHOCKED, 65, ["the file is empty"], {"shocks.csv": ""}),
    (SHOCKED, 65, ["column 'value' is missing"], shocks("x,alder,demand", "scenario,target,variable\n")),
    (DRAWN, 65, ["must be one of lognormal, beta, normal, jump"], yaml("count: 10", MARGINAL % "gauss")),
    (DRAWN, 65, ["did you mean 'marginals'?"], yaml("count: 10", (MARGINAL % "beta").replace("marginals", "marginal"))),
    (DRAWN, 65, ["'count' is missing"], yaml(MARGINAL % "beta")),
    (RUN + ["-o", "net"], 73, ["is a folder, must be a file's name"], {}),
    (RUN + ["-o", "no/results.h5"], 73, ["its folder does not exist (mkdir makes it)"], {}),
    (RUN + ["-o", "old.h5"], 73, ["--force replaces it"], {"old.h5": ""}),
    (RUN + ["-o", "-"], 64, ["-o - is refused"], {}),
    (["report", "net", "-o", "page.html"], 65, ["'net' is a folder", "loopstress run net -o results.h5"], {}),
    (["compare", "net", "net"], 65, ["'net' is a folder", "loopstress run"], {}),
    (["report", "results.h5", "-o", "page.html"], 66, ["results.h5", "No such file"], {}),
    (["report", "results.h5"], 64, ["Example: loopstress report", "-o PATH"], {"results.h5": ""}),
    (["export", "results.h5", "--format", "xlsx", "-o", "x"], 64, ["must be one of csv, json"], {"results.h5": ""}),
    (["check", "net"], 65, ["'aldr' is not in entities.csv"], {"net/liabilities.csv": "debtor,creditor,amount\naldr,birch,8\n"}),
    (["check", "net"], 65, ["did you mean 'liabilities.csv'?"], {"net/liabilities.csv": None, "net/liabilites.csv": "debtor,creditor,amount\n"}),
    (["check", "net"], 65, ["did you mean 'external_assets'?"], {"net/entities.csv": "id,externl_assets\nalder,1\n"}),
    (["check", "net"], 65, ["without unit or currency sign"], {"net/liabilities.csv": "debtor,creditor,amount\nalder,birch,8 bn\n"}),
    (["check", "none"], 65, ["entities.csv: missing in the folder"], {"none/network.yaml": "name: none\n"}),
    (["generate", "-o", "made"], 64, ["--kind core-periphery", "--entities N"], {}),
    (["reconstruct", "marginals.csv", "-o", "made"], 64, ["--method ras"], {"marginals.csv": ""}),
    (["challenge", "net", "--model", "eisenberg-noe"], 64, ["--scenarios FILE"], {}),
]


def said(folder, words, files):
    """What the program says in a fresh folder with the three banks as `net` and those files; None: without that one."""
    shutil.rmtree(folder)
    shutil.copytree(os.path.join(SOURCE, "examples", "three-banks"), os.path.join(folder, "net"))
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.remove(path) if text is None else harness.write(path, text)
    return call(*words, cwd=folder)


def test_every_wrong_input_is_told_with_what_to_do(folder):
    wrong = []
    for words, code, wanted, files in WRONG:
        done = said(folder, words, files)
        missing = [text for text in wanted if text not in done.stderr + done.stdout]
        if done.returncode != code or missing:
            wrong.append(f"{' '.join(words)}: exit {done.returncode} (wanted {code}), lacks {missing}: {done.stderr}{done.stdout}")
    assert not wrong, "\n".join(wrong)
    assert len(WRONG) >= 50


def test_whoever_asks_for_help_sees_an_example_first():
    for words in (["help"], ["--help"], ["-h"], ["run", "--help"], ["help", "run"]):
        assert call(*words).stdout.startswith("Example: loopstress run"), words
    for words in ([], ["run"], ["import", "x"]):
        assert call(*words).stderr.startswith(f"Example: loopstress {words[0] if words else 'run'}"), words


harness.main(globals())
