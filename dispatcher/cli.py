"""The command line: argv to settings to one program. Imports a program only when it is the one asked for."""

import argparse
import dataclasses
import gc
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dispatcher import __version__
from dispatcher.logs import begin_logging
from dispatcher.programs import PROGRAMS
from dispatcher.settings import (
    AdminSettings,
    BadSetting,
    ConsoleSettings,
    DemoSettings,
    DoctorSettings,
    ImportSettings,
    LawSettings,
    RatesSettings,
    RulesSettings,
    ServerSettings,
    WallSettings,
    WhySettings,
    config_path,
    environment,
    read,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one program; gives the exit status: 0 well, 1 failed, 2 the command line or a setting is wrong."""
    parsed = parse(sys.argv[1:] if argv is None else argv)
    program = next(program for program in PROGRAMS if program.name == parsed.program)
    flags = _flags(program.settings, parsed)
    try:
        settings = read(program.settings, program.name, flags, environment(), parsed.config)
    except BadSetting as error:
        print(f"dispatcher {program.name}: {error}", file=sys.stderr)
        return 2
    begin_logging(getattr(settings, "log", "info"), getattr(settings, "log_format", "text"))
    return _run(settings, parsed)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read a command line; ends the process, as argparse does, where it cannot be read."""
    arguments = list(argv)
    if arguments[:1] == ["doctor"] and arguments[1:2] not in [[end] for end in (*_ENDS, "-h", "--help")]:
        arguments.insert(1, "console")
    return _parser(arguments).parse_args(arguments)


def _flags(kind: type[object], parsed: argparse.Namespace) -> dict[str, str | None]:
    return {field.name: getattr(parsed, field.name, None) for field in dataclasses.fields(kind)}  # pyright: ignore[reportArgumentType]


def _run(settings: object, parsed: argparse.Namespace) -> int:
    match settings:
        case ConsoleSettings() | WallSettings():
            gc.disable()  # a start makes hardly any garbage to look for; `app.collect_again` ends this
            from dispatcher.app import run_station

            return run_station(settings)
        case DemoSettings():
            from dispatcher.demo import run_demo

            return run_demo(settings)
        case ServerSettings():
            from dispatcher.centre.serving import run_server

            return run_server(settings)
        case ImportSettings():
            from dispatcher.centre.serving import run_import

            return run_import(settings, parsed.file)
        case DoctorSettings():
            from dispatcher.doctor.main import run_doctor
            from dispatcher.sync.clock import SystemClock

            flags = _flags(_ENDS[parsed.end], parsed)
            return run_doctor(
                parsed.end, settings, flags, environment(), parsed.config, SystemClock(), as_json=parsed.json
            )
        case AdminSettings():
            from dispatcher.centre.admin import run_admin

            return run_admin(settings, parsed)
        case LawSettings():
            return _run_law(settings, parsed)
        case WhySettings():
            from dispatcher.centre.law import explain

            return explain(settings, parsed.case, parsed.clock)
        case RatesSettings():
            from dispatcher.centre.rates import Asked, run_rates
            from dispatcher.sync.clock import SystemClock

            asked = Asked(parsed.period, parsed.publish, parsed.verify, parsed.why, parsed.json)
            return run_rates(settings, SystemClock(), asked)
        case RulesSettings():
            from dispatcher.scenario import try_file

            return try_file(parsed.file)
        case _:
            raise AssertionError(settings)


def _run_law(settings: LawSettings, parsed: argparse.Namespace) -> int:
    from dispatcher.centre import law

    match parsed.program, parsed.task:
        case "policy", "check":
            return law.check_policy(parsed.file)
        case "policy", "diff":
            return law.diff_policies(settings, parsed.old, parsed.new)
        case "policy", _:
            return law.activate_policy(settings, parsed.file, parsed.from_)
        case "flood", task:
            return law.switch_flood(settings, on=task == "on", reason=parsed.reason)
        case _, "check":
            return law.check_calendar(parsed.file)
        case _:
            return law.activate_calendar(settings, parsed.file)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Make a parser that knows every program by name, and the flags of those that the arguments name."""
    parser = argparse.ArgumentParser(
        prog="dispatcher",
        description="Dispatcher console for street offices (接诉即办, 吹哨报到) and the centre it syncs with.",
        epilog=f"Settings come from flags, then DISPATCHER_* variables, then {config_path()}.",
    )
    parser.add_argument("--version", action="version", version=f"dispatcher {__version__}")
    programs = parser.add_subparsers(dest="program", required=True, metavar="PROGRAM")
    for program in PROGRAMS:
        sub = programs.add_parser(
            program.name,
            help=program.line,
            description=textwrap.dedent(program.text),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if program.name not in arguments:
            continue
        if program.name == "doctor":
            _add_ends(sub)
            continue
        _add_settings(sub, program.settings)
        if program.name == "import":
            sub.add_argument("file", type=Path, metavar="FILE", help="the file to bring in")
        if program.name == "admin":
            from dispatcher.centre.admin import add_tasks

            add_tasks(sub, _AdminTask)
        if program.name == "rates":
            _add_rates(sub)
        if program.name in _LAW_TASKS:
            _add_law(sub, program.name)
        if program.name == "why":
            sub.add_argument("case", metavar="CASE", help="a case's id, or how its order's number ends")
            sub.add_argument("--clock", default="", metavar="CLOCK", help="one clock only, such as feedback or sign")
        if program.name == "rules":
            tasks = sub.add_subparsers(dest="task", required=True, metavar="TASK")
            task = tasks.add_parser("try", help="run one scenario")
            task.add_argument("file", type=Path, metavar="FILE", help="the scenario, a TOML file")
    return parser


_ENDS: Final[dict[str, type[object]]] = {"console": ConsoleSettings, "wall": WallSettings, "centre": ServerSettings}


def _add_ends(sub: argparse.ArgumentParser) -> None:
    ends = sub.add_subparsers(dest="end", required=True, metavar="END")
    for name, kind in _ENDS.items():
        end = ends.add_parser(name, help=f"by the settings of `dispatcher {'server' if name == 'centre' else name}`")
        _add_settings(end, kind)
        if name == "centre":
            _add_fields(end, DoctorSettings)
        end.add_argument("--json", action="store_true", help="print one JSON object, for a monitor")


def _add_settings(sub: argparse.ArgumentParser, kind: type[object], default: str | None = None) -> None:
    config = "settings file to read instead of the usual one"
    sub.add_argument("--config", type=Path, default=default, metavar="FILE", help=config)
    _add_fields(sub, kind, default)


def _add_fields(sub: argparse.ArgumentParser, kind: type[object], default: str | None = None) -> None:
    for field in dataclasses.fields(kind):  # pyright: ignore[reportArgumentType]
        shown = f" (default: {field.default})" if isinstance(field.default, str | int | float) and field.default else ""
        sub.add_argument(
            f"--{field.name.rstrip('_').replace('_', '-')}",
            dest=field.name,
            default=default,
            metavar=field.metadata["metavar"],
            help=field.metadata["help"] + shown,
        )


class _AdminTask(argparse.ArgumentParser):
    """A task of `dispatcher admin`: settings may stand before it as well as after it."""

    def __init__(self, *words: Any, **more: Any) -> None:  # noqa: ANN401  (whatever argparse gives)
        super().__init__(*words, **more)
        _add_settings(self, AdminSettings, argparse.SUPPRESS)


def _add_rates(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("period", nargs="?", default="", metavar="PERIOD", help="like 2026-11, or 2026-11-05 for a day")
    one = sub.add_mutually_exclusive_group()
    one.add_argument("--publish", action="store_true", help="keep the table for good and print its name")
    one.add_argument("--verify", default="", metavar="NAME", help="check what was published under a name")
    one.add_argument("--why", default="", metavar="UNIT", help="explain the composite of a unit, by its code or name")
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the table or the check here too")


_LAW_TASKS: Final = {
    "policy": ("check", "diff", "activate"),
    "flood": ("on", "off"),
    "calendar": ("check", "activate"),
}
_TASK_LINES: Final = {
    "check": "say whether a file can be used",
    "diff": "say what differs between two policies",
    "activate": "put it in force",
    "on": "the flood limits hold",
    "off": "each order's own limits hold again",
}


def _add_law(sub: argparse.ArgumentParser, program: str) -> None:
    tasks = sub.add_subparsers(dest="task", required=True, metavar="TASK")
    for name in _LAW_TASKS[program]:
        task = tasks.add_parser(name, help=_TASK_LINES[name])
        _add_settings(task, LawSettings, argparse.SUPPRESS)  # they may stand before the task as well as after it
        if program == "flood":
            task.add_argument("--reason", required=True, metavar="WORDS", help="why, for the record")
        elif name == "diff":
            task.add_argument("old", metavar="OLD", help="a shipped policy's name or a TOML file")
            task.add_argument("new", metavar="NEW", help="a shipped policy's name or a TOML file")
        else:
            task.add_argument("file", metavar="FILE", help="a TOML file, or the name of a shipped one")
        if (program, name) == ("policy", "activate"):
            task.add_argument("--from", dest="from_", default="", metavar="DATE", help="the day, not the file's own")
