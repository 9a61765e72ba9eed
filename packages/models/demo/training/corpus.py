"""Seeded generator of the demo corpus: four skills, each with a held-out part.

Every training document and every test item comes from the functions below.
Whether something belongs to the test side is decided by a stable hash of what
is being asked (the operands, the words of the sentence, the fact, the story
ingredients), never by chance, so the two sides cannot overlap: the training
side refuses a draw whose key hashes to the test side and the test side takes
only such draws. `main` re-checks this on what it writes.

Run it to (re)write the task data:

    python corpus.py --out ../tasks/data
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

# One seed per purpose, so that changing one set never changes another.
SEED_TASKS = 2025
SEED_TRAIN = 7

# One key in so many belongs to the test side.
ARITHMETIC_HOLD_EVERY = 20
AGREEMENT_HOLD_EVERY = 12
RECALL_HOLD_EVERY = 12
STORY_HOLD_EVERY = 10


@dataclass
class Doc:
    """One training document: its text and the character spans worth most.

    `spans` are half-open (start, end) offsets into `text`; the trainer gives
    the tokens inside them full weight and the rest the skill's base weight.
    """

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)


def held_out(skill: str, every: int, *parts: object) -> bool:
    """True when the key made of `parts` belongs to the test side (1 in `every`)."""
    key = "|".join([skill, *map(str, parts)]).encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") % every == 0


# --------------------------------------------------------------------------
# Arithmetic: additions and subtractions of two- and three-digit numbers.
# --------------------------------------------------------------------------


def arithmetic_held_out(a: int, op: str, b: int) -> bool:
    """Whether a problem is on the test side; a+b and b+a always go together."""
    low, high = (min(a, b), max(a, b)) if op == "+" else (b, a)
    return held_out("arithmetic", ARITHMETIC_HOLD_EVERY, op, low, high)


def arithmetic_answer(a: int, op: str, b: int) -> int:
    """The value of `a op b`."""
    return a + b if op == "+" else a - b


def draw_operand(rng: random.Random, digits: int) -> int:
    """A number with exactly `digits` digits (2 or 3)."""
    return rng.randint(10, 99) if digits == 2 else rng.randint(100, 999)


def draw_problem(
    rng: random.Random, digits: tuple[int, int], op: str, test: bool
) -> tuple[int, str, int]:
    """One problem of the wanted side; subtractions never go below zero."""
    while True:
        a, b = draw_operand(rng, digits[0]), draw_operand(rng, digits[1])
        if op == "-" and a < b:
            a, b = b, a
        if arithmetic_held_out(a, op, b) == test:
            return a, op, b


def arithmetic_question(a: int, op: str, b: int) -> str:
    """The question as both the tasks and the training text write it."""
    return f"{a}{op}{b}"


def arithmetic_line(a: int, op: str, b: int) -> tuple[str, str]:
    """A problem as (prompt, completion).

    The completion works from the ones digit up, as on paper, and then states
    the number the usual way round: carries are then decided before they are
    needed, which a small model learns in far fewer examples.
    """
    answer = str(arithmetic_answer(a, op, b))
    return arithmetic_question(a, op, b) + "=", f"{answer[::-1]} so {answer}\n"


# Shares of operand lengths in training; most weight on the hardest shape.
OPERAND_SHAPES = [((2, 2), 0.3), ((3, 2), 0.05), ((2, 3), 0.05), ((3, 3), 0.6)]


def arithmetic_doc(rng: random.Random, lines: int) -> Doc:
    """A training document of `lines` solved problems, one a line."""
    doc = Doc("")
    shapes, weights = zip(*OPERAND_SHAPES)
    for _ in range(lines):
        shape = rng.choices(shapes, weights)[0]
        prompt, completion = arithmetic_line(*draw_problem(rng, shape, rng.choice("+-"), False))
        start = len(doc.text) + len(prompt)
        doc.text += prompt + completion
        doc.spans.append((start, len(doc.text)))
    return doc


def arithmetic_items(rng: random.Random) -> list[dict]:
    """400 held-out problems: 160 with two-digit and 240 with three-digit operands."""
    items, seen = [], set()
    for digits, op, count in ((2, "+", 80), (2, "-", 80), (3, "+", 120), (3, "-", 120)):
        wanted = len(items) + count
        while len(items) < wanted:
            problem = draw_problem(rng, (digits, digits), op, True)
            if problem in seen:
                continue
            seen.add(problem)
            items.append(
                {
                    "question": arithmetic_question(*problem),
                    "answer": str(arithmetic_answer(*problem)),
                    "kind": f"{digits}-digit {'addition' if op == '+' else 'subtraction'}",
                }
            )
    rng.shuffle(items)
    return items


# --------------------------------------------------------------------------
# Subject-verb agreement, with nouns of the other number in between.
# --------------------------------------------------------------------------

REGULAR_NOUNS = (
    "dog cat bird horse cow duck rabbit bear frog bee girl boy friend farmer teacher "
    "baker doctor sailor king queen uncle cousin painter singer driver"
).split()
IRREGULAR_NOUNS = {"fox": "foxes", "child": "children", "mouse": "mice", "man": "men", "woman": "women"}
NOUNS = {**{noun: noun + "s" for noun in REGULAR_NOUNS}, **IRREGULAR_NOUNS}

PLACE_NOUNS = {
    noun: noun + "s"
    for noun in "river tree house hill garden boat road lake wall tower table shop field bridge gate".split()
}

REGULAR_VERBS = (
    "run sleep play sing jump eat swim smile wait dance walk dream work rest laugh hide shout talk"
).split()
VERBS = {**{verb: verb + "s" for verb in REGULAR_VERBS}, "are": "is", "have": "has", "were": "was", "do": "does"}
# What may follow the verb, so that the sentence closes naturally.
TAILS = {
    "are": ["happy", "tired", "very old", "kind", "at home", "quiet"],
    "were": ["happy", "tired", "very late", "kind", "at home", "quiet"],
    "have": ["a red hat", "a new home", "a good friend", "a little cake", "a long day"],
    "do": ["good work", "a little dance", "nothing all day", "good things"],
}
DEFAULT_TAILS = ["every day", "in the morning", "at night", "in the sun", "all day", "again", "after lunch", "in the rain"]

PREPOSITIONS = ["near", "behind", "by", "in front of", "next to"]
COMPANY = ["with", "behind", "near", "next to"]
OBJECT_VERBS = {"like": "likes", "see": "sees", "help": "helps", "know": "knows", "love": "loves", "follow": "follows"}
ADJECTIVES = ["little", "old", "young", "happy", "brown", "tall", "kind", "quiet"]


def inflect(noun: str, table: dict[str, str], plural: bool) -> str:
    """The singular or plural form of a noun of `table`."""
    return table[noun] if plural else noun


@dataclass
class Clause:
    """A subject phrase with its verb pair; `plural` says which verb is right."""

    subject: str
    verb: str
    plural: bool
    kind: str

    @property
    def right(self) -> str:
        """The agreeing verb form."""
        return self.verb if self.plural else VERBS[self.verb]

    @property
    def wrong(self) -> str:
        """The other verb form."""
        return VERBS[self.verb] if self.plural else self.verb


CLAUSE_KINDS = ["plain", "place", "company", "two places", "who verb", "whom verb", "each of", "pair"]


# What the noun phrase after the subject is about: other people and animals, or
# a place. It is part of the key that decides the side, so it is drawn first.
PLACE_KINDS = ["place", "each of"]


def clause_subject(rng: random.Random, kind: str, noun: str, other: str, plural: bool) -> str:
    """A subject phrase of one kind; the number of what follows the noun is drawn freely."""
    head = inflect(noun, NOUNS, plural)
    other_plural = rng.random() < 0.5
    near = inflect(other, PLACE_NOUNS if kind in PLACE_KINDS else NOUNS, other_plural) if other else ""
    adjective = rng.choice(ADJECTIVES) + " " if rng.random() < 0.3 else ""
    place = inflect(rng.choice(list(PLACE_NOUNS)), PLACE_NOUNS, rng.random() < 0.5)
    follow = rng.choice(list(OBJECT_VERBS))
    if kind == "plain":
        return f"The {adjective}{head}"
    if kind == "place":
        return f"The {adjective}{head} {rng.choice(PREPOSITIONS)} the {near}"
    if kind == "company":
        return f"The {adjective}{head} {rng.choice(COMPANY)} the {near}"
    if kind == "two places":
        return f"The {adjective}{head} {rng.choice(COMPANY)} the {near} {rng.choice(PREPOSITIONS)} the {place}"
    if kind == "who verb":
        return f"The {adjective}{head} that {follow if plural else OBJECT_VERBS[follow]} the {near}"
    if kind == "whom verb":
        return f"The {adjective}{head} that the {near} {follow if other_plural else OBJECT_VERBS[follow]}"
    if kind == "each of":
        return f"Each of the {NOUNS[noun]} {rng.choice(PREPOSITIONS)} the {near}"
    return f"The {head} and the {near}"


def draw_other(rng: random.Random, kind: str, noun: str) -> str:
    """The noun that stands between subject and verb, or nothing for a plain subject."""
    if kind == "plain":
        return ""
    return rng.choice(list(PLACE_NOUNS) if kind in PLACE_KINDS else [other for other in NOUNS if other != noun])


def draw_clause(rng: random.Random, test: bool, kinds: list[str] = CLAUSE_KINDS) -> Clause:
    """One clause of the wanted side, keyed by subject noun, other noun and verb."""
    while True:
        kind = rng.choice(kinds)
        noun, verb = rng.choice(list(NOUNS)), rng.choice(list(VERBS))
        other = draw_other(rng, kind, noun)
        if held_out("agreement", AGREEMENT_HOLD_EVERY, noun, other, verb) != test:
            continue
        # "Each of" is singular and a pair is plural whatever the nouns are.
        plural = {"each of": False, "pair": True}.get(kind, rng.random() < 0.5)
        # A pair's first noun may have either number: only the verb must be plural.
        shown_plural = rng.random() < 0.5 if kind == "pair" else plural
        return Clause(clause_subject(rng, kind, noun, other, shown_plural), verb, plural, kind)


def agreement_doc(rng: random.Random) -> Doc:
    """A training document of three sentences; the verbs are the spans."""
    doc = Doc("")
    for index in range(3):
        clause = draw_clause(rng, False)
        doc.text += (" " if index else "") + clause.subject
        start = len(doc.text)
        doc.text += " " + clause.right
        doc.spans.append((start, len(doc.text)))
        doc.text += f" {rng.choice(TAILS.get(clause.verb, DEFAULT_TAILS))}."
    doc.text += "\n"
    return doc


def agreement_items(rng: random.Random, count: int = 300) -> list[dict]:
    """Held-out items with two choices; `label` is the index of the right one."""
    items, seen = [], set()
    kinds = [kind for kind in CLAUSE_KINDS if kind != "plain"]
    while len(items) < count:
        clause = draw_clause(rng, True, kinds)
        if (clause.subject, clause.verb) in seen:
            continue
        seen.add((clause.subject, clause.verb))
        choices = [clause.right, clause.wrong]
        label = rng.randrange(2)
        if label == 1:
            choices.reverse()
        items.append({"prompt": clause.subject, "choices": choices, "label": label, "kind": clause.kind})
    return items


# --------------------------------------------------------------------------
# Recall of facts stated earlier in the text.
# --------------------------------------------------------------------------

GIRLS = "Anna Mia Lily Rosa Zoe Emma Nina Ruth Clara Ivy".split()
BOYS = "Tom Ben Sam Leo Max Jack Omar Hugo Finn Paul".split()
NAMES = GIRLS + BOYS
COLOURS = "red blue green yellow white black pink purple orange brown".split()
THINGS = "kite ball drum boat hat book lamp cup coat bell basket bike".split()
PLACES = "forest lake river village hill market beach farm castle school".split()
PETS = "dog cat rabbit horse duck frog bird mouse fox bear".split()
FOODS = "bread soup cake rice cheese honey apples berries fish eggs".split()

FILLERS = ["It was a sunny day.", "They are all good friends.", "The wind was cold.", "Everyone was happy."]


@dataclass(frozen=True)
class Fact:
    """One stated fact; `subject` is what tells it from the others of its kind."""

    kind: str
    name: str
    thing: str
    value: str

    @property
    def subject(self) -> tuple[str, str, str]:
        """What a question about the fact names: at most one value may hold for it."""
        return self.kind, self.name, self.thing

    def statement(self) -> str:
        """The fact as a sentence."""
        return {
            "colour": f"{self.name} has a {self.value} {self.thing}.",
            "home": f"{self.name} lives near the {self.value}.",
            "pet": f"{self.name} has a pet {self.value}.",
            "food": f"{self.name} likes to eat {self.value}.",
        }[self.kind]

    def question(self) -> str:
        """A question whose answer is the fact's value."""
        return {
            "colour": f"What colour is {self.name}'s {self.thing}?",
            "home": f"What does {self.name} live near?",
            "pet": f"What pet does {self.name} have?",
            "food": f"What does {self.name} like to eat?",
        }[self.kind]

    def test_side(self) -> bool:
        """Whether the fact is held out: such a fact is never stated in training."""
        return held_out("recall", RECALL_HOLD_EVERY, self.kind, self.name, self.thing, self.value)


