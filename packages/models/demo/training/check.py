"""Scores the exported model on its four tasks, as it is and with rounded weights.

    python check.py --write scores.json

The rounding is the plainest there is: symmetric round-to-nearest of the
weights of every linear layer (the output head included, the embedding not),
one scale per output channel or per group of 32 inputs; nothing is calibrated.
It tells how much there is to lose, and so to win by a better method.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from pathlib import Path

import torch
import yaml
from tokenizers import Tokenizer
from torch import Tensor, nn

from llama import Llama, greedy, load_model

# Name of each variant: bits and group size along the inputs (None: the whole channel).
VARIANTS: dict[str, tuple[int, int | None] | None] = {
    "fp": None,
    "int8": (8, None),
    "int4_channel": (4, None),
    "int4_group32": (4, 32),
    "int3_channel": (3, None),
    "int3_group32": (3, 32),
}


def round_weight(weight: Tensor, bits: int, group: int | None) -> Tensor:
    """Weights [outputs, inputs] rounded to `bits` and scaled back, per group of inputs."""
    largest = 2 ** (bits - 1) - 1
    grouped = weight.reshape(weight.shape[0], -1, group or weight.shape[1])
    scale = grouped.abs().amax(-1, keepdim=True).clamp_min(1e-12) / largest
    return ((grouped / scale).round().clamp(-largest, largest) * scale).reshape(weight.shape)


@torch.no_grad()
def round_model(model: Llama, variant: tuple[int, int | None] | None) -> Llama:
    """Rounds all linear layers in place."""
    if variant:
        for module in model.modules():
            if isinstance(module, nn.Linear):
                module.weight.copy_(round_weight(module.weight, *variant))
    return model


class Task:
    """One task file with its items; understands the few fields these files use."""

    def __init__(self, path: Path) -> None:
        self.spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        data = path.parent / self.spec["dataset_kwargs"]["data_files"]["test"]
        self.items = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]

    def fill(self, field: str, item: dict) -> str:
        """A template of the task with the item's columns put in."""
        return re.sub(r"\{\{(\w+)\}\}", lambda found: str(item[found[1]]), self.spec[field])

    def score(self, model: Llama, tokenizer: Tokenizer, bos: bool) -> float:
        """Exact match or accuracy in percent, or bits per byte."""
        return {
            "generate_until": self.exact_match,
            "multiple_choice": self.accuracy,
            "loglikelihood_rolling": self.bits_per_byte,
        }[self.spec["output_type"]](model, tokenizer, bos)

    def exact_match(self, model: Llama, tokenizer: Tokenizer, bos: bool) -> float:
        """Percent of the greedy continuations whose filtered answer equals the target."""
        arguments = self.spec["generation_kwargs"]
        pattern = self.spec["filter_list"][0]["filter"][0]["regex_pattern"]
        prompts = [tokenizer.encode(self.fill("doc_to_text", item), add_special_tokens=bos).ids for item in self.items]
        right = 0
        for item, ids in zip(self.items, greedy(model, prompts, arguments["max_gen_toks"])):
            found = re.search(pattern, tokenizer.decode(ids).split(arguments["until"][0])[0])
            right += bool(found) and found[1] == self.fill("doc_to_target", item)
        return 100 * right / len(self.items)

    def accuracy(self, model: Llama, tokenizer: Tokenizer, bos: bool) -> float:
        """Percent of the items whose likeliest choice is the right one."""
        right = 0
        for item in self.items:
            prompt = tokenizer.encode(item["prompt"], add_special_tokens=bos).ids
            totals = []
            for choice in item["choices"]:
                ids = tokenizer.encode(f"{item['prompt']} {choice}", add_special_tokens=bos).ids
                totals.append(log_likelihood(model, ids)[len(prompt) - 1 :].sum().item())
            right += totals.index(max(totals)) == item["label"]
        return 100 * right / len(self.items)

    def bits_per_byte(self, model: Llama, tokenizer: Tokenizer, bos: bool) -> float:
        """Bits per UTF-8 byte over all texts; the first token is predicted from BOS in any case."""
        nats = size = 0.0
        for item in self.items:
            nats -= log_likelihood(model, tokenizer.encode(item["text"]).ids).sum().item()
            size += len(item["text"].encode("utf-8"))
        return nats / size / math.log(2)


@torch.no_grad()
def log_likelihood(model: Llama, ids: list[int]) -> Tensor:
    """Log-probability in nats of each token but the first, given those before it."""
    logits = model(torch.tensor([ids]))[0, :-1].log_softmax(-1)
    return logits.gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]


def main() -> None:
    """Prints one row per variant, and writes the scores by skill."""
    here = Path(__file__).parent.parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=here / "model")
    parser.add_argument("--tasks", type=Path, default=here / "tasks")
    parser.add_argument("--write", type=Path, default=None, help="where to write the scores")
    parser.add_argument("--no-bos", action="store_true", help="prompts without the BOS token")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS))
    args = parser.parse_args()
    torch.set_num_threads(2)
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    tasks = {path.stem.removeprefix("demo_"): Task(path) for path in sorted(args.tasks.glob("demo_*.yaml"))}
    scores: dict[str, dict[str, float]] = {name: {} for name in tasks}
    for variant in args.variants:
        model = round_model(load_model(args.model), VARIANTS[variant])
        for name, task in tasks.items():
            scores[name][variant] = round(task.score(model, tokenizer, not args.no_bos), 4)
        print(variant, {name: row[variant] for name, row in scores.items()}, flush=True)
    if args.write:
        args.write.write_text(json.dumps(scores, indent=2) + "\n")


if __name__ == "__main__":
    main()
