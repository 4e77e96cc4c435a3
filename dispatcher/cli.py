"""The command line: argv to settings to one program. Imports a program only when it is the one asked for."""

import argparse
import dataclasses
import gc
import logging
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dispatcher import __version__
from dispatcher.settings import (
    AdminSettings,
    BadSetting,
    ConsoleSettings,
    DemoSettings,
    ImportSettings,
    RatesSettings,
    RulesSettings,
    ServerSettings,
    WallSettings,
    config_path,
    environment,
    read,
)


class Program(NamedTuple):
    """One subcommand: its settings, one line for the list and a text worth reading."""

    name: str
    settings: type[object]
    line: str
    text: str


PROGRAMS = (
    Program(
        "console",
        ConsoleSettings,
        "a dispatcher's or liaison's workstation",
        """\
        Opens the console of a street's command centre, or of a department's liaison: which one follows
        from the account that signs in. What it showed last is shown at once with its age, and it goes on
        working without the centre: acts are kept on this machine and sent when the link is back.

          dispatcher console --centre http://10.0.0.5:8345 --person chenzhuo
          dispatcher console --language en --theme light

        The first start asks for the password; later ones do not. Keys: press F1 in the window.""",
    ),
    Program(
        "wall",
        WallSettings,
        "a street's wall display",
        """\
        Full screen for a wall: open, due soon and overdue orders, whistles out, and how old the figures
        are. No caller, no exact address, no order text. Text is sized for the screen's diagonal and the
        distance it is read from. Escape leaves full screen.

          dispatcher wall --centre http://10.0.0.5:8345 --person wall-shuangjing --diagonal 75 --distance 6""",
    ),
    Program(
        "server",
        ServerSettings,
        "the centre: judges acts, keeps the journal, feeds consoles",
        """\
        Runs the centre as a process of its own. It keeps its ledger in SQLite, or in PostgreSQL, which
        it brings to the present schema itself. A new ledger starts with Beijing's streets and no
        accounts: make them with `dispatcher admin add`.

          dispatcher server
          dispatcher server --database postgresql://dispatcher@localhost/dispatcher --host 0.0.0.0 --port 8345

        It stops cleanly on Ctrl+C or SIGTERM: consoles are told, nothing accepted is lost.""",
    ),
    Program(
        "import",
        ImportSettings,
        "bring a hotline file in",
        """\
        Reads orders from CSV, TSV, XLSX or JSON lines, plain or gzipped, by a mapping profile, and hands
        them to the centre's intake. Prints read / accepted / already there / rejected; rejected rows go
        to a file with line, field, value and remedy. Running it again is harmless: it accepts 0.

          dispatcher import ledger.xlsx --profile ledger12345 --street 110105016
          dispatcher import boston311.csv.gz --profile boston311 --street 110105016

        The account (--person) needs the role hotline.""",
    ),
    Program(
        "admin",
        AdminSettings,
        "accounts of the centre",
        """\
        Makes accounts in the centre's ledger, on the machine that can reach its database. The password
        is made up and printed once.

          dispatcher admin add chenzhuo --name 陈卓 --unit 110105016 --role dispatcher --role shift_leader
          dispatcher admin add hotline --name 市热线 --unit 110000 --role hotline
          dispatcher admin add zhao --name 赵工 --unit D-WATER --role liaison""",
    ),
    Program(
        "rules",
        RulesSettings,
        "try the rules of the work on a scenario",
        """\
        Runs a scenario (TOML: policy, calendar, units and people, then dated acts; the form is described
        in docs/rules.md) through the same judge as console and centre, and prints a line of JSON for
        every act (accepted with its events, or refused with the reason) and for every figure asked for.
        Needs no centre and keeps nothing.

          dispatcher rules try tests/scenarios/extension-in-time.toml""",
    ),
    Program(
        "rates",
        RatesSettings,
        "the three rates of a period, ranks and the four lists",
        """\
        Prints the table of a period (named after the month it ends in; without one, the present period)
        or of a day's bulletin, from the centre's database: composites and ranks, units appraised too
        seldom apart, the lists advanced, improved, rectify and govern, the whistle rate.

          dispatcher rates 2026-11
          dispatcher rates 2026-11 --kind department --database postgresql://dispatcher@localhost/dispatcher
          dispatcher rates 2026-11-05 --json bulletin.json

        --publish keeps the table of a period that is over, with all it was computed from, and prints its
        name. --verify NAME computes it again to the digit and from the journal, and lists what has moved
        since and by which acts.

          dispatcher rates 2026-11 --publish
          dispatcher rates --verify 2026-11-street-1""",
    ),
    Program(
        "demo",
        DemoSettings,
        "everything at once with a simulated street, nothing to set up",
        """\
        Starts a centre, a simulated Beijing street with its citizens and departments, and a console.
        Sign orders, answer them, blow a whistle: departments answer. Nothing is kept afterwards.

          dispatcher demo
          dispatcher demo --for 120 --speed 60 --outage 40:20 --report report.json --screenshots shots

        With --for, a simulated dispatcher works the street through the same bridge as a person, and the
        report says what the journal, the cache and the screen really held. Without a display the demo
        says so and runs for 30 s on a virtual screen, leaving screenshots and the report.""",
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one program; gives the exit status: 0 well, 1 failed, 2 the command line or a setting is wrong."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    parsed = _parser(arguments).parse_args(arguments)
    program = next(program for program in PROGRAMS if program.name == parsed.program)
    flags = {field.name: getattr(parsed, field.name) for field in dataclasses.fields(program.settings)}  # pyright: ignore[reportArgumentType]
    try:
        settings = read(program.settings, program.name, flags, environment(), parsed.config)
    except BadSetting as error:
        print(f"dispatcher {program.name}: {error}", file=sys.stderr)
        return 2
    level = getattr(settings, "log", "info").upper()
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    # Addresses and headers of each request are noise, and a library's debug log may hold bodies.
    for noisy in ("httpx", "httpcore", "websockets", "uvicorn.access", "asyncio", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return _run(settings, parsed)


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
        case AdminSettings():
            from dispatcher.centre.serving import add_account

            return add_account(settings, parsed.new_person, parsed.name, parsed.unit, parsed.role)
        case RatesSettings():
            from dispatcher.centre.rates import run_rates
            from dispatcher.sync.clock import SystemClock

            return run_rates(
                settings,
                SystemClock(),
                parsed.period,
                publish=parsed.publish,
                verified=parsed.verify,
                json_to=parsed.json,
            )
        case RulesSettings():
            from dispatcher.scenario import try_file

            return try_file(parsed.file)
        case _:
            raise AssertionError(settings)


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
        _add_settings(sub, program.settings)
        if program.name == "import":
            sub.add_argument("file", type=Path, metavar="FILE", help="the file to bring in")
        if program.name == "admin":
            _add_admin(sub)
        if program.name == "rates":
            _add_rates(sub)
        if program.name == "rules":
            tasks = sub.add_subparsers(dest="task", required=True, metavar="TASK")
            task = tasks.add_parser("try", help="run one scenario")
            task.add_argument("file", type=Path, metavar="FILE", help="the scenario, a TOML file")
    return parser


def _add_settings(sub: argparse.ArgumentParser, kind: type[object]) -> None:
    sub.add_argument("--config", type=Path, metavar="FILE", help="settings file to read instead of the usual one")
    for field in dataclasses.fields(kind):  # pyright: ignore[reportArgumentType]
        shown = f" (default: {field.default})" if isinstance(field.default, str | int | float) and field.default else ""
        sub.add_argument(
            f"--{field.name.rstrip('_').replace('_', '-')}",
            dest=field.name,
            metavar=field.metadata["metavar"],
            help=field.metadata["help"] + shown,
        )


def _add_rates(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("period", nargs="?", default="", metavar="PERIOD", help="like 2026-11, or 2026-11-05 for a day")
    sub.add_argument("--publish", action="store_true", help="keep the table for good and print its name")
    sub.add_argument("--verify", default="", metavar="NAME", help="check what was published under a name")
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the table or the check here too")


def _add_admin(sub: argparse.ArgumentParser) -> None:
    tasks = sub.add_subparsers(dest="task", required=True, metavar="TASK")
    add = tasks.add_parser("add", help="make an account and print its password once")
    add.add_argument("new_person", metavar="PERSON", help="sign-in name")
    add.add_argument("--name", required=True, help="the person's name as others see it")
    add.add_argument("--unit", required=True, metavar="CODE", help="unit code, e.g. 110105016 or a department's")
    add.add_argument("--role", required=True, action="append", help="a role; may be given several times")
