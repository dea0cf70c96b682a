"""Summary and report of one picture."""

from collections.abc import Iterable

from annotators.captioners.acquisition import field_words, image_phrase
from annotators.captioners.evidence import Evidence
from annotators.captioners.groups import Group, group_sentence, groups
from annotators.captioners.nouns import Noun, joined, noun, number_word, with_article
from annotators.captioners.region_text import capital
from annotators.captioners.reported_text import reported_sentences, reported_summary
from annotators.captioners.templates import Dice, phrases
from schemas.facts import Fact

TOLD_AT_MOST = 4  # groups with a sentence each; the others share one
SUMMARY_AT_MOST = 3
ABSENT_AT_MOST = 4  # categories listed as absent; the others are counted
ABSENT_IN_A_SENTENCE = 6  # names


def report(evidence: Evidence) -> str:
    """A paragraph: the picture, what it holds and where, relations, labels, what a report says, absences; honest where
    little is known.

    What says least stands last, since an encoder cuts a long text.
    """
    dice = Dice(evidence.image_id)
    field = dice.pick("field", field_words(evidence.modality))
    found = groups(evidence)
    told = [group_sentence(group, rank, dice, field) for rank, group in enumerate(found[:TOLD_AT_MOST])]
    sentences = [
        _opening(evidence, dice),
        *told,
        *_more(found[TOLD_AT_MOST:], dice),
        *_relations(evidence, dice, field),
        *_labels(evidence, dice),
        *reported_sentences(evidence, dice),
        *_absences(evidence, dice, field),
    ]
    if len(sentences) == 1 and not evidence.regions:
        sentences.append(dice.pick("nothing", phrases("report", "nothing")))
    return " ".join(sentences)


def summary(evidence: Evidence) -> str:
    """What the picture is and what it mainly holds, in one or two sentences, without places or attributes."""
    dice = Dice(evidence.image_id, turn=1)
    an = with_article(image_phrase(evidence, dice))
    found = groups(evidence)
    named = [group for group in found if group.style not in ("unlabelled", "unnamed")][:SUMMARY_AT_MOST]
    labels = [*_summary_labels(evidence), *reported_summary(evidence)]
    if named:
        content = joined([group.phrase for group in named])
        template = dice.pick("summary", phrases("report", "summary", "content"))
        first = template.format(an=an, An=capital(an), content=content, Content=capital(content))
    elif found:
        first = _summary_without_names(found[0], an, dice)
    elif labels or evidence.regions or any(evidence.of_kind("label", "presence", "identity")):
        first = f"{capital(an)}."
    else:
        first = dice.pick("plain", phrases("report", "summary", "plain")).format(An=capital(an))
    return " ".join([first, *labels])


def _opening(evidence: Evidence, dice: Dice) -> str:
    an = with_article(image_phrase(evidence, dice, window=True))
    return str(dice.pick("opening", phrases("report", "opening"))).format(an=an, An=capital(an))


def _more(rest: list[Group], dice: Dice) -> Iterable[str]:
    if rest:
        items = joined([group.phrase for group in rest])
        yield str(dice.pick("more", phrases("report", "more"))).format(list=items)


def _relations(evidence: Evidence, dice: Dice, field: str) -> Iterable[str]:
    """Between regions whose names the picture holds once."""
    names = {region.region_id: region.value("identity", "name") for region in evidence.regions}
    for fact in evidence.of_kind("relation"):
        a, b = names.get(fact.subject), names.get(fact.value)
        if a and b:
            first, second = noun(a, evidence.kind_of_name.get(a)).the, noun(b, evidence.kind_of_name.get(b)).the
            template = dice.pick(f"relation {fact.attribute}", phrases("report", "relation", fact.attribute))
            yield str(template).format(a=first, A=capital(first), b=second, field=field)


def _absences(evidence: Evidence, dice: Dice, field: str) -> Iterable[str]:
    """A sentence for several; what is told as a label shares its head: `lesions labelled as melanoma or angioma`."""
    told = [fact for fact in evidence.of_kind("presence") if fact.basis != "report"]
    absent = [noun(fact.value) for fact in told if fact.assertion == "absent"]
    for first, *rest in _told_together(absent):
        names = [first.plural, *(each.name if each.head else each.plural for each in rest)]
        template = dice.pick(f"absence {first.name}", phrases("report", "absence"))
        yield capital(str(template).format(things=joined(names, "or"), field=field))


