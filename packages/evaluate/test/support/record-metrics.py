"""Writes fidelity/metrics/recorded.json: what the Python packages that lm-eval 0.4.13 calls give for the texts below.

pip install sacrebleu==2.6.0 rouge_score==0.1.2 scikit-learn==1.9.1 nltk==3.10.4
python record-metrics.py > ../fidelity/metrics/recorded.json
"""

import json
import random

import numpy
import sacrebleu
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER
from sklearn.metrics import f1_score, matthews_corrcoef

# (answer, references)
SEGMENTS = [
    ("The mill stands by the river.", ["The mill is standing by the river."]),
    ("A quiet dog slept under the old table", ["Under the old table slept a quiet dog."]),
    ("", ["Nobody answered the letter."]),
    ("Nobody answered.", [""]),
    ("It cost $1,250.50 (about 1.1k €) in 2019-20 &amp; more", ["It cost $1,250 — about 1.1 k € — in 2019-2020 & more."]),
    ("ÉTÉ à la plage, l'eau est froide!", ["L'été à la plage: l'eau est très froide !"]),
    ("one two three four five six seven eight", ["five six seven eight one two three four"]),
    ("the the the the the", ["the cat and the hat"]),
    ("« Grüße aus Köln », schrieb sie ihm.", ["\"Viele Grüße aus Köln\", schrieb sie ihm.", "Sie schrieb ihm: Grüße aus Köln."]),
    ("He said: \"it's 5 o'clock\"...\nThen he left-\nfor good", ["He said it was five o'clock. Then he left for good.", "\"It's 5 o'clock\", he said, and left."]),
    ("猫が 好きです。", ["私は猫が好きです。"]),
    ("yes", ["yes"]),
    ("a b c d e f g h i j k l m n o p q r s t u v w x y z", ["z y x w v u t s r q p o n m l k j i h g f e d c b a"]),
]

WORDS = "mill river stone the a of under over runs ran running old quiet table letters answered cold , . water 12 3.5".split()


def generated(seed, count, longest):
    rng = random.Random(seed)
    pairs = []
    for _ in range(count):
        reference = [rng.choice(WORDS) for _ in range(rng.randint(1, longest))]
        answer = list(reference)
        for _ in range(rng.randint(0, longest // 2)):
            kind = rng.randrange(4)
            at = rng.randrange(len(answer) + 1)
            if kind == 0:
                answer.insert(at, rng.choice(WORDS))
            elif kind == 1 and answer:
                answer.pop(rng.randrange(len(answer)))
            elif kind == 2 and answer:
                answer[rng.randrange(len(answer))] = rng.choice(WORDS)
            elif len(answer) > 4:
                start = rng.randrange(len(answer) - 3)
                block = answer[start : start + 3]
                rest = answer[:start] + answer[start + 3 :]
                at = rng.randrange(len(rest) + 1)
                answer = rest[:at] + block + rest[at:]
        pairs.append((" ".join(answer), [" ".join(reference)]))
    return pairs


SEGMENTS += generated(1, 40, 24) + generated(2, 6, 140)

SUMMARIES = [
    ("The old mill was sold. It will be a museum.", "An old mill has been sold.\nIt becomes a museum next year."),
    ("Prices rose\nand wages fell", "Wages fell while prices were rising.\nNobody was surprised."),
    ("", "Something happened."),
    ("Something happened.", ""),
    ("the the the cat\nthe cat sat\n\n", "the cat sat\nthe cat the"),
    ("Runners running relational conditionally flies dies", "runner runs relations conditional fly died"),
    ("Äpfel & Öl 2024", "apfel ol 2024"),
]

STEMS = """caresses ponies ties cats feed agreed plastered bled motoring sing conflated troubled sized hopping tanned
falling hissing fizzed failing filing happy sky enjoy enjoyment spied died flies dies relational conditional rational
valenci hesitanci digitizer conformabli radicalli differentli vileli analogousli vietnamization predication operator
feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize
electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant
replacement adjustment dependent adoption homologou communism activate angulariti homologous effective bowdlerize
probate rate cease controll roll theology archaeology geology dying lying innings skies news proceed succeed radically
abilities possibly gracefully yes syzygy toy spy tried shoes using used eed bee being owed ing aging""".split()


def metric(corpus, sentences):
    return {"corpus": corpus, "segments": sentences}


def sacre(make):
    answers = [answer for answer, _ in SEGMENTS]
    most = max(len(references) for _, references in SEGMENTS)
    streams = [[(refs[i] if i < len(refs) else None) for _, refs in SEGMENTS] for i in range(most)]
    corpus = make().corpus_score(answers, streams).score
    return metric(corpus, [make().corpus_score([a], [[r] for r in refs]).score for a, refs in SEGMENTS])


def rouges(stemmer):
    names = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    scorer = rouge_scorer.RougeScorer(names, use_stemmer=stemmer)
    rows = [scorer.score(reference, answer) for answer, reference in SUMMARIES]
    return {name: [float(row[name].fmeasure) for row in rows] for name in names}


def bootstrap(statistic, items, iterations):
    values = []
    chunk = min(1000, iterations)
    for seed in range(iterations // chunk):
        rng = random.Random(seed)
        values += [statistic(rng.choices(items, k=len(items))) for _ in range(chunk)]
    return float(numpy.std(values, ddof=1))


def labels(seed, count, kinds):
    rng = random.Random(seed)
    return [(g, g if rng.random() < 0.6 else rng.randrange(kinds)) for g in (rng.randrange(kinds) for _ in range(count))]


def classification(pairs, kinds):
    gold, predicted = zip(*pairs)
    return {
        "gold": gold,
        "predicted": predicted,
        "f1": float(f1_score(gold, predicted)) if kinds == 2 else None,
        "macro": float(f1_score(gold, predicted, average="macro")),
        "weighted": float(f1_score(gold, predicted, average="weighted")),
        "mcc": float(matthews_corrcoef(gold, predicted)),
    }


def f1_of(items):
    gold, predicted = zip(*items)
    return float(f1_score(gold, predicted))


def bleu_of(items):
    answers, references = zip(*items)
    return sacrebleu.corpus_bleu(answers, [references]).score


binary = labels(5, 60, 2)
single = [(answer, references[0]) for answer, references in SEGMENTS if len(references) == 1]
print(
    json.dumps(
        {
            "versions": {"sacrebleu": sacrebleu.__version__},
            "segments": [{"answer": a, "references": r} for a, r in SEGMENTS],
            "bleu": sacre(BLEU),
            "chrf": sacre(CHRF),
            "chrf++": sacre(lambda: CHRF(word_order=2)),
            "ter": sacre(TER),
            "summaries": [{"answer": a, "reference": r} for a, r in SUMMARIES],
            "rouge": {"plain": rouges(False), "stemmed": rouges(True)},
            "stems": {word: PorterStemmer().stem(word) for word in STEMS},
            "classification": [classification(binary, 2), classification(labels(6, 90, 4), 4)],
            "bootstrap": {
                "f1": bootstrap(f1_of, binary, 2000),
                "bleu": bootstrap(bleu_of, single, 100),
            },
            "random": {str(s): [random.Random(s).random(), random.Random(s).getrandbits(5)] for s in (0, 1, 99, 2**32 - 1, 2**40 + 17)},
        },
        ensure_ascii=False,
        indent=1,
    )
)
