"""Writes fidelity/tasks/recorded-requests.json: what lm-eval 0.4.13 asks a model for the documents below.

Built-in tasks are read from lm-eval's own YAML files, the others from fidelity/tasks/files. All data is made up here.

pip install lm-eval==0.4.13 rouge_score sacrebleu
python record-requests.py > ../fidelity/tasks/recorded-requests.json
"""

import json
import logging
import pathlib
import random

import datasets
import lm_eval
from lm_eval.api.task import ConfigurableTask
from lm_eval.tasks._yaml_loader import load_yaml

logging.disable(logging.CRITICAL)
LM_EVAL = pathlib.Path(lm_eval.__file__).parent / "tasks"
FILES = pathlib.Path(__file__).parent.parent / "fidelity" / "tasks" / "files"

rng = random.Random(7)
NOUNS = "mill river stone lamp cat's fence “bridge” garden 7 letters café bowl".split()
VERBS = "stands turns waits  burns moves sings".split(" ")


def words(n):
    return " ".join(rng.choice(NOUNS) + " " + rng.choice(VERBS) for _ in range(n))


def sentence():
    return words(rng.randint(2, 4)).capitalize() + "."


def rows(n, make):
    return [make(i) for i in range(n)]


def arc(i):
    labels = rng.choice([list("ABCD"), list("1234"), list("ABC")])
    return {
        "id": str(i),
        "question": sentence() + " Why?",
        "choices": {"text": [sentence() for _ in labels], "label": labels},
        "answerKey": rng.choice(labels),
    }


def openbookqa(i):
    row = arc(i)
    row["question_stem"] = row.pop("question")
    row["answerKey"] = " " + row["answerKey"]
    return row


def hellaswag(i):
    return {
        "ind": i,
        "activity_label": rng.choice(["Roof shingle removal", "Finance and Business"]),
        "ctx_a": sentence() + " [header] How to open a Gate [title] Look for it.",
        "ctx_b": rng.choice(["", "a Man in ÉTRETAT walks", "then  THEY turn"]),
        "endings": [f" [step] {sentence()}  [substeps] {sentence()} [title] {sentence()}" for _ in range(4)],
        "label": str(rng.randint(0, 3)),
    }


def winogrande(i):
    return {"sentence": f"The {rng.choice(NOUNS)} could not hold the stone because _ was {rng.choice(VERBS)}, so it fell.", "option1": "the mill", "option2": "it", "answer": rng.choice("12")}


def mmlu(i):
    return {"question": f" {sentence()}\nWhich?  ", "subject": "s", "choices": [sentence() for _ in range(4)], "answer": rng.randint(0, 3)}


def truthfulqa(i):
    def targets(right, n):
        return {"choices": [sentence() for _ in range(n)], "labels": [1] * right + [0] * (n - right)}
    return {"question": sentence(), "mc1_targets": targets(1, 4), "mc2_targets": targets(2, 5)}


def gsm8k(i):
    n = rng.randint(2, 4000)
    return {"question": sentence() + f" How many of {n}?", "answer": f"Half of {n} is <<{n}/2={n // 2}>>{n // 2}.\n#### {n // 2:,}"}


def copa(i):
    return {"premise": sentence(), "choice1": sentence(), "choice2": sentence(), "question": rng.choice(["cause", "effect"]), "idx": i, "label": rng.randint(0, 1)}


def mathqa(i):
    return {"Problem": sentence(), "Rationale": "", "options": "a ) 38 , b ) 27.675 , c ) 30 , none , d ) rs . 1,200 , e ) none of these", "correct": rng.choice("abcde")}


def logiqa(i):
    return {"label": rng.choice("abcd") + rng.choice(["", " "]), "context": sentence(), "question": sentence(), "options": [sentence() for _ in range(4)]}


def medmcqa(i):
    return {"question": sentence(), "opa": words(1), "opb": words(1), "opc": words(1), "opd": words(1), "cop": rng.randint(0, 3)}


def medqa(i):
    return {"sent1": sentence(), "ending0": words(1), "ending1": words(1), "ending2": words(1), "ending3": words(1), "label": rng.randint(0, 3)}


def pubmedqa(i):
    return {"QUESTION": sentence(), "CONTEXTS": [sentence(), sentence()], "final_decision": rng.choice(["yes", "no", "maybe"])}


def race(i):
    def problem(question):
        return {"question": question, "answer": rng.choice("ABCD"), "options": [words(1), "the mill's", 'a "lamp"', "it\ttook\n1"]}
    return {"article": sentence() * 3, "problems": repr([problem("It was in  _  ."), problem(sentence()), problem("The fence's stone  _  .")])}


def mnli(i):
    return {"premise": sentence(), "hypothesis": rng.choice([" " + words(2), sentence()]), "label": rng.randint(0, 2), "idx": i}


