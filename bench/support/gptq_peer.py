"""
GPTQ with llm-compressor: 4 bits, symmetric, groups of 128, the head left alone. Arguments: checkpoint, token sequences.
Prints the seconds of the call alone, and how far the logits of held-out tokens move: ‖after − before‖ / ‖before‖.
"""

import json
import sys
import time

import torch
from datasets import Dataset
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import GPTQModifier
from transformers import AutoModelForCausalLM

folder, file = sys.argv[1:]
with open(file) as text:
    sequences = json.load(text)
calibration = sequences["calibration"]
held_out = torch.tensor(sequences["heldOut"])
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
with torch.no_grad():
    before = model(held_out).logits

dataset = Dataset.from_dict(
    {"input_ids": calibration, "attention_mask": [[1] * len(row) for row in calibration]}
)
started = time.perf_counter()
oneshot(
    model=model,
    dataset=dataset,
    recipe=GPTQModifier(targets="Linear", scheme="W4A16", ignore=["lm_head"]),
    max_seq_length=len(calibration[0]),
    num_calibration_samples=len(calibration),
)
seconds = time.perf_counter() - started
with torch.no_grad():
    after = model(held_out).logits
error = ((after - before).norm() / before.norm()).item()
print(json.dumps({"seconds": seconds, "error": error}))