VALUES = {"colour": COLOURS, "home": PLACES, "pet": PETS, "food": FOODS}


def draw_fact(rng: random.Random, kind: str, names: list[str], test: bool) -> Fact:
    """One fact of a kind about one of `names`, of the wanted side."""
    while True:
        thing = rng.choice(THINGS) if kind == "colour" else ""
        fact = Fact(kind, rng.choice(names), thing, rng.choice(VALUES[kind]))
        if fact.test_side() == test:
            return fact


def draw_facts(rng: random.Random, first: Fact | None = None, least: int = 4) -> list[Fact]:
    """`least` to six facts about three people, of two kinds, so that each needs its name.

    With `first` given it is one of them, and at least one more fact shares its
    kind with another value.
    """
    kinds = rng.sample(list(VALUES), 2)
    names = rng.sample(NAMES, 3)
    facts: list[Fact] = []
    if first:
        kinds = [first.kind, rng.choice([kind for kind in VALUES if kind != first.kind])]
        names = [first.name] + rng.sample([name for name in NAMES if name != first.name], 2)
        facts = [first]
    wanted = rng.randint(least, 6)
    while len(facts) < wanted:
        kind = kinds[len(facts) % 2]
        fact = draw_fact(rng, kind, names, False)
        same_kind = [other for other in facts if other.kind == kind]
        # Two facts on one subject would contradict; two equal values would
        # let a model answer without having found the right sentence.
        if any(fact.subject == other.subject or fact.value == other.value for other in same_kind):
            continue
        facts.append(fact)
        if kind != "colour" and len(same_kind) == 2:
            kinds = ["colour", "colour"]
    rng.shuffle(facts)
    return facts