PAGE = """ = Mill stream =

 The mill 's wheel ( built in 1 @,@ 802 ) turned @-@ slowly ; it was  " old " , and cost 3 @.@ 5 pounds . N men ' s boots ' were there !

 = = History = =

 At 12 ° C the { inner } [ outer ] stones ' moved : was it so ? It was the workers ' day .
"""

DATA = {
    "arc_easy": {"train": rows(30, arc), "validation": rows(5, arc), "test": rows(6, arc)},
    "boolq": {"train": rows(12, lambda i: {"question": words(3), "passage": sentence() * 2, "idx": i, "label": rng.randint(0, 1)}), "validation": rows(4, lambda i: {"question": words(3), "passage": sentence(), "idx": i, "label": rng.randint(0, 1)})},
    "hellaswag": {"train": rows(40, hellaswag), "validation": rows(6, hellaswag)},
    "openbookqa": {"train": rows(8, openbookqa), "validation": rows(2, openbookqa), "test": rows(4, openbookqa)},
    "piqa": {"train": rows(9, lambda i: {"goal": sentence(), "sol1": sentence(), "sol2": sentence(), "label": rng.randint(0, 1)}), "validation": rows(4, lambda i: {"goal": sentence(), "sol1": sentence(), "sol2": sentence(), "label": rng.randint(0, 1)})},
    "sciq": {split: rows(n, lambda i: {"question": sentence(), "distractor1": "a lamp", "distractor2": words(1), "distractor3": words(1), "correct_answer": words(1), "support": rng.choice(["", "  " + sentence()])}) for split, n in [("train", 25), ("validation", 3), ("test", 5)]},
    "winogrande": {"train": rows(22, winogrande), "validation": rows(5, winogrande)},
    "mmlu_abstract_algebra": {"dev": rows(5, mmlu), "test": rows(3, mmlu), "validation": rows(2, mmlu)},
    "truthfulqa_mc1": {"validation": rows(3, truthfulqa)},
    "gsm8k": {"train": rows(90, gsm8k), "test": rows(7, gsm8k)},
    "blimp_adjunct_island": {"train": rows(3, lambda i: {"sentence_good": sentence(), "sentence_bad": sentence(), "field": "syntax"})},
    "lambada_openai": {"test": rows(4, lambda i: {"text": sentence() + " " + words(2)})},
    "wikitext": {"train": [{"page": "x"}], "validation": [{"page": "x"}], "test": [{"page": PAGE}, {"page": PAGE.replace("mill", "(\n mill )") * 2}, {"page": " = = = Nothing = = = \n\n"}]},
    "facets": {"train": rows(10, lambda i: {"kind": rng.choice(["a", "b"]), "q": words(2), "options": [words(1), words(1)], "key": rng.randint(0, 1), "none": None, "flag": bool(i % 2)}), "test": rows(5, lambda i: {"kind": rng.choice(["a", "b"]), "q": words(2), "options": [words(1), words(1)], "key": rng.randint(0, 1), "none": None, "flag": bool(i % 2)})},
    "same_split": {"test": rows(8, lambda i: {"q": words(2), "a": words(1)}) + [{"q": "twice", "a": "two"}] * 6},
}
# Tasks that are not built in, but whose functions have equivalents: lm-eval's file with the function's own name here.
DATA |= {
    "copa": {"train": rows(4, lambda i: copa(i)), "validation": rows(3, lambda i: copa(i))},
    "mathqa": {"train": rows(4, lambda i: mathqa(i)), "validation": rows(2, lambda i: mathqa(i)), "test": rows(3, lambda i: mathqa(i))},
    "logiqa": {"train": rows(2, lambda i: logiqa(i)), "validation": rows(2, lambda i: logiqa(i)), "test": rows(3, lambda i: logiqa(i))},
    "medmcqa": {"train": rows(2, lambda i: medmcqa(i)), "validation": rows(3, lambda i: medmcqa(i))},
    "medqa_4options": {"train": rows(2, lambda i: medqa(i)), "validation": rows(2, lambda i: medqa(i)), "test": rows(3, lambda i: medqa(i))},
    "pubmedqa": {"train": rows(2, lambda i: pubmedqa(i)), "validation": rows(2, lambda i: pubmedqa(i)), "test": rows(3, lambda i: pubmedqa(i))},
    "race": {"test": rows(3, lambda i: race(i))},
    "mnli": {"train": rows(5, lambda i: mnli(i)), "validation_matched": rows(3, lambda i: mnli(i))},
}
for name, like in [("arc_challenge", "arc_easy"), ("truthfulqa_mc2", "truthfulqa_mc1"), ("first_of_same", "same_split"), ("written_examples", "same_split")]:
    DATA[name] = DATA[like]

