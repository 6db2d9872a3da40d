"""Whole processes: commands run in turn, round after round, and what each took."""
import dataclasses
import os
import tempfile
import time


class Failed(Exception):
    """A command ended in another way than it may."""


@dataclasses.dataclass(frozen=True)
class Command:
    """A subject and how it is run.

    `prepare` is called before each run, `confirm` after it: what it says is wrong is a failure, for
    a command that does nothing would win every race. Neither is measured.
    """

    subject: str
    argv: list
    environment: dict
    prepare: callable = lambda: None
    confirm: callable = lambda: None
    statuses: tuple = (0,)


def run(command):
    """{unit: value} of one run.

    Peak memory is that of the largest process below, as the kernel accounts it to who waits. It
    is never less than what this interpreter has in memory, because a child starts as its image.
    """
    with tempfile.TemporaryFile() as errors:
        null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1),
                   (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
        start = time.monotonic()
        pid = os.posix_spawnp(command.argv[0], command.argv, command.environment,
                              file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - start
        os.close(null)
        code = os.waitstatus_to_exitcode(status)
        if code not in command.statuses:
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            raise Failed(f"exit status {code}: {' '.join(last)}")
    return {"s wall": wall, "s user": usage.ru_utime, "s system": usage.ru_stime,
            "MiB peak": usage.ru_maxrss / 1024}


def measure(rows, case, commands, rounds):
    """Runs all commands once to warm up, then in turn in each round; adds to `rows`.

    A command that fails is left out from then on, and is named in the result with its reason.
    """
    failed = {}
    for number in range(rounds + 1):
        for command in commands:
            if command.subject in failed:
                continue
            try:
                command.prepare()
                taken = run(command)
                complaint = command.confirm()
                if complaint:
                    raise Failed(complaint)
            except (Failed, OSError) as error:
                failed[command.subject] = str(error)
                continue
            if number:
                rows.add_all("scan", case, command.subject, number, taken)
    return failed