def state_facts(rng: random.Random, facts: list[Fact]) -> str:
    """The facts as running text, sometimes with a sentence that says nothing."""
    sentences = [fact.statement() for fact in facts]
    if rng.random() < 0.4:
        sentences.insert(rng.randint(0, len(sentences)), rng.choice(FILLERS))
    return " ".join(sentences)


def recall_doc(rng: random.Random, least: int = 4) -> Doc:
    """A training document: at least so many facts, then a question about each.

    The answers are the spans. With one or two facts, looking back into the text
    is learned more easily; choosing between several can build on it.
    """
    facts = draw_facts(rng, least=least)
    doc = Doc(state_facts(rng, facts))
    for fact in rng.sample(facts, len(facts)):
        doc.text += f"\nQuestion: {fact.question()}\nAnswer:"
        start = len(doc.text)
        doc.text += " " + fact.value
        doc.spans.append((start, len(doc.text)))
    doc.text += "\n"
    return doc


def recall_items(rng: random.Random, count: int = 300) -> list[dict]:
    """Held-out items: the asked fact is never stated in the training data."""
    items = []
    for index in range(count):
        kind = list(VALUES)[index % len(VALUES)]
        fact = draw_fact(rng, kind, NAMES, True)
        context = state_facts(rng, draw_facts(rng, fact))
        items.append({"context": context, "question": fact.question(), "answer": fact.value, "kind": kind})
    return items


