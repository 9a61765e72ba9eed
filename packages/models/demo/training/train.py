"""Trains the demo model on the CPU and exports it as FP16 safetensors.

    python train.py --stage 1 --steps 400 --decay 0 --out stage1 --log stage1.log
    python train.py --stage 2 --init stage1 --steps 292 --decay 0.5 --out ../model --log stage2.log

The data is drawn afresh for every step from a seeded generator, several short
documents to a row, each blind to its neighbours. Hidden matrices are trained
with Muon (momentum whose matrix is orthogonalised by a Newton-Schulz
iteration; Keller Jordan, "Muon", 2024), everything else with AdamW.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional as F

import corpus
from llama import Llama, LlamaConfig, greedy, load_model, save_model

BOS, EOS, PAD = 0, 1, 2


@dataclass(frozen=True)
class Skill:
    """How a kind of document is drawn and what its tokens weigh in the loss.

    `share` is the share of documents (not tokens); tokens outside a document's
    spans weigh `base`, those inside `span`.
    """

    name: str
    make: object
    share: float
    base: float
    span: float


# The run has two stages. The first is mostly arithmetic; the second, which
# starts from its weights, leans on recall and brings documents with few facts.
# What operands are cannot be predicted, so only the answers count.
STAGES = {
    1: [
        Skill("sum", lambda rng: corpus.arithmetic_doc(rng, 1), 0.52, 0.02, 1.0),
        Skill("sums", lambda rng: corpus.arithmetic_doc(rng, rng.randint(2, 6)), 0.22, 0.02, 1.0),
        Skill("agreement", corpus.agreement_doc, 0.08, 0.2, 1.0),
        Skill("recall", corpus.recall_doc, 0.14, 0.05, 2.0),
        Skill("story", corpus.story_doc, 0.05, 0.4, 0.4),
    ],
    2: [
        Skill("sum", lambda rng: corpus.arithmetic_doc(rng, 1), 0.50, 0.02, 1.0),
        Skill("sums", lambda rng: corpus.arithmetic_doc(rng, rng.randint(2, 6)), 0.14, 0.02, 1.0),
        Skill("agreement", corpus.agreement_doc, 0.07, 0.2, 1.0),
        Skill("recall", lambda rng: corpus.recall_doc(rng, 1), 0.28, 0.02, 8.0),
        Skill("story", corpus.story_doc, 0.05, 0.5, 0.5),
    ],
}
# Documents without the first BOS token, so that a harness that leaves it away
# does not meet a text unlike any seen in training.
NO_BOS_SHARE = 0.1


class Rows:
    """Endless packed rows of `length` tokens, seeded."""

    def __init__(self, tokenizer: Tokenizer, skills: list[Skill], length: int, seed: int) -> None:
        self.tokenizer, self.skills, self.length = tokenizer, skills, length
        self.rng = random.Random(seed)

    def document(self, skill: Skill) -> tuple[list[int], list[float]]:
        """Token ids of one document, and the loss weight of predicting each of them."""
        doc = skill.make(self.rng)
        encoded = self.tokenizer.encode(doc.text, add_special_tokens=False)
        weights = [
            skill.span if any(start < b and a < end for a, b in doc.spans) else skill.base
            for start, end in encoded.offsets
        ]
        ids, weights = encoded.ids + [EOS], weights + [0.1]
        if self.rng.random() >= NO_BOS_SHARE:
            ids, weights = [BOS] + ids, [0.0] + weights
        weights[0] = 0.0  # nothing in the document comes before its first token
        return ids, weights

    def row(self) -> tuple[list[int], list[float], list[int]]:
        """One row: ids, weights, and the index of each token's document."""
        ids: list[int] = []
        weights: list[float] = []
        owner: list[int] = []
        count = 0
        while True:
            skill = self.rng.choices(self.skills, [skill.share for skill in self.skills])[0]
            more, more_weights = self.document(skill)
            room = self.length + 1 - len(ids)
            if len(more) > room and skill.name != "sum":
                continue
            ids += more[:room]
            weights += more_weights[:room]
            owner += [count] * min(len(more), room)
            count += 1
            if len(ids) == self.length + 1:
                return ids, weights, owner

    def batch(self, rows: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Inputs, targets, weights [rows, length] and the mask [rows, 1, length, length]."""
        ids, weights, owner = (torch.tensor(part) for part in zip(*(self.row() for _ in range(rows))))
        inside = owner[:, :-1]
        causal = torch.ones(self.length, self.length, dtype=torch.bool).tril()
        seen = (inside[:, :, None] == inside[:, None, :]) & causal
        mask = torch.zeros(seen.shape).masked_fill(~seen, float("-inf"))
        return ids[:, :-1], ids[:, 1:], weights[:, 1:], mask[:, None]


def orthogonalise(matrices: Tensor, steps: int = 5) -> Tensor:
    """Pushes all singular values of [count, rows, columns] towards one.

    The quintic's coefficients are those published with Muon.
    """
    wide = matrices.shape[-2] <= matrices.shape[-1]
    x = (matrices if wide else matrices.mT).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x if wide else x.mT).float()


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates for 2-D weights; equal shapes go together."""

    def __init__(self, parameters, lr: float, momentum: float = 0.95, weight_decay: float = 0.0) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            shapes: dict[tuple, list[torch.nn.Parameter]] = {}
            for parameter in group["params"]:
                shapes.setdefault(tuple(parameter.shape), []).append(parameter)
            for shape, parameters in shapes.items():
                updates = torch.stack([self.nesterov(parameter, group["momentum"]) for parameter in parameters])
                # A tall matrix has more outputs than directions: keep its RMS.
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for parameter, update in zip(parameters, orthogonalise(updates)):
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    parameter.add_(update, alpha=-group["lr"] * scale)

    def nesterov(self, parameter: torch.nn.Parameter, momentum: float) -> Tensor:
        """The gradient with its look-ahead momentum."""
        state = self.state.setdefault(parameter, {})
        buffer = state.setdefault("momentum", torch.zeros_like(parameter))
        buffer.lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(buffer, momentum)


def make_optimizers(model: Llama, args: argparse.Namespace) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for embeddings, head and norms."""
    matrices = [p for p in model.model.layers.parameters() if p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [
        Muon(matrices, lr=args.muon_lr, weight_decay=args.weight_decay),
        torch.optim.AdamW(others, lr=args.adam_lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def schedule(progress: float, decay: float, warmup: float = 0.02) -> float:
    """Learning-rate factor at a share of the run: warm up, stay, then fall linearly to 2 %.

    `decay` is the share of the run that the fall takes, possibly none.
    """
    if progress < warmup:
        return progress / warmup
    return min(1.0, max(0.02, (1 - progress) / decay)) if decay else 1.0


class Probe:
    """Quick scores on held-out material that is not in the test sets (another seed)."""

    def __init__(self, tokenizer: Tokenizer, count: int = 160) -> None:
        self.tokenizer = tokenizer
        rng = random.Random(99)
        self.problems = [
            corpus.draw_problem(rng, (3, 3) if index % 2 else (2, 2), "+-"[index // 2 % 2], True)
            for index in range(count)
        ]
        self.facts = corpus.recall_items(rng, count // 2)

    def arithmetic(self, model: Llama) -> float:
        """Share of the problems whose stated answer is right."""
        prompts = [self.tokenizer.encode(corpus.arithmetic_question(*p) + "=").ids for p in self.problems]
        right = 0
        for problem, ids in zip(self.problems, greedy(model, prompts, 12)):
            found = re.search(r"so (\d+)", self.tokenizer.decode(ids).split("\n")[0])
            right += bool(found) and int(found[1]) == corpus.arithmetic_answer(*problem)
        return right / len(self.problems)

    def recall(self, model: Llama) -> float:
        """Share of the questions whose first word is right."""
        prompts = [
            self.tokenizer.encode(f"{item['context']}\nQuestion: {item['question']}\nAnswer:").ids
            for item in self.facts
        ]
        answers = [self.tokenizer.decode(ids).split() for ids in greedy(model, prompts, 3)]
        return sum(words[:1] == [item["answer"]] for words, item in zip(answers, self.facts)) / len(self.facts)


class Log:
    """Prints lines and keeps them in a file."""

    def __init__(self, path: Path | None) -> None:
        self.file = path.open("w", encoding="utf-8") if path else None

    def __call__(self, line: str) -> None:
        print(line, flush=True)
        if self.file:
            self.file.write(line + "\n")
            self.file.flush()


def weighted_loss(model, ids: Tensor, targets: Tensor, weights: Tensor, mask: Tensor) -> Tensor:
    """Mean cross entropy in nats, each target counted by its weight."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(ids, mask)
    losses = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


def train(args: argparse.Namespace) -> None:
    """The whole run, with a probe and a saved model every `every` steps.

    With `minutes` the schedule follows the clock instead of the step count.
    """
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    model = load_model(args.init).train() if args.init else Llama(LlamaConfig())
    log = Log(args.log)
    shown = {name: value for name, value in vars(args).items() if name not in ("init", "out", "log", "tokenizer")}
    log(f"torch {torch.__version__}, {model.parameter_count()} parameters, {shown}")
    rows, probe = Rows(tokenizer, STAGES[args.stage], args.length, args.seed + 2 * args.stage - 2), Probe(tokenizer)
    optimizers = make_optimizers(model, args)
    peaks = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
    runner = torch.compile(model) if args.compile else model
    started, running = time.time(), 0.0
    progress, step = 0.0, 0
    while progress < 1:
        step += 1
        progress = (time.time() - started) / 60 / args.minutes if args.minutes else step / args.steps
        factor = schedule(progress, args.decay)
        groups = [group for optimizer in optimizers for group in optimizer.param_groups]
        for group, peak in zip(groups, peaks):
            group["lr"] = peak * factor
        loss = weighted_loss(runner, *rows.batch(args.rows))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        running = loss.item() if step == 1 else 0.95 * running + 0.05 * loss.item()
        if step % args.print_every == 0:
            seconds = time.time() - started
            speed = step * args.rows * args.length / seconds
            log(f"step {step} loss {running:.4f} lr x{factor:.2f} {seconds:.0f} s {speed:.0f} tokens/s")
        if step % args.every == 0 or progress >= 1:
            model.eval()
            log(f"step {step} probe: arithmetic {probe.arithmetic(model):.2f} recall {probe.recall(model):.2f}")
            model.train()
            save_model(model, args.out)
    log(f"done in {(time.time() - started) / 60:.1f} minutes, final loss {running:.4f}")
    assert math.isfinite(running)


def main() -> None:
    """Reads the options; their defaults are those of the shipped model."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--stage", type=int, choices=STAGES, default=1)
    parser.add_argument("--init", type=Path, default=None, help="folder of the weights to start from")
    parser.add_argument("--decay", type=float, default=0.35, help="share of the run in which the learning rate falls")
    parser.add_argument("--minutes", type=float, default=0.0, help="train for so long instead of so many steps")
    parser.add_argument("--rows", type=int, default=32, help="rows a step")
    parser.add_argument("--length", type=int, default=144, help="tokens a row")
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.003)
    parser.add_argument("--weight-decay", type=float, default=0.1, help="of the hidden matrices")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true", help="use torch.compile (needs a C++ compiler)")
    parser.add_argument("--print-every", type=int, default=20)
    parser.add_argument("--every", type=int, default=200, help="steps between probes and saved models")
    parser.add_argument("--tokenizer", type=Path, default=here.parent / "model" / "tokenizer.json")
    parser.add_argument("--out", type=Path, default=here.parent / "model")
    parser.add_argument("--log", type=Path, default=None)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
