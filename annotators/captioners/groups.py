"""What a picture holds, name by name, and how a group is told: how many, and where."""

from dataclasses import dataclass

from annotators.captioners.evidence import AREAS, UNLABELLED, Evidence
from annotators.captioners.nouns import Noun, noun, number_word
from annotators.captioners.region_text import capital, placed
from annotators.captioners.templates import Dice, phrases
from schemas.facts import COUNT_KINDS, PLACES


@dataclass(frozen=True)
class Group:
    """All regions of one name. `place` is the picture's, `side` the patient's, either as a `distribution` fact."""

    name: str
    kind: str | None
    count: int
    exact: bool
    by_model: bool
    place: str | None
    side: str | None

    @property
    def noun(self) -> Noun:
        return noun(self.name, self.kind)

    @property
    def style(self) -> str:
        """Which templates fit."""
        if self.name in AREAS:
            return "unlabelled" if self.name == UNLABELLED else "unnamed"
        if self.by_model:
            return "model_label" if self.noun.head else "model"
        if self.noun.definite and self.count == 1:
            return "definite"
        if self.exact:
            return "exact"
        return "some" if self.count > 1 else "some_one"

    @property
    def phrase(self) -> str:
        """In a list: `the optic disc`, `a hard exudate`, `at least two platelets`, `one white blood cell`."""
        if self.style == "definite":
            return self.noun.the
        if self.style == "some_one":
            return self.noun.indefinite
        if self.style == "model_label":
            return f"{number_word(self.count)} {self.heads} that a model labels as {self.name}"
        if self.style == "model":
            return f"{number_word(self.count)} possible {self.things} marked by a model"
        return f"{'at least ' if self.style == 'some' else ''}{self.noun.counted(self.count)}"

    @property
    def heads(self) -> str:
        return self.noun.head if self.count == 1 else f"{self.noun.head}s"

    @property
    def things(self) -> str:
        return self.noun.bare if self.count == 1 else self.noun.plural


def groups(evidence: Evidence) -> list[Group]:
    """In the order of the counts among the facts."""
    places = {fact.attribute: fact.value for fact in evidence.of_kind("distribution") if fact.frame == "image"}
    sides = {fact.attribute: fact.value for fact in evidence.of_kind("distribution") if fact.frame == "patient"}
    kinds = evidence.kind_of_name
    return [
        Group(
            name=fact.attribute,
            kind=kinds.get(fact.attribute),
            count=int(fact.number),
            exact=fact.kind == "count",
            by_model=fact.assertion == "possible",
            place=places.get(fact.attribute),
            side=sides.get(fact.attribute),
        )
        for fact in evidence.of_kind(*COUNT_KINDS)
    ]


def group_sentence(group: Group, rank: int, dice: Dice, field: str) -> str:
    """Words are chosen by the image's id; `rank`, the group's place in the report, keeps neighbours unlike."""
    templates = phrases("report", "counted", group.style)
    template = templates[(dice.same("counted", len(templates)) + rank) % len(templates)]
    one = group.count == 1
    the = group.noun.the if group.style == "definite" else group.noun.indefinite
    count = number_word(group.count)
    return str(
        template.format(
            a=the,
            A=capital(the),
            count=count,
            Count=capital(count),
            things=group.things,
            heads=group.heads,
            name=group.name,
            are="is" if one else "are",
            areas="area" if one else "areas",
            stand="stands" if one else "stand",
            their="its" if one else "their",
            field=field,
            where=_where(group, dice, field),
        )
    )


def _where(group: Group, dice: Dice, field: str) -> str:
    """With the comma or the space before it; by the patient's side for half of the groups that have one."""
    sided = bool(group.side) and (group.place is None or dice.same(f"frame {group.name}", 2) == 1)
    if sided:
        manner = "both" if group.side == "both" else "one" if group.count == 1 else "several"
        text = str(dice.pick(f"sided {group.name}", phrases("report", "sided", manner))).format(
            side=group.side, every=_every(group.count)
        )
        return text if text.startswith(",") else f" {text}"
    if group.place is None:
        return ""
    if group.place in PLACES:
        vertical, image_side = group.place.split(" ")
        variant = dice.index(f"place {group.name}", len(phrases("region", "place")))
        place = placed(variant, vertical, image_side, field)
        cell: str = phrases("report", "spread", "cell")
        return f" {place}" if group.count == 1 else cell.format(every=_every(group.count), place=place)
    variants = phrases("report", "spread", group.place)
    return str(dice.pick(f"spread {group.name}", variants)).format(every=_every(group.count), field=field)


def _every(count: int) -> str:
    """With the space behind it; nothing of a single thing."""
    return {1: "", 2: "both "}.get(count, "all ")
