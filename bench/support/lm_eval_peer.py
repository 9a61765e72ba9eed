"""
Scores tasks with lm-evaluation-harness and Hugging Face transformers in float32. Arguments: model folder, data folder,
batch size, limit, task names. Prints the seconds of each task without loading, and the scores.
"""

import json
import logging
import os
import sys
import time

model, data, batch_size, limit, *tasks = sys.argv[1:]
# The task files name their data from there.
os.chdir(data)
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"
logging.disable()

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoModelForCausalLM, AutoTokenizer

lm = HFLM(
    pretrained=AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32),
    tokenizer=AutoTokenizer.from_pretrained(model),
    batch_size=int(batch_size),
    device="cpu",
)
manager = TaskManager(include_path="tasks", include_defaults=False)
results = {}
for task in tasks:
    started = time.perf_counter()
    scores = simple_evaluate(
        model=lm, tasks=[task], limit=int(limit), task_manager=manager, bootstrap_iters=0, log_samples=False
    )["results"][task]
    results[task] = {"seconds": time.perf_counter() - started, "scores": scores}
print(json.dumps(results, default=str))