def counted(evidence: Evidence, name: str, count: int, side: str | None = None) -> str:
    """How many of a name there are, of which all are annotated, and on which of the patient's sides; nothing else."""
    dice = Dice(f"{evidence.image_id} {name}")
    group = Group(name, evidence.kind_of_name.get(name), count, exact=True, by_model=False, place=None, side=side)
    return group_sentence(group, 0, dice, dice.pick("field", field_words(evidence.modality)))


def presence(evidence: Evidence, name: str) -> tuple[str, str]:
    """That there is something of a name, and that there is nothing of it."""
    dice = Dice(f"{evidence.image_id} {name}")
    known, field = noun(name), dice.pick("field", field_words(evidence.modality))
    words = dice.pick("polarity", phrases("report", "polarity"))
    there, not_there = (words[form].format(thing=known.bare, things=known.plural, field=field) for form in _POLARITY)
    return capital(there), capital(not_there)


_POLARITY = ("present", "absent")


def _told_together(nouns: list[Noun]) -> Iterable[list[Noun]]:
    """By head, some at a time; a name that holds an `or` would be lost in a list."""
    alike: dict[str, list[Noun]] = {}
    for each in nouns:
        alike.setdefault(each.name if " or " in each.plural else each.head, []).append(each)
    for found in alike.values():
        yield from (found[i : i + ABSENT_IN_A_SENTENCE] for i in range(0, len(found), ABSENT_IN_A_SENTENCE))


def _labels(evidence: Evidence, dice: Dice) -> Iterable[str]:
    """Present, open, then absent; of each, by basis in the order of the facts."""
    labels = list(evidence.of_kind("label"))
    for basis in dict.fromkeys(fact.basis for fact in labels if fact.assertion == "present"):
        chosen = dice.pick(f"present {basis}", phrases("labels", "present", basis))
        yield chosen.format(list=_listed(_with(labels, "present", basis)))
    if unsure := [fact for fact in labels if fact.assertion == "possible"]:
        yield dice.pick("possible", phrases("labels", "possible")).format(list=_listed(unsure))
    for basis in dict.fromkeys(fact.basis for fact in labels if fact.assertion == "absent"):
        chosen = dice.pick(f"absent {basis}", phrases("labels", "absent", basis))
        yield chosen.format(list=_listed(_with(labels, "absent", basis), ABSENT_AT_MOST))


def _with(labels: list[Fact], assertion: str, basis: str) -> list[Fact]:
    return [fact for fact in labels if (fact.assertion, fact.basis) == (assertion, basis)]


def _listed(labels: list[Fact], at_most: int | None = None) -> str:
    """Categories without an article; semicolons keep phrases with an `or` apart."""
    names: dict[str, str] = phrases("labels", "categories")
    told = [names[fact.value] for fact in labels[:at_most]]
    rest = len(labels) - len(told)
    if rest:
        more = phrases("labels", "others", "one" if rest == 1 else "several")
        told.append(more.format(count=number_word(rest)))
    return joined(told) if not any(" or " in name for name in told) else _apart(told)


def _apart(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{'; '.join(items[:-1])}; and {items[-1]}"


def _summary_labels(evidence: Evidence) -> list[str]:
    labels = [fact for fact in evidence.of_kind("label") if fact.assertion == "present"]
    return [
        phrases("labels", "summary", "present", basis).format(list=_listed(_with(labels, "present", basis)))
        for basis in dict.fromkeys(fact.basis for fact in labels)
    ]


def _summary_without_names(group: Group, an: str, dice: Dice) -> str:
    one = group.count == 1
    areas = f"{number_word(group.count)} {'area' if one else 'areas'}"
    template = dice.pick(f"summary {group.style}", phrases("report", "summary", group.style))
    return str(
        template.format(
            An=capital(an),
            areas=areas,
            conspicuous=areas.replace("area", "conspicuous area", 1),
            stand="stands" if one else "stand",
            are="is" if one else "are",
            their="its" if one else "their",
        )
    )
