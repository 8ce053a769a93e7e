"""The command `coach`."""

import argparse
import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from coach.config import CannotStart, Config, inherited, variable
from programs.yaml_file import BadContent

CLINIC_OPTIONS = {
    "name": "of the clinic, as patients see it",
    "zone": "its time zone, such as Europe/Paris",
    "email": "of the physiotherapist who is on duty",
    "person": "the physiotherapist's name",
}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.call(options))
    except (CannotStart, BadContent) as error:
        print(f"coach: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coach", description="Exercise coaching for low-back pain.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, call: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=what, description=what)
        command.set_defaults(call=call, name=name)
        return command

    add("run", _run, "everything on this machine, for development")
    add("reset", _reset, "delete the data that `run` made in this folder")
    for name in ("api", "worker", "beat"):
        add(name, _one, f"only the {name}, in this process")
    add("migrate", _migrate, "bring the database to the schema of this code")
    opened = add("open-clinic", _open_clinic, "make the clinic that people register with, and who is on duty there")
    for name, what in CLINIC_OPTIONS.items():
        opened.add_argument(f"--{name}", required=True, help=what)
    added = add("add-administrator", _add_administrator, "make the first who runs the clinic and invites its staff")
    added.add_argument("--email", required=True)
    added.add_argument("--person", required=True, help="the administrator's name")
    reset = add("reset-two-factor", _reset_two_factor, "for an administrator who has lost phone and recovery codes")
    reset.add_argument("--email", required=True)
    add("check-config", _check_config, "read the settings and show them, or say which one is wrong")
    cases = add("cases", _cases, "run worked cases, a line each; exit status 1 if one fails")
    cases.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a case's file, or a folder of them")
    cases.add_argument("--through-api", action="store_true", help="as patients of a whole service, side by side")
    replay = add("replay", _replay, "fold stored logs again and compare the plans; exit status 1 if one differs")
    replay.add_argument("patient", nargs="?", type=UUID, metavar="PATIENT_ID")
    replay.add_argument("--all-of-a-sample", type=int, metavar="N", dest="sample", help="of N patients by chance")
    simulated = add("simulate", _simulate, "live simulated patients; exit status 1 for a breach or a rule never seen")
    simulated.add_argument("--patients", type=int, default=200, metavar="N")
    simulated.add_argument("--days", type=int, default=180, metavar="D")
    simulated.add_argument("--seed", type=int, default=1, metavar="S")
    simulated.add_argument("--archetype", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    simulated.add_argument("--patient", type=int, metavar="K", help="one life of the archetype, told in full")
    simulated.add_argument("--processes", type=int, metavar="P", help="instead of one for each core")
    simulated.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    frozen = add("freeze", _freeze, "stop all raises of all patients at once, until --end")
    _add_measure(frozen)
    _add_content(commands)
    _add_reminders(commands)
    _add_push(commands)
    return parser


def _add_content(commands: Any) -> None:
    parser = commands.add_parser("content", help="check, compare and review the clinical content")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def add(name: str, call: Callable[[argparse.Namespace], int], what: str) -> argparse.ArgumentParser:
        action: argparse.ArgumentParser = actions.add_parser(name, help=what, description=what)
        action.set_defaults(call=call)
        return action

    check = add("check", _content_check, "read the content and count it, or say in one line what is wrong")
    check.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="another folder of content")
    review = add("review", _content_review, "write the document that a clinician reviews and signs")
    review.add_argument("--out", type=Path, default=Path("review.html"), metavar="FILE", help="review.html unless said")
    translated = add("translate-check", _content_translated, "list what a language lacks; exit status 1 if anything")
    translated.add_argument("locale", metavar="LANG", help="a folder of programs/content/locale, such as zh-Hans")
    recalled = add("recall", _recall, "take an exercise out of everyone's plan at once, until --end")
    recalled.add_argument("exercise", metavar="EXERCISE", help="its id in exercises.yaml")
    _add_measure(recalled)
    add("similar", _content_similar, "show the texts most alike; exit status 1 if two say nearly the same")
    made = add("vectors", _content_vectors, "write the test vectors of the rules that a phone applies by itself")
    made.add_argument(
        "--out", type=Path, default=Path("docs/vectors"), metavar="FOLDER", help="docs/vectors unless said"
    )
    figures = add("figures", _content_figures, "write a sheet with every exercise as it is drawn, pose by pose")
    figures.add_argument(
        "--out", type=Path, default=Path("figures.html"), metavar="FILE", help="figures.html unless said"
    )
    figures.add_argument(
        "--nearest", action="store_true", help="instead show the drawings most alike; 1 if two look the same"
    )


def _add_measure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="by command of the operator", help="kept in the record")
    parser.add_argument("--end", action="store_true", help="end it again")


