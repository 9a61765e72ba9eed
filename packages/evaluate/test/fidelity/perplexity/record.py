"""Perplexities by transformers, float32: python record.py MODEL TEXT > recorded.json (torch, transformers)."""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

model_folder, text_file = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(model_folder)
model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
CHARACTERS = 60_000
CONTEXT = 512

text = open(text_file, encoding="utf8", newline="").read()[:CHARACTERS]
rows = ["" if line.strip() == "" else line for line in text.splitlines(keepends=True)]


def losses(tokens, first):
    """Negative log-likelihoods of tokens[first:], in their context."""
    with torch.no_grad():
        logits = model(tokens[None]).logits[0]
    return torch.nn.functional.cross_entropy(logits[first - 1 : -1], tokens[first:], reduction="none").double()


def chunks(stream):
    ids = tokenizer(stream, return_tensors="pt").input_ids[0]
    return [ids[i : i + CONTEXT] for i in range(0, len(ids) - CONTEXT + 1, CONTEXT)]


gptq = [losses(chunk, 1) for chunk in chunks("\n\n".join(rows))]
with_bos = [torch.cat([torch.tensor([tokenizer.bos_token_id]), chunk[1:]]) for chunk in chunks(text)]
llama = torch.cat([losses(chunk, CONTEXT // 2 + 1) for chunk in with_bos])
mean = llama.mean()
error = torch.sqrt((llama.square().mean() - mean.square()) / (len(llama) - 1)) * mean.exp()
print(
    json.dumps(
        {
            "characters": CHARACTERS,
            "context": CONTEXT,
            "gptq": {"value": torch.stack([one.mean() for one in gptq]).mean().exp().item(), "n": 511 * len(gptq)},
            "llama.cpp": {"value": mean.exp().item(), "error": error.item(), "n": len(llama)},
        },
        indent=1,
    )
)
