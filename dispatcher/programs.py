"""The programs of the command line: what each is called, what it is set by, and a text worth reading."""

from typing import NamedTuple

from dispatcher.settings import (
    AdminSettings,
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

          dispatcher console --centre https://10.0.0.5:8345 --authority authority.pem --person chenzhuo
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

          dispatcher wall --centre https://10.0.0.5:8345 --person wall-shuangjing --diagonal 75 --distance 6""",
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
          dispatcher server --database postgresql://dispatcher@localhost/dispatcher --host 0.0.0.0 \\
            --certificate certificates/centre.pem --key certificates/centre.key
          dispatcher server --database postgresql://dispatcher@db/dispatcher --workers 4

        On PostgreSQL several workers, and several machines, may share one ledger: any of them serves any
        console, and exactly one at a time does the periodic work. A SQLite ledger is for one process.

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
        "accounts, stations, certificates, evidence, backups",
        """\
        Works in the centre's ledger, on the machine that can reach its database, while the centre runs or
        not; a running one acts on it within seconds. Passwords are made up and printed once. A duty roster
        (CSV: unit, post, name, phone, from, to) says whom the ladder of a whistle tells; the centre goes by
        the one that was read in last, at once.

          dispatcher admin add chenzhuo --name 陈卓 --unit 110105016 --role dispatcher --role shift_leader
          dispatcher admin add hotline --name 市热线 --unit 110000 --role hotline
          dispatcher admin add zhao --name 赵工 --unit D-WATER --role liaison
          dispatcher admin disable zhao --reason 调离
          dispatcher admin totp chenzhuo
          dispatcher admin end-sessions chenzhuo
          dispatcher admin stations
          dispatcher admin wipe DESK-3-7f2a91c04b6d --reason 笔记本遗失
          dispatcher admin certificates certificates --host centre.example --host 10.0.0.5
          dispatcher admin roster duty.csv
          dispatcher admin units streets.csv --kind street

        A webhook is told of accepted acts by signed posts (Standard Webhooks), retried for a day.

          dispatcher admin webhook add https://example.cn/hook --kind blow_whistle --unit 110105
          dispatcher admin webhook list

        verify proves the journal, from the database or a backup; anchor pins it. backup and restore go with
        either database. Personal data is sealed by the keys in --keys: rotate-keys seals it anew, erase
        and retention erase it. What they promise stands in docs/operations.md and docs/evidence.md.

          dispatcher admin backup centre.backup
          dispatcher admin verify --from centre.backup --anchor monday.anchor
          dispatcher admin journal --by chenzhuo --since 2026-11-01 --to chenzhuo.csv
          dispatcher admin erase 00012345 --reason 市民申请 --centre http://10.0.0.5:8345 --person admin""",
    ),
    Program(
        "doctor",
        DoctorSettings,
        "what is wrong here, and the command that mends it",
        """\
        Examines one end by the settings it would start with: a console (the default), a wall, or the centre
        on its own machine. Prints a line for each thing looked at, and below each that is not well the command
        that mends it. Changes nothing, may run beside the program itself, and names no citizen and no secret.
        Ends with 0 when nobody has to do anything, else with 1; --json is for a monitor.

          dispatcher doctor
          dispatcher doctor --centre https://10.0.0.5:8345 --authority authority.pem --person chenzhuo
          dispatcher doctor centre --backups /backup --anchors /safe
          dispatcher doctor centre --database postgresql://dispatcher@localhost/dispatcher --json""",
    ),
    Program(
        "policy",
        LawSettings,
        "policies: check one, compare two, have one hold from a day on",
        """\
        A policy is a shipped one's name or a TOML file. `check` names what is wrong with a file; `diff`
        says in the terms of the work what differs and, with --database, what that does to the open cases;
        `activate` has it hold from 00:00 of a day on (of the file's effective_from without --from).

          dispatcher policy check mine.toml
          dispatcher policy diff city 后沙峪 --database sqlite:///centre.db
          dispatcher policy activate mine.toml --from 2027-01-01 --centre https://10.0.0.5:8345 --person admin

        Activating goes through the running centre, with an account that has the role administrator; with
        --database it is written into the ledger itself, which is for when no centre runs on it.""",
    ),
    Program(
        "flood",
        LawSettings,
        "the flood-season switch",
        """\
        Throws the flood-season switch: orders of the policy's flood categories, open ones too, get the
        flood limits from now on, or their own again. By an account of the hotline, a district or an
        administrator; it holds until the next switch or the next edge of the policy's season.

          dispatcher flood on --reason 暴雨红色预警 --person hotline
          dispatcher flood off --reason 预警解除 --person hotline""",
    ),
    Program(
        "calendar",
        LawSettings,
        "the working calendar: check a file, put it in use",
        """\
        A calendar is a TOML file; one that extends another needs to hold only what is new, such as next
        year's holidays. Provisional limits are counted again when it is put in use.

          dispatcher calendar check 2027.toml
          dispatcher calendar activate 2027.toml --person admin""",
    ),
    Program(
        "why",
        WhySettings,
        "why a case is due when it is",
        """\
        Prints the clocks of a case step by step: from when each counts, by which clause of which policy,
        the office hours counted day by day, pauses, extensions, and the result. CASE is an id, or how an
        order's number ends.

          dispatcher why 00012345
          dispatcher why 00012345 --clock feedback --database sqlite:///centre.db""",
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
          dispatcher rates 2026-11 --why 110105016

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
