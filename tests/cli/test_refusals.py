"""Wrong words on the command line: each is refused with exit code 64 and a message that names the option and its rule, and leaves nothing."""
import os
import re

import harness
from harness import banks, call, expect, write

OPTION = re.compile(r"^ +(?:-\w, )?--([\w-]+)(?: (\S+))?  ", re.MULTILINE)
FREE = ("set", "case")  # what they name is looked up, by the model and by the list of cases


def commands():
    """As the program lists them: one that is new is tested too."""
    listed = expect(0, "--help").stdout.split("Commands:")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, re.MULTILINE)


def inputs(command):
    """Words for what the command must be given; none of it is there."""
    usage = re.search(r"Usage: loopstress \w+(.*)", expect(0, command, "--help").stdout).group(1)
    return ["no-such"] * sum(word != "..." for word in usage.split("[options]")[0].split())


def options(command):
    """Names and what stands for their values; None: a flag."""
    return [found for found in OPTION.findall(expect(0, command, "--help").stdout) if found[0] != "help"]


def wrong_values(stands_for):
    if stands_for == "":
        return []
    if (stands_for.isupper() and len(stands_for) == 1) or stands_for == "SECONDS":
        return ["x", "-1", "", "1e", "nan", " 1"]
    return ["no-such-choice", ""] if "|" in stands_for else [""]


def refuses(folder, command, word, *parts):
    done = call(command, *inputs(command), word, cwd=folder)
    line = done.stderr.split("\n")[0]
    assert done.returncode == 64 and done.stdout == "", f"{command} {word}: exit {done.returncode}\n{line}"
    assert all(part in line for part in parts), f"{command} {word}: {line}"
    assert os.listdir(folder) == [], f"{command} {word}: left {os.listdir(folder)}"


def test_every_option_of_every_command_refuses_what_is_no_value_of_it(folder):
    tried = 0
    for command in commands():
        for name, stands_for in options(command):
            for value in wrong_values(stands_for) if name not in FREE else []:
                refuses(folder, command, f"--{name}={value}", f"--{name}", "must be")
                tried += 1
    assert tried > 200, tried


def test_a_choice_that_is_none_is_told_all_there_are(folder):
    for command in commands():
        for name, stands_for in options(command):
            if "|" in stands_for:
                refuses(folder, command, f"--{name}=no-such-choice", *stands_for.split("|"))


def test_flags_take_no_value_and_other_options_need_one(folder):
    for command in commands():
        for name, stands_for in options(command):
            if stands_for == "":
                refuses(folder, command, f"--{name}=1", f"--{name}", "no value")
            else:
                refuses(folder, command, f"--{name}", f"--{name}", "needs a value")


def test_words_too_many_are_named(folder):
    for command in commands():
        if "..." not in re.search(r"Usage: .*", expect(0, command, "--help").stdout).group(0):
            refuses(folder, command, "one-word-too-many", "one-word-too-many")


# What fits each option alone, and not its range, its model, or another option. BANKS, SUMS: inputs that are in order.
RULES = [
    (["generate", "--kind", "erdos-renyi", "--entities", "2", "-o", "made"], ["entities", "2", "3"]),
    (["generate", "--kind", "erdos-renyi", "--entities", "10", "--degree", "10", "-o", "made"], ["degree", "10"]),
    (["generate", "--kind", "core-periphery", "--entities", "10", "--capital-ratio", "1", "-o", "made"], ["capital", "1"]),
    (["generate", "--kind", "core-periphery", "--entities", "10", "--interbank-share", "0", "-o", "made"], ["interbank", "0"]),
    (["generate", "--kind", "core-periphery", "--entities", "10", "--core-share", "1", "-o", "made"], ["core", "1"]),
    (["generate", "--entities", "10", "-o", "made"], ["kind"]),
    (["reconstruct", "SUMS", "--method", "ras", "--links", "3", "-o", "made"], ["ras", "links"]),
    (["reconstruct", "SUMS", "--method", "gravity", "-o", "made"], ["gravity", "--links"]),
    (["reconstruct", "SUMS", "--method", "minimum-density", "--ensemble", "3", "-o", "made"], ["minimum-density", "ensemble"]),
    (["window", "--degrees", "0"], ["degree"]),
    (["window", "--degrees", "1,,2"], ["degrees", "1,,2"]),
    (["window", "--entities", "2"], ["entities"]),
    (["window", "--threshold", "1"], ["threshold"]),
    (["bench", "--rounds", "102"], ["rounds", "101"]),
    (["bench", "--case", "C99"], ["C99"]),
    (["bench", "--network", "BANKS"], ["--model"]),
    (["run", "BANKS", "--model", "eisenberg-noe", "--set", "tolerance"], ["tolerance"]),
    (["run", "BANKS", "--model", "eisenberg-noe", "--set", "loss=half"], ["loss", "half", "gross", "net"]),
    (["run", "BANKS", "--model", "eisenberg-noe", "--set", "tolerance=-1"], ["tolerance", "-1"]),
    (["run", "BANKS", "--model", "rogers-veraart", "--set", "alpha=1.5"], ["alpha", "1.5"]),
    (["run", "BANKS", "--model", "eisenberg-noe", "--ensemble", "1"], ["ensemble"]),
    (["run", "BANKS", "--model", "eisenberg-noe", "--shard", "3/2"], ["shard", "3/2"]),
    (["circularity", "BANKS", "--window", "5"], ["window", "4", "20"]),
]


def test_rules_between_words_are_named_with_what_breaks_them(folder):
    banks(folder)
    write(os.path.join(folder, "sums.csv"), "id,assets,liabilities\na,10,5\nb,5,10\nc,4,4\n")
    before = sorted(os.listdir(folder))
    for words, parts in RULES:
        given = [{"BANKS": "banks", "SUMS": "sums.csv"}.get(word, word) for word in words]
        done = call(*given, cwd=folder)
        assert done.returncode == 64 and done.stdout == "", f"{' '.join(words)}: exit {done.returncode}\n{done.stderr}"
        assert all(part in done.stderr for part in parts), f"{' '.join(words)}: {done.stderr}"
        assert sorted(os.listdir(folder)) == before, f"{' '.join(words)}: {sorted(os.listdir(folder))}"


harness.main(globals())