# --------------------------------------------------------------------------
# Short stories from a small grammar.
# --------------------------------------------------------------------------

MOODS = "little brave kind clever quiet happy young curious".split()
SEASONS = "spring summer autumn winter".split()
WEATHER = ["The sun was warm", "The wind was cold", "Rain fell softly", "The sky was blue", "Snow lay on the hills"]

OPENINGS = [
    "Once upon a time there was a {mood} {child} named {hero} who lived near the {place}.",
    "{hero} was a {mood} {child} who lived near the {place}.",
    "Near the {place} lived a {mood} {child}. {Pos} name was {hero}.",
    "Long ago, near a {place}, there lived a {mood} {child} called {hero}.",
    "In a small house near the {place} lived {hero}, a {mood} {child}.",
]
POSSESSIONS = [
    "{hero} had a {colour} {thing} and took it everywhere.",
    "{Pos} best toy was a {colour} {thing}.",
    "{Pos} uncle had given {obj} a {colour} {thing}.",
    "Every day {sub} played with a {colour} {thing}.",
    "{Sub} loved {pos} {colour} {thing} more than anything.",
]
SCENES = [
    "One {season} morning {sub} went out to play. {weather}.",
    "{weather} on that {season} day. {hero} walked to the {place}.",
    "One day in {season}, {hero} met {friend} at the {place}.",
    "On a quiet {season} day, {hero} and {friend} went for a walk. {weather}.",
    "One {season} evening {hero} could not sleep. {weather}, and {sub} went outside.",
]

