"""The lines of a log as a clinician reads them: one short sentence each, no codes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from coach.console.words import Words
from programs import entries, events, logged, outcomes
from programs import words as content_words
from programs.catalog import Catalog

QUIET = ("held", "rebased", "lesson", "break")  # the engine's own, and what would drown the rest


@dataclass(frozen=True)
class Teller:
    """Tells in the words of one reader: `t` the console's own, `clinical` the content's."""

    t: Words
    clinical: content_words.Words
    catalog: Catalog

    def tell(self, kind: str, body: events.Body) -> str:
        """One event in words."""
        of_kind = getattr(self, f"_{kind}", None)
        return str(of_kind(body)) if of_kind is not None else self.t.either(f"told.{kind}", kind)

    def row(self, kind: str, body: Any) -> str:
        """The same for an event as it is stored."""
        return self.tell(kind, events.body_from_json(kind, body))

    def questionnaire(self, name: str) -> str:
        """What a questionnaire is called; a licensed one comes without words of its own."""
        return self.t.either(
            f"questionnaires.{name}", str(self.clinical.texts.get(f"questionnaires.{name}.title", name))
        )

    def setting(self, name: str, value: int | str) -> str:
        """The value of an override."""
        if name == "include":
            return self._exercises([str(value)])
        if name == "disable_rule":
            return str(self.clinical.texts.get(f"rules.{value}.title", value))
        if name in ("direction", "progression"):
            return self.t.either(f"{name}s.{value}", str(value))
        return str(value)

    def _assigned(self, body: events.Assigned) -> str:
        names = [self.clinical.word(f"programs.{body.program}.name")] if body.program else []
        return self.t("told.assigned", what=self._list([*names, *filter(None, [self._exercises(body.exercises)])]))

    def _checkin(self, body: events.Checkin) -> str:
        raised = sorted({flag for flag, answer in body.answers.items() if answer != "no"} | set(body.severe))
        if not raised:
            return self.t("told.checkin_clear")
        return self.t("told.checkin_raised", what=self._list([self._flag(each) for each in raised]))

    def _morning(self, body: events.Morning) -> str:
        said = [self.t("told.morning", pain=body.pain)]
        if body.leg is not None:
            said.append(self.t("told.leg", pain=body.leg))
        if body.sleep_lost:
            said.append(self.t("told.sleep_lost"))
        if body.numbness != "same":
            said.append(self.t(f"told.numbness_{body.numbness}"))
        return self._list(said)

    def _session(self, body: events.Session) -> str:
        said = [self.t("told.session", pre=body.pre, peak=body.peak)]
        if body.done < 1:
            said.append(self.t("told.part", percent=round(body.done * 100)))
        if body.rpe is not None:
            said.append(self.t("told.effort", effort=body.rpe))
        if body.leg_pre is not None and body.leg_pre == body.leg_post:
            said.append(self.t("told.leg", pain=body.leg_pre))
        elif body.leg_pre is not None and body.leg_post is not None:
            said.append(self.t("told.leg_moved", before=body.leg_pre, after=body.leg_post))
        if body.loc_pre is not None and body.loc_post is not None and body.loc_pre != body.loc_post:
            said.append(self.t("told.place_moved", before=self._place(body.loc_pre), after=self._place(body.loc_post)))
        if body.stopped:
            said.append(self.t("told.stopped"))
        if body.hurt:
            said.append(self.t("told.hurt", what=self._exercises(body.hurt)))
        return self._list(said)

    def _motor(self, body: events.Motor) -> str:
        return self.t("told.motor", left=self._leg(body.left), right=self._leg(body.right))

    def _direction_test(self, body: events.DirectionTest) -> str:
        places = {"before": self._place(body.loc_before), "after": self._place(body.loc_after)}
        pain = {"pain_before": body.pain_before, "pain_after": body.pain_after}
        return self.t("told.direction_test", direction=self.t(f"directions.{body.direction}"), **places, **pain)

    def _steps(self, body: events.Steps) -> str:
        return self.t("told.steps", count=body.count)

    def _weight(self, body: events.Weight) -> str:
        return self.t("told.weight", kg=f"{body.kg:g}")

    def _questionnaire(self, body: events.Questionnaire) -> str:
        sheet = outcomes.Sheet(body.name, body.score, body.items, body.applies, body.answered)
        found = outcomes.score(sheet, self.catalog)
        value = "–" if found.value is None else f"{found.value:g}"
        return self.t("told.questionnaire", name=self.questionnaire(body.name), value=value)

    def _condition(self, body: events.Condition) -> str:
        changes = body.changes
        named = [each.name for each in fields(changes) if each.name != "ended"]
        told = [name for name in named if getattr(changes, name) is not None] + sorted(changes.ended)
        shown = [self.t.either(f"facts.{name}", name.replace("_", " ")) for name in told]
        return self.t("told.condition", what=self._list(shown))

    def _override(self, body: events.Override) -> str:
        until = self.t("told.until", day=self.t.day(body.until)) if body.until else ""
        what = {"what": self.t(f"overrides.{body.field}"), "value": self.setting(body.field, body.value)}
        return self.t("told.override", **what, until=until, reason=body.reason or "–")

    def _release(self, body: events.Release) -> str:
        return self.t("told.release", what=self._flag(body.flag))

    def _locked(self, body: events.Locked) -> str:
        return self.t("told.locked", level=self.t(f"locks.{body.level}"), reason=body.reason or "–")

    def _away(self, body: events.Away) -> str:
        days = {"first": self.t.day(body.first), "last": self.t.day(body.last)}
        return self.t("told.away", cause=self.t(f"causes.{body.cause}"), **days)

    def _absence(self, body: events.Absence) -> str:
        return self.t("told.absence", cause=self.t(f"causes.{body.cause}"))

    def _belt(self, body: events.Belt) -> str:
        return self.t(f"told.belt_{body.action}")

    def _correction(self, body: events.Correction) -> str:
        return self.t("told.correction", what=self.tell(body.kind, body.body))

    def _approval(self, body: events.Approval) -> str:
        said = "approved" if body.approved else "rejected"
        return self.t(f"told.{said}", what=self._exercises([body.exercise]) or body.exercise)

    def _withdrawn(self, body: events.Withdrawn) -> str:
        return self.t("told.withdrawn", what=self.t(f"overrides.{body.field}"))

    def _measured(self, body: events.Measured) -> str:
        what = self._exercises([body.exercise]) if body.exercise else self.t("measures.freeze")
        return self.t("told.measure_ended" if body.ends else "told.measured", what=what)

    def _settled(self, body: events.Settled) -> str:
        return self.t("told.settled", what=self.t.either(f"referrals.{body.kind}", body.kind))

    def _therapy(self, body: logged.Therapy) -> str:
        said = [self.therapy(body.therapy)]
        if body.before is not None and body.after is not None:
            said.append(self.t("told.pain_moved", before=body.before, after=body.after))
        if body.next_day is not None:
            said.append(self.t("told.next_day", pain=body.next_day))
        if body.problem:
            said.append(self.t("told.problem", what=body.problem))
        return self._list(said)

    def therapy(self, name: str) -> str:
        return str(self.clinical.texts.get(f"modules.therapy_types.{name}", name))

    def _walk(self, body: logged.Walk) -> str:
        return self.t("told.walk_stopped" if body.leg_stopped else "told.walk", minutes=body.minutes)

    def _wear(self, body: logged.Wear) -> str:
        return self.t("told.wear", minutes=body.minutes)

    def _workout(self, body: logged.Workout) -> str:
        return self.t("told.workout", minutes=body.minutes)

    def _note(self, body: logged.Note) -> str:
        return self.t("told.note", text=body.text)

    def _barrier(self, body: logged.Barrier) -> str:
        return self.t("told.barrier", what=self.t.either(f"barriers.{body.answer}", body.answer))

    def _goals(self, body: logged.Goals) -> str:
        return self.t("told.goals", what=self._list(body.activities))

    def _followup(self, body: logged.Followup) -> str:
        if not body.seen:
            return self.t("told.not_seen")
        return self.t("told.seen", by=body.by or "–", told=body.told or "–")

    def _form(self, body: logged.Form) -> str:
        return self.t("told.form", name=self.questionnaire(body.name))

    def _leg(self, leg: entries.Leg) -> str:
        words = {"heel": self.t(f"strength.{leg.heel_walk}"), "chair": self.t(f"strength.{leg.chair}")}
        return self.t("told.strength", **words, raises=leg.raises)

    def _flag(self, flag: str) -> str:
        return self.t.either(f"flags.{flag}", flag)

    def _place(self, place: int) -> str:
        return self.t(f"places.p{place}")

    def _exercises(self, names: Sequence[str]) -> str:
        known = [self.clinical.word(f"exercises.{each}.name") for each in names if each in self.catalog.exercises]
        return self._list(known)

    def _list(self, parts: Sequence[str]) -> str:
        return self.t("told.and").join(parts)
