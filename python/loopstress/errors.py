"""One exception for each status of the library; each carries all messages, and the number of those beyond the kept ones.

Where Python has an exception of that meaning, ours is one too: a missing file is a FileNotFoundError.
"""
from __future__ import annotations

from collections.abc import Sequence


class LoopstressError(Exception):
    """What the library refused or could not do.

    status: its number in loopstress.h. exit_code: what the command line exits with. messages: every fault, with file and line
    where there is one (20 at most). warnings: what was only odd. report: the document that was made all the same, or None.
    """

    status = 0
    exit_code = 0

    def __init__(self, messages: Sequence[str], warnings: Sequence[str] = (), report: object = None) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)
        self.warnings = tuple(warnings)
        self.report = report

    def __str__(self) -> str:
        return "\n".join(self.messages)


class CheckFailedError(LoopstressError):
    """A requested check failed."""
    status, exit_code = 1, 1


class NotConvergedError(LoopstressError):
    """A scenario did not converge, and strictness was asked for; report holds the results."""
    status, exit_code = 2, 2


class UsageError(LoopstressError, ValueError):
    """An unknown or ill-valued option, model or setting."""
    status, exit_code = 3, 64


class InvalidInputError(LoopstressError, ValueError):
    """Bad or damaged input."""
    status, exit_code = 4, 65


class InputMissingError(LoopstressError, FileNotFoundError):
    """Input that is not there."""
    status, exit_code = 5, 66


class BackendUnavailableError(LoopstressError):
    """A backend or instruction set that this machine or this build does not have."""
    status, exit_code = 6, 69


class InternalError(LoopstressError):
    """A bug of the library."""
    status, exit_code = 7, 70


class SystemFaultError(LoopstressError, OSError):
    """A fault of the GPU or the operating system."""
    status, exit_code = 8, 71


class OutOfMemoryError(LoopstressError, MemoryError):
    """Memory ran out."""
    status, exit_code = 9, 71


class OutputExistsError(LoopstressError, FileExistsError):
    """An output that exists already, or cannot be created."""
    status, exit_code = 10, 73


class InputOutputError(LoopstressError, OSError):
    """Reading or writing failed."""
    status, exit_code = 11, 74


class StoppedError(LoopstressError):
    """The run was asked to stop; where it keeps a checkpoint, the same call goes on from there."""
    status, exit_code = 12, 75


class PermissionDeniedError(LoopstressError, PermissionError):
    """Permission denied."""
    status, exit_code = 13, 77


class UnusableError(LoopstressError, ValueError):
    """Well formed, but not usable with this model or network."""
    status, exit_code = 14, 78


BY_STATUS: dict[int, type[LoopstressError]] = {
    kind.status: kind
    for kind in (CheckFailedError, NotConvergedError, UsageError, InvalidInputError, InputMissingError,
                 BackendUnavailableError, InternalError, SystemFaultError, OutOfMemoryError, OutputExistsError,
                 InputOutputError, StoppedError, PermissionDeniedError, UnusableError)
}