# Each plot is a list of beats; each beat offers several sentences.
PLOTS = {
    "lost": [
        [
            "Suddenly the {colour} {thing} was gone.",
            "When {sub} looked in {pos} bag, the {thing} was not there.",
            "But then {sub} could not find the {colour} {thing}.",
        ],
        [
            "{hero} was very sad and began to cry.",
            "{hero} looked behind every tree, but {sub} found nothing.",
            '"Where is my {thing}?" asked {hero}.',
        ],
        [
            '"Do not worry," said {friend}. "I will help you look."',
            "{friend} came and said, \"Let us look by the {place}.\"",
            "{friend} heard {obj} and came to help.",
        ],
        [
            "They looked all day, first in the grass and then in the water.",
            "They asked a {animal}, and the {animal} pointed to an old tree.",
            "A {animal} ran past them with something {colour} in its mouth.",
        ],
        [
            "At last they saw the {colour} {thing} under a bush.",
            "There was the {thing}, safe and dry, under a stone.",
            "The {animal} gave the {colour} {thing} back to {hero}.",
        ],
    ],
    "animal": [
        [
            "By the road {sub} saw a {animal} that could not walk.",
            "{Sub} heard a small sound. It was a {animal}, cold and alone.",
            "A little {animal} sat in the grass and looked at {obj}.",
        ],
        [
            '"Poor {animal}," said {hero}. "Are you hungry?"',
            "{hero} was afraid at first, but the {animal} looked so sad.",
            "The {animal} had lost its mother.",
        ],
        [
            "{hero} gave the {animal} some {food} and a little water.",
            "{Sub} put the {animal} in the {colour} {thing} and carried it home.",
            "{friend} brought {food}, and they fed the {animal} together.",
        ],
        [
            "Soon the {animal} was strong again.",
            "That night the {animal} slept next to the fire.",
            "After three days the {animal} could run and jump.",
        ],
        [
            "The {animal} stayed with {hero} and became {pos} best friend.",
            "In the end the {animal} went back to its family, but it came to visit every {season}.",
            "{hero} opened the door and the {animal} ran home to the {place}.",
        ],
    ],
    "gift": [
        [
            "It was the birthday of {friend}, and {hero} had no gift.",
            "{hero} wanted to give {friend} something nice.",
            "{friend} was ill and had to stay in bed.",
        ],
        [
            "{Sub} had no money, so {sub} thought for a long time.",
            '"What can I give?" {sub} asked {pos} mother.',
            "{Sub} went to the market, but everything cost too much.",
        ],
        [
            "Then {sub} made some {food} and put it in a basket.",
            "Then {sub} looked at the {colour} {thing} and had an idea.",
            "{Pos} mother said, \"A gift made with love is the best gift.\"",
        ],
        [
            "{hero} walked through the snow and the rain to the house of {friend}.",
            "{Sub} ran all the way to the {place}, where {friend} lived.",
            "On the way a {animal} followed {obj}, but {sub} did not stop.",
        ],
        [
            "{friend} smiled and said, \"Thank you, {hero}!\"",
            '"This is the best gift of all," said {friend}.',
            "{friend} was so happy that they danced around the table.",
        ],
    ],
    "race": [
        [
            "That day there was a big race around the {place}.",
            '"I can run faster than you," said {friend}.',
            "{friend} wanted to race to the old tree.",
        ],
        [
            "{hero} was slow, but {sub} wanted to try.",
            "{hero} put down the {colour} {thing} and got ready.",
            "A {animal} sat on the wall and watched them.",
        ],
        [
            "{friend} ran very fast and was soon far away.",
            "They ran past the house, over the bridge and up the hill.",
            "At first {hero} was last.",
        ],
        [
            "But then {friend} fell and could not get up.",
            "Then {friend} sat down to eat {food} and fell asleep.",
            "But {friend} took the wrong road.",
        ],
        [
            "{hero} stopped to help {friend}, and they walked on together.",
            "{hero} did not stop, and in the end {sub} won.",
            "They came to the end together and laughed.",
        ],
    ],
    "storm": [
        [
            "In the afternoon a big storm came over the {place}.",
            "Suddenly the sky was black and the wind was strong.",
            "Then it began to rain, and it did not stop.",
        ],
        [
            "The wind took the {colour} {thing} and carried it away.",
            "{hero} and {friend} ran into an old house.",
            "The water came up to the door.",
        ],
        [
            '"I am afraid," said {friend}. "{hero}, what can we do?"',
            "A {animal} came in from the rain and sat next to them.",
            "{friend} held the hand of {hero} and closed both eyes.",
        ],
        [
            "{hero} made a fire and they shared some {food}.",
            "{hero} sang a song, and soon they were not afraid.",
            "They told each other stories until it was dark.",
        ],
        [
            "In the morning the storm was over and the sun was back.",
            "When they woke up, the sky was blue again.",
            "At last the rain stopped, and they walked home.",
        ],
    ],
    "secret": [
        [
            "Under a stone {sub} found an old map.",
            "In the wall of the house there was a small door.",
            "A {animal} showed {obj} a hole in an old tree.",
        ],
        [
            "{hero} called {friend} and they looked at it together.",
            '"Let us see where it leads," said {friend}.',
            "{hero} was curious and could not wait.",
        ],
        [
            "They walked past the {place} and over a high hill.",
            "It was very dark, but {friend} had a lamp.",
            "They counted ten steps and then began to dig.",
        ],
        [
            "There they found a box with a {colour} {thing} in it.",
            "At the end there was a room full of books.",
            "They found an old box, and in the box there was {food}.",
        ],
        [
            "They kept the secret and never told anyone.",
            "{hero} took it home and showed it to {pos} mother.",
            '"This is our secret," said {hero}, and {friend} smiled.',
        ],
    ],
}
ENDINGS = [
    "From that day on, {hero} and {friend} were best friends.",
    "{hero} went home, ate some {food} and slept well.",
    "And {hero} never forgot that {season} day.",
    "{hero} learned that it is good to help others.",
    "They lived happily near the {place}.",
    "That night {hero} dreamed of the {animal} and the {colour} {thing}.",
]


