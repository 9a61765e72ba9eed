"""Plants outlier channels into trained weights without changing what the model computes.

    python outliers.py --model ../model

Large language models have a few channels many times larger than the rest
(LLM.int8(), arXiv 2208.07339; SmoothQuant, arXiv 2211.10438), and these are
what makes rounding hard. The trained model has none. Here some channels
between two neighbouring operations are divided by a power of two on the side
that writes them and multiplied by it in the weights that read them:

    input_layernorm gain            -> q_proj, k_proj, v_proj columns
    post_attention_layernorm gain   -> gate_proj, up_proj columns
    v_proj rows                     -> o_proj columns (of all heads that share them)
    up_proj rows                    -> down_proj columns (SwiGLU is linear in `up`)

A power of two only moves exponents, so the result is the same to the last bit.
Channels in which a weight would become subnormal in FP16, and so lose bits, are
passed over. The logits before and after are compared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from llama import Llama, load_model, save_model

# Channels of one run of this many lie together, so that scales per group of 32 meet them in one group only.
GROUP = 32
# Largest difference of any logit, in float32, that counts as the same function.
TOLERANCE = 1e-5
# Entry of the file's metadata that tells planted weights from fresh ones.
MARK = "outliers"


def draw(writer: Tensor, scale: float, count: int, generator: torch.Generator) -> Tensor:
    """`count` rows of `writer` out of one randomly drawn group that FP16 holds exactly when divided by `scale`."""
    shrunk = writer.reshape(writer.shape[0], -1) / scale
    exact = (shrunk.half().float() == shrunk).all(-1)
    start = torch.randint(writer.shape[0] // GROUP, (1,), generator=generator).item() * GROUP
    order = start + torch.randperm(GROUP, generator=generator)
    chosen = order[exact[order]][:count]
    assert len(chosen) == count, "too few channels of the group can be divided exactly"
    return chosen


@torch.no_grad()
def plant(model: Llama, scale: float, count: int, seed: int) -> None:
    """Moves a factor `scale` from the writers of `count` channels to their readers, four times per layer."""
    generator = torch.Generator().manual_seed(seed)
    config = model.config
    for layer in model.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        for writer, readers in (
            (layer.input_layernorm, (attention.q_proj, attention.k_proj, attention.v_proj)),
            (layer.post_attention_layernorm, (mlp.gate_proj, mlp.up_proj)),
            (mlp.up_proj, (mlp.down_proj,)),
        ):
            chosen = draw(writer.weight, scale, count, generator)
            writer.weight[chosen] /= scale
            for reader in readers:
                reader.weight[:, chosen] *= scale
        chosen = draw(attention.v_proj.weight, scale, count, generator)
        attention.v_proj.weight[chosen] /= scale
        # o_proj's inputs lie as [key/value head, query head that shares it, channel].
        shape = (config.hidden_size, config.num_key_value_heads, -1, config.head_dim)
        attention.o_proj.weight.view(shape)[:, chosen // config.head_dim, :, chosen % config.head_dim] *= scale


@torch.no_grad()
def logits(model: Llama) -> Tensor:
    """What the model makes of a fixed batch of random tokens."""
    ids = torch.randint(model.config.vocab_size, (8, 128), generator=torch.Generator().manual_seed(0))
    return model(ids)


def main() -> None:
    """Rewrites the weights in place, unless FP16 cannot hold them or they compute something else."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent.parent / "model")
    parser.add_argument("--scale", type=int, default=8, help="factor of the planted channels, a power of two")
    parser.add_argument("--count", type=int, default=2, help="planted channels per place")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.scale < 2 or args.scale & (args.scale - 1):
        parser.error(f"--scale {args.scale} is not a power of two")
    with safe_open(args.model / "model.safetensors", "pt") as file:
        if MARK in (file.metadata() or {}):
            parser.error(f"{file.metadata()[MARK]} is already in these weights; train or restore them first")
    model = load_model(args.model)
    before = logits(model)
    plant(model, args.scale, args.count, args.seed)
    for name, weight in model.named_parameters():
        assert torch.equal(weight.half().float(), weight), f"{name} does not fit FP16"
    difference = (logits(model) - before).abs().max().item()
    assert difference <= TOLERANCE, f"logits differ by {difference}"
    save_model(model, args.model, {MARK: f"scale {args.scale}, count {args.count}, seed {args.seed}"})
    print(f"largest difference of a logit: {difference}")


if __name__ == "__main__":
    main()
