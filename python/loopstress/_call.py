"""Calling the library: a context for each call, statuses as exceptions, texts as documents, Ctrl-C as a request to stop."""
from __future__ import annotations

import ctypes
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import _library
from ._library import LIBRARY
from .errors import BY_STATUS, CheckFailedError, LoopstressError, StoppedError, UsageError

Progress = Callable[[int, int], None]
PathLike = str | os.PathLike[str]
OK = 0


class Report(dict[str, Any]):
    """A report as the keys and values of docs/file-formats.md, with what the library warned of beside it."""

    warnings: tuple[str, ...] = ()


class Handle:
    """An object of the library; destroyed when nobody refers to it any more, arrays that lie in it included."""

    def __init__(self, pointer: ctypes.c_void_p, destroy: Any) -> None:
        self.pointer = pointer
        self._destroy = destroy

    def __del__(self) -> None:
        self._destroy(ctypes.byref(self.pointer))


def encode(text: str | os.PathLike[str] | None, what: str) -> bytes | None:
    """A text for the library."""
    if text is None:
        return None
    encoded = os.fsencode(text)
    if b"\0" in encoded:
        raise UsageError([f"{what} holds a NUL character, must not"])
    return encoded


class Call:
    """One call, or several that belong together: its messages, progress, and an end on Ctrl-C."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.context = ctypes.c_void_p()
        self._fault: BaseException | None = None
        if LIBRARY.ls_context_create(ctypes.byref(self.context)) != OK:
            raise BY_STATUS[9](["out of memory"])
        self._progress = None if progress is None else _library.PROGRESS(self._tell(progress))
        if self._progress is not None:
            LIBRARY.ls_context_set_progress(self.context, self._progress, None)

    def __enter__(self) -> Call:
        return self

    def __exit__(self, *_: object) -> None:
        LIBRARY.ls_context_destroy(ctypes.byref(self.context))

    def _tell(self, progress: Progress) -> Callable[[int, int, object], None]:
        def tell(done: int, count: int, _: object) -> None:
            if self._fault is not None:
                return
            try:
                progress(done, count)
            except BaseException as fault:  # raised where the call was made, once it has ended
                self._stop(fault)

        return tell

    def _messages(self, kind: str) -> tuple[str, ...]:
        count = getattr(LIBRARY, f"ls_context_{kind}_count")(self.context)
        one = getattr(LIBRARY, f"ls_context_{kind}")
        texts = (one(self.context, k).decode(errors="replace") for k in range(count))
        return tuple(text for text in texts if text)

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._messages("warning")

    def error(self, status: int, report: object = None) -> LoopstressError:
        messages = self._messages("message") or (LIBRARY.ls_status_text(status).decode(),)
        return BY_STATUS.get(status, LoopstressError)(messages, self.warnings, report)

    def status(self, function: str, *arguments: Any) -> int:
        """The status of a function, called in a thread of its own, so that Ctrl-C is seen and ends it in good order."""
        if not _library.has(function):
            raise NotImplementedError(f"this build of the library has no {function}")
        if threading.current_thread() is not threading.main_thread():
            status: int = getattr(LIBRARY, function)(self.context, *arguments)
        else:
            status = self._status_of_thread(getattr(LIBRARY, function), arguments)
        if self._fault is not None:
            raise self._fault
        return status

    def _status_of_thread(self, function: Any, arguments: tuple[Any, ...]) -> int:
        ended, statuses = threading.Event(), [OK]

        def work() -> None:
            try:
                statuses[0] = function(self.context, *arguments)
            except ctypes.ArgumentError as fault:
                self._fault = fault
            finally:
                ended.set()

        with self._interrupts():
            threading.Thread(target=work, name="loopstress").start()
            while not ended.is_set():  # what the call works on must not go before it has ended
                try:
                    ended.wait()
                except BaseException as fault:  # of a signal handler of the caller's
                    self._stop(fault)
        return statuses[0]

    def _stop(self, fault: BaseException) -> None:
        if self._fault is None:
            self._fault = fault
        LIBRARY.ls_context_request_stop(self.context)

    @contextmanager
    def _interrupts(self) -> Iterator[None]:
        """Ctrl-C asks the call to stop, and is raised when it has; handlers of the caller's stay as they are."""
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, lambda number, frame: self._stop(KeyboardInterrupt()))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def insist(self, function: str, *arguments: Any) -> None:
        status = self.status(function, *arguments)
        if status != OK:
            raise self.error(status)

    def text(self, function: str, *arguments: Any) -> tuple[int, str | None]:
        """Status and text of a function whose last argument is where its text goes."""
        pointer = ctypes.c_void_p()
        try:
            status = self.status(function, *arguments, ctypes.byref(pointer))
            return status, take_text(pointer)
        finally:
            LIBRARY.ls_text_destroy(ctypes.byref(pointer))


def take_text(pointer: ctypes.c_void_p) -> str | None:
    if not pointer:
        return None
    return ctypes.string_at(LIBRARY.ls_text_data(pointer), LIBRARY.ls_text_length(pointer)).decode()


def json_of(function: str, *arguments: Any, progress: Progress | None = None, tolerated: tuple[int, ...] = ()) -> Any:
    """The JSON document of a reporting function. A failed check is an answer, which the document tells, and no error; so are the
    statuses that are tolerated."""
    with Call(progress) as call:
        status, text = call.text(function, *arguments)
        document = None if text is None else json.loads(text)
        if status != OK and (document is None or status not in (CheckFailedError.status, *tolerated)):
            raise call.error(status, document)
        if isinstance(document, dict):
            document = Report(document)
            document.warnings = call.warnings
        return document


__all__ = ["Call", "Handle", "PathLike", "Progress", "Report", "StoppedError", "encode", "json_of", "take_text"]