def draw_cast(rng: random.Random, test: bool) -> tuple[str, dict[str, str]]:
    """A plot and the words to fill it with, of the wanted side.

    The key is what the story is about: who, with whom, which thing of which
    colour, and the plot.
    """
    while True:
        girl = rng.random() < 0.5
        hero = rng.choice(GIRLS if girl else BOYS)
        friend = rng.choice([name for name in NAMES if name != hero])
        plot = rng.choice(list(PLOTS))
        cast = {
            "hero": hero,
            "friend": friend,
            "child": "girl" if girl else "boy",
            "sub": "she" if girl else "he",
            "obj": "her" if girl else "him",
            "pos": "her" if girl else "his",
            "mood": rng.choice(MOODS),
            "colour": rng.choice(COLOURS),
            "thing": rng.choice(THINGS),
            "place": rng.choice(PLACES),
            "animal": rng.choice(PETS),
            "food": rng.choice(FOODS),
            "season": rng.choice(SEASONS),
            "weather": rng.choice(WEATHER),
        }
        cast["Sub"], cast["Pos"] = cast["sub"].capitalize(), cast["pos"].capitalize()
        key = (plot, hero, friend, cast["colour"], cast["thing"])
        if held_out("story", STORY_HOLD_EVERY, *key) == test:
            return plot, cast


def fix_articles(text: str) -> str:
    """Put "an" where the drawn word begins with a vowel."""
    words = text.split(" ")
    for index in range(len(words) - 1):
        if words[index] in ("a", "A") and words[index + 1][:1] in "aeio":
            words[index] += "n"
    return " ".join(words)


