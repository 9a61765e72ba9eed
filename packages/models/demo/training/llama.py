"""A small Llama in PyTorch whose parameter names are those of LlamaForCausalLM."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class LlamaConfig:
    """Sizes of the model, under the names that config.json uses."""

    vocab_size: int = 1024
    hidden_size: int = 256
    intermediate_size: int = 512
    num_hidden_layers: int = 5
    num_attention_heads: int = 8
    num_key_value_heads: int = 4
    head_dim: int = 32
    max_position_embeddings: int = 512
    rope_theta: float = 10000.0
    rms_norm_eps: float = 1e-5

    def to_json(self) -> dict:
        """The contents of config.json."""
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            **asdict(self),
            "hidden_act": "silu",
            "attention_bias": False,
            "attention_dropout": 0.0,
            "mlp_bias": False,
            "rope_scaling": None,
            "tie_word_embeddings": False,
            "initializer_range": 0.02,
            "pretraining_tp": 1,
            "use_cache": True,
            "bos_token_id": 0,
            "eos_token_id": 1,
            "pad_token_id": 2,
            "torch_dtype": "float16",
        }


def linear(inputs: int, outputs: int) -> nn.Linear:
    """A projection without bias, as everywhere in Llama."""
    return nn.Linear(inputs, outputs, bias=False)


class RMSNorm(nn.Module):
    """Root-mean-square normalisation with a learned gain, computed in float32."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps) * self.weight).to(x.dtype)


def rotary_tables(config: LlamaConfig) -> tuple[Tensor, Tensor]:
    """Cosines and sines of shape [positions, head_dim]; both halves hold the same angles."""
    steps = torch.arange(0, config.head_dim, 2, dtype=torch.float64) / config.head_dim
    positions = torch.arange(config.max_position_embeddings, dtype=torch.float64)
    angles = torch.outer(positions, config.rope_theta**-steps)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().float(), angles.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of [batch, heads, time, head_dim], halves as pairs."""
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-right, left], dim=-1) * sin


class Attention(nn.Module):
    """Causal attention in which several query heads share one key/value head."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head_dim = (
            config.num_attention_heads,
            config.num_key_value_heads,
            config.head_dim,
        )
        self.q_proj = linear(config.hidden_size, self.heads * self.head_dim)
        self.k_proj = linear(config.hidden_size, self.kv_heads * self.head_dim)
        self.v_proj = linear(config.hidden_size, self.kv_heads * self.head_dim)
        self.o_proj = linear(self.heads * self.head_dim, config.hidden_size)

    def split(self, x: Tensor, heads: int) -> Tensor:
        """[batch, time, heads * head_dim] to [batch, heads, time, head_dim]."""
        return x.view(x.shape[0], x.shape[1], heads, self.head_dim).transpose(1, 2)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        query = rotate(self.split(self.q_proj(x), self.heads), cos, sin)
        key = rotate(self.split(self.k_proj(x), self.kv_heads), cos, sin)
        value = self.split(self.v_proj(x), self.kv_heads)
        group = self.heads // self.kv_heads
        key, value = key.repeat_interleave(group, dim=1), value.repeat_interleave(group, dim=1)
        # Written out: on a CPU the fused kernel's backward pass is several times
        # slower than these plain matrix products at lengths of a hundred or two.
        scores = query @ key.mT * self.head_dim**-0.5
        mixed = torch.softmax(scores + mask.to(scores.dtype), dim=-1, dtype=scores.dtype) @ value
        return self.o_proj(mixed.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    """SwiGLU feed-forward block."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj = linear(config.hidden_size, config.intermediate_size)
        self.up_proj = linear(config.hidden_size, config.intermediate_size)
        self.down_proj = linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """One decoder layer: normalised attention, then normalised feed-forward."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = MLP(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    """Embedding, layers and the last norm (the part that HF names `model`)."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class Llama(nn.Module):
    """The whole model: token ids [batch, time] to logits [batch, time, vocabulary]."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Body(config)
        self.lm_head = linear(config.hidden_size, config.vocab_size)
        cos, sin = rotary_tables(config)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.apply(self.initialise)

    def initialise(self, module: nn.Module) -> None:
        """Normal weights, with what writes into the residual stream scaled down by depth."""
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, Layer):
            for projection in (module.self_attn.o_proj, module.mlp.down_proj):
                nn.init.normal_(projection.weight, std=0.02 / (2 * self.config.num_hidden_layers) ** 0.5)

    def forward(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """`mask` [batch, 1, time, time] is 0 where a query may look and -inf elsewhere; None is causal."""
        x = self.model.embed_tokens(ids)
        if mask is None:
            mask = torch.full((ids.shape[1], ids.shape[1]), float("-inf")).triu(1)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        if torch.is_autocast_enabled("cpu"):
            cos, sin, x = cos.bfloat16(), sin.bfloat16(), x.bfloat16()
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask)
        return self.lm_head(self.model.norm(x))

    def parameter_count(self) -> int:
        """Number of weights, embeddings included."""
        return sum(parameter.numel() for parameter in self.parameters())


@torch.no_grad()
def greedy(model: Llama, prompts: list[list[int]], steps: int) -> list[list[int]]:
    """Continues each prompt (token ids) greedily by `steps` tokens; returns the new ids.

    Prompts of one length go through together, so no padding is involved. There
    is no cache: the texts are short.
    """
    results: list[list[int]] = [[] for _ in prompts]
    for length in sorted({len(prompt) for prompt in prompts}):
        rows = [index for index, prompt in enumerate(prompts) if len(prompt) == length]
        ids = torch.tensor([prompts[index] for index in rows])
        for _ in range(steps):
            ids = torch.cat([ids, model(ids)[:, -1].argmax(-1, keepdim=True)], dim=1)
        for row, index in enumerate(rows):
            results[index] = ids[row, length:].tolist()
    return results


def save_model(model: Llama, folder: Path, notes: dict[str, str] | None = None) -> None:
    """Writes model.safetensors in FP16, with `notes` in its metadata, and the JSON files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.detach().half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt", **(notes or {})})
    (folder / "config.json").write_text(json.dumps(model.config.to_json(), indent=2) + "\n")
    generation = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2, "do_sample": False, "max_new_tokens": 128}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")


def load_model(folder: Path) -> Llama:
    """Reads what `save_model` wrote; the weights come back as float32."""
    written = json.loads((folder / "config.json").read_text())
    names = LlamaConfig.__dataclass_fields__
    model = Llama(LlamaConfig(**{name: written[name] for name in names}))
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    return model.eval()
