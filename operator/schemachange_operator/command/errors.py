"""Errors that end the command, each with its exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code says; the greatest of several counts, but for Unreadable, which is said first of all."""

    GOOD = 0
    FINDINGS = 1
    UNREADABLE = 2
    USAGE = 3
    DATABASE = 4
    INTERNAL = 70


class UsageError(Exception):
    """The command cannot be carried out as it was given; the message says what to give instead."""


class Interrupted(BaseException):
    """A signal asked to stop. Not an Exception, so that nothing but cleaning up stands in its way."""
