"""Completions of three shells and pages of the manual: all that --help names is in them, and the shells and man take them."""
import os
import pty
import re
import select
import shutil
import subprocess
import time

import harness
from harness import Skip, call, expect

SHELLS = ("bash", "zsh", "fish")
PATIENCE = 20  # seconds that an interactive shell may take; it answers within one


def need(program):
    if shutil.which(program) is None:
        raise Skip(f"no {program} on PATH")
    return program


def commands():
    """Names, as --help lists them."""
    listed = expect(0, "--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


def options(command):
    """[(letter or "", name, value or "", help)], as the command's --help lists them."""
    listed = expect(0, command, "--help").stdout.split("Options:\n")[1]
    found = [re.fullmatch(r"  (?:-(\w), |    )--([a-z-]+)(?: (\S+))?\s+(.*)", line) for line in listed.splitlines()]
    assert found and all(found), listed
    return [tuple(text or "" for text in option.groups()) for option in found]


def completion(shell):
    return expect(0, "completion", shell).stdout


def page(*command):
    """A page of the manual as plain text."""
    text = expect(0, "manual", *command).stdout
    text = re.sub(r"^\.(TP|EX|EE)\n|^\.(B|BR|SH) ", "", text, flags=re.MULTILINE)
    return re.sub(r"\\f[BIR]", "", text).replace("\\-", "-").replace("\\e", "\\")


def pages(folder):
    """Every page as a file."""
    paths = []
    for command in [[], *([name] for name in commands())]:
        name = "-".join(["loopstress", *command])
        paths.append(harness.write(os.path.join(folder, f"{name}.1"), expect(0, "manual", *command).stdout))
    return paths


def installed(folder, shell):
    """The completion as a file, and the program's folder for PATH."""
    name = "_loopstress" if shell == "zsh" else f"loopstress.{shell}"
    return harness.write(os.path.join(folder, name), completion(shell)), os.path.dirname(harness.PROGRAM)


# ---- what they name ----------------------------------------------------------------------------------------------------


def test_every_page_names_what_help_names():
    whole = page()
    for command in commands():
        assert f"\n{command}\n" in whole and f"loopstress-{command} (1)" in whole, command
        told, help_text = page(command), expect(0, command, "--help").stdout
        for letter, name, value, text in options(command):
            line = (f"-{letter}, " if letter else "") + f"--{name}" + (f" {value}" if value else "")
            assert f"\n{line}\n{text}.\n" in told, (command, line)
        assert help_text.splitlines()[0].removeprefix("Example: ") in told, command
        assert help_text.splitlines()[2] in told, command
    for line in expect(0, "--help").stdout.split("Exit codes:\n")[1].splitlines():
        code, meaning = line.split(maxsplit=1)
        assert f"\n{code}\n{meaning}\n" in whole, line


def test_every_completion_names_commands_options_and_choices():
    spellings = {"bash": lambda command, name: f"--{name} ", "zsh": lambda command, name: f"--{name}",
                 "fish": lambda command, name: f"__fish_seen_subcommand_from {command}' -l {name} "}
    for shell in SHELLS:
        text = completion(shell)
        for command in commands():
            own = text if shell == "fish" else re.split(rf"^ +\(?{command}\)\n", text, flags=re.MULTILINE)[1].split(";;\n      esac")[0]
            own = own.split("\n          ;;\n")[0] if shell == "zsh" else own
            for letter, name, value, _ in options(command):
                assert spellings[shell](command, name) in own, (shell, command, name)
                if "|" in value:
                    assert value.replace("|", " ") in own, (shell, command, name)


def test_unknown_shells_and_commands_are_refused():
    assert "bash, zsh or fish" in expect(64, "completion", "tcsh").stderr
    assert "did you mean 'run'?" in expect(64, "manual", "rnu").stderr
    assert expect(64, "completion").stderr.startswith("Example: loopstress completion bash\n")


# ---- bash --------------------------------------------------------------------------------------------------------------

ASK = """
source "$1"
compopt() { :; }  # what is asked for here is no interactive completion
while IFS= read -r line; do
  read -ra COMP_WORDS <<< "$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _loopstress
  printf '%s\\n' "${COMPREPLY[*]}"
done
"""


def bash_offers(folder, lines):
    """What bash completes each line to."""
    path, _ = installed(folder, "bash")
    done = subprocess.run([need("bash"), "--norc", "-c", ASK, "ask", path], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          timeout=harness.LONGEST, cwd=folder)
    assert done.stderr == "" and done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_bash_completes_commands_options_and_choices(folder):
    names = commands()
    asked, wanted = ["loopstress ", "loopstress help "], [["help", *names, "--help", "--version"], names]
    for command in names:
        asked.append(f"loopstress {command} -")
        wanted.append([word for letter, name, _, _ in options(command) for word in ([f"-{letter}"] if letter else []) + [f"--{name}"]])
        for letter, name, value, _ in options(command):
            if "|" in value:
                asked += [f"loopstress {command} --{name} ", f"loopstress {command} --{name} = "]
                wanted += [sorted(value.split("|"))] * 2
    got = bash_offers(folder, asked)
    assert len(got) == len(asked)
    for line, words, expected in zip(asked, got, wanted):
        assert sorted(words, key=lambda word: (not word.startswith("-"), word)) == sorted(expected, key=lambda word: (not word.startswith("-"), word)), (line, words)


def test_bash_completes_models_files_and_nothing(folder):
    harness.write(os.path.join(folder, "scenarios one.csv"), "")
    models = [model["name"] for model in harness.answer("models")]
    got = bash_offers(folder, ["loopstress run x --model ", "loopstress run x -m debt", "loopstress run scen", "loopstress run -s scen",
                               "loopstress run --count ", "loopstress completion ", "loopstress models x"])
    assert sorted(got[0]) == sorted(models)
    assert got[1] == [name for name in models if name.startswith("debt")]
    assert got[2:] == [["scenarios", "one.csv"], ["scenarios", "one.csv"], [], ["bash", "zsh", "fish"], []], got


def type_at(words, keys, wanted, env):
    """Types at an interactive program; True once `wanted` has come back."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(words[0], words, dict(os.environ, TERM="xterm", **env))
    heard, ends = "", time.monotonic() + PATIENCE
    try:
        for key in keys:
            os.write(terminal, key.encode())
            time.sleep(0.3)
        while wanted not in heard and time.monotonic() < ends:
            if select.select([terminal], [], [], 0.2)[0]:
                heard += os.read(terminal, 4096).decode(errors="replace")
    except OSError:
        pass  # it has gone
    finally:
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert wanted in heard, heard


def test_an_interactive_bash_completes(folder):
    path, programs = installed(folder, "bash")
    environment = {"PATH": programs + os.pathsep + os.environ["PATH"], "PS1": "$ "}
    type_at([need("bash"), "--norc", "-i"], [f"source {path}\n", "loopstress run x --backend=cu\t"], "--backend=cuda", environment)


# ---- zsh and fish --------------------------------------------------------------------------------------------------------


def test_zsh_takes_its_completion(folder):
    path, programs = installed(folder, "zsh")
    done = subprocess.run([need("zsh"), "-f", "-n", path], capture_output=True, text=True, timeout=harness.LONGEST)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    environment = {"PATH": programs + os.pathsep + os.environ["PATH"], "HOME": folder}
    start = f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -D -u\n"
    type_at(["zsh", "-f", "-i"], [start, "loopstress run x --check\t"], "--checkpoint-seconds", environment)
    type_at(["zsh", "-f", "-i"], [start, "loopstress run x --backend cu\t"], "--backend cuda", environment)


def test_fish_takes_its_completion(folder):
    path, programs = installed(folder, "fish")
    need("fish")
    environment = dict(os.environ, PATH=programs + os.pathsep + os.environ["PATH"], HOME=folder)
    done = subprocess.run(["fish", "--no-execute", path], capture_output=True, text=True, env=environment, timeout=harness.LONGEST)
    assert done.returncode == 0 and done.stderr == "", done.stderr

    harness.write(os.path.join(folder, "scenarios-one.csv"), "")

    def offers(line):
        script = f"source {path}; complete -C '{line}'"
        return [row.split("\t")[0] for row in
                subprocess.run(["fish", "--private", "--no-config", "-c", script], capture_output=True, text=True, env=environment, cwd=folder,
                               timeout=harness.LONGEST, check=True).stdout.splitlines()]

    assert set(offers("loopstress ")) == {"help", *commands()}
    assert offers("loopstress run --backend ") == ["auto", "cpu", "cuda"]
    assert "--checkpoint-seconds" in offers("loopstress run --check")
    assert offers("loopstress run scenarios-") == offers("loopstress run -s scenarios-") == ["scenarios-one.csv"]
    assert offers("loopstress run --count scenarios-") == offers("loopstress models scenarios-") == []


# ---- man -----------------------------------------------------------------------------------------------------------------


def test_man_takes_every_page(folder):
    need("man"), need("groff")
    for path in pages(folder):
        done = subprocess.run(["man", "--warnings", "-l", path], capture_output=True, text=True, timeout=harness.LONGEST,
                              env=dict(os.environ, MANPAGER="cat", MANWIDTH="80", LC_ALL="C.UTF-8"))
        assert done.returncode == 0 and done.stderr == "", (path, done.stderr)
        assert "OPTIONS" in done.stdout or path.endswith("loopstress.1"), path


def test_mandoc_finds_no_fault(folder):
    need("mandoc")
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages(folder)], capture_output=True, text=True, timeout=harness.LONGEST)
    faults = [line for line in done.stdout.splitlines() if "missing date" not in line]  # no page has one: see manual.c
    assert faults == [], faults


def test_the_build_installs_pages_and_completions(folder):
    build = os.path.dirname(harness.PROGRAM)
    if not os.path.isdir(os.path.join(build, "share")):
        raise Skip("this build does not run its program")
    share = os.path.join(build, "share")
    assert sorted(os.listdir(os.path.join(share, "man", "man1"))) == sorted(os.path.basename(path) for path in pages(folder))
    for shell, place in (("bash", "bash-completion/completions/loopstress"), ("zsh", "zsh/site-functions/_loopstress"),
                         ("fish", "fish/vendor_completions.d/loopstress.fish")):
        with open(os.path.join(share, place), encoding="utf-8") as file:
            assert file.read() == completion(shell), place
    with open(os.path.join(share, "man", "man1", "loopstress-run.1"), encoding="utf-8") as file:
        assert file.read() == call("manual", "run").stdout


harness.main(globals())
