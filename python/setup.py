"""Puts libloopstress.so, with its debugging symbols left out, into the wheel: from LOOPSTRESS_LIBRARY, else from build/."""
import os
import shutil
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution
from wheel.bdist_wheel import bdist_wheel

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = "libloopstress.so"


def find_library() -> str:
    named = os.environ.get("LOOPSTRESS_LIBRARY", "")
    path = named or os.path.join(HERE, os.pardir, "build", LIBRARY)
    if not os.path.isfile(path):
        raise SystemExit(f"{path}: no such library; build it with tools/build, or name it in LOOPSTRESS_LIBRARY")
    return path


class BuildWithLibrary(build_py):
    def run(self) -> None:
        super().run()
        copy = os.path.join(self.build_lib, "loopstress", LIBRARY)
        shutil.copyfile(find_library(), copy)  # the file itself, where the name is a link
        if shutil.which("strip"):
            subprocess.run(["strip", "--strip-debug", copy], check=True)


class BinaryDistribution(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class PlatformWheel(bdist_wheel):
    """For this platform, yet for any Python 3: the package calls the library through ctypes."""

    def get_tag(self) -> tuple[str, str, str]:
        return ("py3", "none", super().get_tag()[2])


setup(distclass=BinaryDistribution, cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel})