# (task, YAML file, examples a prompt or None for the task's own number)
TASKS = [
    ("wikitext", LM_EVAL / "wikitext/wikitext.yaml", None),
    ("lambada_openai", LM_EVAL / "lambada/lambada_openai.yaml", None),
    ("hellaswag", LM_EVAL / "hellaswag/hellaswag.yaml", None),
    ("hellaswag", LM_EVAL / "hellaswag/hellaswag.yaml", 3),
    ("arc_easy", LM_EVAL / "arc/arc_easy.yaml", 6),
    ("arc_challenge", LM_EVAL / "arc/arc_challenge.yaml", 25),
    ("piqa", LM_EVAL / "piqa/piqa.yaml", 2),
    ("winogrande", LM_EVAL / "winogrande/default.yaml", None),
    ("winogrande", LM_EVAL / "winogrande/default.yaml", 5),
    ("openbookqa", LM_EVAL / "openbookqa/openbookqa.yaml", 1),
    ("boolq", LM_EVAL / "super_glue/boolq/default.yaml", 2),
    ("sciq", LM_EVAL / "sciq/sciq.yaml", 2),
    ("mmlu_abstract_algebra", LM_EVAL / "mmlu/default/mmlu_abstract_algebra.yaml", 4),
    ("truthfulqa_mc1", LM_EVAL / "truthfulqa/truthfulqa_mc1.yaml", None),
    ("truthfulqa_mc2", LM_EVAL / "truthfulqa/truthfulqa_mc2.yaml", None),
    ("gsm8k", LM_EVAL / "gsm8k/gsm8k.yaml", None),
    ("blimp_adjunct_island", LM_EVAL / "blimp/adjunct_island.yaml", None),
    ("copa", LM_EVAL / "super_glue/copa/default.yaml", 2),
    ("mathqa", LM_EVAL / "mathqa/mathqa.yaml", 1),
    ("logiqa", LM_EVAL / "logiqa/logiqa.yaml", 1),
    ("medmcqa", LM_EVAL / "medmcqa/medmcqa.yaml", 1),
    ("medqa_4options", LM_EVAL / "medqa/medqa.yaml", 1),
    ("pubmedqa", LM_EVAL / "pubmedqa/pubmedqa.yaml", 1),
    ("race", LM_EVAL / "race/race.yaml", None),
    ("mnli", LM_EVAL / "glue/mnli/default.yaml", 1),
    ("facets", FILES / "facets.yaml", None),
    ("same_split", FILES / "same_split.yaml", None),
    ("first_of_same", FILES / "first_of_same.yaml", None),
    ("written_examples", FILES / "written_examples.yaml", None),
]


HOOKED = ["copa", "mathqa", "logiqa", "medmcqa", "medqa_4options", "pubmedqa", "race", "mnli"]


def record(name, path, shots):
    config = load_yaml(path)
    for key in ("tag", "group", "task_list"):
        config.pop(key, None)
    datasets.load_dataset = lambda **_: datasets.DatasetDict({split: datasets.Dataset.from_list(of) for split, of in DATA[name].items()})
    task = ConfigurableTask(config=config)
    if shots is not None:
        task.set_config("num_fewshot", shots)
    task.set_fewshot_seed(1234)
    task.build_all_requests(limit=None, rank=0, world_size=1)
    by_document = {}
    for instance in task.instances:
        by_document.setdefault(instance.doc_id, []).append(instance)
    documents = []
    for doc_id in sorted(by_document):
        instances = sorted(by_document[doc_id], key=lambda one: one.idx)
        entry = {"arguments": [list(one.args) for one in instances]}
        contexts = [one.args[0] for one in instances]
        if len(instances) > 1 and len(set(contexts)) == 1:
            entry = {"context": contexts[0], "continuations": [one.args[1] for one in instances]}
        doc = instances[0].doc
        kind = instances[0].request_type
        if kind == "loglikelihood" and task.OUTPUT_TYPE == "multiple_choice":
            # Log-likelihoods of no model, to see what is made of them.
            entry["loglikelihoods"] = [-3.5 - ((doc_id * 5 + i * 7) % 11) / 4 for i in range(len(instances))]
            entry["results"] = task.process_results(doc, [(value, False) for value in entry["loglikelihoods"]])
        if kind == "loglikelihood_rolling":
            entry["results"] = task.process_results(doc, [-1.0])
        documents.append(entry)
    return {"task": name, "file": path.name if path.parent == FILES else f"{name}.yaml" if name in HOOKED else None, "fewShot": shots, "documents": documents}


print(json.dumps({"data": DATA, "recorded": [record(*task) for task in TASKS]}, ensure_ascii=False, default=float))