def _add_reminders(commands: Any) -> None:
    parser = commands.add_parser("reminders", help="look into one person's reminders")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    what = "say what is due when and why, and what was held back and why"
    explain = actions.add_parser("explain", help=what, description=what)
    explain.set_defaults(call=_explain)
    explain.add_argument("patient", type=UUID, metavar="PATIENT_ID")
    explain.add_argument("--days", type=int, default=7, metavar="N", help="before and after now; 7 unless said")


def _add_push(commands: Any) -> None:
    parser = commands.add_parser("push", help="try out what sends reminders to phones")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    what = "send one test message to a device; show what its provider answers and what to do"
    test = actions.add_parser("test", help=what, description=what)
    test.add_argument("device", type=UUID, metavar="DEVICE_ID")
    test.set_defaults(call=_push_test)


def _run(_options: argparse.Namespace) -> int:
    from coach import run

    return run.run()


def _reset(_options: argparse.Namespace) -> int:
    from coach import run

    return run.reset()


def _one(options: argparse.Namespace) -> int:
    from coach import commands

    command = commands.command(options.name, Config.from_env())
    os.execve(command[0], command, inherited())


def _migrate(_options: argparse.Namespace) -> int:
    from coach import migrations

    migrations.upgrade(Config.from_env().database_url)
    return 0


def _open_clinic(options: argparse.Namespace) -> int:
    from coach import clinics

    return clinics.open_clinic(Config.from_env(), **{name: getattr(options, name) for name in CLINIC_OPTIONS})


def _add_administrator(options: argparse.Namespace) -> int:
    from coach import clinics

    return clinics.add_administrator(Config.from_env(), email=options.email, person=options.person)


def _reset_two_factor(options: argparse.Namespace) -> int:
    from coach import clinics

    return clinics.reset_two_factor(Config.from_env(), email=options.email)


def _recall(options: argparse.Namespace) -> int:
    from coach import clinics

    return clinics.recall(Config.from_env(), exercise=options.exercise, reason=options.reason, ends=options.end)


def _freeze(options: argparse.Namespace) -> int:
    from coach import clinics

    return clinics.freeze(Config.from_env(), reason=options.reason, ends=options.end)


def _check_config(_options: argparse.Namespace) -> int:
    config = Config.from_env()
    for setting in dataclasses.fields(config):
        value = getattr(config, setting.name) if setting.repr else "(set)"
        print(f"{variable(setting.name)}={value}  # {setting.metadata['why']}")
    return 0


def _cases(options: argparse.Namespace) -> int:
    from coach import casebook

    return casebook.run(options.paths, through_api=options.through_api)


def _replay(options: argparse.Namespace) -> int:
    from coach import replay

    return replay.run(Config.from_env(), options.patient, options.sample)


def _explain(options: argparse.Namespace) -> int:
    from coach import explain

    return explain.run(Config.from_env(), options.patient, options.days)


def _simulate(options: argparse.Namespace) -> int:
    from coach import simulation

    asked = simulation.Asked(
        options.patients, options.days, options.seed, tuple(options.archetype), options.patient, options.processes,
        options.json,
    )  # fmt: skip
    try:
        return simulation.run(asked)
    except ValueError as error:
        raise CannotStart(str(error)) from None


def _push_test(options: argparse.Namespace) -> int:
    from coach.database import make_engine, make_sessions
    from workers.push import trial

    config = Config.from_env()
    engine = make_engine(config.database_url)
    try:
        taken, lines = trial.run(make_sessions(engine), config, options.device)
    finally:
        engine.dispose()
    print("\n".join(lines))
    return 0 if taken else 1


def _content_check(options: argparse.Namespace) -> int:
    from coach import content

    return content.check(options.folder)


def _content_vectors(options: argparse.Namespace) -> int:
    from coach import content

    return content.vectors(options.out)


def _content_review(options: argparse.Namespace) -> int:
    from coach import content

    return content.write_review(options.out)


def _content_translated(options: argparse.Namespace) -> int:
    from coach import content

    return content.translate_check(options.locale)


def _content_similar(_options: argparse.Namespace) -> int:
    from coach import content

    return content.similar()


def _content_figures(options: argparse.Namespace) -> int:
    from coach import content

    return content.nearest_figures() if options.nearest else content.write_figures(options.out)


if __name__ == "__main__":
    sys.exit(main())