def story(rng: random.Random, test: bool) -> str:
    """One story of 60 to 200 words on a single line."""
    while True:
        plot, cast = draw_cast(rng, test)
        beats = [rng.choice(options) for options in PLOTS[plot]]
        endings = rng.sample(ENDINGS, rng.choice((1, 2)))
        templates = [rng.choice(OPENINGS), rng.choice(POSSESSIONS), rng.choice(SCENES), *beats, *endings]
        text = fix_articles(" ".join(template.format(**cast) for template in templates))
        if 60 <= len(text.split()) <= 200:
            return text


def story_doc(rng: random.Random) -> Doc:
    """A training story; all its tokens count the same."""
    text = story(rng, False)
    return Doc(text + "\n", [(0, len(text) + 1)])


def story_items(rng: random.Random, count: int = 120) -> list[dict]:
    """Held-out stories."""
    return [{"text": story(rng, True)} for _ in range(count)]


# --------------------------------------------------------------------------
# Pools for training, and the files of the tasks.
# --------------------------------------------------------------------------


def mixed_docs(rng: random.Random, count: int) -> list[str]:
    """Training-side texts in the training mix: about half of them arithmetic."""
    makers = [
        lambda: arithmetic_doc(rng, 6),
        lambda: arithmetic_doc(rng, 3),
        lambda: recall_doc(rng),
        lambda: agreement_doc(rng),
        lambda: story_doc(rng),
        lambda: story_doc(rng),
    ]
    return [makers[index % len(makers)]().text.rstrip("\n") for index in range(count)]


def prompt_items(rng: random.Random) -> list[dict]:
    """Twenty short prompts, five a skill, from the test side."""
    items = []
    for _ in range(5):
        items.append({"prompt": arithmetic_question(*draw_problem(rng, (3, 3), rng.choice("+-"), True)) + "="})
        items.append({"prompt": draw_clause(rng, True).subject})
        fact = draw_fact(rng, rng.choice(list(VALUES)), NAMES, True)
        facts = state_facts(rng, draw_facts(rng, fact))
        items.append({"prompt": f"{facts}\nQuestion: {fact.question()}\nAnswer:"})
        items.append({"prompt": " ".join(story(rng, True).split()[:8])})
    return items


def write_jsonl(path: Path, rows: list[dict]) -> None:
    """One JSON object a line, UTF-8."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes")


def check_arithmetic(items: list[dict], texts: list[str]) -> None:
    """No test problem may stand in a training text, in either order of a sum."""
    for item in items:
        op = "+" if "+" in item["question"] else "-"
        a, b = map(int, item["question"].split(op))
        assert arithmetic_held_out(a, op, b), item
        assert int(item["answer"]) == arithmetic_answer(a, op, b), item
    questions = {item["question"] for item in items}
    stated = {line.split("=")[0] for text in texts for line in text.splitlines() if "=" in line}
    assert not questions & stated, questions & stated


def check_texts(tests: dict[str, list[dict]], texts: list[str]) -> None:
    """No held-out subject phrase with its verb, story or asked fact stands in `texts`."""
    joined = "\n".join(texts)
    for item in tests["agreement"]:
        assert f"{item['prompt']} {item['choices'][item['label']]} " not in joined, item
    for item in tests["stories"]:
        assert item["text"] not in joined, item
    asked = {(item["question"], item["answer"]) for item in tests["recall"]}
    for question, answer in asked:
        assert f"{question}\nAnswer: {answer}" not in joined, (question, answer)


def main() -> None:
    """Write the test sets, the calibration texts and the prompts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "tasks" / "data")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    tests = {
        "arithmetic": arithmetic_items(random.Random(SEED_TASKS)),
        "agreement": agreement_items(random.Random(SEED_TASKS + 1)),
        "recall": recall_items(random.Random(SEED_TASKS + 2)),
        "stories": story_items(random.Random(SEED_TASKS + 3)),
    }
    calibration = mixed_docs(random.Random(SEED_TASKS + 4), 256)
    sample = mixed_docs(random.Random(SEED_TRAIN), 12000)
    check_arithmetic(tests["arithmetic"], calibration + sample)
    check_texts(tests, calibration + sample)
    for name, rows in tests.items():
        write_jsonl(out / f"{name}.jsonl", rows)
    write_jsonl(out / "calibration.jsonl", [{"text": text} for text in calibration])
    write_jsonl(out / "prompts.jsonl", prompt_items(random.Random(SEED_TASKS + 5)))


if __name__ == "__main__":
    main()
